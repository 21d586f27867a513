"""Published files hold what the shards hold, and a publication that did not end never looks whole."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyBigWig
import pysam
import pytest
from published import bucket_store

from snapshard.errors import BadRelease, BadSource
from snapshard.files import publish
from snapshard.files.manifest import DRAFT_NAME, NAME
from snapshard.files.schemas import JUNCTIONS
from snapshard.junction import SUMMARY
from snapshard.measures import summarise
from snapshard.membership import Membership
from snapshard.query import Query
from snapshard.region import Region
from snapshard.rows import Rows


@pytest.fixture(scope="module")
def world(worlds):
    return worlds("sim", 5)


@pytest.fixture(scope="module")
def files(world, tmp_path_factory):
    """The folder of a published release."""
    target = tmp_path_factory.mktemp("published")
    publish(world.index, world.release, str(target))
    return target / f"release={world.release.name}"


def rows_of(world):
    return Rows(b"".join(rows.text for rows in world.index.rows(world.release, Query())))


def read_all(files, table):
    """All rows of a table, in the order of the manifest."""
    entries = json.loads((files / NAME).read_text())["files"]
    tables = [pq.ParquetFile(files / e["path"]).read() for e in entries if e["table"] == table]
    return pa.concat_tables(tables)


@pytest.mark.parametrize(("compilation", "shards"), [("sim", 1), ("sim", 5), ("gtex", 5)])
def test_the_files_hold_the_rows_of_the_shards_in_their_order(
    worlds, tmp_path, compilation, shards
):
    world = worlds(compilation, shards)
    manifest = publish(world.index, world.release, str(tmp_path))
    files = tmp_path / f"release={world.release.name}"
    rows, junctions = rows_of(world), read_all(files, "junctions")
    assert manifest.row_count("junctions") == len(rows) == world.release.row_count
    for name in SUMMARY:
        texts = [text.decode() for text in rows.texts(name)]
        values = junctions.column(name).to_pylist()
        kind = JUNCTIONS.field(name).type
        if kind == pa.string():
            assert values == texts
        else:
            assert values == [float(text) if text else None for text in texts]
    classes = Rows(
        b"".join(
            part.text for part in world.index.summaries(world.release, Query(), columns=("class",))
        ),
        ("class",),
    )
    assert junctions.column("class").to_pylist() == [t.decode() for t in classes.texts("class")]
    pairs = read_all(files, "pairs")
    assert pairs.column("snaptron_id").equals(junctions.column("snaptron_id"))
    for name, values in (("samples", rows.pairs.samples), ("coverages", rows.pairs.coverages)):
        assert pairs.column(name).combine_chunks().flatten().to_pylist() == values.tolist()
    lengths = [len(samples) for samples in pairs.column("samples").to_pylist()]
    assert lengths == rows.pairs.counts().tolist()


def test_the_group_summaries_are_those_of_the_rows(world, files):
    rows, groups = rows_of(world), world.index.facts.of(world.release).groups
    expected = summarise(rows.pairs, Membership({group.number: group.members for group in groups}))
    table = read_all(files, "group_summaries")
    ids = rows.integers("snaptron_id")[expected.positions]
    names = {group.number: group.name for group in groups}
    assert table.column("snaptron_id").to_pylist() == ids.tolist()
    assert table.column("group").to_pylist() == [names[n] for n in expected.groups.tolist()]
    for name in ("samples", "reads", "medians", "maxima"):
        column = {"medians": "median", "maxima": "maximum"}.get(name, name)
        assert table.column(column).to_pylist() == getattr(expected, name).tolist()


def test_row_groups_are_bounded_and_have_a_page_index(files):
    for path in files.glob("chromosome=*/*.parquet"):
        metadata = pq.read_metadata(path)
        most = 16_384 if path.name == "pairs.parquet" else 122_880
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            assert group.num_rows <= most
            assert group.column(0).has_column_index
            assert group.column(0).has_offset_index
            if path.name == "pairs.parquet":
                encodings = group.column(group.num_columns - 1).encodings
                assert "DELTA_BINARY_PACKED" in encodings


def test_duckdb_reads_genes_samples_groups_and_transcripts(world, files):
    facts = world.index.facts.of(world.release)

    def count(table):
        return duckdb.sql(f"SELECT count(*) FROM '{files / table}.parquet'").fetchall()[0][0]

    assert count("samples") == len(facts.samples.ids) == world.release.sample_count
    assert count("groups") == len(facts.groups)
    assert count("genes") > 0
    assert count("transcripts") > 0
    members = duckdb.sql(f"SELECT members FROM '{files / 'groups.parquet'}'").fetchall()
    assert [row[0] for row in members] == [group.members.tolist() for group in facts.groups]


def test_the_manifest_states_the_origin_and_every_file(world, files):
    manifest = json.loads((files / NAME).read_text())
    assert manifest["provenance"]["compilation"] == "sim"
    assert manifest["provenance"]["coordinate_system"] == "1-based, closed, intron"
    assert manifest["schemas"]["junctions"]["start"] == "int32"
    paths = {entry["path"] for entry in manifest["files"]}
    present = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
    assert present == paths | {NAME}
    for entry in manifest["files"]:
        content = (files / entry["path"]).read_bytes()
        assert len(content) == entry["bytes"]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    source = world.index.catalog.file(world.release, "samples.tsv")
    assert pa.input_stream(files / "samples.tsv.zst").read() == source


def test_a_browser_finds_the_junctions_of_a_region_in_the_bed_file(world, files):
    region = Region("chr2", 1, 100_000_000)
    query = Query(regions=(region,))
    rows = Rows(b"".join(rows.text for rows in world.index.rows(world.release, query)))
    expected = []
    for line in rows.text.decode().splitlines():
        fields = line.split("\t")
        start, count, reads = int(fields[2]) - 1, fields[12], fields[13]
        strand = fields[5] if fields[5] in "+-" else "."
        score = str(min(int(count), 1_000))
        expected.append([fields[1], str(start), fields[3], fields[0], score, strand, count, reads])
    with pysam.TabixFile(str(files / "junctions.bed.gz")) as bed:
        lines = [line.split("\t") for line in bed.fetch("chr2", 0, 100_000_000)]
    assert len(lines) > 10
    assert lines == expected


def test_a_second_reader_finds_the_same_junctions_in_the_bigbed_file(files):
    with pysam.TabixFile(str(files / "junctions.bed.gz")) as bed:
        lines = [line.split("\t") for chrom in bed.contigs for line in bed.fetch(chrom)]
        contigs = set(bed.contigs)
    bigbed = pyBigWig.open(str(files / "junctions.bb"))
    lengths = bigbed.chroms()
    entries = [
        [chrom, str(start), str(end), *rest.split("\t")]
        for chrom in lengths
        for start, end, rest in bigbed.entries(chrom, 0, lengths[chrom])
    ]
    assert set(lengths) == contigs
    assert lengths["chr2"] == 242_193_529
    assert sorted(entries) == sorted(lines)
    assert b"bigint reads" in bigbed.SQL()
    bigbed.close()


def test_chromosomes_of_unknown_length_end_at_their_last_junction(worlds, tmp_path):
    world = worlds("gtexv2", 1)
    assert world.release.assembly is None
    publish(world.index, world.release, str(tmp_path))
    bigbed = pyBigWig.open(str(tmp_path / f"release={world.release.name}/junctions.bb"))
    for chrom, length in bigbed.chroms().items():
        ends = [int(line.split("\t")[3]) for line in world.lines if line.split("\t")[1] == chrom]
        assert length == max(ends)
    bigbed.close()


def test_a_second_publication_checks_the_files_and_writes_nothing(world, files):
    times = {path: path.stat().st_mtime_ns for path in files.rglob("*")}
    publish(world.index, world.release, str(files.parent))
    assert {path: path.stat().st_mtime_ns for path in files.rglob("*")} == times


@pytest.mark.parametrize("damage", ["changed", "cut", "removed"])
def test_a_file_that_differs_from_the_manifest_is_refused_by_name(world, tmp_path, damage):
    publish(world.index, world.release, str(tmp_path))
    path = tmp_path / f"release={world.release.name}/chromosome=chr2/pairs.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "removed":
        path.unlink()
    else:
        path.write_bytes(content if damage == "changed" else content[:-1])
    with pytest.raises(BadSource, match=r"chromosome=chr2/pairs\.parquet: "):
        publish(world.index, world.release, str(tmp_path))


def test_another_release_of_the_same_name_is_not_overwritten(worlds, tmp_path):
    gtex, sim = worlds("gtex", 5), worlds("sim", 5)
    assert gtex.release.name == sim.release.name
    publish(sim.index, sim.release, str(tmp_path))
    with pytest.raises(BadRelease, match=r"has sim/cut5 of .*, not gtex/cut5"):
        publish(gtex.index, gtex.release, str(tmp_path))


class Interrupted(Exception):
    """Raised in place of the end of a process."""


def test_an_interrupted_publication_keeps_the_chromosomes_that_are_complete(world, tmp_path):
    rows_before_the_end = [world.release.row_count // 2]

    def stop(count):
        rows_before_the_end[0] -= count
        if rows_before_the_end[0] < 0:
            raise Interrupted

    with pytest.raises(Interrupted):
        publish(world.index, world.release, str(tmp_path), progress=stop)
    files = tmp_path / f"release={world.release.name}"
    draft = json.loads((files / DRAFT_NAME).read_text())
    assert not (files / NAME).exists()
    complete = {files / entry["path"]: None for entry in draft["files"]}
    times = {path: path.stat().st_mtime_ns for path in complete}
    assert len(times) >= 3
    damaged = files / draft["files"][0]["path"]
    damaged.write_bytes(b"PAR1")
    written = []
    publish(world.index, world.release, str(tmp_path), progress=written.append)
    first_chromosome = damaged.parent
    kept = {path: time for path, time in times.items() if path.parent != first_chromosome}
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert 0 < sum(written) < world.release.row_count
    assert not (files / DRAFT_NAME).exists()
    junctions = read_all(files, "junctions").column("snaptron_id").to_pylist()
    assert junctions == rows_of(world).integers("snaptron_id").tolist()


@pytest.mark.parametrize("file_count", [1, 30, 66])
def test_a_kill_at_any_instant_leaves_no_release_that_looks_whole(
    embedded, world, files, tmp_path, file_count
):
    command = [Path(sys.executable).parent / "snapshard", "publish-files", world.release.name]
    command += [str(tmp_path), "--compilation", "sim", "--data", str(embedded.folder)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SNAPSHARD_")}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    killed = tmp_path / f"release={world.release.name}"
    while process.poll() is None and len(list(killed.glob("*/*"))) < file_count:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (killed / NAME).exists()
    publish(world.index, world.release, str(tmp_path))
    assert (killed / NAME).read_bytes() == (files / NAME).read_bytes()


def test_the_command_publishes_to_s3(world, files):
    with bucket_store("published") as target:
        publish(world.index, world.release, target)
        written = publish(world.index, world.release, target)
        local = json.loads((files / NAME).read_text())
        assert [file.sha256 for file in written.files] == [f["sha256"] for f in local["files"]]


def test_a_bucket_that_does_not_exist_is_named(world):
    with (
        bucket_store("published"),
        pytest.raises(BadSource, match=r"^s3://missing/release=cut5/"),
    ):
        publish(world.index, world.release, "s3://missing")
