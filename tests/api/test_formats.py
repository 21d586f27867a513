"""Every format read back by a tool of its own kind, and compared with the source's rows."""

import csv
import io
import json
import re
from typing import get_args

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pysam
import pytest

from snapshard.junction import NAMES, SUMMARY
from snapshard_ui.render import FORMATS, TABLES, FormatName, TableName

REGION = {"region": "chr1", "limit": "200"}
DECIMALS = ("coverage_avg", "coverage_median")


def test_the_types_of_parameters_name_the_formats_of_the_table():
    assert get_args(FormatName) == tuple(FORMATS)
    assert get_args(TableName) == TABLES


@pytest.fixture(scope="module")
def expected(world):
    """The rows that REGION means."""
    return [row for row in world.rows if row["chromosome"] == "chr1"][:200]


def texts(frame):
    """A frame's rows of all columns but the samples, as texts."""
    return [
        dict(zip(SUMMARY, map(str, row), strict=True))
        for row in frame[list(SUMMARY)].itertuples(index=False)
    ]


def only(rows):
    """The same of the source's rows."""
    return [{name: row[name] for name in SUMMARY} for row in rows]


def as_numbers(rows):
    """Rows whose mean and median are numbers, since a format of numbers keeps no zeros at the end."""
    return [{**row, **{name: float(row[name]) for name in DECIMALS}} for row in rows]


@pytest.mark.parametrize(("suffix", "separator"), [("tsv", "\t"), ("csv", ",")])
def test_pandas_reads_tsv_and_csv(suffix, separator, http, expected):
    text = http.get(f"/junctions.{suffix}", params=REGION).text
    frame = pd.read_csv(io.StringIO(text), sep=separator, comment="#", dtype=str)
    assert texts(frame) == only(expected)


def test_whole_rows_come_byte_for_byte(world, http, expected):
    text = http.get(
        "/junctions.tsv", params=REGION | {"columns": ",".join(NAMES), "about": "false"}
    ).text
    assert text.splitlines()[0].split("\t") == list(NAMES)
    assert [line + "\n" for line in text.splitlines()[1:]] == [
        line for line in world.lines if "\tchr1\t" in line
    ][:200]


def test_csv_quotes_what_holds_commas(http, expected):
    text = http.get("/junctions.csv", params=REGION | {"samples": "true", "about": "false"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["samples"] for row in rows] == [row["samples"] for row in expected]


def test_duckdb_reads_csv_ndjson_and_parquet(http, expected, tmp_path):
    for suffix, read in [
        ("csv", "read_csv"),
        ("ndjson", "read_ndjson"),
        ("parquet", "read_parquet"),
    ]:
        file = tmp_path / f"rows.{suffix}"
        file.write_bytes(
            http.get(f"/junctions.{suffix}", params=REGION | {"about": "false"}).content
        )
        found = duckdb.sql(
            f'SELECT snaptron_id, start, "end", samples_count, coverage_avg, coverage_median '
            f"FROM {read}('{file}') ORDER BY snaptron_id"
        ).fetchall()
        counts = [
            tuple(int(row[name]) for name in ("snaptron_id", "start", "end", "samples_count"))
            for row in expected
        ]
        decimals = [tuple(float(row[name]) for name in DECIMALS) for row in expected]
        assert found == sorted((*one, *two) for one, two in zip(counts, decimals, strict=True)), (
            suffix
        )


def test_parquet_and_arrow_are_typed_and_say_what_they_are(world, http, expected):
    parquet = pq.read_table(
        io.BytesIO(http.get("/junctions.parquet", params=REGION | {"samples": "true"}).content)
    )
    arrow = pa.ipc.open_stream(
        http.get("/junctions.arrow", params=REGION | {"samples": "true"}).content
    ).read_all()
    for table in (parquet, arrow):
        assert as_numbers(texts(table.to_pandas())) == as_numbers(only(expected))
        assert json.loads(table.schema.metadata[b"snapshard"])["release"] == world.release.name
        assert all(table.schema.field(name).type == pa.float64() for name in DECIMALS)
        pairs = [
            "".join(f",{one['rail_id']}:{one['coverage']}" for one in row)
            for row in table["samples"].to_pylist()
        ]
        assert pairs == [row["samples"] for row in expected]


def test_ndjson_is_an_object_a_line_and_the_first_says_what_it_is(world, http, expected):
    about, *rows = [
        json.loads(line) for line in http.get("/junctions.ndjson", params=REGION).text.splitlines()
    ]
    assert about["about"].items() >= world.release.provenance().items()
    assert as_numbers([{name: str(row[name]) for name in SUMMARY} for row in rows]) == as_numbers(
        only(expected)
    )


def bed(text):
    """A small BED reader, as the format's description says: blank and # lines are passed over,
    fields are split at tabs.
    """
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def test_bed6_is_zero_based_and_half_open(http, expected):
    rows = bed(http.get("/junctions.bed", params=REGION).text)
    assert [(row[0], int(row[1]) + 1, int(row[2])) for row in rows] == places(expected)
    assert [int(row[4]) for row in rows] == [
        min(1000, int(row["coverage_sum"])) for row in expected
    ]
    assert {row[5] for row in rows} <= {"+", "-", "."}


def test_bed12_has_the_intron_between_its_blocks(http, expected):
    introns = []
    for row in bed(http.get("/junctions.bed12", params=REGION).text):
        sizes, starts = ([int(one) for one in row[field].split(",")] for field in (10, 11))
        start, end = int(row[1]), int(row[2])
        assert len(sizes) == len(starts) == int(row[9]) == 2
        assert starts[1] + sizes[1] == end - start
        introns.append((row[0], start + sizes[0] + 1, end - sizes[1]))
    assert introns == places(expected)


def test_igv_finds_its_attributes_in_the_name(world, http, expected):
    for row, source in zip(
        bed(http.get("/junctions.igv", params=REGION).text), expected, strict=True
    ):
        attributes = dict(part.split("=") for part in row[3].split(";"))
        assert attributes["motif"] == f"{source['left_motif']}/{source['right_motif']}"
        assert "uniquely_mapped" not in attributes
        assert attributes["label"] == source["coverage_sum"]
        assert 12 ** (float(attributes["line_width"]) - 1) == pytest.approx(
            int(source["coverage_sum"]) + 1, rel=0.02
        )
        assert attributes["num_samples_with_this_junction"] == source["samples_count"]
        assert attributes["num_samples_total"] == str(world.release.sample_count)
        assert " " not in row[3]


def places(rows):
    """Chromosome, first and last base."""
    return [(row["chromosome"], int(row["start"]), int(row["end"])) for row in rows]


@pytest.mark.parametrize("suffix", ["tsv", "csv", "ndjson", "parquet", "arrow", "json"])
def test_tidy_rows_are_a_junction_in_a_sample_each(suffix, http, expected):
    content = http.get(
        f"/junctions.{suffix}", params=REGION | {"shape": "tidy", "limit": 20, "about": "false"}
    ).content
    pairs = [
        (row["snaptron_id"], *pair.split(":"))
        for row in expected[:20]
        for pair in row["samples"][1:].split(",")
    ]
    frame = TIDY_READERS[suffix](content)
    assert [
        tuple(map(str, row))
        for row in frame[["snaptron_id", "rail_id", "coverage"]].itertuples(index=False)
    ] == pairs


TIDY_READERS = {
    "tsv": lambda content: pd.read_csv(io.BytesIO(content), sep="\t"),
    "csv": lambda content: pd.read_csv(io.BytesIO(content)),
    "ndjson": lambda content: pd.read_json(io.BytesIO(content), lines=True),
    "parquet": lambda content: pd.read_parquet(io.BytesIO(content)),
    "arrow": lambda content: pa.ipc.open_stream(content).read_pandas(),
    "json": lambda content: pd.DataFrame(json.loads(content)["rows"]),
}


def test_tabix_finds_rows_in_a_bgzip_export(world, http, tmp_path):
    file = tmp_path / "junctions.bed.gz"
    file.write_bytes(http.get("/junctions:export.bed", params={"compress": "bgzip"}).content)
    pysam.tabix_index(str(file), preset="bed", force=True)
    row = world.rows[1500]
    with pysam.TabixFile(str(file)) as tabix:
        found = [
            line.split("\t")
            for line in tabix.fetch(row["chromosome"], int(row["start"]) - 1, int(row["end"]))
        ]
    overlapping = [
        one
        for one in world.rows
        if one["chromosome"] == row["chromosome"]
        and int(one["start"]) <= int(row["end"])
        and int(one["end"]) >= int(row["start"])
    ]
    assert sorted(line[3] for line in found) == sorted(
        f"GRCh38:{one['chromosome']}:{one['start']}-{one['end']}:{one['strand']}"
        for one in overlapping
    )


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_format_is_chosen_by_parameter_suffix_or_header(form, http):
    by_name = http.get("/junctions", params={"format": form.name, "limit": 1})
    by_suffix = http.get(f"/junctions.{form.suffix}", params={"limit": 1})
    assert by_name.content == by_suffix.content
    assert by_name.headers["Content-Type"].partition(";")[0] == form.media_type
    by_header = http.get("/junctions", params={"limit": 1}, headers={"Accept": form.media_type})
    assert by_header.headers["Content-Type"].partition(";")[0] == form.media_type


def test_browsers_and_plain_clients_get_json(http):
    for accept in ("*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
        assert (
            http.get("/junctions", params={"limit": 1}, headers={"Accept": accept}).headers[
                "Content-Type"
            ]
            == "application/json"
        )


def test_a_type_that_nobody_writes_is_refused_with_those_that_are_written(http):
    answer = http.get("/junctions", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/tab-separated-values" in answer.json()["detail"]


@pytest.mark.parametrize("suffix", ["tsv", "csv", "bed", "bed12", "igv"])
def test_text_formats_say_in_their_first_line_what_they_are_and_that_they_are_cut(
    suffix, world, http
):
    first = http.get(f"/junctions.{suffix}", params={"limit": 1}).text.splitlines()[0]
    said = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', first))
    assert first.startswith("# ")
    assert (said["compilation"], said["release"], said["assembly"]) == (
        "sim",
        world.release.name,
        "GRCh38",
    )
    assert (said["coordinate_system"], said["simulated"]) == ('"1-based, closed, intron"', "true")
    assert said["sample_count"] == str(world.release.sample_count)
    assert said["truncated"] == "true"


def test_chosen_columns_come_in_the_order_asked(http):
    assert list(
        http.get("/junctions", params={"columns": "end,name,start", "limit": 1}).json()["rows"][0]
    ) == [
        "end",
        "name",
        "start",
    ]


def test_a_file_is_named_for_what_is_in_it(http):
    header = http.get("/junctions:export.tsv", params={"region": "chr2:1-5,000"}).headers[
        "Content-Disposition"
    ]
    assert header == 'attachment; filename="sim.cut5.GRCh38.chr2-1-5-000.tsv"'
