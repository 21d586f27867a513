"""Search for samples by their metadata, with the semantics of Snaptron's `sfilter`.

A number field compares as numbers; samples without a number there never match. A text field matches
a word, or several words directly behind each other, ignoring case; its operator does not matter but
for `!:`, which turns the match round. Every filter of a request must hold, for text in one and the
same of two cuts (see sample_words.py); what either cut finds counts.
"""

import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog.sample_words import Cut, Words, words_of
from snapshard.catalog.samples_file import SamplesFile
from snapshard.errors import BadQuery

ALL = "all"
"""The pseudo-field that is the text of all columns joined by blanks."""

Places = NDArray[np.int64]
Scores = NDArray[np.float64]

_FORM = re.compile(r"(?P<field>[^<>:!]+)(?P<operator>>:|<:|!:|>|<|:)(?P<value>[^<>:!]*)")
_COMPARISONS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    ">:": np.greater_equal,
    "<:": np.less_equal,
    "!:": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ":": np.equal,
}
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MOST_WEIGHED = 20_000
_WITH_POINT = re.compile(rb"-?\d+\.\d*")


@dataclass(frozen=True)
class SampleFilter:
    """One condition on a field of the samples, such as SMRIN>8."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class Found:
    """The samples that match, best first: their places in the samples file, and a score that only
    orders them.
    """

    places: Places
    scores: Scores


@dataclass(frozen=True)
class _Clause:
    """What one filter matches in one cut: places ascending and how often; for text also the words
    and where they were sought.
    """

    places: Places
    counts: Places
    sought: Sequence[str] = ()
    text: Words | None = None


def parse_sample_filter(text: str) -> SampleFilter:
    """The filter that `field operator value` means. Raises BadQuery."""
    found = _FORM.fullmatch(text)
    if not found:
        raise BadQuery(
            "sfilter",
            text,
            "field, one of >: <: > < : !: and a value without these signs, such as SMTS:Brain",
        )
    return SampleFilter(found["field"], found["operator"], found["value"])


class SampleSearch:
    """Searches a samples file; what a field needs is made when it is first asked for, and kept."""

    def __init__(self, samples: SamplesFile, types: Mapping[str, str]) -> None:
        self.samples = samples
        self._types = types
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._words: dict[str, dict[Cut, Words]] = {}
        self._lock = threading.Lock()

    def find(self, filters: Sequence[SampleFilter]) -> Found:
        """The samples that satisfy every filter: those that cut A finds by falling score, then
        those that only B finds.

        Raises BadQuery for an unknown field, or for text where the field needs a number.
        """
        in_a, in_b = (self._ranked(filters, cut) for cut in (Cut.UNICODE, Cut.BLANKS))
        new = ~np.isin(in_b.places, in_a.places)
        places = np.concatenate((in_a.places, in_b.places[new]))
        return Found(places, np.concatenate((in_a.scores, in_b.scores[new])))

    def ids(self, filters: Sequence[SampleFilter]) -> list[int]:
        """The rail_ids of the samples that satisfy every filter."""
        matching = [
            reduce(np.intersect1d, [self._clause(one, cut).places for one in filters])
            for cut in Cut
        ]
        found: list[int] = self.samples.ids[np.union1d(*matching)].tolist()
        return found

    def _ranked(self, filters: Sequence[SampleFilter], cut: Cut) -> Found:
        clauses = [self._clause(one, cut) for one in filters]
        common = reduce(np.intersect1d, [clause.places for clause in clauses])
        scores = self._scores(clauses, common)
        order = np.argsort(-scores, kind="stable")
        return Found(common[order], scores[order])

    def _clause(self, one: SampleFilter, cut: Cut) -> _Clause:
        if one.field != ALL and one.field not in self.samples.names:
            raise BadQuery(
                "sfilter", one.field, f"one of the fields {', '.join((*self.samples.names, ALL))}"
            )
        if one.field != ALL and self._types.get(one.field, "t") != "t":
            places = np.flatnonzero(self._compare(one))
            return _Clause(places, np.ones_like(places))
        return self._text_clause(one, cut)

    def _compare(self, one: SampleFilter) -> NDArray[np.bool_]:
        whole = self._types[one.field] == "i"
        wanted = _number(one.value, _INTEGER if whole else _DECIMAL)
        if math.isnan(wanted):
            raise BadQuery(
                f"sfilter {one.field}", one.value, "a whole number" if whole else "a number"
            )
        values = self._column_numbers(one.field)
        return _COMPARISONS[one.operator](values, wanted) & ~np.isnan(values)

    def _text_clause(self, one: SampleFilter, cut: Cut) -> _Clause:
        words = words_of(one.value)
        if one.operator == "!:":
            either = [self._hits(one.field, each, words)[0] for each in Cut]
            rest = np.setdiff1d(np.arange(len(self.samples.ids)), np.concatenate(either))
            return _Clause(rest, np.ones_like(rest))
        places, counts = self._hits(one.field, cut, words)
        return _Clause(places, counts, words, self._field_words(one.field, cut))

    def _hits(self, field: str, cut: Cut, words: list[str]) -> tuple[Places, Places]:
        text = self._field_words(field, cut)
        none = np.empty(0, np.int64)
        return text.hits(words) if text is not None else (none, none)

    def _scores(self, clauses: Sequence[_Clause], places: Places) -> Scores:
        """Lucene's classic scores (TFIDFSimilarity of Lucene 4: tf = sqrt, norm = 1/sqrt(length) in
        three bits).
        """
        total = np.zeros(len(places))
        weights = [self._weight(clause) for clause in clauses]
        for clause, weight in zip(clauses, weights, strict=True):
            frequency = clause.counts[np.searchsorted(clause.places, places)]
            total += weight**2 * np.sqrt(frequency) * _norm(clause, places)
        scores: Scores = total / math.sqrt(sum(weight**2 for weight in weights))
        return scores

    def _weight(self, clause: _Clause) -> float:
        """The sum of the words' inverse document frequencies; the header line counts as a document
        in Lucene.
        """
        if clause.text is None or not len(clause.places):
            return 1.0
        found = (
            [clause.places]
            if len(clause.sought) == 1
            else [clause.text.hits([word])[0] for word in clause.sought]
        )
        return sum(
            1 + math.log((len(self.samples.ids) + 1) / (len(places) + 1)) for places in found
        )

    def _column_numbers(self, field: str) -> NDArray[np.float64]:
        with self._lock:
            if field not in self._numbers:
                form = _INTEGER if self._types[field] == "i" else _DECIMAL
                texts = (text for texts in self.samples.column(field) for text in texts)
                numbers = [_number(text.decode("utf-8", "replace"), form) for text in texts]
                self._numbers[field] = np.array(numbers, np.float64)
            return self._numbers[field]

    def _field_words(self, field: str, cut: Cut) -> Words | None:
        """The words of a field; None if Snaptron would have indexed it as numbers, so that no word
        of it is ever found.
        """
        with self._lock:
            if field not in self._words:
                self._words[field] = self._both_cuts(field)
            return self._words[field].get(cut)

    def _both_cuts(self, field: str) -> dict[Cut, Words]:
        if field == ALL:
            return {
                cut: Words((lines.replace(b"\t", b" ") for lines in self.samples.stretches()), cut)
                for cut in Cut
            }
        texts = []
        for some in self.samples.column(field):
            if any(_WITH_POINT.fullmatch(text) for text in some):
                return {}
            texts.append(b"\n".join(some))
        return {cut: Words(texts, cut) for cut in Cut}


def _number(text: str, form: re.Pattern[str]) -> float:
    plain = text.strip()
    return float(plain) if form.fullmatch(plain) else math.nan


def _norm(clause: _Clause, places: Places) -> Scores:
    """Shorter fields weigh more; not where so many match that nobody reads them in order."""
    if clause.text is None or len(places) > _MOST_WEIGHED:
        return np.ones(len(places))
    mantissa, exponent = np.frexp(1 / np.sqrt(np.maximum(clause.text.lengths(places), 1)))
    result: Scores = np.ldexp(np.floor(mantissa * 8) / 8, exponent)
    return result
