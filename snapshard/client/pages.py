"""Pages of a response, one after the other, up to a limit."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from snapshard.client.errors import Refused
from snapshard.wire import JUNCTIONS_HEADER, MISSING_SHARDS_HEADER, ROWS_HEADER

if TYPE_CHECKING:
    import httpx

    from snapshard.client.session import Session

PAGE_ROWS = 5_000
"""Rows to request at a time: the server's default maximum (SNAPSHARD_MAX_ROWS)."""


def pages(
    session: "Session", path: str, parameters: Mapping[str, Any], *, limit: int | None = None
) -> "Iterator[httpx.Response]":
    """The pages, lazily. Each page is of the same release as the first.

    Only the first page describes the data in its text. With a limit, the pages end after that many
    rows; `is_truncated` of the last page then tells whether there are more.
    """
    remaining = limit
    continuation: dict[str, Any] = {}
    while remaining is None or remaining > 0:
        size = PAGE_ROWS if remaining is None else min(PAGE_ROWS, remaining)
        page = _page(session, path, {**parameters, **continuation}, size)
        yield page
        link = page.links.get("next")
        if link is None:
            return
        after = parse_qs(urlsplit(link["url"]).query)["after"][0]
        continuation = {"after": after, "about": False}
        if remaining is not None:
            # The limit counts junctions, of which tidy rows are several each.
            remaining -= int(page.headers.get(JUNCTIONS_HEADER) or page.headers[ROWS_HEADER])


def _page(
    session: "Session", path: str, parameters: Mapping[str, Any], size: int
) -> "httpx.Response":
    """A page of this size, or of the server's default size if its maximum is smaller."""
    try:
        return session.get(path, {**parameters, "limit": size})
    except Refused as exc:
        errors = exc.problem.get("errors", ())
        if size < PAGE_ROWS or all(error.get("parameter") != "limit" for error in errors):
            raise
        return session.get(path, parameters)


def is_truncated(page: "httpx.Response") -> bool:
    """Whether more rows follow this page."""
    return "next" in page.links


def missing_shards(page: "httpx.Response") -> list[str]:
    """The unavailable shards, if the request allowed a partial response."""
    names: str = page.headers.get(MISSING_SHARDS_HEADER, "")
    return [name for name in names.split(",") if name]
