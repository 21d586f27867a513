"""Pages of an answer joined to one: as if the server had sent it whole."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
import httpx

from snapshard.client.lineforms import LINE_FORMS
from snapshard.client.pages import cut, missing_shards
from snapshard.commands.progress import rows_bar

FORMATS = ("json", *LINE_FORMS)
"""Formats whose pages can be joined; the others are for exports."""
_OF_A_PAGE = re.compile(rb" (?:truncated|next|count)=(?:\{[^}]*\}|\"[^\"]*\"|\S+)")


def write_pages(
    pages: Iterable[httpx.Response], form: str, *, limit: int | None, output: Path | None
) -> None:
    """Writes an answer to standard output, or into a file with a progress bar; what it lacks is
    said on standard error.
    """
    if output is None:
        _write(joined(_watched(pages, limit), form), sys.stdout.buffer)
        return
    with output.open("wb") as file, rows_bar(output.name) as advance:
        _write(joined(_watched(pages, limit, advance), form), file)


def joined(pages: Iterable[httpx.Response], form: str) -> Iterator[bytes]:
    """The bytes of one answer, a page at a time; JSON comes when all pages are in."""
    return _one_object(pages) if form == "json" else _lines(pages, form)


def _lines(pages: Iterable[httpx.Response], form: str) -> Iterator[bytes]:
    first = True
    for page in pages:
        text = page.content
        if first:
            text = text if not cut(page) else _without_page(text, form)
        elif LINE_FORMS[form].names:
            text = text[text.find(b"\n") + 1 :]
        first = False
        yield text


def _without_page(text: bytes, form: str) -> bytes:
    """What is said of the first page only, such as its `next`, is not true of the whole."""
    head, newline, rest = text.partition(b"\n")
    if not head.startswith(LINE_FORMS[form].remark):
        return text
    if form == "ndjson":
        about = {
            name: value
            for name, value in json.loads(head)["about"].items()
            if name not in ("truncated", "next", "count")
        }
        return json.dumps({"about": about}).encode() + newline + rest
    return _OF_A_PAGE.sub(b"", head) + newline + rest


def _one_object(pages: Iterable[httpx.Response]) -> Iterator[bytes]:
    answer: dict[str, object] = {}
    rows: list[object] = []
    for page in pages:
        found = page.json()
        rows += found.pop("rows")
        answer = {**found, "count": answer.get("count", found.get("count"))}
    lines = ",\n".join(json.dumps(row) for row in rows)
    yield f'{json.dumps(answer)[:-1]}, "rows": [\n{lines}\n]}}\n'.encode()


def _write(chunks: Iterable[bytes], file: BinaryIO) -> None:
    for chunk in chunks:
        file.write(chunk)
        file.flush()


def _watched(
    pages: Iterable[httpx.Response],
    limit: int | None,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[httpx.Response]:
    """The pages; says on standard error what the answer lacks."""
    page, missing = None, dict[str, None]()
    for page in pages:
        yield page
        advance(int(page.headers["Snapshard-Rows"]))
        missing |= dict.fromkeys(missing_shards(page))
    if missing:
        click.echo(
            f"snapshard: no answer from {', '.join(missing)}: rows there are missing", err=True
        )
    if page is not None and cut(page):
        click.echo(f"snapshard: cut at --limit {limit}; there are more", err=True)
