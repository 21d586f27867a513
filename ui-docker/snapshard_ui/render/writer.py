"""What writes an answer: a head, rows, a tail, and notes that a reader of the format passes over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from snapshard.junction import Column
from snapshard.rows import Rows
from snapshard_ui.render.json_text import JsonObjects


@dataclass(frozen=True)
class Sheet:
    """What is written: the columns, what the answer says of itself, and whether it says so in the
    text.

    `exact`: the numbers come from number columns of the database, so that they are certain to be
    numbers.
    """

    columns: tuple[Column, ...]
    about: Mapping[str, Any]
    remarks: bool = True
    exact: bool = False

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]


class Writer(Protocol):
    """Writes one answer, from head to tail."""

    def head(self) -> bytes:
        """What comes before the rows."""

    def body(self, rows: Rows) -> bytes:
        """Some rows; may be held back until there are more."""

    def rest(self) -> bytes:
        """The rows that were held back."""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        """What comes after the rows; `end` (rows, sha256 of all bytes before) is said in it."""

    def broken(self, reason: str) -> bytes:
        """What tells a reader that the answer breaks off here."""


class LineWriter:
    """Lines of text, remarks in lines that begin with `#`."""

    def __init__(
        self, sheet: Sheet, encode: Callable[[Rows], bytes], *, header: bytes = b""
    ) -> None:
        self._sheet = sheet
        self._encode = encode
        self._header = header

    def head(self) -> bytes:
        return (
            b"# " + words(self._sheet.about) + b"\n" if self._sheet.remarks else b""
        ) + self._header

    def body(self, rows: Rows) -> bytes:
        return self._encode(rows) if rows.text else b""

    def rest(self) -> bytes:
        return b""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        return b"#COMPLETE " + words(end) + b"\n" if end else b""

    def broken(self, reason: str) -> bytes:
        return b"#ERROR " + reason.replace("\n", " ").encode() + b"\n"


class NdjsonWriter:
    """An object a line; remarks are objects with one member: about, complete or error."""

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
    """One object: what the answer says of itself, and its rows."""

    def __init__(self, sheet: Sheet, **members: Any) -> None:
        self._about = orjson.dumps({"about": sheet.about, **members})
        self._objects = JsonObjects(sheet.columns, exact=sheet.exact)
        self._begun = False

    def head(self) -> bytes:
        return self._about[:-1] + b',"rows":[\n'

    def body(self, rows: Rows) -> bytes:
        if not rows.text:
            return b""
        text = (b",\n" if self._begun else b"") + self._objects.write(rows, b",\n")
        self._begun = True
        return text

    def rest(self) -> bytes:
        return b""

    def tail(self, end: Mapping[str, Any] | None = None) -> bytes:
        return b"\n]" + (b',"complete":' + orjson.dumps(end) if end else b"") + b"}\n"

    def broken(self, reason: str) -> bytes:
        return b'\n],"error":' + orjson.dumps(reason) + b"}\n"


def words(values: Mapping[str, Any]) -> bytes:
    """Values as `name=value`, JSON-quoted where a blank or quote would mislead."""
    return b" ".join(name.encode() + b"=" + _word(value) for name, value in values.items())


def _word(value: Any) -> bytes:
    if isinstance(value, str) and value and not set(value) & set(' "=\\\t\n'):
        return value.encode()
    return orjson.dumps(value)
