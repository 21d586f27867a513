"""The guards of a release: all rows of its sources, every number once, chromosomes that are named
alike; and the notices about what was let pass.
"""

import random
import threading
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pysam
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_sources import load, row, write_sources
from werkzeug.serving import make_server

from snapshard.__main__ import snapshard
from snapshard.client import Client
from snapshard.errors import BadRow, BadSource
from snapshard_populate.loading import (
    UNKNOWN_ASSEMBLY,
    Compilation,
    LoadPlan,
    load_compilation,
    verify_release,
)
from snapshard_populate.loading.unique_ids import RowTable, check_ids
from snapshard_populate.reading.source_server import source_server
from snapshard_populate.releases import find_release, read_layout

OLD_ROWS = [row(1, "chr1", 100, 200), row(2, "chr1", 5000, 5100), row(3, "chr2", 100, 900)]
NEW_ROWS = [
    *OLD_ROWS[:2],
    row(4, "chr1", 3_000_000, 3_000_100),
    OLD_ROWS[2],
    row(5, "chr2", 200_000, 200_100),
    row(6, "chr3", 7, 9),
]


def bgzip(path, text):
    """Writes a file whose size depends on the length of the text alone: level 0 stores it."""
    with pysam.BGZFile(str(path), "wb0") as stream:
        stream.write(text.encode())


def make_index(path, **options):
    columns = {"seq_col": 1, "start_col": 2, "end_col": 3} | options
    pysam.tabix_index(str(path), force=True, **columns)


@pytest.fixture
def stale(tmp_path):
    """A file of NEW_ROWS with the index of a file of OLD_ROWS."""
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join(OLD_ROWS))
    make_index(path)
    bgzip(path, "".join(NEW_ROWS))
    return path


@contextmanager
def served(folder):
    """The address of a folder, from the server of the source pod."""
    server = make_server("127.0.0.1", 0, source_server(str(folder)), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("shards", [1, 3])
def test_an_index_of_an_older_file_is_not_used_and_no_row_is_lost(embedded, stale, shards, remote):
    with served(stale.parent) as address:
        location = f"{address}/{stale.name}" if remote else str(stale)
        status = load(embedded, Compilation("stale", location, assembly="GRCh38"), shards=shards)
    assert status.row_count == len(NEW_ROWS)
    [notice] = status.notices
    assert notice.startswith("junctions.gz: its tabix index was not used, because it was made when")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"end_col": 2}, "it is made for columns 2, 3, 3, not for 2, 3, 4"),
        ({"start_col": 3}, "it is made for columns 2, 4, 4, not for 2, 3, 4"),
        ({"zerobased": True}, "it is made for columns 2, 3, 4, positions from 0, not for 2, 3, 4"),
    ],
)
def test_an_index_of_other_columns_is_not_used(embedded, tmp_path, options, expected):
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join(NEW_ROWS))
    make_index(path, **options)
    status = load(embedded, Compilation("columns", str(path), assembly="GRCh38"))
    assert status.row_count == len(NEW_ROWS)
    assert status.notices == (f"junctions.gz: its tabix index was not used, because {expected}",)


def test_an_index_of_other_chromosomes_is_not_used(embedded, tmp_path):
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join(NEW_ROWS).replace("chr", "abc"))
    make_index(path)
    size = path.stat().st_size
    bgzip(path, "".join(NEW_ROWS))
    assert path.stat().st_size == size
    status = load(embedded, Compilation("others", str(path), assembly="GRCh38"))
    assert status.row_count == len(NEW_ROWS)
    assert "its first chromosome is abc1, but that of the file is chr1" in status.notices[0]


def test_an_index_that_hides_rows_stops_the_load_with_the_numbers(embedded, tmp_path):
    """The index fits in every respect that can be seen without reading the file."""
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join([OLD_ROWS[0], row(2, "chr1", 5000, 5100), row(3, "chr2", 7000, 7100)]))
    make_index(path)
    bgzip(path, "".join([OLD_ROWS[0], row(2, "chr2", 5000, 5100), row(3, "chr2", 7000, 7100)]))
    expected = r"has 3 rows \(\d+ bytes\), but its tabix index gave 2 \(\d+ bytes\)"
    with pytest.raises(BadSource, match=expected):
        load(embedded, Compilation("hidden", str(path), assembly="GRCh38"))


def test_rows_read_through_an_index_are_counted_without_those_refused(embedded, tmp_path):
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join(NEW_ROWS).replace("\t3000100\t101\t", "\t3000100\t102\t"))
    make_index(path)
    status = load(embedded, Compilation("few", str(path), assembly="GRCh38"), max_errors=1)
    assert (status.row_count, status.state) == (len(NEW_ROWS) - 1, "published")
    assert status.notices == (
        "junctions.gz: 1 row was refused and left out, as --max-errors allows",
    )


@pytest.mark.parametrize("form", ["plain", "indexed"])
def test_a_chromosome_that_the_layout_lacks_stops_the_load(embedded, tmp_path, form):
    path = tmp_path / "junctions.gz"
    bgzip(path, "".join(NEW_ROWS))
    if form == "indexed":
        make_index(path)
    shards = embedded.ensure_shards(["odd1", "odd2"])
    layout = read_layout(["chr1\t-\todd1", "chr2\t-\todd2"])
    expected = "expected a chromosome of the layout .chr1, chr2., got chr3; add a line for it"
    with pytest.raises((BadRow, BadSource), match=expected):
        load_compilation(
            shards, LoadPlan(Compilation("unplaced", str(path), assembly="GRCh38"), layout)
        )


@pytest.mark.parametrize(
    ("junctions", "expected"),
    [
        (
            row(1, "chr1", 1, 9) + row(2, "chr1", 11, 19) + row(1, "chr1", 21, 29),
            "lines 1 and 3, junctions chr1:1-9:+ and chr1:21-29:+: "
            "expected every snaptron_id once, got 1 twice",
        ),
        (
            row(7, "chr1", 1, 9) + row(8, "chr1", 11, 19) + row(7, "chr2", 1, 9, strand="-"),
            "lines 1 and 3, junctions chr1:1-9:+ and chr2:1-9:-: "
            "expected every snaptron_id once, got 7 twice",
        ),
    ],
)
def test_a_number_that_two_rows_have_stops_the_load_with_both(
    embedded, tmp_path, junctions, expected
):
    with pytest.raises(BadSource) as caught:
        load(embedded, write_sources(tmp_path, junctions=junctions))
    assert str(caught.value) == f"{tmp_path}/junctions.txt: {expected}"


def test_numbers_in_any_order_load_if_each_occurs_once(embedded, tmp_path):
    numbers = random.Random(1).sample(range(100), 30)
    junctions = "".join(
        row(number, f"chr{1 + at % 3}", 10 * at + 1, 10 * at + 5)
        for at, number in sorted(enumerate(numbers), key=lambda each: each[0] % 3)
    )
    assert load(embedded, write_sources(tmp_path, junctions=junctions)).row_count == 30


IDS = st.lists(st.integers(0, 30), min_size=1, max_size=12)


@settings(max_examples=30, deadline=None)
@given(st.tuples(IDS, IDS, IDS), st.integers(1, 4))
def test_numbers_are_compared_within_and_between_shards(embedded, by_shard, most):
    shards = embedded.ensure_shards(["odd1", "odd2", "odd3"])
    ranges = []
    for number, ids in enumerate(by_shard, 1):
        with psycopg.connect(shards.address(f"odd{number}"), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA IF NOT EXISTS ids")
            connection.execute("DROP TABLE IF EXISTS ids.junction")
            connection.execute(
                "CREATE TABLE ids.junction AS SELECT 'chr1' AS chromosome, 1 AS start, 2 AS \"end\", "
                "'+' AS strand, unnest(%s::bigint[]) AS snaptron_id",
                [ids],
            )
        ranges.append(Range(f"odd{number}", len(ids), min(ids), max(ids)))
    every = [number for ids in by_shard for number in ids]
    table = RowTable(shards, "ids", "junction", "-", most_ids=most)
    if len(set(every)) == len(every):
        check_ids(table, ranges)
    else:
        with pytest.raises(BadSource, match="expected every snaptron_id once"):
            check_ids(table, ranges)


class Range:
    def __init__(self, shard, row_count, min_id, max_id):
        self.shard, self.row_count, self.min_id, self.max_id = shard, row_count, min_id, max_id


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ({"annotation": 'NC_9.1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "G"\n'}, "annotation"),
        ({"refflat": "G\tT\tscaf9\t+\t9\t99\t9\t9\t1\t9,\t99,\n"}, "refflat"),
        ({"exons": row(1, "scaf9", 1, 9)}, "exons.txt"),
        ({"bases": "scaf9\t0\t9\t1\n", "bases_header": "chromosome\tstart\tend\t1\n"}, "bases.txt"),
    ],
)
def test_a_table_that_names_no_chromosome_of_the_junctions_stops_the_load(
    embedded, tmp_path, texts, name
):
    expected = rf"{name}: expected chromosomes named as in the junctions \(chr1\), got .*: none is"
    with pytest.raises(BadSource, match=expected):
        load(embedded, write_sources(tmp_path, **texts))


def test_verify_sees_rows_that_are_missing_in_every_table(embedded, tmp_path):
    """As if a loader had lost rows before they were counted."""
    compilation = write_sources(tmp_path, junctions="".join(NEW_ROWS))
    names = ["odd1", "odd2", "odd3"]
    shards = embedded.ensure_shards(names)
    layout = read_layout(["chr1\t-\todd1", "chr2\t-\todd2", "*\t-\todd3"])
    status = load_compilation(shards, LoadPlan(compilation, layout), steps=())
    with psycopg.connect(shards.catalog) as catalog:
        catalog.execute(
            "UPDATE reading SET row_count = row_count + 1 WHERE schema = %s", [status.schema]
        )
    with pytest.raises(BadSource, match="has 7 rows, of which 0 were refused, but 6 would be"):
        verify_release(shards, "odd", status.name)
    assert find_release(shards.catalog, "odd", status.name).state == "loading"


def test_verify_sees_more_samples_than_there_are(embedded, tmp_path):
    compilation = write_sources(tmp_path)
    shards = embedded.ensure_shards(["odd1"])
    plan = LoadPlan(compilation, read_layout(["*\t-\todd1"]))
    status = load_compilation(shards, plan, steps=())
    with psycopg.connect(shards.catalog) as catalog:
        catalog.execute("UPDATE release SET sample_count = 1 WHERE schema = %s", [status.schema])
    with pytest.raises(BadSource, match="a junction in 2 samples, but the samples file has 1"):
        verify_release(shards, "odd", status.name)


def test_a_release_of_a_catalog_without_counts_and_notices_can_be_resumed_and_listed(
    embedded, tmp_path
):
    shards = embedded.ensure_shards(["odd1"])
    # A compilation of its own: later loads of one take its assembly.
    compilation = replace(write_sources(tmp_path), name="uncounted", assembly="GRCh38")
    plan = LoadPlan(compilation, read_layout(["*\t-\todd1"]), release="older")
    status = load_compilation(shards, plan, steps=())
    with psycopg.connect(shards.catalog) as catalog:
        catalog.execute("ALTER TABLE reading RENAME TO reading_kept")
        catalog.execute("ALTER TABLE notice RENAME TO notice_kept")
    try:
        verify_release(shards, "uncounted", "older")
        assert find_release(shards.catalog, "uncounted", "older").state == "verified"
        assert status.notices == ()
    finally:
        with psycopg.connect(shards.catalog) as catalog:
            catalog.execute("ALTER TABLE reading_kept RENAME TO reading")
            catalog.execute("ALTER TABLE notice_kept RENAME TO notice")


def test_notices_say_what_was_repaired_or_left_out(embedded, tmp_path):
    compilation = write_sources(
        tmp_path,
        junctions="\ufeff" + row(1, "chr1", 1, 9, ",1:0,2:3").replace("\n", "\r\n"),
        annotation='chr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "G"\nchr1\tx\tgene\t9\t1\n',
        groups="name\tlong\tn\tids\nLiver\tLiver\t2\t1,9\n",
    )
    status = load(embedded, compilation)
    assert list(status.notices) == [
        "annotation.txt: 1 line could not be used and was left out; "
        "the first is line 2: expected 9 tab-separated columns, got 5",
        "groups.txt: line 2: group 'Liver' has sample 9, which the samples file lacks, "
        "and which was left out",
        UNKNOWN_ASSEMBLY,
        "junctions.txt: samples that are listed with 0 reads do not have the junction: "
        "evidence and summaries leave them out of n",
        "junctions.txt: the byte order mark in front was passed over",
        "junctions.txt: Windows line ends were converted",
    ]
    with Client(data=embedded.folder, compilation="odd") as client:
        assert client.get("")["release"]["notices"] == list(status.notices)
    listed = CliRunner().invoke(snapshard, ["releases", "--data", str(embedded.folder)]).stdout
    assert all(f"    notice: {notice}\n" in listed for notice in status.notices)
