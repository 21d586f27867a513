"""Query texts of the Snaptron protocol: decoding, splitting, and the parameters of a query.

The order of the steps matters. A query string is percent-decoded once as a whole and split after
that, so an encoded `&` separates parameters, too, and a `+` stays a plus (strands are filtered by
`strand:+`). Only values of `rfilter` are decoded a second time, after the split.

Numbers in brackets are sections of docs/snaptron.md, quirks are rows of its table of differences.
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
"""Stands for a return_format that does not exist, which is an error only if the query selects
something.
"""
_QUOTES = str.maketrans("", "", "'\"")


def decode_query(raw: str) -> str:
    """The query string, percent-decoded once and without quotes; `+` stays a plus."""
    return unquote(raw).translate(_QUOTES)


def split_bulk(text: str) -> list[str]:
    """The queries of a decoded text; there can be several only if one of them names a group."""
    return text.split(BULK_SEPARATOR) if "group=" in text else [text]


@dataclass(frozen=True)
class SnaptronQuery:
    """The parameters of one query; texts are as the client sent them, numbers are checked.

    Each `sids` parameter is a list of its own: of samples if it starts with a number, otherwise of
    groups. `names` are the fields that the query sets.
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
        """The match mode; if the query sets several, the narrowest."""
        if self.exact:
            return Match.EXACT
        if self.contains:
            return Match.CONTAINS
        return {1: Match.START, 2: Match.END}.get(self.either, Match.OVERLAP)

    @property
    def format_text(self) -> str:
        """The return_format as the client wrote it; empty if the query has none."""
        # Of several values the last one counts.
        texts: list[str] = re.findall(r"(?:^|&)return_format=([^&]*)", self.text)
        return texts[-1] if texts else ""

    @property
    def counts_only(self) -> bool:
        """True if the query asks for the number of records only.

        Snaptron's documents give `fields=rc` for this, although the original returns rows (quirk 7).
        """
        return bool(self.result_count) or self.fields == ("rc",)


def parse_query(text: str, *, allowed: Iterable[str]) -> SnaptronQuery:
    """The query of a decoded text. Raises BadQuery for a parameter or value that the protocol does
    not have.
    """
    values: dict[str, Any] = {}
    last_texts: dict[str, str] = {}
    # A separator at the end is accepted (quirk 19); anywhere else an empty parameter is an error.
    for assignment in text.strip().removesuffix("&").split("&"):
        name, equals, value = assignment.partition("=")
        if not equals or "=" in value:
            raise BadQuery("query", assignment, "name=value with exactly one '='")
        if name not in allowed:
            raise BadQuery("parameter", name, f"one of {', '.join(sorted(allowed))}")
        parameter = PARAMETERS[name]
        if parameter.joins:
            values[parameter.field] = values.get(parameter.field, ()) + parameter.parse(name, value)
        else:
            last_texts[name] = value
    # Only the last value of a parameter that does not join is checked: an overridden one may be
    # malformed.
    for name, value in last_texts.items():
        values[PARAMETERS[name].field] = PARAMETERS[name].parse(name, value)
    return SnaptronQuery(text=text, names=frozenset(values), **values)


@dataclass(frozen=True)
class Parameter:
    """The field that a parameter sets, the parser of its value, and whether repetitions are joined
    (otherwise the last one wins).
    """

    field: str
    parse: Callable[[str, str], Any]
    joins: bool = False


def _parse_texts(name: str, value: str) -> tuple[str, ...]:
    return tuple(text.strip() for text in value.split(","))


def _parse_list(name: str, value: str) -> tuple[tuple[str, ...], ...]:
    return (_parse_texts(name, value),)


def _parse_single(name: str, value: str) -> tuple[str, ...]:
    return (value,)


def _decode_again(name: str, value: str) -> tuple[str, ...]:
    return (unquote(value),)


def _parse_integer(name: str, value: str) -> int:
    # int() refuses texts of more than 4,300 digits with an error of its own.
    if not re.fullmatch(r"[+-]?[0-9]{1,300}", value.strip()):
        raise BadQuery(name, value, "a whole number")
    return int(value)


def _parse_text(name: str, value: str) -> str:
    return value


def _parse_label(name: str, value: str) -> str:
    # A label becomes the first column, so it must not end the column or the line.
    if not value or re.search(r"[\t\r\n]", value):
        raise BadQuery(name, value, "text without tabs and line ends")
    return value


def _parse_plain_label(name: str, value: str) -> str:
    if not re.fullmatch(r"[\w:;.-]*", value):
        raise BadQuery(name, value, "letters, digits and _ - : ; .")
    return value


def _choice(*values: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if value not in values:
            raise BadQuery(name, value, " or ".join(values))
        return value

    return parse


def _parse_format(name: str, value: str) -> int:
    return int(value) if value in ("0", "1", "2", "3") else NO_FORMAT


def _parse_axis(name: str, value: str) -> int:
    return int(_choice("0", "1")(name, value))


PARAMETERS = {
    "regions": Parameter("regions", _parse_texts, joins=True),
    "ids": Parameter("ids", _parse_texts, joins=True),
    "id": Parameter("ids", _parse_single, joins=True),
    "rfilter": Parameter("rfilters", _decode_again, joins=True),
    "sfilter": Parameter("sfilters", _parse_single, joins=True),
    "sids": Parameter("sids", _parse_list, joins=True),
    "fields": Parameter("fields", _parse_texts),
    "contains": Parameter("contains", _parse_integer),
    "exact": Parameter("exact", _parse_integer),
    "either": Parameter("either", _parse_integer),
    "header": Parameter("header", _parse_integer),
    "return_format": Parameter("return_format", _parse_format),
    "score_by": Parameter("score_by", _parse_text),
    "coordinate_string": Parameter("coordinate_string", _parse_text),
    "group": Parameter("group", _parse_label),
    "label": Parameter("label", _parse_plain_label),
    "calc": Parameter("calc", _parse_text),
    "calc_axis": Parameter("calc_axis", _parse_axis),
    "calc_op": Parameter("calc_op", _choice("sum", "mean")),
    "result_count": Parameter("result_count", _parse_text),
    "limit": Parameter("limit", _parse_integer),
    "strict": Parameter("strict", _parse_integer),
}
"""Every parameter. [4]"""

ROW_PARAMETERS = PARAMETERS.keys() - {"limit"}
ANNOTATION_PARAMETERS = ("regions", "contains", "either", "exact", "limit", "strict")
