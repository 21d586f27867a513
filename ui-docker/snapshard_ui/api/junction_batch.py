"""Many junctions by name: an item gets its own result, or the error that it would get alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from snapshard.errors import SnapshardError
from snapshard.index import Index
from snapshard.junction import parse_id
from snapshard.name import JunctionName, parse_name
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.junction_lookup import on_strand
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.columns import CHOOSABLE, DEFAULT
from snapshard_ui.render import JsonObjects

Result = dict[str, Any]
_LONGEST = 200
"""Letters of an item that a result repeats."""


def batch_results(index: Index, release: Release, texts: Sequence[str]) -> list[Result]:
    """A result for every text, which is a stable name or a number, in the order of the texts."""
    errors: dict[int, SnapshardError] = {}
    names: dict[int, JunctionName] = {}
    ids: dict[int, int] = {}
    for item, text in enumerate(texts):
        number = parse_id(text.strip())
        try:
            if number is not None:
                ids[item] = number
            else:
                names[item] = _name(index, release, text)
        except SnapshardError as error:
            errors[item] = error
    rows = _rows_by_id(index, release, ids) | _rows_by_name(index, release, names)
    objects = JsonObjects([CHOOSABLE[column] for column in DEFAULT], exact=True)
    return [
        _error_result(item, text, errors[item])
        if item in errors
        else _rows_result(text, rows[item], objects.write)
        for item, text in enumerate(texts)
    ]


def _name(index: Index, release: Release, text: str) -> JunctionName:
    name = parse_name(text, release.assembly)
    check_chromosome(index, release, name.region)
    return name


def _rows_by_name(
    index: Index, release: Release, names: Mapping[int, JunctionName]
) -> dict[int, Rows]:
    regions = [name.region for name in names.values()]
    rows_of_item = zip(names.items(), index.find(release, regions, columns=DEFAULT), strict=True)
    return {item: on_strand(rows, name) for (item, name), rows in rows_of_item}


def _rows_by_id(index: Index, release: Release, ids: Mapping[int, int]) -> dict[int, Rows]:
    lines: dict[int, bytes] = {}
    if ids:
        query = Query(ids=tuple(set(ids.values())))
        for rows in index.summaries(release, query, columns=DEFAULT, limit=len(ids)):
            numbers = rows.integers("snaptron_id").tolist()
            lines |= zip(numbers, rows.lines(), strict=True)
    return {item: Rows(lines.get(number, b""), DEFAULT) for item, number in ids.items()}


def _rows_result(text: str, rows: Rows, write: Callable[[Rows, bytes], bytes]) -> Result:
    members = orjson.Fragment(b"[" + write(rows, b",") + b"]") if rows.text else []
    return {"name": text, "found": bool(rows.text), "junctions": members, "error": None}


def _error_result(item: int, text: str, error: SnapshardError) -> Result:
    """The result of an item that is no name of the release; items are counted from 1."""
    members = {"item": item + 1, "status": error.status, "detail": str(error)}
    return {"name": text[:_LONGEST], "found": False, "junctions": [], "error": members}
