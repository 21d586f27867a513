"""Tiles over the API, against the source's rows."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from snapshard.client import Client

SVG = "{http://www.w3.org/2000/svg}"
CASES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def density(world, chrom, size):
    """Junctions and annotated ones by bin, counted from the source's rows."""
    bins = {}
    for row in world.rows:
        if row["chromosome"] == chrom:
            number = (int(row["start"]) - 1) // size
            junctions, annotated = bins.get(number, (0, 0))
            bins[number] = (junctions + 1, annotated + (row["annotated"] != "0"))
    return bins


@CASES
@given(
    chrom=st.sampled_from(["chr1", "chr2", "chrX"]),
    zoom=st.integers(0, 11),
    share=st.floats(0, 0.9),
)
def test_a_tile_has_the_bins_of_its_bases(world, http, chrom, zoom, share):
    x = int(share * 2**zoom)
    answer = http.get(f"/tiles/{chrom}/{zoom}/{x}.json").json()
    size = answer["bin_size"]
    assert (answer["start"], answer["end"]) == (
        x * 2 ** (28 - zoom) + 1,
        (x + 1) * 2 ** (28 - zoom),
    )
    bins = density(world, chrom, size)
    expected = {
        number: counts
        for number, counts in bins.items()
        if number * size + 1 <= answer["end"] and (number + 1) * size >= answer["start"]
    }
    got = {
        (bin["start"] - 1) // size: (bin["junctions"], bin["annotated"]) for bin in answer["bins"]
    }
    assert got == expected
    # A bin at the border between shards counts as two.
    highest = max(junctions for junctions, _ in bins.values())
    assert highest / 2 <= answer["highest"] <= highest


def test_the_bars_are_the_bins_at_their_pixels(http):
    answer = http.get("/tiles/chr1/3/0.json").json()
    tree = ElementTree.fromstring(http.get("/tiles/chr1/3/0.svg").text)
    groups = [each for each in tree.iter(f"{SVG}g") if each.get("class") == "bin"]
    assert len(groups) == len(answer["bins"]) > 1
    pixel = (answer["end"] - answer["start"] + 1) / 256
    for bin, drawn in zip(answer["bins"], groups, strict=True):
        bar = drawn.find(f"{SVG}rect")
        assert float(bar.get("x")) == pytest.approx((bin["start"] - 1) / pixel, abs=0.01)
        height = 128 * bin["junctions"] / answer["highest"]
        assert float(bar.get("height")) == pytest.approx(height, abs=0.01)
        assert 0 <= float(bar.get("x")) <= float(bar.get("x")) + float(bar.get("width")) <= 256.01


def test_a_png_has_the_size_of_a_tile(http):
    response = http.get("/tiles/chr1/0/0.png", params={"theme": "dark"})
    image = Image.open(BytesIO(response.content))
    assert image.size == (512, 256)
    # The accent of the dark theme: annotated junctions.
    assert (124, 192, 232) in {color for _, color in image.convert("RGB").getcolors(1 << 20)}


def test_a_tile_beyond_the_chromosome_is_empty(http):
    answer = http.get("/tiles/chrX/1/1.json").json()
    assert answer["bins"] == [] or answer["bins"][0]["start"] > 2**27


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("chr1/12/0", 400, "a level from 0 to 11"),
        ("chr1/x/0", 400, "a number without sign"),
        ("chr1/0/8", 400, "from 0 to 7"),
        ("chr99/0/0", 404, "chr99"),
    ],
)
def test_a_bad_address_is_told_what_was_expected(http, path, status, expected):
    for suffix in ("json", "svg", "png"):
        response = http.get(f"/tiles/{path}.{suffix}")
        assert response.status_code == status
        assert expected in response.text


def test_a_tile_of_a_release_is_cached_for_long(http):
    response = http.get("/releases/cut5/tiles/chr1/0/0.svg")
    assert "immutable" in response.headers["Cache-Control"]
    tag = response.headers["ETag"]
    again = http.get("/tiles/chr1/0/0.svg", headers={"If-None-Match": tag})
    assert again.status_code in (200, 304)


def test_the_client_returns_a_tile_as_a_picture(server, http):
    with Client(server.url, compilation="sim") as client:
        picture = client.get_picture("tiles/chr1/3/0.svg")
        assert picture._repr_svg_() == http.get("/tiles/chr1/3/0.svg").text
        assert (picture.matching, picture.drawn) == (None, None)
