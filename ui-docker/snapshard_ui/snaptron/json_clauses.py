"""Queries in JSON: a list of clauses, run one after the other. [11.2]"""

import json
from typing import Any
from urllib.parse import unquote

from snapshard.errors import BadQuery
from snapshard_ui.snaptron.query_text import SnaptronQuery

_FILTER_COLUMNS = (
    "length",
    "samples_count",
    "coverage_sum",
    "coverage_avg",
    "coverage_median",
    "strand",
)
_NO_ID = ("snaptron_id",)
"""An ids list that matches no row: if a clause has an interval, the original compares ids that are
JSON numbers as text, and finds nothing.
"""


def parse_clauses(text: str) -> list[SnaptronQuery]:
    """The queries of the form field `fields`. Raises BadQuery."""
    try:
        # JSON can escape halves of a character, which no text may contain.
        whole_text = json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace")
        clauses = json.loads(whole_text)
    except (ValueError, RecursionError) as exc:
        raise BadQuery("fields", text[:200], f"a JSON list of clauses ({exc})") from exc
    is_list = isinstance(clauses, list) and bool(clauses)
    if not is_list or not all(isinstance(clause, dict) for clause in clauses):
        raise BadQuery("fields", text[:200], "a JSON list of objects")
    return [_clause_query(clause) for clause in clauses]


def _clause_query(clause: dict[str, Any]) -> SnaptronQuery:
    # Of several intervals, genes or conditions only the first counts, as in the original.
    regions = _list(clause, "intervals") or _list(clause, "genes")
    return SnaptronQuery(
        text="",
        regions=(str(regions[0]).strip(),) if regions else (),
        ids=_ids(clause, bool(regions)),
        rfilters=tuple(
            _filter_text(name, _list(clause, name)[0])
            for name in _FILTER_COLUMNS
            if _list(clause, name)
        ),
        sfilters=_keywords(clause),
        sample_fields=_column_numbers(clause.get("sample_fields", "")),
    )


def _list(clause: dict[str, Any], name: str) -> list[Any]:
    value = clause.get(name, [])
    if not isinstance(value, list):
        raise BadQuery(name, value, "a list")
    return value


def _ids(clause: dict[str, Any], in_region: bool) -> tuple[str, ...]:
    values = _list(clause, "ids")
    ids = tuple(str(value) for value in values if isinstance(value, str) or not in_region)
    return ids if ids or not values else _NO_ID


def _filter_text(name: str, condition: Any) -> str:
    if not isinstance(condition, dict) or not {"op", "val"} <= condition.keys():
        raise BadQuery(name, condition, 'an object such as {"op": ">:", "val": 3}')
    # A form turns a plus that was not encoded into a blank (quirk 20).
    value = "+" if name == "strand" and condition["val"] == " " else unquote(str(condition["val"]))
    return f"{name}{condition['op']}{value}"


def _keywords(clause: dict[str, Any]) -> tuple[str, ...]:
    """The sample filters: a plain list, or the first of a list of lists, which is the only form
    that the original accepts (quirk 20).
    """
    keywords = _list(clause, "metadata_keywords")
    if keywords and isinstance(keywords[0], list):
        keywords = keywords[0]
    return tuple(str(keyword) for keyword in keywords)


def _column_numbers(text: Any) -> str:
    if not isinstance(text, str) or (
        text and not all(number.isdecimal() for number in text.split(","))
    ):
        raise BadQuery(
            "sample_fields", text, 'column numbers from 0 in one string, such as "0,1,11"'
        )
    return text
