"""The pages of a response joined to one output, as if the server had sent a single response."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
import httpx

from snapshard.client.line_formats import LINE_FORMATS
from snapshard.client.pages import is_truncated, missing_shards
from snapshard.commands.progress import rows_bar
from snapshard.wire import ROWS_HEADER

FORMATS = ("json", *LINE_FORMATS)
"""Formats whose pages can be joined; the others are for exports."""
_PAGE_MEMBERS = ("truncated", "next", "count")
"""Members of the description that concern a single page."""
_PAGE_WORDS = re.compile(rb" (?:truncated|next|count)=(?:\{[^}]*\}|\"[^\"]*\"|\S+)")


def write_pages(
    pages: Iterable[httpx.Response],
    format_name: str,
    *,
    limit: int | None,
    output: Path | None,
) -> None:
    """Writes the joined pages to standard output, or to a file with a progress bar.

    Truncation and missing shards are reported on standard error.
    """
    if output is None:
        _write(joined(_with_reports(pages, limit), format_name), sys.stdout.buffer)
        return
    with output.open("wb") as file, rows_bar(output.name) as advance:
        _write(joined(_with_reports(pages, limit, advance), format_name), file)


def joined(pages: Iterable[httpx.Response], format_name: str) -> Iterator[bytes]:
    """The bytes of one response, a page at a time. JSON is yielded at the end, as one object."""
    return _one_object(pages) if format_name == "json" else _lines(pages, format_name)


def _lines(pages: Iterable[httpx.Response], format_name: str) -> Iterator[bytes]:
    first = True
    for page in pages:
        text = page.content
        if first and is_truncated(page):
            text = _without_page_words(text, format_name)
        elif not first and LINE_FORMATS[format_name].has_header:
            text = text[text.find(b"\n") + 1 :]
        first = False
        yield text


def _without_page_words(text: bytes, format_name: str) -> bytes:
    """The text of the first page, without the words that are not true of all pages together."""
    head, newline, rows = text.partition(b"\n")
    if not head.startswith(LINE_FORMATS[format_name].remark):
        return text
    if format_name != "ndjson":
        return _PAGE_WORDS.sub(b"", head) + newline + rows
    about = json.loads(head)["about"]
    for name in _PAGE_MEMBERS:
        about.pop(name, None)
    return json.dumps({"about": about}).encode() + newline + rows


def _one_object(pages: Iterable[httpx.Response]) -> Iterator[bytes]:
    members: dict[str, object] = {}
    rows: list[object] = []
    for page in pages:
        page_members = page.json()
        rows += page_members.pop("rows")
        # Only the first page has the count.
        members = {**page_members, "count": members.get("count", page_members.get("count"))}
    # One row per line, as in the server's response, so that text tools still work on it.
    lines = ",\n".join(json.dumps(row) for row in rows)
    yield f'{json.dumps(members)[:-1]}, "rows": [\n{lines}\n]}}\n'.encode()


def _write(chunks: Iterable[bytes], file: BinaryIO) -> None:
    for chunk in chunks:
        # Flushed by page, so that `| head` and slow queries show rows at once.
        file.write(chunk)
        file.flush()


def _with_reports(
    pages: Iterable[httpx.Response],
    limit: int | None,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[httpx.Response]:
    """The pages. Then reports on standard error what is missing."""
    page, missing = None, dict[str, None]()
    for page in pages:
        yield page
        advance(int(page.headers[ROWS_HEADER]))
        missing |= dict.fromkeys(missing_shards(page))
    if missing:
        shards = ", ".join(missing)
        click.echo(f"snapshard: no response from {shards}: rows are missing", err=True)
    if page is not None and is_truncated(page):
        click.echo(f"snapshard: truncated at --limit {limit}; there are more", err=True)
