"""Readers of samples, their types and groups."""

import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.errors import BadRow, BadSource
from snapshard_populate.formats import GroupLine, SampleField, read_groups, read_samples, read_types
from snapshard_populate.reading import ErrorBudget, open_source

SAMPLES = "rail_id\trun\tage\trin\tnote\n3\tSRR3\t30\t7.5\t\n5\tSRR5\tNA\t8\tnone\n12\tSRR12\t41\t6.0\t1\n"


@pytest.fixture
def samples(tmp_path):
    """A function that reads text as a samples file."""

    def read(text, max_errors=0, types=None, report=lambda bad: None):
        (tmp_path / "s.tsv").write_bytes(text if isinstance(text, bytes) else text.encode())
        with open_source(tmp_path / "s.tsv") as source:
            return read_samples(source, errors=ErrorBudget(max_errors, report=report), types=types)

    return read


@pytest.fixture
def groups(tmp_path):
    """A function that reads text as a groups file."""

    def read(text, max_errors=0):
        (tmp_path / "g.tsv").write_text(text)
        with open_source(tmp_path / "g.tsv") as source:
            return list(read_groups(source, errors=ErrorBudget(max_errors)))

    return read


def test_a_samples_file_is_kept_byte_for_byte_with_the_types_of_its_columns(samples):
    found = samples(SAMPLES)
    assert found.content == SAMPLES.encode()
    assert found.rail_ids == (3, 5, 12)
    assert [(field.name, field.type) for field in found.fields] == list(
        zip(["rail_id", "run", "age", "rin", "note"], "itift", strict=True)
    )
    assert list(found.rows())[1] == ("5", "SRR5", "NA", "8", "none")


def test_types_that_are_given_win(samples):
    assert samples(SAMPLES, types={"age": "t", "note": "f"}).fields[2:] == (
        SampleField("age", "t"),
        SampleField("rin", "f"),
        SampleField("note", "f"),
    )
    with pytest.raises(
        BadSource,
        match="has no column 'weight', which the types name; its columns: rail_id, run, age, rin, note",
    ):
        samples(SAMPLES, types={"weight": "f"})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2", "3"], "i"),
        (["-1", "NA", ""], "i"),
        (["1", "2", "2.5"], "f"),
        (["1e-5", "2.5E+10", "NA"], "f"),
        (["1", "x", "y"], "t"),
        (["1", "2", "x"], "i"),
        (["1", "NA", "x"], "t"),
        (["1.5", "x", "NA"], "t"),
        (["NA", "", "NA"], "t"),
        (["1.", ".5", "+1"], "t"),
        (["1,000", "0x1", "1_0"], "t"),
        (["nan", "inf", "NaN"], "t"),
    ],
)
def test_the_type_of_a_column_is_what_most_of_its_values_and_its_name_are(
    samples, values, expected
):
    text = "rail_id\tcolumn\n" + "".join(
        f"{number}\t{value}\n" for number, value in enumerate(values)
    )
    assert samples(text).fields[1].type == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a first line of column names, got none"),
        ("rail_id\tx\n", "expected samples below the column names, got none"),
        ("run\trail_id\nSRR\t1\n", "expected rail_id as the name of the first column, got 'run'"),
        (
            "rail_id\tx\tx\n1\t2\t3\n",
            "expected unique, non-empty column names, got ['x']",
        ),
        ("rail_id\t\n1\t2\n", "expected unique, non-empty column names, got ['']"),
    ],
)
def test_a_file_that_is_no_samples_file_is_refused(samples, text, expected):
    with pytest.raises(BadSource, match=re.escape(expected)):
        samples(text)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("13\tx\n", "expected 5 tab-separated columns, as in the first line, got 2 in '13\\tx'"),
        ("\n", "expected 5 tab-separated columns, as in the first line, got 1 in ''"),
        ("13\tx\t1\t1\t1\t1\n", "got 6 in"),
        ("x\tx\t1\t1\t1\n", "rail_id: expected a whole number, got 'x'"),
        ("-1\tx\t1\t1\t1\n", "rail_id: expected a whole number, got '-1'"),
        ("5\tx\t1\t1\t1\n", "rail_id: expected every sample once, got 5 again (first on line 3)"),
        ("4\tx\t1\t1\t1\n", "rail_id: expected ascending numbers, got 4 after 12"),
        (
            "13\tx\ry\t1\t1\t1\n",
            "expected printable text, got a control character (0x0d) at byte 5",
        ),
        (
            "13\tx\x0b\t1\t1\t1\n",
            "expected printable text, got a control character (0x0b) at byte 5",
        ),
        ("13\tx\0\t1\t1\t1\n", "expected printable text, got a control character (0x00) at byte 5"),
    ],
)
def test_a_wrong_sample_is_named_and_left_out(samples, line, expected):
    with pytest.raises(
        BadRow,
        match=re.escape(f"s.tsv, line 5: {expected}" if "got 6" not in expected else expected),
    ):
        samples(SAMPLES + line)
    bad = []
    found = samples(SAMPLES + line + "14\tx\t1\t1\t1\n", 1, report=bad.append)
    assert found.content.decode() == SAMPLES + "14\tx\t1\t1\t1\n"
    assert (found.rail_ids, [one.line for one in bad]) == ((3, 5, 12, 14), [5])


def test_a_byte_that_is_not_utf_8_is_named_by_its_line(samples):
    with pytest.raises(BadRow, match=r"s\.tsv, line 3: expected UTF-8 text, got byte 0xff"):
        samples(SAMPLES.encode().replace(b"SRR5", b"SRR\xff"))


VALUE = st.text("ab1. ,ü\u2028", max_size=5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 10**17), unique=True, min_size=1, max_size=8).map(sorted),
    st.integers(1, 4),
    st.data(),
)
def test_any_table_comes_back(tmp_path_factory, ids, columns, data):
    rows = [
        (str(one), *data.draw(st.lists(VALUE, min_size=columns, max_size=columns))) for one in ids
    ]
    text = (
        "\n".join("\t".join(row) for row in [("rail_id", *map(str, range(columns))), *rows]) + "\n"
    )
    path = tmp_path_factory.getbasetemp() / "any.tsv"
    path.write_bytes(text.encode())
    with open_source(path) as source:
        found = read_samples(source, errors=ErrorBudget())
    assert (found.content, list(found.rows()), list(found.rail_ids)) == (text.encode(), rows, ids)


def test_a_missing_newline_at_the_end_is_added(samples):
    assert samples(SAMPLES.removesuffix("\n")).content == SAMPLES.encode()


def test_types_are_read(tmp_path):
    (tmp_path / "t.tsv").write_text("rail_id\ti\nage\tf\nall\tt\n")
    with open_source(tmp_path / "t.tsv") as source:
        assert read_types(source) == {"rail_id": "i", "age": "f"}
    (tmp_path / "t.tsv").write_text("rail_id\ti\nage\tinteger\n")
    with (
        open_source(tmp_path / "t.tsv") as source,
        pytest.raises(BadRow, match="line 2: expected a column name, a tab and one of i, f, t"),
    ):
        read_types(source)


def test_real_samples_come_back(shared):
    path = shared / "data" / "samples" / "gtex.samples.tsv.gz"
    with open_source(path) as source:
        found = read_samples(source, errors=ErrorBudget())
    assert found.content == gzip.decompress(path.read_bytes())
    types = {field.name: field.type for field in found.fields}
    assert (len(found.rail_ids), len(types)) == (9662, 29)
    chosen = ("rail_id", "SMTS", "SMRIN", "AGE", "avg_read_length", "SMMAPRT")
    assert "".join(types[name] for name in chosen) == "itftif"


def test_the_golden_types_are_those_inferred(shared):
    folder = shared / "golden" / "data"
    with open_source(folder / "samples.types.tsv") as source:
        types = read_types(source)
    with open_source(folder / "samples.tsv") as source:
        assert {
            field.name: field.type for field in read_samples(source, errors=ErrorBudget()).fields
        } == types


RAIL_IDS = "expected rail_ids of at most 18 digits, separated by commas"
GROUPS = (
    "group_short_name\tgroup_long_name\trail_id_count\trail_ids\n"
    "Brain\tthe brain\t3\t5,1,7\nNone\t\t0\t\n"
)


@pytest.mark.parametrize(
    "header",
    [
        "group_short_name\tgroup_long_name\trail_id_count\trail_ids\n",
        "Tissue\tproject\tnum_samples\trail_ids\n",
        "",
    ],
)
def test_groups_are_read_whatever_their_columns_are_called(groups, header):
    found = groups(header + GROUPS.partition("\n")[2])
    assert found == [GroupLine("Brain", "the brain", (5, 1, 7)), GroupLine("None", "", ())]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Liver\tx\t1\n",
            "expected 4 tab-separated columns (name, long name, number of samples, rail_ids), got 3",
        ),
        ("\tx\t1\t9\n", "expected a name of the group, got ''"),
        ("Liver\tx\t2\t9\n", "group 'Liver': expected 2 samples (third column), got 1"),
        ("Liver\tx\t2\t9,9\n", "group 'Liver': expected every sample once, got 9 again"),
        ("Liver\tx\t2\t9,SRR1\n", f"{RAIL_IDS}, got 'SRR1'"),
        ("Liver\tx\t1\t9,\n", f"{RAIL_IDS}, got ''"),
        ("Liver\tx\t1\t1234567890123456789\n", f"{RAIL_IDS}, got '1234567890123456789'"),
        ("Liver\tx\t1\t٣\n", f"{RAIL_IDS}, got '٣'"),
        (
            "Liv\x1ber\tx\t1\t9\n",
            "expected printable text, got a control character (0x1b) at byte 4",
        ),
        ("Brain\tx\t1\t9\n", "expected every group once, got 'Brain' again (first on line 2)"),
    ],
)
def test_a_wrong_group_is_named_and_left_out(groups, line, expected):
    with pytest.raises(BadRow, match=re.escape(f"g.tsv, line 4: {expected}")):
        groups(GROUPS + line)
    assert [group.name for group in groups(GROUPS + line + "Skin\t\t1\t3\n", 1)] == [
        "Brain",
        "None",
        "Skin",
    ]


def test_real_groups_hold_every_real_sample_once(shared):
    folder = shared / "data" / "samples"
    with open_source(folder / "gtex.samples.groups.tsv") as source:
        found = list(read_groups(source, errors=ErrorBudget()))
    with open_source(folder / "gtex.samples.tsv.gz") as source:
        rail_ids = read_samples(source, errors=ErrorBudget()).rail_ids
    assert len(found) == 32
    assert sorted(member for group in found for member in group.members) == list(rail_ids)


def test_an_unknown_member_of_a_group_is_left_out_and_noted(tmp_path):
    (tmp_path / "g.tsv").write_text(GROUPS)
    errors = ErrorBudget()
    with open_source(tmp_path / "g.tsv") as source:
        brain, _ = read_groups(source, errors=errors, samples={5, 9})
    assert brain.members == (5,)
    assert errors.notices == (
        "g.tsv: line 2: group 'Brain' has sample 1 and 1 more, which the samples file "
        "lacks, and which was left out",
    )
