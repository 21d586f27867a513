"""One name for each chromosome of a source, and what a load reports about the others."""

import re

from hypothesis import given
from hypothesis import strategies as st

from snapshard.chromosome import chromosome_name
from snapshard.rows import Rows
from snapshard_populate.reading import Spellings

COLUMNS = ("chromosome", "start", "end")
NAMES = ("1", "chr1", "MT", "chrM", "NC_000002.12", "chr2", "KI270302.1", "spike", "NC_000001.10")


def rows(names):
    return Rows("".join(f"{name}\t1\t2\n" for name in names).encode(), COLUMNS)


@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=6), max_size=4))
def test_rows_get_the_names_of_their_chromosomes_and_are_counted(parts):
    spellings = Spellings("GRCh38")
    for names in parts:
        renamed, good = spellings.unify(rows(names))
        assert good.tolist() == [name != "NC_000001.10" for name in names]
        expected = [
            name if name == "NC_000001.10" else chromosome_name(name, "GRCh38") for name in names
        ]
        assert renamed.text == rows(expected).text
        assert renamed.text.count(b"\n") == len(names)
    spelled = [name for names in parts for name in names]
    assert spellings.rows == {
        name: spelled.count(name)
        for name in spelled
        if name in ("1", "MT", "NC_000002.12", "KI270302.1")
    }


def test_rows_with_canonical_names_are_passed_on_unchanged():
    source = rows(["chr1", "chr2", "chrUn_KI270302v1", "spike"])
    spellings = Spellings("GRCh38")
    assert spellings.unify(source)[0] is source
    assert spellings.notices() == []


def test_new_names_and_several_spellings_are_reported():
    spellings = Spellings(None)
    spellings.unify(rows(["1", "1", "chr1", "MT"]))
    assert spellings.notices() == [
        "chromosomes were renamed in 3 rows: 1 to chr1, MT to chrM",
        "chr1 is named 1 and chr1",
    ]
    assert spellings.names == {"chr1", "chrM"}


def test_the_first_column_of_lines_is_renamed_and_comments_stay():
    text = b"# 1\n1\tx\nchr1\ty\nMT\tz\n"
    assert Spellings(None).unify_lines(text) == b"# 1\nchr1\tx\nchr1\ty\nchrM\tz\n"


def test_a_chromosome_of_another_assembly_has_a_reason():
    spellings = Spellings("GRCh38")
    assert spellings.name("NC_000001.10") == "NC_000001.10"
    assert re.search("chr1 of GRCh37, got 'NC_000001.10'", spellings.reason("NC_000001.10"))
    assert spellings.reason("chr1") == ""
