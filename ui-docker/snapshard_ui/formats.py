"""Rows in the formats that users read: one entry of a table per format."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from snapshard.junction import COLUMNS, Kind
from snapshard.rows import Rows

_NUMERIC = {column.name for column in COLUMNS if column.kind in (Kind.INTEGER, Kind.DECIMAL)}
_NEEDS_CARE = re.compile(rb'["\\\x00-\x08\x0b-\x1f\x7f-\xff]')


@dataclass(frozen=True)
class Format:
    """A way to write rows: its media type, its suffix in URLs, and how rows become its bytes."""

    name: str
    media_type: str
    write: Callable[[Rows], bytes]


def tsv(rows: Rows) -> bytes:
    """Lines of tab-separated columns; this is what rows are."""
    return rows.text


def json_objects(rows: Rows) -> bytes:
    """Objects with a comma between them. Numbers stand as the source wrote them; an empty number is null."""
    if not rows.text:
        return b""
    fields: Sequence[bytes] = rows.text.replace(b"\n", b"\t").split(b"\t")[:-1]
    width = len(rows.columns)
    careful = _NEEDS_CARE.search(rows.text) is not None
    template = b",".join(_member(name, careful) for name in rows.columns)
    fields = list(fields)
    for place, name in enumerate(rows.columns):
        column = fields[place::width]
        if name in _NUMERIC:
            if b"" in column:
                fields[place::width] = [text or b"null" for text in column]
        elif careful:
            fields[place::width] = [orjson.dumps(text.decode("utf-8", "replace")) for text in column]
    objects = b",\n".join([b"{%s}" % template] * (len(fields) // width))
    return objects % tuple(fields)


def _member(name: str, careful: bool) -> bytes:
    quoted = name not in _NUMERIC and not careful
    return b'"%s":%s' % (name.encode(), b'"%s"' if quoted else b"%s")


FORMATS = {
    one.name: one
    for one in (
        Format("json", "application/json", json_objects),
        Format("tsv", "text/tab-separated-values", tsv),
    )
}
