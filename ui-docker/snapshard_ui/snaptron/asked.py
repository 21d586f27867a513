"""Query texts of the Snaptron protocol: how they reach us, how they are decoded, and what one of
them asks.

Sections in brackets are those of docs/snaptron.md.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from snapshard.errors import BadQuery
from snapshard.match import Match

BULK_SEPARATOR = "|||"
NO_FORMAT = -1
"""Stands for a return_format that does not exist: an error only where there is something to give
back.
"""
_QUOTES = str.maketrans("", "", "'\"")


def decoded(raw: str) -> str:
    """A query string percent-decoded once, before it is split, and without quotes; `+` stays a
    plus.
    """
    return unquote(raw).translate(_QUOTES)


def split_bulk(text: str) -> list[str]:
    """The single queries of a decoded text: several only where one of them names a group."""
    return text.split(BULK_SEPARATOR) if "group=" in text else [text]


@dataclass(frozen=True)
class Asked:
    """What one query asks for; texts are as they came, numbers are checked.

    Every `sids` is a list of its own: of samples if it begins with a number, else of groups.
    """

    text: str = ""
    regions: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    rfilters: tuple[str, ...] = ()
    sfilters: tuple[str, ...] = ()
    sids: tuple[tuple[str, ...], ...] = ()
    fields: tuple[str, ...] = ()
    contains: int = 0
    exact: int = 0
    either: int = 0
    header: int = 1
    return_format: int = 0
    score_by: str = "samples_count"
    coordinate_string: str = ""
    group: str = ""
    label: str = ""
    calc: str = ""
    calc_axis: int = 1
    calc_op: str = "sum"
    result_count: str = ""
    limit: int = 20
    strict: int = 0
    sample_fields: str = ""
    names: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def match(self) -> Match:
        """The coordinate condition; of several the one that implies the others."""
        if self.exact:
            return Match.EXACT
        if self.contains:
            return Match.CONTAINS
        return {1: Match.START, 2: Match.END}.get(self.either, Match.OVERLAP)

    @property
    def counts_only(self) -> bool:
        """Whether only the number of records is wanted; `fields=rc` is how Snaptron's documents ask
        for it (quirk 7).
        """
        return bool(self.result_count) or self.fields == ("rc",)


def parse(text: str, *, allowed: Iterable[str]) -> Asked:
    """One decoded query. Raises BadQuery for a name, a value or a piece that the protocol does not
    know.
    """
    found: dict[str, Any] = {}
    last: dict[str, str] = {}
    # A separator at the end is accepted (quirk 19), anywhere else it separates.
    for piece in text.strip().removesuffix("&").split("&"):
        name, equals, value = piece.partition("=")
        if not equals or "=" in value:
            raise BadQuery("query", piece, "name=value with exactly one '='")
        if name not in allowed:
            raise BadQuery("parameter", name, f"one of {', '.join(sorted(allowed))}")
        parameter = PARAMETERS[name]
        if parameter.joins:
            found[parameter.field] = found.get(parameter.field, ()) + parameter.read(name, value)
        else:
            last[name] = value
    found |= {
        PARAMETERS[name].field: PARAMETERS[name].read(name, value) for name, value in last.items()
    }
    return Asked(text=text, names=frozenset(found), **found)


@dataclass(frozen=True)
class Parameter:
    """Where a parameter's value goes, how it is read, and whether repetitions are joined (else the
    last one wins).
    """

    field: str
    read: Callable[[str, str], Any]
    joins: bool = False


def _texts(name: str, value: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in value.split(","))


def _list(name: str, value: str) -> tuple[tuple[str, ...], ...]:
    return (_texts(name, value),)


def _one(name: str, value: str) -> tuple[str, ...]:
    return (value,)


def _decoded_again(name: str, value: str) -> tuple[str, ...]:
    return (unquote(value),)


def _integer(name: str, value: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,300}", value.strip()):
        raise BadQuery(name, value, "a whole number")
    return int(value)


def _text(name: str, value: str) -> str:
    return value


def _label(name: str, value: str) -> str:
    if not value or re.search(r"[\t\r\n]", value):
        raise BadQuery(name, value, "text without tabs and line ends")
    return value


def _plain_label(name: str, value: str) -> str:
    if not re.fullmatch(r"[\w:;.-]*", value):
        raise BadQuery(name, value, "letters, digits and _ - : ; .")
    return value


def _choice(*values: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value not in values:
            raise BadQuery(name, value, " or ".join(values))
        return value

    return read


def _format(name: str, value: str) -> int:
    return int(value) if value in ("0", "1", "2", "3") else NO_FORMAT


def _axis(name: str, value: str) -> int:
    return int(_choice("0", "1")(name, value))


PARAMETERS = {
    "regions": Parameter("regions", _texts, joins=True),
    "ids": Parameter("ids", _texts, joins=True),
    "id": Parameter("ids", _one, joins=True),
    "rfilter": Parameter("rfilters", _decoded_again, joins=True),
    "sfilter": Parameter("sfilters", _one, joins=True),
    "sids": Parameter("sids", _list, joins=True),
    "fields": Parameter("fields", _texts),
    "contains": Parameter("contains", _integer),
    "exact": Parameter("exact", _integer),
    "either": Parameter("either", _integer),
    "header": Parameter("header", _integer),
    "return_format": Parameter("return_format", _format),
    "score_by": Parameter("score_by", _text),
    "coordinate_string": Parameter("coordinate_string", _text),
    "group": Parameter("group", _label),
    "label": Parameter("label", _plain_label),
    "calc": Parameter("calc", _text),
    "calc_axis": Parameter("calc_axis", _axis),
    "calc_op": Parameter("calc_op", _choice("sum", "mean")),
    "result_count": Parameter("result_count", _text),
    "limit": Parameter("limit", _integer),
    "strict": Parameter("strict", _integer),
}
"""Every parameter. [4]"""

ROW_PARAMETERS = PARAMETERS.keys() - {"limit"}
ANNOTATION_PARAMETERS = ("regions", "contains", "either", "exact", "limit", "strict")
