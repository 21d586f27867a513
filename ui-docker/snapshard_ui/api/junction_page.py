"""One page of junctions, limited by rows and by bytes. Truncation is always reported."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from snapshard.errors import BadQuery
from snapshard.index import Count, Index
from snapshard.match import RULES
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.params import JunctionParams
from snapshard_ui.api.queries import (
    build_projection,
    build_query,
    find_rows,
    reachable_release,
    remarks_on,
)
from snapshard_ui.api.responses import Page
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.api.tokens import row_token
from snapshard_ui.columns import ID, Projection
from snapshard_ui.runtime import current_settings


def find_page(request: ReleaseRequest[JunctionParams]) -> Page:
    """The page of junctions that the request selects."""
    check_limit(request.params.limit)
    index, release, params = request.index, request.release, request.params
    query = build_query(index, release, params)
    projection = build_projection(params, request.format)
    missing: list[str] = []
    if params.allow_partial:
        release, missing = reachable_release(index, release, query)
    # One row more than the page holds shows whether more follow.
    parts = find_rows(index, release, query, projection, limit=params.limit + 1)
    rows, truncated = first_rows(parts, params.limit, current_settings().page_bytes, projection)
    count = _count(index, release, replace(query, after=None), params.count)
    explained = not rows.text and not query.after and not missing
    members = {
        "count": None if count is None else {"rows": count.rows, "kind": count.exactness},
        "truncated": truncated,
        "next": _next_token(release, rows) if truncated else None,
        "missing_shards": missing,
        "remarks": remarks_on(release, query),
        "why_empty": why_empty(index, release, query) if explained else None,
    }
    return Page(
        projection.header,
        projection.project(rows, release),
        len(rows),
        members,
        exact=projection.reads_stored_columns(query),
    )


def why_empty(index: Index, release: Release, query: Query) -> str:
    """The reason why nothing matches: no junction lies there, or none of those that do passes the
    filters and the choice of samples.
    """
    unfiltered = replace(query, filters=(), samples=None)
    assembly = release.assembly or "assembly unknown"
    of = f"{release.compilation} {release.name} ({assembly}, 1-based, both ends included)"
    where = "is there"
    if query.ids is not None:
        where = "has these numbers"
    elif query.regions:
        regions = ", ".join(map(str, query.regions[:3]))
        where = f"{RULES[query.match].verb} {regions}"
    count = Count(0, "exact")
    if unfiltered != query:
        count = index.estimate(release, unfiltered)
    if not count.rows:
        return f"no junction of {of} {where}"
    about = "" if count.exactness == "exact" else "about "
    restrictions = ["the filters"] if query.filters else []
    if query.samples is not None:
        restrictions.append("the choice of samples")
    without = " and ".join(restrictions)
    return f"{about}{count.rows:,} junctions of {of} match without {without}, none with"


def check_limit(limit: int) -> None:
    """Raises BadQuery for a page larger than the settings allow."""
    max_rows = current_settings().max_rows
    if limit > max_rows:
        raise BadQuery(
            "limit", limit, f"at most {max_rows}; for more, follow `next` or use an export"
        )


def first_rows(
    parts: Iterable[Rows], limit: int, max_bytes: int, projection: Projection
) -> tuple[Rows, bool]:
    """The first rows, up to `limit` rows or `max_bytes` of the response, at least one; and whether
    more follow.
    """
    texts: list[bytes] = []
    columns: tuple[str, ...] = projection.page_columns
    for rows in parts:
        columns = rows.columns
        line_count = rows.text.count(b"\n")
        size = projection.text_size(rows.text)
        if line_count > limit or size > max_bytes:
            texts += _fitting_lines(rows, limit, max_bytes, projection, at_least_one=not texts)
            if size <= max_bytes:
                # The limit of rows ended the page, and nothing follows the one row too many: once
                # its end has been read, the connection can be used again.
                deque(parts, maxlen=0)
            return Rows(b"".join(texts), columns), True
        texts.append(rows.text)
        limit, max_bytes = limit - line_count, max_bytes - size
    return Rows(b"".join(texts), columns), False


def _fitting_lines(
    rows: Rows, limit: int, max_bytes: int, projection: Projection, *, at_least_one: bool
) -> list[bytes]:
    lines = rows.lines()[:limit]
    text = b"".join(lines)
    if projection.text_size(text) <= max_bytes:
        return [text]
    fitting: list[bytes] = []
    for line in lines:
        max_bytes -= projection.text_size(line)
        if max_bytes < 0 and (fitting or not at_least_one):
            break
        fitting.append(line)
    return fitting


def _next_token(release: Release, rows: Rows) -> str:
    last_line = rows.text[rows.text.rfind(b"\n", 0, -1) + 1 :]
    return row_token(release, int(Rows(last_line, rows.columns).texts(ID)[0]))


def _count(index: Index, release: Release, query: Query, accuracy: str) -> Count | None:
    if accuracy == "none":
        return None
    if accuracy == "exact":
        return Count(index.count(release, query), "exact")
    return index.estimate(release, query)
