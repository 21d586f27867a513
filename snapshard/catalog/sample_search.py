"""Search for samples by their metadata, with the semantics of Snaptron's `sfilter`.

A filter on a number field compares numbers; a sample without a number there never matches. A filter
on a text field matches a word, or several adjacent words, ignoring case. For text every operator
means "contains", except `!=`, which inverts the match.

All filters must match. Text is tokenised in two ways (see sample_words.py); a sample matches if
every filter matches under the same tokenization.
"""

import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from snapshard.catalog.sample_words import Tokenization, TokenizedField, split_words
from snapshard.catalog.samples_file import SamplesFile
from snapshard.column_values import unquoted
from snapshard.errors import BadQuery
from snapshard.filters import OPERATORS
from snapshard.pairs import Integers

ALL = "all"
"""The pseudo-field that is the text of all columns, joined by blanks."""

Numbers = NDArray[np.float64]

_FORM = re.compile(r"\s*(?P<field>[^<>=!]+?)\s*(?P<operator>>=|<=|!=|==|=|>|<)\s*(?P<value>.*?)\s*")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MOST_WEIGHTED = 20_000
_WITH_POINT = re.compile(rb"-?\d+\.\d*")


@dataclass(frozen=True)
class SampleFilter:
    """One condition on a field of the samples, such as SMRIN>8."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True)
class SampleHits:
    """The samples that match, best first: their indexes in the samples file, and scores. Scores are
    comparable within one search only.
    """

    indexes: Integers
    scores: Numbers


@dataclass(frozen=True)
class _FilterHits:
    """The samples that one filter matches under one tokenization: ascending indexes, and the number
    of occurrences in each. For text also the words and the field in which they were searched.
    """

    indexes: Integers
    counts: Integers
    words: Sequence[str] = ()
    field: TokenizedField | None = None


def parse_sample_filter(text: str) -> SampleFilter:
    """The filter that a person wrote, such as `SMRIN>=7` or `SMTS=Brain`; quotation marks around
    the value are dropped. Raises BadQuery, also for a filter without a value: with `!=` it would
    match every sample.
    """
    match = _FORM.fullmatch(text)
    value = unquoted(match["value"]) if match else ""
    if not match or not value:
        raise BadQuery(
            "filter", text, "field, operator (>= <= != = > <) and value such as SMRIN>=7"
        )
    operator = {"==": "="}.get(match["operator"], match["operator"])
    return SampleFilter(match["field"], operator, value)


class SampleSearch:
    """A search over one samples file.

    The numbers or words of a field are prepared when a filter first needs them, and kept. The lock
    is held meanwhile, so that a field is prepared once however many threads need it.
    """

    def __init__(self, samples: SamplesFile, types: Mapping[str, str]) -> None:
        self.samples = samples
        self._types = types
        self._numbers: dict[str, Numbers] = {}
        self._tokenized: dict[str, dict[Tokenization, TokenizedField]] = {}
        self._with_decimals: dict[str, bool] = {}
        self._lock = threading.Lock()

    def find(self, filters: Sequence[SampleFilter]) -> SampleHits:
        """The samples that satisfy every filter: first those found under UNICODE, by falling score,
        then those found only under WHITESPACE.

        Raises BadQuery for an unknown field, and for text where the field needs a number.
        """
        hits = self._ranked(filters, Tokenization.UNICODE)
        others = self._ranked(filters, Tokenization.WHITESPACE)
        new = ~np.isin(others.indexes, hits.indexes)
        return SampleHits(
            np.concatenate((hits.indexes, others.indexes[new])),
            np.concatenate((hits.scores, others.scores[new])),
        )

    def ids(self, filters: Sequence[SampleFilter]) -> list[int]:
        """The rail_ids of the samples that satisfy every filter, ascending."""
        unicode, whitespace = (self._matching(filters, way) for way in Tokenization)
        ids: list[int] = self.samples.ids[np.union1d(unicode, whitespace)].tolist()
        return ids

    def _matching(self, filters: Sequence[SampleFilter], tokenization: Tokenization) -> Integers:
        return _common_indexes(
            [self._filter_hits(condition, tokenization) for condition in filters]
        )

    def _ranked(self, filters: Sequence[SampleFilter], tokenization: Tokenization) -> SampleHits:
        hits = [self._filter_hits(condition, tokenization) for condition in filters]
        indexes = _common_indexes(hits)
        scores = self._scores(hits, indexes)
        order = np.argsort(-scores, kind="stable")
        return SampleHits(indexes[order], scores[order])

    def _filter_hits(self, condition: SampleFilter, tokenization: Tokenization) -> _FilterHits:
        field = condition.field
        if field == ALL:
            return self._text_hits(condition, tokenization)
        if field not in self.samples.names:
            names = ", ".join((*self.samples.names, ALL))
            raise BadQuery("filter", field, f"one of the fields {names}")
        if self._types.get(field, "t") == "t":
            return self._text_hits(condition, tokenization)
        indexes = np.flatnonzero(self._number_mask(condition))
        return _FilterHits(indexes, np.ones_like(indexes))

    def _number_mask(self, condition: SampleFilter) -> NDArray[np.bool_]:
        is_integer = self._types[condition.field] == "i"
        operand = _parse_number(condition.value, _INTEGER if is_integer else _DECIMAL)
        if math.isnan(operand):
            expected = "a whole number" if is_integer else "a number"
            raise BadQuery("filter", condition.value, f"{expected} for {condition.field}")
        values = self._column_numbers(condition.field)
        mask: NDArray[np.bool_] = OPERATORS[condition.operator](values, operand)
        # NaN != operand is true, but a sample without a number matches nothing.
        return mask & ~np.isnan(values)

    def _text_hits(self, condition: SampleFilter, tokenization: Tokenization) -> _FilterHits:
        words = split_words(condition.value)
        if condition.operator == "!=":
            # A sample counts as a match of the words if either tokenization finds them.
            matches = [self._word_hits(condition.field, way, words)[0] for way in Tokenization]
            others = np.setdiff1d(np.arange(len(self.samples.ids)), np.concatenate(matches))
            return _FilterHits(others, np.ones_like(others))
        indexes, counts = self._word_hits(condition.field, tokenization, words)
        field = self._tokenized_field(condition.field, tokenization)
        return _FilterHits(indexes, counts, words, field)

    def _word_hits(
        self, name: str, tokenization: Tokenization, words: list[str]
    ) -> tuple[Integers, Integers]:
        return self._tokenized_field(name, tokenization).hits(words)

    def _scores(self, hits: Sequence[_FilterHits], indexes: Integers) -> Numbers:
        """Lucene's classic scores of these samples (TFIDFSimilarity of Lucene 4: tf = sqrt, norm =
        1/sqrt(length) in three bits).
        """
        total = np.zeros(len(indexes))
        weights = [self._weight(filter_hits) for filter_hits in hits]
        for filter_hits, weight in zip(hits, weights, strict=True):
            frequencies = filter_hits.counts[np.searchsorted(filter_hits.indexes, indexes)]
            total += weight**2 * np.sqrt(frequencies) * _norm(filter_hits, indexes)
        scores: Numbers = total / math.sqrt(sum(weight**2 for weight in weights))
        return scores

    def _weight(self, hits: _FilterHits) -> float:
        """The sum of the words' inverse document frequencies. The header line counts as a document,
        as in Snaptron's Lucene index.
        """
        if hits.field is None or not len(hits.indexes):
            return 1.0
        if len(hits.words) == 1:
            frequencies = [len(hits.indexes)]
        else:
            frequencies = [len(hits.field.hits([word])[0]) for word in hits.words]
        documents = len(self.samples.ids) + 1
        return sum(1 + math.log(documents / (frequency + 1)) for frequency in frequencies)

    def _column_numbers(self, field: str) -> Numbers:
        with self._lock:
            if field not in self._numbers:
                form = _INTEGER if self._types[field] == "i" else _DECIMAL
                numbers: list[float] = []
                for texts in self.samples.column(field):
                    numbers.extend(
                        _parse_number(text.decode("utf-8", "replace"), form) for text in texts
                    )
                self._numbers[field] = np.array(numbers, np.float64)
            return self._numbers[field]

    def holds_decimals(self, name: str) -> bool:
        """Whether a text field has values such as 3.5, in which Snaptron never finds a word: its
        index has numbers there. False for a number field.
        """
        if self._types.get(name, "t") != "t" or name not in self.samples.names:
            return False
        with self._lock:
            if name not in self._with_decimals:
                self._with_decimals[name] = any(
                    _WITH_POINT.fullmatch(text)
                    for texts in self.samples.column(name)
                    for text in texts
                )
            return self._with_decimals[name]

    def _tokenized_field(self, name: str, tokenization: Tokenization) -> TokenizedField:
        """The words of a field."""
        with self._lock:
            if name not in self._tokenized:
                self._tokenized[name] = self._tokenize(name)
            return self._tokenized[name][tokenization]

    def _tokenize(self, name: str) -> dict[Tokenization, TokenizedField]:
        if name == ALL:
            # The joined text is not kept in memory: each tokenization reads the file once more.
            return {way: TokenizedField(self._joined_columns(), way) for way in Tokenization}
        columns = [b"\n".join(texts) for texts in self.samples.column(name)]
        return {way: TokenizedField(columns, way) for way in Tokenization}

    def _joined_columns(self) -> Iterator[bytes]:
        return (lines.replace(b"\t", b" ") for lines in self.samples.chunks())


def _common_indexes(hits: Sequence[_FilterHits]) -> Integers:
    return reduce(np.intersect1d, [filter_hits.indexes for filter_hits in hits])


def _parse_number(text: str, form: re.Pattern[str]) -> float:
    """The number, or NaN if the text does not have the form."""
    plain = text.strip()
    return float(plain) if form.fullmatch(plain) else math.nan


def _norm(hits: _FilterHits, indexes: Integers) -> Numbers:
    """The factor by which shorter fields weigh more; 1 for very many hits, which nobody reads in
    order.
    """
    if hits.field is None or len(indexes) > _MOST_WEIGHTED:
        return np.ones(len(indexes))
    # Lucene stores a norm with three significant bits, and the order of samples depends on it.
    mantissa, exponent = np.frexp(1 / np.sqrt(np.maximum(hits.field.lengths(indexes), 1)))
    norm: Numbers = np.ldexp(np.floor(mantissa * 8) / 8, exponent)
    return norm
