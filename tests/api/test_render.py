"""Writers on rows that real data may hold but simulated ones do not; no server."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows
from snapshard_ui.api.tokens import Token, parse_token
from snapshard_ui.columns import tidy
from snapshard_ui.render.arrow import ArrowWriter
from snapshard_ui.render.bgzf import Bgzf
from snapshard_ui.render.delimited import csv_lines
from snapshard_ui.render.json_text import JsonObjects
from snapshard_ui.render.writer import Sheet, words

COLUMNS = (
    Column("number", ColumnType.INTEGER, ""),
    Column("text", ColumnType.TEXT, ""),
    Column("mean", ColumnType.DECIMAL, ""),
)
NAMES = tuple(column.name for column in COLUMNS)
FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\t\n"), max_size=8)


def rows_of(*rows):
    """Rows of these texts."""
    return Rows("".join("\t".join(row) + "\n" for row in rows).encode(), NAMES)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**15).map(str), FIELD, st.sampled_from(["1", "2.500", "1e+12", "0.0"])
        ),
        max_size=700,
    )
)
def test_objects_are_json_and_hold_what_the_rows_hold(rows):
    text = JsonObjects(COLUMNS, exact=False).write(rows_of(*rows), b",")
    expected = [
        {"number": int(number), "text": words, "mean": float(mean)} for number, words, mean in rows
    ]
    assert json.loads(b"[" + text + b"]") == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", None),
        ("NA", None),
        ("nan", "nan"),
        ("inf", "inf"),
        ("null", "null"),
        ("90+", "90+"),
        (">89", ">89"),
        ("1_000", "1_000"),
        ('5" cut', '5" cut'),
        ("007", 7),
        ("1.", 1.0),
        (".5", 0.5),
        ("+3", 3.0),
        ("-2", -2),
        ("4.000", 4.0),
    ],
)
def test_what_is_no_number_of_json_is_a_number_null_or_the_text_that_it_is(written, read):
    text = JsonObjects(COLUMNS, exact=False).write(
        rows_of(("1", "a", written), ("2", "b", "5")), b","
    )
    assert [row["mean"] for row in json.loads(b"[" + text + b"]")] == [read, 5]


def test_bytes_that_are_no_text_are_replaced():
    text = JsonObjects(COLUMNS, exact=True).write(Rows(b'1\ta\xff"b\\\x01\t2.0\n', NAMES), b",")
    assert json.loads(text)["text"] == 'a\ufffd"b\\\x01'


def test_samples_become_pairs():
    columns = (Column("samples", ColumnType.TEXT, ""),)
    text = JsonObjects(columns, exact=True).write(
        Rows(b",50099:3,50100:12\n\n", ("samples",)), b","
    )
    assert json.loads(b"[" + text + b"]") == [
        {"samples": [[50099, 3], [50100, 12]]},
        {"samples": []},
    ]


def test_tidy_rows_leave_out_junctions_without_samples():
    rows = Rows(b"1\t+\t,7:3,5:2\n2\t-\t\n3\t-\t,9:1\n", ("snaptron_id", "strand", "samples"))
    assert tidy(rows).text == b"1\t+\t7\t3\n1\t+\t5\t2\n3\t-\t9\t1\n"
    assert tidy(rows).columns == ("snaptron_id", "strand", "rail_id", "coverage")


def test_csv_quotes_commas_quotes_and_carriage_returns_only():
    rows = Rows(b'1\ta,b\t2\n2\tsays "x"\t3\n3\tplain\t4\n', NAMES)
    assert csv_lines(rows) == b'1,"a,b",2\n2,"says ""x""",3\n3,plain,4\n'


@pytest.mark.parametrize("parquet", [True, False])
def test_an_empty_table_has_its_columns_and_says_what_it_is(parquet):
    writer = ArrowWriter(Sheet(COLUMNS, {"release": "r1"}), parquet=parquet)
    content = writer.head() + writer.body(Rows(b"", NAMES)) + writer.tail()
    table = (
        pq.read_table(io.BytesIO(content)) if parquet else pa.ipc.open_stream(content).read_all()
    )
    assert table.schema.names == list(NAMES)
    assert table.num_rows == 0
    assert json.loads(table.schema.metadata[b"snapshard"]) == {"release": "r1"}


@given(st.binary(max_size=300_000), st.integers(1, 100_000))
def test_blocked_gzip_is_gzip(content, step):
    blocks = Bgzf()
    packed = (
        b"".join(blocks.write(content[at : at + step]) for at in range(0, len(content), step))
        + blocks.finish()
    )
    assert gzip.decompress(packed) == content
    assert packed.endswith(
        bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
    )


def test_remarks_quote_what_would_mislead():
    said = {"release": "r1", "title": "a b", "count": None, "cut": True, "rows": {"kind": "exact"}}
    assert words(said) == b'release=r1 title="a b" count=null cut=true rows={"kind":"exact"}'


@given(st.integers(0, 2**62))
def test_tokens_read_back_and_a_changed_one_does_not(row):
    text = str(Token("gtex@r1", row))
    assert parse_token(text) == Token("gtex@r1", row)
    with pytest.raises(BadQuery):
        parse_token(text[:-1] + ("A" if text[-1] != "A" else "B") + text[-1])
