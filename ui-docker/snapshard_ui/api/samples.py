"""Samples of a compilation: search, fields, how often each value occurs, groups."""

from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
from flask import Response

from snapshard.catalog import ALL, ReleaseFacts, SampleFilter, parse_sample_filter
from snapshard.errors import BadQuery, NotFound
from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.responses import about_release, with_rows
from snapshard_ui.api.models.samples import (
    FacetAnswer,
    FieldList,
    GroupAnswer,
    GroupList,
    OneSample,
    SamplePage,
)
from snapshard_ui.api.params import FacetParams, NoParams, SampleParams
from snapshard_ui.api.responses import Page, page_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.api.tokens import parse_token, token_of
from snapshard_ui.http import current_record
from snapshard_ui.render.formats import TABLES
from snapshard_ui.render.json_text import JsonObjects
from snapshard_ui.runtime import current_index

_KINDS = {"i": ColumnType.INTEGER, "f": ColumnType.DECIMAL, "t": ColumnType.TEXT}


@on_release("/samples", params=SampleParams, answer=SamplePage, formats=TABLES)
def samples(asked: ReleaseRequest[SampleParams]) -> Response:
    """A page of the samples that match, by ascending rail_id."""
    check_limit(asked.params.limit)
    described = _described(asked)
    columns = _columns(described, tuple(asked.params.fields))
    places = _matching(described, asked.params)
    first = _after(asked.params.after, len(described.samples.ids))
    rest = [place for place in places if place >= first]
    shown = rest[: asked.params.limit]
    current_record().rows = len(shown)
    following = token_of(asked.release, shown[-1]) if len(rest) > len(shown) else None
    members: dict[str, object] = {
        "count": {"rows": len(places), "kind": "exact"},
        "truncated": following is not None,
        "next": following,
    }
    return page_response(asked, Page(columns, _rows(described, shown, columns), members))


@on_release("/samples/<int:rail_id>", answer=OneSample)
def sample(asked: ReleaseRequest[NoParams], rail_id: int) -> Response:
    """One sample."""
    described = _described(asked)
    places = np.flatnonzero(described.samples.ids == rail_id).tolist()
    if not places:
        raise NotFound("sample", rail_id)
    columns = _columns(described, ())
    rows = _rows(described, places[:1], columns)
    return with_rows(asked.release, sample=JsonObjects(columns, exact=False).write(rows, b","))


@on_release("/samples/fields", answer=FieldList)
def fields(asked: ReleaseRequest[NoParams]) -> Response:
    """The fields of the samples file in its order, with their types."""
    types = _described(asked).types
    return about_release(
        asked.release,
        fields=[{"name": name, "type": _KINDS[kind].value} for name, kind in types.items()],
    )


@on_release("/samples/facets", params=FacetParams, answer=FacetAnswer)
def facets(asked: ReleaseRequest[FacetParams]) -> Response:
    """The values of a field and in how many samples each occurs, the most frequent first."""
    described, field = _described(asked), asked.params.field
    column = described.samples.column
    if field not in described.types:
        raise BadQuery("field", field, f"one of {', '.join(described.types)}")
    found = Counter(chain.from_iterable(column(field)))
    values = [
        {"value": text.decode("utf-8", "replace"), "count": n}
        for text, n in found.most_common(asked.params.limit)
    ]
    return about_release(
        asked.release,
        field=field,
        distinct=len(found),
        truncated=len(values) < len(found),
        values=values,
    )


@on_release("/groups", answer=GroupList)
def groups(asked: ReleaseRequest[NoParams]) -> Response:
    """The groups of samples, such as tissues, in the order of their file."""
    found = asked.index.facts.of(asked.release).groups
    members = [
        {"group": one.name, "long_name": one.long_name, "sample_count": len(one.members)}
        for one in found
    ]
    return about_release(asked.release, groups=members)


@on_release("/groups/<group>", answer=GroupAnswer)
def one_group(asked: ReleaseRequest[NoParams], group: str) -> Response:
    """A group and the rail_ids of its samples."""
    for one in asked.index.facts.of(asked.release).groups:
        if one.name == group:
            members = one.members.tolist()
            return about_release(
                asked.release,
                group=group,
                long_name=one.long_name,
                sample_count=len(members),
                samples=members,
            )
    raise NotFound("sample group", group)


def _described(asked: ReleaseRequest[Any]) -> ReleaseFacts:
    return current_index().facts.of(asked.release)


def _columns(described: ReleaseFacts, wanted: tuple[str, ...]) -> tuple[Column, ...]:
    types = {name: described.types.get(name, "t") for name in described.samples.names}
    for name in wanted:
        if name not in types:
            raise BadQuery("fields", name, f"some of {', '.join(types)}")
    return tuple(Column(name, _KINDS[types[name]], "") for name in wanted or types)


def _matching(described: ReleaseFacts, params: SampleParams) -> list[int]:
    """The places of the samples that match, in file order."""
    filters = [SampleFilter(ALL, "=", text.strip()) for text in params.q]
    filters += [parse_sample_filter(text) for text in params.filter]
    if not filters:
        return list(range(len(described.samples.ids)))
    return sorted(described.search.find(filters).indexes.tolist())


def _after(after: str | None, count: int) -> int:
    if after is None:
        return 0
    return min(parse_token(after).row + 1, count)


def _rows(described: ReleaseFacts, places: list[int], columns: tuple[Column, ...]) -> Rows:
    names = described.samples.names
    lines = [described.samples.row(place).split(b"\t") for place in places]
    # Lines may lack their last fields.
    full = [line[: len(names)] + [b""] * (len(names) - len(line)) for line in lines]
    text = b"".join([b"\t".join(line) + b"\n" for line in full])
    return (
        Rows(text, names).select([column.name for column in columns]) if text else Rows(b"", names)
    )
