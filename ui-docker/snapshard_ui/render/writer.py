"""Writers of responses: a head, rows, a tail, and remarks that readers of the format skip."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from snapshard.junction import Column
from snapshard.rows import Rows
from snapshard.wire import COMPLETE_REMARK, ERROR_REMARK
from snapshard_ui.render.json_text import JsonObjects


@dataclass(frozen=True)
class Sheet:
    """What a writer needs to know: the columns, the description of the response, and whether text
    formats start with the description.

    `exact`: the numbers come from number columns of the database, so that they need no check.
    """

    columns: tuple[Column, ...]
    about: Mapping[str, Any]
    remarks: bool = True
    exact: bool = False

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]


class Writer(Protocol):
    """Writes one response: head, any number of bodies, rest, tail. After an error, `broken` takes
    the place of what is left.
    """

    def head(self) -> bytes:
        """The bytes before the rows."""

    def body(self, rows: Rows) -> bytes:
        """The rows, or nothing while they are held back until there are more."""

    def rest(self) -> bytes:
        """The rows that were held back."""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        """The bytes after the rows, with `end` (rows, sha256 of all bytes before) if there is one."""

    def broken(self, reason: str) -> bytes:
        """A remark that the response is incomplete, and why."""


class LineWriter:
    """Lines of text; remarks are lines that start with `#`."""

    def __init__(
        self, sheet: Sheet, encode: Callable[[Rows], bytes], *, header: bytes = b""
    ) -> None:
        self._sheet = sheet
        self._encode = encode
        self._header = header

    def head(self) -> bytes:
        if not self._sheet.remarks:
            return self._header
        return b"# " + words(self._sheet.about) + b"\n" + self._header

    def body(self, rows: Rows) -> bytes:
        return self._encode(rows) if rows.text else b""

    def rest(self) -> bytes:
        return b""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        return COMPLETE_REMARK + words(end) + b"\n" if end else b""

    def broken(self, reason: str) -> bytes:
        # A newline would end the remark, and the rest of the reason would look like a row.
        return ERROR_REMARK + reason.replace("\n", " ").encode() + b"\n"


class NdjsonWriter:
    """One object per line; remarks are objects with a single member: about, complete or error."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._objects = JsonObjects(sheet.columns, exact=sheet.exact)

    def head(self) -> bytes:
        return orjson.dumps({"about": self._sheet.about}) + b"\n" if self._sheet.remarks else b""

    def body(self, rows: Rows) -> bytes:
        return self._objects.write(rows, b"\n") + b"\n" if rows.text else b""

    def rest(self) -> bytes:
        return b""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        return orjson.dumps({"complete": end}) + b"\n" if end else b""

    def broken(self, reason: str) -> bytes:
        return orjson.dumps({"error": reason}) + b"\n"


class JsonWriter:
    """One object: the description of the response, its members, and its rows."""

    def __init__(self, sheet: Sheet, **members: Any) -> None:
        self._about = orjson.dumps({"about": sheet.about, **members})
        self._objects = JsonObjects(sheet.columns, exact=sheet.exact)
        self._has_rows = False

    def head(self) -> bytes:
        # The object is left open after its last member, for the rows.
        return self._about[:-1] + b',"rows":[\n'

    def body(self, rows: Rows) -> bytes:
        if not rows.text:
            return b""
        text = (b",\n" if self._has_rows else b"") + self._objects.write(rows, b",\n")
        self._has_rows = True
        return text

    def rest(self) -> bytes:
        return b""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        return b"\n]" + (b',"complete":' + orjson.dumps(end) if end else b"") + b"}\n"

    def broken(self, reason: str) -> bytes:
        return b'\n],"error":' + orjson.dumps(reason) + b"}\n"


def words(values: Mapping[str, Any]) -> bytes:
    """The values as `name=value`, separated by blanks; a value with a blank or quote is JSON."""
    return b" ".join(name.encode() + b"=" + _word(value) for name, value in values.items())


def _word(value: Any) -> bytes:
    if isinstance(value, str) and value and not set(value) & set(' "=\\\t\n'):
        return value.encode()
    return orjson.dumps(value)
