"""Pictures over the API, the client and the command, against the source's rows."""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from snapshard.client import Client, Refused
from snapshard.errors import BadQuery

SVG = "{http://www.w3.org/2000/svg}"
PAGE = (Path(__file__).parents[2] / "docs" / "pictures.md").read_text(encoding="utf-8")
CASES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def client(server):
    with Client(server.url, compilation="sim") as client:
        yield client


def arcs(text):
    """The names of the drawn junctions, of each side the strongest last."""
    groups = ElementTree.fromstring(text).iter(f"{SVG}g")
    return [each.get("data-name") for each in groups if each.get("class", "").startswith("arc ")]


def name_of(row):
    return f"GRCh38:{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}"


def overlapping(world, chrom, start, end):
    return [
        row
        for row in world.rows
        if row["chromosome"] == chrom and int(row["start"]) <= end and int(row["end"]) >= start
    ]


@CASES
@given(
    chrom=st.sampled_from(["chr1", "chr2", "chr7"]),
    start=st.integers(1, 150_000_000),
    length=st.integers(1, 9_999_999),
    least=st.integers(1, 4),
)
def test_the_arcs_are_the_rows_that_enough_samples_have(world, http, chrom, start, length, least):
    end = start + length - 1
    query = {"region": f"{chrom}:{start}-{end}", "min_samples": least, "limit": 500}
    response = http.get("/junctions.svg", params=query)
    assert response.status_code == 200
    rows = overlapping(world, chrom, start, end)
    expected = [name_of(row) for row in rows if int(row["samples_count"]) >= least]
    assert sorted(arcs(response.text)) == sorted(expected)
    assert response.headers["Snapshard-Junctions"] == str(len(rows))
    assert response.headers["Snapshard-Rows"] == str(len(expected))
    remarks = ElementTree.fromstring(response.text).find(f"{SVG}desc").text
    hidden = len(rows) - len(expected)
    junctions = f"{hidden:,} junction{'s' if hidden > 1 else ''} of "
    assert (junctions in remarks and " hidden" in remarks) == (hidden > 0)


def test_a_limit_keeps_those_of_most_samples_and_says_how_many_are_missing(world, http):
    rows = overlapping(world, "chr1", 1, 9_000_000)
    query = {"region": "chr1:1-9,000,000", "min_samples": 1, "limit": 5}
    response = http.get("/junctions.svg", params=query)
    counts = sorted((int(row["samples_count"]) for row in rows), reverse=True)
    by_name = {name_of(row): int(row["samples_count"]) for row in rows}
    assert sorted([by_name[name] for name in arcs(response.text)], reverse=True) == counts[:5]
    assert f"{len(rows) - 5:,} with fewer samples not drawn" in response.text
    assert response.headers["Snapshard-Truncated"] == "true"


def test_filters_and_groups_select_as_they_do_for_rows(http):
    query = {"region": "chr1:1-9,000,000", "filter": ["strand=+", "class!=DA"], "group": "Brain"}
    rows = http.get("/junctions", params={**query, "limit": 1_000}).json()["rows"]
    response = http.get("/junctions.svg", params={**query, "min_samples": 1, "limit": 500})
    assert rows
    assert sorted(arcs(response.text)) == sorted(row["name"] for row in rows)


def test_the_counts_are_those_of_the_samples_of_the_request(world, http):
    ids = sorted(
        {pair.split(":")[0] for row in world.rows for pair in row["samples"].split(",")[1:]}
    )
    query = {"region": "chr1:1-9,000,000", "sample_ids": ",".join(ids[:20])}
    rows = http.get("/junctions", params={**query, "limit": 1_000}).json()["rows"]
    response = http.get("/junctions.svg", params={**query, "min_samples": 1, "limit": 500})
    assert sorted(arcs(response.text)) == sorted(row["name"] for row in rows)
    texts = ElementTree.fromstring(response.text).iter(f"{SVG}text")
    counts = {text.get("data-count-of"): text.text for text in texts if text.get("data-count-of")}
    assert counts
    assert all(counts.get(row["name"]) in (None, str(row["samples_count"])) for row in rows)


def test_a_whole_chromosome_is_drawn_as_density_of_all_its_junctions(world, http):
    for chrom in ("chr1", "chr2"):
        response = http.get("/junctions.svg", params={"region": chrom})
        tree = ElementTree.fromstring(response.text)
        starts = [int(row["start"]) for row in world.rows if row["chromosome"] == chrom]
        titles = [
            group.find(f"{SVG}title").text
            for group in tree.iter(f"{SVG}g")
            if group.get("class") == "bin"
        ]
        counts = [
            int(re.search(r": ([\d,]+) junctions", text)[1].replace(",", "")) for text in titles
        ]
        assert sum(counts) == len(starts)
        assert len(titles) == len({(start - 1) // 1_000_000 for start in starts})
        assert not arcs(response.text)


def test_a_gene_is_drawn_with_its_main_transcript(http):
    response = http.get("/junctions.svg", params={"gene": "SIMG00001"})
    tree = ElementTree.fromstring(response.text)
    mains = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "transcript main"]
    assert len(mains) == 1
    others = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "transcript"]
    chosen = others[0].get("data-name") if others else mains[0].get("data-name")
    query = {"gene": "SIMG00001", "transcript": chosen}
    tree = ElementTree.fromstring(http.get("/junctions.svg", params=query).text)
    (main,) = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "transcript main"]
    assert main.get("data-name") == chosen


def test_a_release_without_annotation_is_drawn_without_models(root):
    url = "/api/v1/compilations/bare/junctions.svg"
    response = root.get(url, params={"region": "chr1:1-9,000,000", "min_samples": 1})
    assert arcs(response.text)
    assert 'class="transcript' not in response.text


def test_a_png_has_two_pixels_for_each_of_the_svg(http):
    query = {"gene": "SIMG00001", "width": 640}
    svg = ElementTree.fromstring(http.get("/junctions.svg", params=query).text)
    for theme, ground in (("light", (255, 255, 255)), ("dark", (20, 24, 27))):
        response = http.get("/junctions.png", params={**query, "theme": theme})
        assert response.headers["Content-Type"] == "image/png"
        image = Image.open(BytesIO(response.content))
        assert image.size == (1_280, round(2 * float(svg.get("height"))))
        assert image.convert("RGB").getpixel((2, 2)) == ground


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ({}, 400, "a region such as"),
        ({"gene": "NOSUCHGENE"}, 404, "NOSUCHGENE"),
        ({"region": "chr99:1-5"}, 404, "chr99"),
        ({"gene": "SIMG00001", "transcript": "ENST0"}, 404, "ENST0"),
        ({"region": "chr1:1-5", "width": 10}, 400, "320"),
        ({"region": "chr1:1-5", "regoin": "chr1"}, 400, "region"),
    ],
)
def test_a_bad_request_is_told_what_was_expected(http, query, status, expected):
    for suffix in ("svg", "png"):
        response = http.get(f"/junctions.{suffix}", params=query)
        assert response.status_code == status
        assert expected in response.text


def test_a_picture_is_cached_like_other_responses(http):
    query = {"gene": "SIMG00001"}
    response = http.get("/junctions.svg", params=query)
    again = http.get(
        "/junctions.svg", params=query, headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304
    versioned = http.get("/releases/cut5/junctions.svg", params=query)
    assert "immutable" in versioned.headers["Cache-Control"]
    assert versioned.headers["Content-Type"].startswith("image/svg+xml")
    assert re.fullmatch(
        r'inline; filename="sim\.cut5\.GRCh38\.SIMG00001\.svg"',
        versioned.headers["Content-Disposition"],
    )


def test_the_client_returns_what_a_notebook_shows(client, http, tmp_path):
    picture = client.picture("chr1:1-9,000,000", min_samples=3, group=["Brain"], filter="strand=+")
    query = {"region": "chr1:1-9,000,000", "min_samples": 3, "group": "Brain", "filter": "strand=+"}
    response = http.get("/junctions.svg", params=query)
    assert picture._repr_svg_() == response.text
    assert picture.drawn == len(arcs(response.text)) <= picture.matching
    picture.save(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text() == response.text
    image = client.picture(gene="SIMG00001", format="png")
    assert image._repr_png_().startswith(b"\x89PNG")
    assert image._repr_svg_() is None
    with pytest.raises(BadQuery, match="one of svg, png"):
        client.picture("chr1", format="gif")
    with pytest.raises(Refused, match="a region such as"):
        client.picture()


def test_the_examples_of_the_page_run(server, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SNAPSHARD_URL", server.url)
    script = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1]
    script = script.replace("http://127.0.0.1:8080", server.url).replace(
        "snapshard picture", f"{sys.executable} -m snapshard picture --compilation sim"
    )
    ran = subprocess.run(
        ["sh", "-e", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "junctions drawn" in ran.stderr
    for name in ("gene.svg", "reads.svg"):
        assert arcs((tmp_path / name).read_text())
    for name in ("region.png", "novel.png"):
        assert Image.open(BytesIO((tmp_path / name).read_bytes())).width == 2_000
    program = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    exec(compile(program.replace("http://127.0.0.1:8080", server.url), "pictures.md", "exec"), {})
    assert re.fullmatch(r"\d+ of \d+ junctions drawn\n", capsys.readouterr().out)


def test_the_command_refuses_a_file_of_another_format(tmp_path):
    command = [sys.executable, "-m", "snapshard", "picture", "chr1", "-o", "picture.gif"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 2
    assert "expected a file that ends with .svg or .png, got picture.gif" in ran.stderr
