"""Comparison of answers: each form of an answer is converted to one that can be compared.

Rows are compared by id, samples_count, coverage_sum, mean and median, and rows with samples also by
their sample lists. The order of rows is not compared, because the ancestor's queries do not specify
one: rows are sorted by id first.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analysis.benchmark.command import Command
from analysis.benchmark.question import Question
from analysis.benchmark.systems.snapshard_http import Json
from snapshard.junction import NAMES, SUMMARY
from snapshard.match import Match
from snapshard.measures import SplicedIn
from snapshard.pairs import Integers, Pairs
from snapshard.rows import Rows

_INTEGERS = ("snaptron_id", "samples_count", "coverage_sum")
_DECIMALS = ("coverage_avg", "coverage_median")
_DIGITS = 6
"""Decimals that are compared: systems write recomputed means with different precision."""


class Different(Exception):
    """Two systems answered a question differently."""


@dataclass(frozen=True)
class Compared:
    """The number of rows, and a hash of each compared column."""

    rows: int
    columns: tuple[tuple[str, str], ...]


def comparable(way: str, question: Question, answer: Any) -> Any:
    """The answer in a form that can be compared."""
    return {"count": int, "coverage": _coverage, "psi": _psi, "tissues": _tissues}.get(
        way, _rows(way, question)
    )(answer)


def check_equal(what: str, answers: dict[str, Any]) -> None:
    """Raises Different with the names of two systems if not all answers are equal."""
    (first, expected), *others = answers.items()
    for name, answer in others:
        if answer != expected:
            raise Different(f"{what}: {name} answers {_shown(answer)}, {first} {_shown(expected)}")


def _shown(answer: Any) -> str:
    return str(answer)[:400]


class Records:
    """Columns of Python values, with the methods of Rows."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns

    def integers(self, name: str) -> Integers:
        """A column of whole numbers."""
        return np.array(self._columns[name], np.int64)

    def decimals(self, name: str) -> NDArray[np.float64]:
        """A column of numbers."""
        return np.array(self._columns[name], np.float64)

    def texts(self, name: str) -> list[bytes]:
        """A column of words."""
        return [value.encode() for value in self._columns[name]]


def _rows(way: str, question: Question) -> Callable[[Any], Compared]:
    with_samples = way != "summaries"

    def compared(answer: Any) -> Compared:
        table = _table(answer, NAMES if with_samples else SUMMARY)
        order = _order(table, question)
        hashed = [(name, _hash(table.integers(name)[order].tobytes())) for name in _INTEGERS]
        hashed += [
            (name, _hash(np.round(table.decimals(name)[order], _DIGITS).tobytes()))
            for name in _DECIMALS
        ]
        if with_samples:
            texts = table.texts("samples")
            lists = b"\n".join([texts[number] for number in order.tolist()])
            hashed.append(("samples", _hash(lists)))
        return Compared(len(order), tuple(hashed))

    return compared


def _order(table: Rows | Records, question: Question) -> Integers:
    """Indices of the rows in ascending order of id, without the rows that reach beyond the region,
    which tabix returns too.
    """
    order = np.argsort(table.integers("snaptron_id"), kind="stable")
    if question.match is not Match.CONTAINS or not question.regions:
        return order
    region = question.region
    inside = (table.integers("start") >= region.start) & (table.integers("end") <= region.end)
    rows_inside: Integers = order[inside[order]]
    return rows_inside


def _table(answer: Any, names: tuple[str, ...]) -> Rows | Records:
    """The columns of an answer in any form."""
    if isinstance(answer, Json):
        objects = answer.value()["rows"]
        return Records({name: list(map(itemgetter(name), objects)) for name in names})
    if isinstance(answer, pa.Table):
        return Records({name: answer[name].to_pylist() for name in answer.column_names})
    if isinstance(answer, Command):
        return _of_text(answer.read(), answer.columns)
    return _of_records(answer, names)


def _of_records(answer: Iterable[Any], names: tuple[str, ...]) -> Rows | Records:
    """The columns of tuples, lists of fields, lines, or pieces of text."""
    records = list(answer)
    if records and isinstance(records[0], Rows):
        return _of_text(b"".join(rows.text for rows in records), records[0].columns)
    if records and isinstance(records[0], bytes):
        return _of_text(b"".join(records), names)
    if records and isinstance(records[0], str):
        return _of_text(("\n".join(records) + "\n").encode(), names)
    columns = list(zip(*records, strict=True)) or [()] * len(names)
    return Records(dict(zip(names, columns, strict=True)))


def _of_text(text: bytes, names: tuple[str, ...]) -> Rows | Records:
    lines = text.removeprefix("\t".join(names).encode() + b"\n")
    return Rows(lines, names) if lines else Records(dict.fromkeys(names, ()))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _coverage(answer: Any) -> dict[int, int]:
    if isinstance(answer, Pairs):
        return dict(zip(answer.samples.tolist(), answer.coverages.tolist(), strict=True))
    if isinstance(answer, Json):
        (row,) = answer.value()["rows"]
        return dict(row["samples"])
    return answer


def _psi(answer: Any) -> dict[int, float]:
    if isinstance(answer, SplicedIn):
        answer = dict(zip(answer.samples.tolist(), answer.psi.tolist(), strict=True))
    if isinstance(answer, Json):
        answer = {entry["rail_id"]: entry["psi"] for entry in answer.value()["samples"]}
    return {sample: round(value, _DIGITS) for sample, value in answer.items()}


def _tissues(answer: Any) -> dict[str, tuple[int, int]]:
    if isinstance(answer, Json):
        groups = answer.value()["groups"]
        return {group["group"]: (group["n"], group["reads"]) for group in groups}
    return answer
