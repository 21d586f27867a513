"""Loading: every form of source, side files, bad rows, loads that are repeated, disturbed or killed
in part.
"""

import gzip
import json
import multiprocessing
import os
import shutil
import signal
import statistics
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pysam
import pytest
import zstandard
from odd_sources import load, write_sources
from psycopg import sql
from stored import FIVE, blocks, expected_lines, read_lines, schemas, stored_lines

from snapshard.errors import BadRelease, BadRow, BadSource, NotFound, SnapshardError
from snapshard.junction import NAMES
from snapshard.measures import decode_summaries
from snapshard_populate.loading import (
    Compilation,
    LoadPlan,
    begin_compilation,
    load_compilation,
    load_shards,
    read_folder,
    verify_release,
)
from snapshard_populate.loading.shard import ShardShare, load_shard
from snapshard_populate.releases import default_layout, read_layout, sessions


@pytest.fixture(scope="module")
def intervals():
    return read_layout(FIVE)


@pytest.fixture(scope="module")
def shards(embedded, intervals):
    return embedded.ensure_shards(sorted({one.shard for one in intervals}))


@pytest.fixture(scope="module")
def sparse(shared, tmp_path_factory):
    """A part of gtex17 over all its chromosomes, in Snaptron's own order of chromosomes and with
    two contigs, as a plain file.
    """
    lines = read_lines(shared / "data/gtex17/junctions.tsv.gz")[::40]
    contigs = [
        f"{number}\t{chrom}\t" + line.split("\t", 2)[2]
        for number, chrom, line in (
            (10**9, "chrUn_GL000195v1", lines[0]),
            (10**9 + 1, "chrEBV", lines[1]),
        )
    ]
    path = tmp_path_factory.mktemp("sparse") / "junctions.tsv"
    path.write_text("".join(sorted(lines + contigs, key=lambda line: line.split("\t")[1])))
    return path


def bgzip(path, into):
    """A bgzip copy with a tabix index beside it."""
    plain = into / "junctions"
    shutil.copy(path, plain)
    pysam.tabix_index(str(plain), seq_col=1, start_col=2, end_col=3, force=True)
    return str(plain) + ".gz"


def as_plain(path, folder, monkeypatch=None, stack=None):
    return str(path)


def as_gzip(path, folder, monkeypatch=None, stack=None):
    packed = folder / "junctions.tsv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return str(packed)


def as_indexed(path, folder, monkeypatch=None, stack=None):
    return bgzip(path, folder)


def as_standard_input(path, folder, monkeypatch=None, stack=None):
    reader, writer = os.pipe()

    def write():
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(path.read_bytes())

    threading.Thread(target=write, daemon=True).start()
    monkeypatch.setattr("sys.stdin", stack.enter_context(os.fdopen(reader)))
    return "-"


FORMS = [as_plain, as_gzip, as_indexed, as_standard_input]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_each_form_of_source_puts_the_same_lines_into_the_same_intervals(
    sparse, shards, intervals, form, tmp_path, monkeypatch
):
    with ExitStack() as stack:
        compilation = Compilation(form.__name__, form(sparse, tmp_path, monkeypatch, stack))
        status = load_compilation(shards, LoadPlan(compilation, intervals, jobs=2))
    assert (status.state, status.current, status.sample_count) == ("published", True, None)
    lines = read_lines(sparse)
    assert status.row_count == len(lines)
    assert stored_lines(shards, status.schema) == expected_lines(intervals, lines)


@pytest.mark.parametrize("name", ["gtex", "gtexv2"])
def test_real_rows_stand_in_blocks_and_hot_columns(worlds, shards, intervals, name):
    world = worlds(name, 5)
    schema = world.release.schema
    assert stored_lines(shards, schema) == expected_lines(intervals, world.lines)
    expected = []
    for lines in expected_lines(intervals, world.lines).values():
        expected += [dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True)) for line in lines]
    hot = []
    for shard in world.release.shards:
        with psycopg.connect(shards.address(shard)) as connection:
            columns = sql.SQL(", ").join(
                [sql.SQL("{}::text").format(sql.Identifier(n)) for n in NAMES if n != "samples"]
            )
            query = sql.SQL("SELECT {} FROM {}.junction ORDER BY block, position").format(
                columns, sql.Identifier(schema)
            )
            hot += connection.execute(query).fetchall()
    assert hot == [tuple(one[name] for name in NAMES if name != "samples") for one in expected]


def test_catalog_says_what_each_interval_holds(worlds, shards, intervals):
    world = worlds("gtex17", 5)
    lines = expected_lines(intervals, world.lines)
    with psycopg.connect(shards.catalog) as connection:
        query = """SELECT number, row_count, max_end, longest, min_id, max_id, coverage_sum::bigint,
            pair_count, text_bytes
            FROM content WHERE schema = %s AND kind = 'junction' ORDER BY number"""
        content = {
            number: values for number, *values in connection.execute(query, [world.release.schema])
        }
    for number, of_interval in lines.items():
        rows = [line.split("\t") for line in of_interval]
        if not rows:
            assert content[number] == [0, None, None, None, None, 0, 0, 0]
            continue
        ids, ends = [int(row[0]) for row in rows], [int(row[3]) for row in rows]
        assert content[number] == [
            len(rows),
            max(ends),
            max(int(row[4]) for row in rows),
            min(ids),
            max(ids),
            sum(int(row[13]) for row in rows),
            sum(row[11].count(":") for row in rows),
            sum(map(len, of_interval)),
        ]


def test_density_counts_the_starts_in_every_window(worlds, shards):
    world = worlds("gtex17", 5)
    expected = defaultdict(Counter)
    for line in world.lines:
        row = dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True))
        for size in (10**4, 10**5, 10**6, 10**7):
            window = (size, row["chromosome"], (int(row["start"]) - 1) // size)
            annotated = row["annotated"] != "0"
            expected[window].update(
                junctions=1, annotated=annotated, coverage=int(row["coverage_sum"])
            )
    found = defaultdict(Counter)
    for shard in world.release.shards:
        with psycopg.connect(shards.address(shard)) as connection:
            query = sql.SQL("SELECT * FROM {}.density").format(sql.Identifier(world.release.schema))
            for size, chrom, window, junctions, annotated, coverage in connection.execute(query):
                found[size, chrom, window].update(
                    junctions=junctions, annotated=annotated, coverage=coverage
                )
    assert found == expected


def test_group_summaries_of_real_rows(worlds, shards, compilations):
    world = worlds("gtex", 5)
    groups = {}
    for number, line in enumerate(read_lines(compilations["gtex"].groups)[1:]):
        groups |= {int(sample): number for sample in line.rstrip("\n").split("\t")[3].split(",")}
    records = {}
    for block, payload in blocks(
        shards, world.release.schema, "junction_summary", "block, payload"
    ):
        one = decode_summaries(payload)
        for at in range(len(one)):
            key = block, int(one.positions[at]), int(one.groups[at])
            records[key] = one.samples[at], one.reads[at], one.medians[at], one.maxima[at]
    expected = {}
    for block, payload in blocks(shards, world.release.schema, "junction_block", "block, payload"):
        for position, line in enumerate(
            zstandard.ZstdDecompressor().decompress(payload).decode().splitlines()
        ):
            of_group = defaultdict(list)
            for pair in line.split("\t")[11].split(",")[1:]:
                sample, coverage = map(int, pair.split(":"))
                if sample in groups:
                    of_group[groups[sample]].append(coverage)
            for number, coverages in of_group.items():
                found = len(coverages), sum(coverages), statistics.median(coverages), max(coverages)
                expected[block, position, number] = found
    assert records == expected


def test_folder_with_every_kind_of_file(worlds, shards, intervals, simulated, index):
    world = worlds("sim", 5)
    schema = world.release.schema
    for kind in ("gene", "exon"):
        lines = read_lines(simulated / f"{kind}s.bgz")
        assert stored_lines(shards, schema, kind) == expected_lines(intervals, lines)
    lines = read_lines(simulated / "bases.tsv.bgz")
    assert stored_lines(shards, schema, "base") == expected_lines(
        intervals, lines, chrom=0, start=1, counted_from=0
    )
    for bounds in blocks(shards, schema, "base_block", "row_count, min_start, max_end, payload"):
        row_count, min_start, max_end, payload = bounds
        rows = [
            line.split("\t")
            for line in zstandard.ZstdDecompressor().decompress(payload).decode().splitlines()
        ]
        assert (row_count, min_start, max_end) == (
            len(rows),
            int(rows[0][1]) + 1,
            max(int(row[2]) for row in rows),
        )
    assert world.release.simulated
    assert world.release.sample_count == 80
    assert (
        index.catalog.file(world.release, "samples.tsv") == (simulated / "samples.tsv").read_bytes()
    )
    assert (
        index.catalog.file(world.release, "bases.header.tsv")
        == (simulated / "bases.header.tsv").read_bytes()
    )


def table(shards, schema, name, columns, order):
    with psycopg.connect(shards.catalog) as connection:
        query = sql.SQL("SELECT {} FROM {}.{} ORDER BY {}").format(
            sql.SQL(columns), sql.Identifier(schema), sql.Identifier(name), sql.Identifier(order)
        )
        return connection.execute(query).fetchall()


def test_samples_groups_genes_and_transcripts_stand_in_the_catalog(shards, intervals, shared):
    folder = shared / "golden/data"
    status = load_compilation(shards, LoadPlan(read_folder(folder, name="tiny"), intervals))
    lines = read_lines(folder / "samples.tsv")
    assert status.sample_count == len(lines) - 1
    fields = table(shards, status.schema, "sample_field", "name, type", "number")
    assert [name for name, _ in fields] == lines[0].rstrip("\n").split("\t")
    types = dict(line.rstrip("\n").split("\t") for line in read_lines(folder / "samples.types.tsv"))
    assert dict(fields) == {name: kind for name, kind in types.items() if name != "all"}
    samples = table(shards, status.schema, "sample", "fields", "rail_id")
    assert ["\t".join(row) + "\n" for (row,) in samples] == lines[1:]
    groups = table(shards, status.schema, "sample_group", "name, long_name, members", "number")
    expected = [
        line.rstrip("\n").split("\t") for line in read_lines(folder / "samples.groups.tsv")[1:]
    ]
    assert groups == [
        # The group SRP9 has one member, which is none of the samples.
        (one[0], one[1], [int(member) for member in one[3].split(",") if member != "999"])
        for one in expected
    ]
    genes = table(shards, status.schema, "gene", 'gene_id, symbol, start, "end"', "number")
    assert ("ENSG00000000001.1", "GENEA", 50, 2000) in genes
    transcripts = table(
        shards,
        status.schema,
        "transcript",
        'transcript_id, start, "end", exon_starts, exon_ends, file',
        "number",
    )
    assert transcripts[0] == ("NM_1", 50, 1000, [50, 901], [120, 1000], "refflat")
    assert Counter(row[-1] for row in transcripts) == {
        "refflat": len(read_lines(folder / "refseq_transcripts_by_hgvs.tsv")),
        "transcripts": len(read_lines(folder / "all_transcripts.gtf")),
        "canonical": len(read_lines(folder / "ucsc_known_canonical_transcript.tsv")),
    }


def test_sample_fields_with_quotes_and_backslashes_come_back(embedded, shards, tmp_path):
    lines = ["rail_id\tsaid\n", '1\ta "word", {x}\n', "2\tback\\slash NULL\n", "3\t\n", "4\tNULL\n"]
    status = load(embedded, write_sources(tmp_path, samples="".join(lines)))
    stored = table(shards, status.schema, "sample", "fields", "rail_id")
    assert ["\t".join(row) + "\n" for (row,) in stored] == lines[1:]


def spoilt(path, folder, places, form=as_plain):
    """A copy in which the lines at these places claim a read too many."""
    lines = read_lines(path)
    for place in places:
        fields = lines[place].split("\t")
        fields[13] = str(int(fields[13]) + 1)
        lines[place] = "\t".join(fields)
    copy = folder / "spoilt.tsv"
    copy.write_text("".join(lines))
    return form(copy, folder)


@pytest.mark.parametrize("form", [as_plain, as_indexed], ids=lambda form: form.__name__)
@pytest.mark.parametrize(("bad", "max_errors"), [([2500], 0), ([5, 700, 1500, 2900], 3)])
def test_bad_rows_over_the_budget_leave_nothing_behind(
    shards, intervals, sparse, tmp_path, form, bad, max_errors
):
    before = schemas(shards)
    compilation = Compilation("spoilt", spoilt(sparse, tmp_path, bad, form))
    with pytest.raises(BadRow, match="coverage_sum: expected"):
        load_compilation(shards, LoadPlan(compilation, intervals, max_errors=max_errors, jobs=2))
    assert schemas(shards) == before


@pytest.mark.parametrize("form", [as_plain, as_indexed], ids=lambda form: form.__name__)
def test_bad_rows_within_the_budget_are_left_out_and_told(
    shards, intervals, sparse, tmp_path, form
):
    bad = [5, 1500, 2900]
    told = []
    compilation = Compilation("few_bad", spoilt(sparse, tmp_path, bad, form))
    status = load_compilation(
        shards, LoadPlan(compilation, intervals, max_errors=3, jobs=2), bad_row=told.append
    )
    lines = [line for place, line in enumerate(read_lines(sparse)) if place not in bad]
    assert stored_lines(shards, status.schema) == expected_lines(intervals, lines)
    # Also if each shard reads its own part by the index, lines are those of the file.
    assert sorted(row.line for row in told) == [place + 1 for place in bad]


def test_unsorted_source_leaves_nothing_behind(shards, intervals, sparse, tmp_path):
    before = schemas(shards)
    lines = read_lines(sparse)
    path = tmp_path / "unsorted.tsv"
    path.write_text("".join([*lines[:100], lines[150], *lines[100:150], *lines[151:]]))
    with pytest.raises(BadSource, match="sorted"):
        load_compilation(shards, LoadPlan(Compilation("unsorted", str(path)), intervals))
    assert schemas(shards) == before


def loaded_at(shards, schema):
    with psycopg.connect(shards.catalog) as connection:
        return dict(
            connection.execute(
                "SELECT number, loaded FROM content WHERE schema = %s AND kind = 'junction'",
                [schema],
            )
        )


def test_load_in_steps_skips_what_is_in(shards, intervals, sparse, tmp_path):
    compilation = Compilation("stepwise", bgzip(sparse, tmp_path))
    plan = LoadPlan(compilation, intervals, release="a")
    schema, begun = begin_compilation(shards, plan)
    assert begun
    assert begin_compilation(shards, plan) == (schema, False)
    load_shards(shards, plan, schema, only=["s2", "s5"])
    first = loaded_at(shards, schema)
    assert set(first) == {one.number for one in intervals if one.shard in ("s2", "s5")}
    with pytest.raises(BadRelease, match="not fully loaded: load shard s1, s3, s4"):
        verify_release(shards, "stepwise", "a")
    status = load_compilation(shards, plan, steps=("verify",))
    assert status.state == "verified"
    assert {
        number: at for number, at in loaded_at(shards, schema).items() if number in first
    } == first
    assert stored_lines(shards, schema) == expected_lines(intervals, read_lines(sparse))
    load_shards(shards, plan, schema)
    with pytest.raises(NotFound, match="no shard of the release"):
        load_shards(shards, plan, schema, only=["s9"])


def test_loaders_that_begin_at_one_moment_begin_one_release(shards, intervals, sparse):
    plan = LoadPlan(Compilation("at_once", str(sparse)), intervals, release="a")
    with ThreadPoolExecutor(4) as pool:
        found = [
            one.result() for one in [pool.submit(begin_compilation, shards, plan) for _ in range(4)]
        ]
    assert sorted(found) == [("at_once@a", False)] * 3 + [("at_once@a", True)]


def test_shard_whose_commit_the_catalog_never_learnt_of_is_loaded_again(shards, intervals, sparse):
    plan = LoadPlan(Compilation("forgotten", str(sparse)), intervals, release="a")
    schema = load_compilation(shards, plan, steps=()).schema
    with psycopg.connect(shards.catalog) as connection:
        numbers = [one.number for one in intervals if one.shard == "s3"]
        connection.execute(
            "DELETE FROM content WHERE schema = %s AND number = ANY(%s)", [schema, numbers]
        )
    assert load_compilation(shards, plan).state == "published"
    assert stored_lines(shards, schema) == expected_lines(intervals, read_lines(sparse))


def test_two_loaders_of_one_shard_exclude_each_other(shards, intervals, sparse, monkeypatch):
    monkeypatch.setattr(sessions, "PATIENCE", 0.2)
    plan = LoadPlan(Compilation("contested", str(sparse)), intervals, release="a")
    schema, _ = begin_compilation(shards, plan)
    with psycopg.connect(shards.address("s1"), autocommit=True) as other:
        assert sessions.try_lock(other, schema)
        with pytest.raises(BadRelease, match="another loader is loading shard 's1'"):
            load_shard(shards, ShardShare(schema, "s1", ("junction",)), [], report=print)


@pytest.mark.parametrize("form", [as_plain, as_indexed], ids=lambda form: form.__name__)
def test_loader_process_that_dies_ends_the_load_by_name(shards, intervals, sparse, tmp_path, form):
    def kill(progress):
        for process in multiprocessing.active_children():
            if progress.shard == "s3" and process.name == "snapshard load s3":
                os.kill(process.pid, signal.SIGKILL)

    compilation = Compilation("fragile", form(sparse, tmp_path))
    plan = LoadPlan(compilation, intervals, release=form.__name__)
    with pytest.raises(SnapshardError, match=r"process that loaded shard 's3' died \(signal 9"):
        load_compilation(shards, plan, report=kill)
    assert multiprocessing.active_children() == []
    assert load_compilation(shards, plan).state == "published"


def damage(shards, schema, statement):
    with psycopg.connect(shards.address("s4")) as connection:
        connection.execute(sql.SQL(statement).format(s=sql.Identifier(schema)))


DAMAGE = [
    (
        "UPDATE {s}.junction SET coverage_sum = 0 WHERE block = (SELECT min(block) FROM {s}.junction)",
        "coverage_sum is",
    ),
    ("DELETE FROM {s}.junction WHERE position = 3", "row_count is"),
    (
        "DELETE FROM {s}.junction_block WHERE block = (SELECT max(block) FROM {s}.junction_block)",
        "sha256 is",
    ),
    ("UPDATE {s}.junction_block SET min_start = 1", "bounds"),
    (
        "DELETE FROM {s}.density WHERE bin_size = 100000 AND bin = (SELECT min(bin) FROM {s}.density)",
        "density per 100000",
    ),
]


@pytest.mark.parametrize(("statement", "message"), DAMAGE, ids=lambda value: value[:30])
def test_verify_sees_damage(shards, intervals, sparse, statement, message):
    plan = LoadPlan(Compilation("damaged", str(sparse)), intervals)
    status = load_compilation(shards, plan, steps=())
    damage(shards, status.schema, statement)
    with pytest.raises(BadRelease, match=message) as caught:
        verify_release(shards, "damaged", status.name)
    assert "s4" in str(caught.value)


def test_folder_says_what_it_lacks(tmp_path):
    with pytest.raises(BadSource, match="expected junctions"):
        read_folder(tmp_path)
    (tmp_path / "junctions.tsv").write_text("")
    (tmp_path / "compilation.json").write_text("[]")
    with pytest.raises(BadSource, match="expected a JSON object"):
        read_folder(tmp_path)
    (tmp_path / "compilation.json").write_text(json.dumps({"name": "x", "simulated": True}))
    assert read_folder(tmp_path).simulated
    with pytest.raises(BadSource, match=r"needs bases\.header\.tsv"):
        replace(read_folder(tmp_path), bases="bases.tsv")


def test_shard_without_an_address_is_named_before_anything_begins(shards, sparse):
    before = schemas(shards)
    with pytest.raises(NotFound, match="no address for shard"):
        load_compilation(
            shards, LoadPlan(Compilation("lost", str(sparse)), default_layout(["nowhere"]))
        )
    assert schemas(shards) == before
