"""One page of junctions: cut by rows or bytes, never silently."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from flask import Response

from snapshard.errors import BadQuery
from snapshard.index import Count, Index
from snapshard.match import RULES
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.params import JunctionParams
from snapshard_ui.api.queries import chosen, reachable, selected
from snapshard_ui.api.responses import Page, page_response
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.api.tokens import token_of
from snapshard_ui.columns import ID, Choice
from snapshard_ui.http import current_record
from snapshard_ui.runtime import current_settings


def junction_page(asked: ReleaseRequest[JunctionParams]) -> Response:
    """The page that the request asks for, in its format."""
    check_limit(asked.params.limit)
    index, params = asked.index, asked.params
    query, choice = selected(index, asked.release, params), chosen(params, asked.format)
    release, missing = (
        reachable(index, asked.release, query) if params.allow_partial else (asked.release, [])
    )
    current_record().partial = bool(missing)
    parts = choice.read(index, release, query, limit=params.limit + 1)
    rows, truncated = first_rows(parts, params.limit, current_settings().page_bytes, choice)
    following = _following(release, rows) if truncated else None
    count = _counted(index, release, replace(query, after=None), params.count)
    current_record().rows = len(rows)
    members: dict[str, object] = {
        "count": None if count is None else {"rows": count.rows, "kind": count.exactness},
        "truncated": truncated,
        "next": following,
        "missing_shards": missing,
        "why_empty": None
        if rows.text or query.after or missing
        else why_empty(index, release, query),
    }
    page = Page(choice.written, choice.shown(rows, release), members, exact=choice.stored(query))
    return page_response(asked, page)


def why_empty(index: Index, release: Release, query: Query) -> str:
    """Why nothing matches: nothing lies there, or none of what does passes the filters and the
    choice of samples.
    """
    wide = replace(query, filters=(), samples=None)
    of = f"{release.compilation} {release.name} ({release.assembly}, 1-based, both ends included)"
    where = (
        f"{RULES[query.match].verb} {', '.join(map(str, query.regions[:3]))}"
        if query.regions
        else "is there"
    )
    if query.ids is not None:
        where = "has these numbers"
    count = Count(0, "exact") if wide == query else index.estimate(release, wide)
    if not count.rows:
        return f"no junction of {of} {where}"
    about = "" if count.exactness == "exact" else "about "
    asked = " and ".join(
        ["the filters"] * bool(query.filters)
        + ["the choice of samples"] * (query.samples is not None)
    )
    return f"{about}{count.rows:,} junctions of {of} match without {asked}, none with"


def check_limit(limit: int) -> None:
    """Raises BadQuery for a page larger than the settings allow."""
    most = current_settings().max_rows
    if limit > most:
        raise BadQuery(
            "limit", limit, f"at most {most}; follow `next` for more, or ask for an export"
        )


def first_rows(
    parts: Iterable[Rows], limit: int, most_bytes: int, choice: Choice
) -> tuple[Rows, bool]:
    """The first rows, ended by their number or their bytes as the answer shows them (one row at
    least); whether more follow.
    """
    texts: list[bytes] = []
    columns: tuple[str, ...] = choice.asked
    for rows in parts:
        columns = rows.columns
        lines = rows.text.count(b"\n")
        size = choice.size(rows.text)
        if lines > limit or size > most_bytes:
            texts += _fitting(rows, limit, most_bytes, choice, first=not texts)
            if size <= most_bytes:
                # Nothing follows the one row too many; read to the end the connection can be used
                # again.
                deque(parts, maxlen=0)
            return Rows(b"".join(texts), columns), True
        texts.append(rows.text)
        limit, most_bytes = limit - lines, most_bytes - size
    return Rows(b"".join(texts), columns), False


def _fitting(
    rows: Rows, limit: int, most_bytes: int, choice: Choice, *, first: bool
) -> list[bytes]:
    kept: list[bytes] = []
    lines = rows.lines()[:limit]
    if choice.size(text := b"".join(lines)) <= most_bytes:
        return [text]
    for line in lines:
        most_bytes -= choice.size(line)
        if most_bytes < 0 and (kept or not first):
            break
        kept.append(line)
    return kept


def _following(release: Release, rows: Rows) -> str:
    last = Rows(rows.text[rows.text.rfind(b"\n", 0, -1) + 1 :], rows.columns)
    return token_of(release, int(last.texts(ID)[0]))


def _counted(index: Index, release: Release, query: Query, how: str) -> Count | None:
    if how == "none":
        return None
    return (
        Count(index.count(release, query), "exact")
        if how == "exact"
        else index.estimate(release, query)
    )
