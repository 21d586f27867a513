"""Pages of an answer, one after the other, up to the limit that the caller gave."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from snapshard.client.errors import Refused
from snapshard.client.session import Session

PAGE = 5_000
"""Rows to ask for at once: what a server gives at most unless it is set up otherwise
(SNAPSHARD_MAX_ROWS).
"""


def pages(
    session: Session, path: str, parameters: Mapping[str, Any], *, limit: int | None = None
) -> Iterator[httpx.Response]:
    """The answers page by page, lazily; each page is of the same release as the first.

    Only the first says in its text of what it is. With a limit it ends after so many rows; `cut`
    says of the last page whether there would have been more.
    """
    left = limit
    after: dict[str, Any] = {}
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = _page(session, path, {**parameters, **after}, size)
        yield page
        link = page.links.get("next")
        if link is None:
            return
        after = {"after": httpx.URL(link["url"]).params["after"], "about": False}
        if left is not None:
            left -= int(page.headers["Snapshard-Rows"])


def _page(session: Session, path: str, parameters: Mapping[str, Any], size: int) -> httpx.Response:
    """A page of this size, or of the server's own choice where that is too large for it."""
    try:
        return session.get(path, {**parameters, "limit": size})
    except Refused as exc:
        if size < PAGE or not any(
            one.get("parameter") == "limit" for one in exc.problem.get("errors", ())
        ):
            raise
        return session.get(path, parameters)


def cut(page: httpx.Response) -> bool:
    """Whether more rows follow this page."""
    return "next" in page.links


def missing_shards(page: httpx.Response) -> list[str]:
    """The shards that did not answer, of a request that allowed it."""
    return [name for name in page.headers.get("Snapshard-Missing-Shards", "").split(",") if name]
