"""Queries in JSON: a list of clauses, run one after the other. [11.2]"""

import json
from typing import Any
from urllib.parse import unquote

from snapshard.errors import BadQuery
from snapshard_ui.snaptron.asked import Asked

_COMPARED = ("length", "samples_count", "coverage_sum", "coverage_avg", "coverage_median", "strand")
_NO_ID = ("snaptron_id",)
"""Ids that no row has: numbers, which the original compares as text when an interval is given."""


def parse_clauses(text: str) -> list[Asked]:
    """The queries of the form field `fields`. Raises BadQuery."""
    try:
        clauses = json.loads(text)
    except ValueError as exc:
        raise BadQuery("fields", text[:200], f"a JSON list of clauses ({exc})") from exc
    if (
        not isinstance(clauses, list)
        or not clauses
        or not all(isinstance(clause, dict) for clause in clauses)
    ):
        raise BadQuery("fields", text[:200], "a JSON list of objects")
    return [_clause(clause) for clause in clauses]


def _clause(clause: dict[str, Any]) -> Asked:
    regions = _list(clause, "intervals") or _list(clause, "genes")
    return Asked(
        text="",
        regions=(str(regions[0]).strip(),) if regions else (),
        ids=_ids(clause, bool(regions)),
        rfilters=tuple(
            _filter(name, _list(clause, name)[0]) for name in _COMPARED if _list(clause, name)
        ),
        sfilters=_keywords(clause),
        sample_fields=_numbers(clause.get("sample_fields", "")),
    )


def _list(clause: dict[str, Any], name: str) -> list[Any]:
    value = clause.get(name, [])
    if not isinstance(value, list):
        raise BadQuery(name, value, "a list")
    return value


def _ids(clause: dict[str, Any], in_region: bool) -> tuple[str, ...]:
    ids = _list(clause, "ids")
    wanted = tuple(str(one) for one in ids if isinstance(one, str) or not in_region)
    return wanted if wanted or not ids else _NO_ID


def _filter(name: str, condition: Any) -> str:
    if not isinstance(condition, dict) or not {"op", "val"} <= condition.keys():
        raise BadQuery(name, condition, 'an object such as {"op": ">:", "val": 3}')
    # A form turns a plus that was not encoded into a blank (quirk 20).
    value = "+" if name == "strand" and condition["val"] == " " else unquote(str(condition["val"]))
    return f"{name}{condition['op']}{value}"


def _keywords(clause: dict[str, Any]) -> tuple[str, ...]:
    """Sample filters: the first of a list of lists, as the original wants them, or a plain list
    (quirk 20).
    """
    found = _list(clause, "metadata_keywords")
    return tuple(
        str(text) for text in (found[0] if found and isinstance(found[0], list) else found)
    )


def _numbers(text: Any) -> str:
    if not isinstance(text, str) or not all(piece.isdecimal() for piece in text.split(",") if text):
        raise BadQuery("sample_fields", text, 'column numbers from 0 as one text, such as "0,1,11"')
    return text
