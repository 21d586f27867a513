"""What the client reads of text answers: remarks, where a broken file can go on, pages joined to
one.
"""

import json

import pytest

from snapshard.client.errors import AnswerError
from snapshard.client.line_formats import LINE_FORMATS
from snapshard.client.remarks import read_words, split_text
from snapshard.client.resume_point import truncate_to_whole_junction
from snapshard.client.selection import Selection
from snapshard_ui.api import ExportParams
from snapshard_ui.api import SelectionParams as Accepted
from snapshard_ui.render.writer import words


@pytest.mark.parametrize(
    "said",
    [
        {
            "compilation": "gtex",
            "release": "2024",
            "assembly": "GRCh38",
            "sample_count": 9662,
            "simulated": False,
        },
        {"coordinate_system": "1-based, closed, intron", "sample_count": None, "truncated": True},
        {
            "count": {"rows": 12, "kind": "at most"},
            "next": "ZGVtb0Byx=",
            "missing_shards": ["chr01", "chr 02"],
        },
        {"release": "true", "compilation": "null", "words": 'a "quoted" = one', "empty": ""},
    ],
)
def test_remarks_are_read_as_the_server_writes_them(said):
    assert read_words(words(said).decode()) == said


def test_a_text_answer_is_parted():
    text = b"# compilation=sim sample_count=3\nstart\tend\n1\t2\n3\t4\n"
    assert split_text(text) == (
        {"compilation": "sim", "sample_count": 3},
        ("start", "end"),
        b"1\t2\n3\t4\n",
    )
    assert split_text(b"start\n") == ({}, ("start",), b"")


def test_an_answer_that_says_that_it_broke_off_raises():
    with pytest.raises(AnswerError, match="interrupted: shard 's2' is unavailable"):
        split_text(b"start\n1\n#ERROR shard 's2' is unavailable\n")


TSV = "# compilation=sim\nchromosome\tsnaptron_id\nchr1\t5\nchr1\t6\nchr1\t6\nchr1\t9\nchr1\t9\n"
CSV = TSV.replace("\t", ",").replace("chr1", '"a,""b"')
NDJSON = '{"about":{}}\n' + "".join(
    json.dumps({"snaptron_id": number}) + "\n" for number in (5, 6, 6, 9, 9)
)


@pytest.mark.parametrize(("form", "text"), [("tsv", TSV), ("csv", CSV), ("ndjson", NDJSON)])
@pytest.mark.parametrize("torn", ["", "chr1\t12", '{"snaptron'])
def test_a_file_is_cut_behind_its_last_whole_junction(tmp_path, form, text, torn):
    file = tmp_path / "part"
    file.write_text(text + torn)
    assert truncate_to_whole_junction(file, LINE_FORMATS[form], tidy=False) == "9"
    assert file.read_text() == text
    file.write_text(text + torn)
    assert truncate_to_whole_junction(file, LINE_FORMATS[form], tidy=True) == "6"
    assert file.read_text() == "".join(text.splitlines(keepends=True)[:-2])


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("tsv", ""),
        ("tsv", "# compilation=sim\nchromosome\tsnap"),
        ("tsv", "# compilation=sim\nchromosome\tsnaptron_id\nchr1\t5"),
        ("tsv", "chromosome\nchr1\n"),
        ("bed6", "chr1\t1\t2\tn\t0\t+\n"),
        ("ndjson", '{"about":{}}\n'),
        ("ndjson", '{"start":1}\n'),
    ],
)
def test_a_file_that_does_not_say_where_to_go_on_is_emptied(tmp_path, form, text):
    file = tmp_path / "part"
    file.write_text(text)
    assert truncate_to_whole_junction(file, LINE_FORMATS[form], tidy=False) is None
    assert file.read_text() == ""


def test_the_only_junction_of_a_tidy_file_may_lack_rows(tmp_path):
    file = tmp_path / "part"
    file.write_text("snaptron_id\trail_id\n5\t1\n5\t2\n")
    assert truncate_to_whole_junction(file, LINE_FORMATS["tsv"], tidy=True) is None


def test_rows_longer_than_the_window_are_found(tmp_path):
    file = tmp_path / "part"
    long = "x" * 3_000_000
    text = f"snaptron_id\tsamples\n1\t{long}\n2\t{long}\n"
    file.write_text(text + "3\t" + long)
    assert truncate_to_whole_junction(file, LINE_FORMATS["tsv"], tidy=False) == "2"
    assert file.read_text() == text


def test_a_selection_sends_what_was_given_and_nothing_else():
    assert Selection.of().parameters() == {}
    given = Selection.of(
        "chr1", ids=[0, 2], after=0, filter="strand=+", sample_ids=range(3), group=["Brain"]
    ).parameters()
    assert given == {
        "region": ("chr1",),
        "ids": "0,2",
        "after": 0,
        "filter": ("strand=+",),
        "sample_ids": "0,1,2",
        "group": ("Brain",),
    }


def test_the_clients_lists_are_the_servers():
    assert set(Selection.__dataclass_fields__) == set(Accepted.model_fields)
    formats = ExportParams.model_json_schema()["properties"]["format"]["anyOf"][0]["enum"]
    assert {*LINE_FORMATS, "json", "parquet", "arrow"} == set(formats)
