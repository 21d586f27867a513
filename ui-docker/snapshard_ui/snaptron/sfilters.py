"""Translation of the protocol's sample filters to the library's. [8]"""

import re
from collections.abc import Iterable
from dataclasses import replace

from snapshard.catalog import SampleFilter, SampleSearch
from snapshard.errors import BadQuery
from snapshard_ui.snaptron.rfilters import OPERATORS

_FORM = re.compile(r"(?P<field>[^<>:!]+)(?P<operator>>:|<:|!:|>|<|:)(?P<value>[^<>:!]*)")


def parse_sfilters(texts: Iterable[str]) -> list[SampleFilter]:
    """The filters of texts such as `SMTS:Brain` and `SMRIN>:7`. Raises BadQuery."""
    return [_parse_sfilter(text) for text in texts]


def searchable(filters: Iterable[SampleFilter], search: SampleSearch) -> list[SampleFilter]:
    """The filters as the original applies them: a word is never found in a text field that contains
    decimals, which its index holds as numbers.
    """
    # No text contains an empty word.
    return [
        replace(condition, value="") if search.holds_decimals(condition.field) else condition
        for condition in filters
    ]


def _parse_sfilter(text: str) -> SampleFilter:
    match = _FORM.fullmatch(text)
    if not match:
        expected = (
            "field, one of >: <: > < : !: and a value without these signs, such as SMTS:Brain"
        )
        raise BadQuery("sfilter", text, expected)
    return SampleFilter(match["field"], OPERATORS[match["operator"]], match["value"])
