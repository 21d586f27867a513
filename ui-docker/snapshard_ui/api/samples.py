"""Samples of a compilation: search, fields, frequencies of values, groups."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import orjson
from flask import Response

from snapshard.catalog import ALL, ReleaseFacts, SampleFilter, parse_sample_filter
from snapshard.column_values import unquoted
from snapshard.errors import BadQuery, NotFound
from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.samples import (
    FacetAnswer,
    FieldList,
    GroupAnswer,
    GroupList,
    OneSample,
    SamplePage,
)
from snapshard_ui.api.params import FacetParams, NoParams, SampleParams
from snapshard_ui.api.responses import Page, page_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.api.tokens import parse_token, row_token
from snapshard_ui.render import TABLES, JsonObjects

_TYPES = {"i": ColumnType.INTEGER, "f": ColumnType.DECIMAL, "t": ColumnType.TEXT}
"""Types of fields by their letter in the samples file."""


@on_release("/samples", params=SampleParams, model=SamplePage, formats=TABLES)
def samples(request: ReleaseRequest[SampleParams]) -> Response:
    """A page of the matching samples, by ascending rail_id."""
    check_limit(request.params.limit)
    facts = _facts(request)
    columns = _columns(facts, tuple(request.params.fields))
    if request.format.binary:
        columns = tuple(_storable(facts, column) for column in columns)
    matches = matching_samples(facts, request.params)
    start = _start(request.params.after, len(facts.samples.ids))
    remaining = [index for index in matches if index >= start]
    indexes = remaining[: request.params.limit]
    truncated = len(remaining) > len(indexes)
    members: dict[str, object] = {
        "count": {"rows": len(matches), "kind": "exact"},
        "truncated": truncated,
        "next": row_token(request.release, indexes[-1]) if truncated else None,
    }
    page = Page(columns, sample_rows(facts, indexes, columns), len(indexes), members)
    return page_response(request, page)


@on_release("/samples/<int:rail_id>", model=OneSample)
def sample(request: ReleaseRequest[NoParams], rail_id: int) -> Response:
    """One sample."""
    facts = _facts(request)
    indexes = np.flatnonzero(facts.samples.ids == rail_id).tolist()
    if not indexes:
        raise NotFound("sample", rail_id)
    columns = _columns(facts, ())
    rows = sample_rows(facts, indexes[:1], columns)
    text = JsonObjects(columns, exact=False).write(rows, b",")
    return release_response(request.release, sample=orjson.Fragment(text))


@on_release("/samples/fields", model=FieldList)
def fields(request: ReleaseRequest[NoParams]) -> Response:
    """The fields of the samples file in its order, with their types."""
    members = [
        {"name": name, "type": _TYPES[letter].value}
        for name, letter in _facts(request).types.items()
    ]
    return release_response(request.release, fields=members)


@on_release("/samples/facets", params=FacetParams, model=FacetAnswer)
def facets(request: ReleaseRequest[FacetParams]) -> Response:
    """The values of a field and the number of samples with each, the most frequent first."""
    field = request.params.field
    counts = Counter(field_values(_facts(request), field))
    values = [
        {"value": text.decode("utf-8", "replace"), "count": count}
        for text, count in counts.most_common(request.params.limit)
    ]
    return release_response(
        request.release,
        field=field,
        distinct=len(counts),
        truncated=len(values) < len(counts),
        values=values,
    )


def field_values(facts: ReleaseFacts, field: str) -> list[bytes]:
    """The value of a field in every sample, in file order. Raises BadQuery for an unknown field."""
    if field not in facts.types:
        raise BadQuery("field", field, f"one of {', '.join(facts.types)}")
    return list(chain.from_iterable(facts.samples.column(field)))


@on_release("/groups", model=GroupList)
def groups(request: ReleaseRequest[NoParams]) -> Response:
    """The groups of samples, such as tissues, in the order of their file."""
    members = [
        {"group": group.name, "long_name": group.long_name, "sample_count": len(group.members)}
        for group in _facts(request).groups
    ]
    return release_response(request.release, groups=members)


@on_release("/groups/<group>", model=GroupAnswer)
def one_group(request: ReleaseRequest[NoParams], group: str) -> Response:
    """A group and the rail_ids of its samples."""
    sample_group = _facts(request).group(group)
    members = sample_group.members.tolist()
    return release_response(
        request.release,
        group=sample_group.name,
        long_name=sample_group.long_name,
        sample_count=len(members),
        samples=members,
    )


def _facts(request: ReleaseRequest[Any]) -> ReleaseFacts:
    return request.index.facts.of(request.release)


def _columns(facts: ReleaseFacts, names: tuple[str, ...]) -> tuple[Column, ...]:
    """The named fields as columns, without names all of them."""
    letters = {name: facts.types.get(name, "t") for name in facts.samples.names}
    for name in names:
        if name not in letters:
            raise BadQuery("fields", name, f"some of {', '.join(letters)}")
    return tuple(Column(name, _TYPES[letters[name]], "") for name in names or letters)


def _storable(facts: ReleaseFacts, column: Column) -> Column:
    """The column with one type for all samples: text if a value of a number field is no number."""
    is_number = column.type in (ColumnType.INTEGER, ColumnType.DECIMAL)
    whole = column.type is ColumnType.INTEGER
    if not is_number or facts.samples.holds_numbers(column.name, whole=whole):
        return column
    return replace(column, type=ColumnType.TEXT)


def matching_samples(facts: ReleaseFacts, params: SampleParams) -> list[int]:
    """The indexes of the matching samples, in file order. Raises BadQuery."""
    filters = [SampleFilter(ALL, "=", unquoted(text.strip())) for text in params.q]
    filters += [parse_sample_filter(text) for text in params.filter]
    if not filters:
        return list(range(len(facts.samples.ids)))
    return sorted(facts.search.find(filters).indexes.tolist())


def _start(after: str | None, sample_count: int) -> int:
    """The index of the page's first sample."""
    return 0 if after is None else min(parse_token(after).row + 1, sample_count)


def sample_rows(facts: ReleaseFacts, indexes: list[int], columns: Sequence[Column]) -> Rows:
    """The fields of samples by their indexes, a row per sample."""
    names = facts.samples.names
    if not indexes:
        return Rows(b"", names)
    lines = []
    for index in indexes:
        fields = facts.samples.row(index).split(b"\t")[: len(names)]
        # Lines of the file may lack their last fields.
        fields += [b""] * (len(names) - len(fields))
        lines.append(b"\t".join(fields) + b"\n")
    return Rows(b"".join(lines), names).select([column.name for column in columns])
