"""Expression over the API, against the source's rows."""

import gzip
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from snapshard.arrays import ArrayFolder, array_folder, build_arrays, delete_arrays
from snapshard.errors import BadRelease, BadSource, NotFound

SVG = "{http://www.w3.org/2000/svg}"
CASES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WINDOWS = {
    "chrom": st.sampled_from(["chr1", "chr2", "chr22"]),
    "first": st.integers(1, 50_000_000),
}


@pytest.fixture(scope="module")
def groups(world):
    return {group.name: group.members for group in world.index.facts.of(world.release).groups}


@pytest.fixture(scope="module")
def rows(world):
    return [row for row in world.rows if row["chromosome"] in ("chr1", "chr2", "chr22")]


@pytest.fixture(scope="module")
def coverage(world):
    """Chromosome, first and last base, and a value per sample, of every stretch of base coverage."""
    release = world.release
    columns = world.index.facts.of(release).base_columns[3:]
    path = next(world.source.glob("bases*gz"))
    with gzip.open(path, "rt") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    values = np.array([line[3:] for line in lines], float)
    spans = [(line[0], int(line[1]) + 1, int(line[2])) for line in lines]
    return list(map(int, columns)), spans, values


@CASES
@given(**WINDOWS, length=st.integers(1, 50_000_000))
def test_junction_reads_are_those_of_the_rows_per_sample(http, groups, rows, chrom, first, length):
    last = first + length - 1
    query = {"region": f"{chrom}:{first}-{last}", "source": "junctions"}
    answer = http.get("/expression", params=query).json()
    names = [group["group"] for group in answer["groups"]]
    assert names == list(groups)
    for strand, means in answer["means"].items():
        reads = dict.fromkeys(groups, 0)
        for row in rows:
            if row["chromosome"] != chrom or not first <= int(row["start"]) <= last:
                continue
            if (row["strand"] if row["strand"] in "+-" else "?") != strand:
                continue
            for pair in row["samples"].split(",")[1:]:
                sample, count = map(int, pair.split(":"))
                for name in groups:
                    reads[name] += count if sample in groups[name] else 0
        expected = [reads[name] / len(groups[name]) for name in names]
        assert means == pytest.approx(expected, abs=1e-6)


@CASES
@given(data=st.data())
def test_base_coverage_is_the_mean_over_bases_and_samples(http, groups, coverage, data):
    columns, spans, values = coverage
    chrom, near, _ = data.draw(st.sampled_from(spans))
    first = max(1, near - data.draw(st.integers(0, 5_000)))
    last = first + data.draw(st.integers(0, 20_000))
    answer = http.get("/expression", params={"seqid": chrom, "xmin": first, "xmax": last}).json()
    assert answer["source"] == "bases"
    assert answer["missing_strands"] == ["+", "-"]
    sums = np.zeros(len(columns))
    for (name, start, end), row in zip(spans, values, strict=True):
        if name == chrom:
            sums += row * max(0, min(end, last) - max(start, first) + 1)
    bases = int(answer["region"].rpartition("-")[2]) - first + 1
    for group, mean in zip(answer["groups"], answer["means"]["?"], strict=True):
        members = [n for n, sample in enumerate(columns) if sample in groups[group["group"]]]
        assert group["samples"] == len(members)
        assert mean == pytest.approx(sums[members].sum() / bases / len(members), abs=1e-5)


def test_one_tissue_is_one_number_a_strand(http, groups):
    name = next(iter(groups))
    query = {"region": "chr1", "source": "junctions"}
    everything = http.get("/expression", params=query).json()
    one = http.get("/expression", params={**query, "tissue": name}).json()
    assert [group["group"] for group in one["groups"]] == [name]
    assert {strand: means[:1] for strand, means in everything["means"].items()} == one["means"]


def test_the_lines_of_the_picture_are_the_reads_in_its_columns(http, groups):
    name = next(iter(groups))
    query = {"region": "chr1:1-100,000,000", "source": "junctions", "tissue": name, "width": 400}
    response = http.get("/expression", params=query)
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    tree = ElementTree.fromstring(response.text)
    lines = [each for each in tree.iter(f"{SVG}g") if each.get("data-group") == name]
    assert {each.get("data-strand") for each in lines} >= {"+", "-"}
    highest = float(
        tree.find(f".//{SVG}g[@class='maximum']/{SVG}text").text.split(" ")[0].replace(",", "")
    )
    tops = []
    for each in lines:
        points = [
            tuple(map(float, point.split(",")))
            for point in each.find(f"{SVG}polyline").get("points").split(" ")
        ]
        xs, ys = zip(*points, strict=True)
        assert (xs[0], xs[-1]) == (14, 386)
        baseline = ys[0] if each.get("data-strand") == "-" else max(ys)
        tops.append(max(abs(y - baseline) for y in ys))
        up = each.get("data-strand") != "-"
        assert all((y <= baseline) == up or y == baseline for y in ys)
    assert max(tops) == pytest.approx(130, abs=0.1)
    assert highest > 0


def test_a_png_has_two_pixels_for_each_of_the_svg(http):
    query = {"region": "chr1", "source": "junctions", "width": 640}
    image = Image.open(BytesIO(http.get("/expression.png", params=query).content))
    assert image.size[0] == 1_280


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ({}, 400, "seqid, xmin and xmax"),
        ({"seqid": "chr1", "xmin": 5}, 400, "seqid, xmin and xmax"),
        ({"region": "chr1:1-9", "seqid": "chr1"}, 400, "seqid, xmin and xmax"),
        ({"region": "chr99:1-9"}, 404, "chr99"),
        ({"region": "chr1:1-9", "tissue": "Tail"}, 404, "Tail"),
        ({"region": "chr1:1-9", "source": "genes"}, 400, "junctions"),
        ({"region": "chr1:1-9", "width": 5}, 400, "320"),
    ],
)
def test_a_bad_request_is_told_what_was_expected(http, query, status, expected):
    for path in ("/expression", "/expression.svg", "/expression.png"):
        response = http.get(path, params=query)
        assert response.status_code == status
        assert expected in response.text


def test_a_release_without_arrays_tells_the_command(root):
    response = root.get("/api/v1/compilations/bare/expression", params={"region": "chr1"})
    assert response.status_code == 404
    assert "snapshard build-arrays" in response.text


def test_a_damaged_array_is_named_and_a_new_build_replaces_it(world, tmp_path):
    content = build_arrays(world.index, world.release, tmp_path)
    name = content.names[0]
    path = name.file(content.folder, "totals")
    path.write_bytes(b"")
    with pytest.raises(BadSource, match=path.name):
        content.tracks(name.source, name.chromosome)
    content = build_arrays(world.index, world.release, tmp_path)
    assert content.tracks(name.source, name.chromosome)[name.strand].positions[0] > 0
    names = [each.name for each in tmp_path.iterdir()]
    assert sorted(names) == [f".{world.release.schema}.lock", world.release.schema]


def test_an_incomplete_build_is_not_read(world, tmp_path):
    (tmp_path / f".{world.release.schema}.partial").mkdir()
    content = build_arrays(world.index, world.release, tmp_path)
    (content.folder / "arrays.json").write_text("{")
    with pytest.raises(BadSource, match="list of arrays"):
        array_folder(tmp_path, world.release)


def test_arrays_of_another_load_of_the_same_name_are_not_read(world, tmp_path):
    build_arrays(world.index, world.release, tmp_path)
    later = replace(world.release, created=world.release.created + timedelta(seconds=1))
    with pytest.raises(NotFound, match="snapshard build-arrays sim"):
        array_folder(tmp_path, later)


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for 64 kB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_leaves_no_arrays_and_is_named(world, small_disk):
    with pytest.raises(BadSource, match=r"partial: No space left on device"):
        build_arrays(world.index, world.release, small_disk)
    assert [path.name for path in small_disk.iterdir()] == [f".{world.release.schema}.lock"]
    with pytest.raises(NotFound, match="snapshard build-arrays sim"):
        array_folder(small_disk, world.release)


def test_a_full_disk_keeps_the_arrays_that_are_there(world, small_disk):
    folder = small_disk / world.release.schema
    folder.mkdir()
    catalog = world.index.catalog.identity()
    created = world.release.created.isoformat()
    earlier = ArrayFolder(folder, catalog, created, ("Brain",), {"junctions": (7,)}, ())
    (folder / "arrays.json").write_text(earlier.to_json())
    with pytest.raises(BadSource, match="No space left on device"):
        build_arrays(world.index, world.release, small_disk)
    assert array_folder(small_disk, world.release) == earlier


def test_deployments_that_share_a_folder_keep_their_own_arrays(world, tmp_path):
    folder = tmp_path / world.release.schema
    folder.mkdir()
    created = world.release.created.isoformat()
    others = ArrayFolder(folder, "1/catalog", created, ("Brain",), {"junctions": (7,)}, ())
    (folder / "arrays.json").write_text(others.to_json())
    own = world.index.catalog.identity()
    assert own != "1/catalog"
    with pytest.raises(BadRelease, match=r"another deployment .*choose another folder"):
        build_arrays(world.index, world.release, tmp_path)
    delete_arrays(tmp_path, own, frozenset())
    assert array_folder(tmp_path, world.release) == others
    delete_arrays(tmp_path, "1/catalog", frozenset({world.release.schema}))
    assert folder.exists()
    delete_arrays(tmp_path, "1/catalog", frozenset())
    assert not folder.exists()


def test_prune_deletes_only_arrays_of_its_own_catalog(world, tmp_path):
    own = world.index.catalog.identity()
    for name, catalog in (("sim@dropped", own), ("sim@theirs", "1/catalog")):
        arrays = ArrayFolder(tmp_path / name, catalog, "", ("Brain",), {"junctions": (7,)}, ())
        arrays.folder.mkdir()
        (arrays.folder / "arrays.json").write_text(arrays.to_json())
    build_arrays(world.index, world.release, tmp_path)
    command = [sys.executable, "-m", "snapshard", "releases", "prune", "--data", world.folder]
    environment = {**os.environ, "SNAPSHARD_ARRAYS": str(tmp_path)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    names = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert names == sorted([world.release.schema, "sim@theirs"])


def test_a_second_program_does_not_build_the_same_arrays(world, tmp_path):
    def build_again(_):
        with pytest.raises(BadRelease, match="another program builds the arrays of sim/cut5"):
            build_arrays(world.index, world.release, tmp_path)

    content = build_arrays(world.index, world.release, tmp_path, progress=build_again)
    assert content.names
