"""The search for samples against the plainest reading of its rules, and against Lucene's recorded
scores where they are known.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.catalog import SampleSearch, SamplesFile, parse_sample_filter
from snapshard.catalog.sample_words import STOP_WORDS, Tokenization, TokenizedField, can_match
from snapshard.catalog.samples_file import MappedText
from snapshard.errors import BadQuery

ROWS = [
    "rail_id\tname\tage\trin\tmixed",
    "3\tadult cortex tissue of the brain\t30\t7.5\t1.5",
    "5\tFrontal Cortex, sample\tNA\t8.25\tabc",
    "8\tHeLa-S3 v1.x hg00115.6 don't 1,000\t41\tNA\tabc",
    "11\tcortex_layer\t7.5\t8\tabc",
    "20\tÉTÉ cortex naïve\u2013cell\t60\t9\tabc",
    "30\tcortex\t1\t1\tabc",
]
TYPES = {"rail_id": "i", "name": "t", "age": "i", "rin": "f", "mixed": "t"}


@pytest.fixture(scope="module")
def search():
    return SampleSearch(SamplesFile(["\n".join(ROWS).encode()]), TYPES)


def found(search, *texts):
    return sorted(search.ids([parse_sample_filter(text) for text in texts]))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("name=CORTEX", [3, 5, 20, 30]),
        ("name=cort", []),
        ("name=frontal cortex", [5]),
        ("name=cortex frontal", []),
        ("name=cortex,", [5]),
        ("name=hela", [8]),
        ("name=hela-s3", [8]),
        ("name=hg00115.6", [8]),
        ("name=hg00115", []),
        ("name=v1", [8]),
        ("name=x", [8]),
        ("name=1,000", [8]),
        ("name=cortex_layer", [11]),
        ("name=layer", []),
        ("name=of the brain", [3]),
        ("name=the", [3]),
        ("name=cortex brain", []),
        ("name=été", [20]),
        ("name=cell", [20]),
        ('name="frontal cortex"', [5]),
        ("name!='CORTEX'", [8, 11]),
        ("name!=cortex", [8, 11]),
        ("age>30", [8, 20]),
        ("age>=30", [3, 8, 20]),
        ("age!=30", [8, 20, 30]),
        ("age=7", []),
        ("rin<=8", [3, 11, 30]),
        ("rin=8.0", [11]),
        ("mixed=abc", [5, 8, 11, 20, 30]),
        ("mixed!=abc", [3]),
        ("all=abc", [5, 8, 11, 20, 30]),
        ("all=brain 30", [3]),
        ("rail_id=11", [11]),
    ],
)
def test_what_a_filter_finds(search, text, ids):
    assert found(search, text) == ids


def test_all_filters_must_hold(search):
    assert found(search, "name=cortex", "rin>8") == [5, 20]
    assert found(search, "name=cortex", "age=30", "rin>8") == []


@pytest.mark.parametrize(
    "text",
    [
        "cortex",
        "name",
        "=x",
        "nosuch=1",
        "age=7.5",
        "rin=abc",
        "age=",
        "name=",
        "name!=",
        'name!=""',
    ],
)
def test_what_is_no_filter_is_refused(search, text):
    with pytest.raises(BadQuery):
        search.ids([parse_sample_filter(text)])


def test_the_best_come_first(search):
    result = search.find([parse_sample_filter("name=cortex")])
    assert search.samples.ids[result.indexes].tolist() == [30, 3, 5, 20]
    assert result.scores.tolist() == sorted(result.scores.tolist(), reverse=True)


LETTERS = st.text("abÀß1_2.,;'- \t", max_size=12)


def plain_words(text):
    """The words of a text by the rules, found one character after the other."""
    words, word = [], ""
    for place, letter in enumerate(text):
        before, after = text[place - 1] if place else "", text[place + 1 : place + 2]
        between_letters = letter in ".'" and before.isalpha() and after.isalpha()
        between_digits = letter in ".',;" and before.isdigit() and after.isdigit()
        if letter.isalnum() or letter == "_" or between_letters or between_digits:
            word += letter
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


@given(st.lists(LETTERS, min_size=1, max_size=6), st.data())
def test_words_and_phrases_match_where_the_rules_say(lines, data):
    cut = data.draw(st.sampled_from(Tokenization))
    cut_up = [
        (plain_words if cut is Tokenization.UNICODE else str.split)(line.lower()) for line in lines
    ]
    everything = sorted({word for words in cut_up for word in words}) or ["x"]
    wanted = data.draw(st.lists(st.sampled_from(everything), min_size=1, max_size=3))
    expected = {}
    if can_match(wanted, cut):
        for number, words in enumerate(cut_up):
            count = sum(words[at : at + len(wanted)] == wanted for at in range(len(words)))
            if count:
                expected[number] = count
    places, counts = TokenizedField(["\n".join(lines).encode()], cut).hits(wanted)
    assert dict(zip(places.tolist(), counts.tolist(), strict=True)) == expected


def test_stop_words_are_no_words_of_the_unicode_cut():
    assert not any(can_match([word], Tokenization.UNICODE) for word in STOP_WORDS)
    assert all(can_match([word], Tokenization.WHITESPACE) for word in STOP_WORDS)


@given(st.lists(st.text("ab\t", max_size=5), min_size=1, max_size=9), st.booleans())
def test_a_mapped_text_has_the_lines_of_its_source(lines, ended):
    text = "\n".join(lines) + ("\n" if ended or not lines[-1] else "")
    mapped = MappedText([text.encode()])
    assert [line.decode() for line in mapped.lines()] == text.removesuffix("\n").split("\n")
    assert b"".join(mapped.pieces()).decode() == (text if text.endswith("\n") else text + "\n")
    assert b"".join(chunk for _, chunk in mapped.chunks()).decode() == text


def test_lines_that_are_too_short_have_empty_fields():
    samples = SamplesFile([b"rail_id\ta\tb\n1\tx\n22\tx\ty\n"])
    assert [text for texts in samples.column("b") for text in texts] == [b"", b"y"]
    assert samples.find(22) == b"22\tx\ty"
    assert samples.find(2) is None
    assert re.fullmatch(r"\[ *1 +22\]", str(samples.ids))
