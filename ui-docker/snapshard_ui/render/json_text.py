"""JSON objects made of rows without making Python values of their fields."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import orjson

from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows

_PLAIN = bytes(byte for byte in range(32, 127) if byte not in b'"\\') + b"\t\n"
_NUMBERS = re.compile(rb"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\n)*")
NULLABLE = ("source_dataset_id",)
"""Number columns that may be empty in the database."""
_FEW = 64
"""Objects written by one format operation; larger templates are not quicker."""


class JsonObjects:
    """Writes rows of some columns as objects. Numbers stand as they are written; an empty or
    impossible one is null.

    `exact`: the numbers come from number columns of the database, so that they need no check.
    """

    def __init__(self, columns: Sequence[Column], *, exact: bool) -> None:
        self.columns = tuple(columns)
        self._exact = exact

    def write(self, rows: Rows, separator: bytes) -> bytes:
        """The objects, the separator between them."""
        plain = not rows.text.translate(None, _PLAIN)
        width, fields = len(self.columns), rows.fields()
        for place, column in enumerate(self.columns):
            write = self._writer(column, plain)
            if write is not None:
                fields[place::width] = write(fields[place::width])
        template = _template(self.columns, quoted=plain)
        many, step = separator.join([template] * _FEW), _FEW * width
        whole = len(fields) // step * step
        texts = [many % tuple(fields[at : at + step]) for at in range(0, whole, step)]
        texts += [
            template % tuple(fields[at : at + width]) for at in range(whole, len(fields), width)
        ]
        return separator.join(texts)

    def _writer(self, column: Column, plain: bool) -> Callable[[list[bytes]], list[bytes]] | None:
        """What a column's fields must pass through; None where they may stand as they are."""
        if column.name == "samples":
            return _sample_lists
        if _is_number(column):
            return self._numbers if not self._exact or column.name in NULLABLE else None
        return None if plain else _strings

    def _numbers(self, cells: list[bytes]) -> list[bytes]:
        if b"" in cells:
            cells = [text or b"null" for text in cells]
        if self._exact or _NUMBERS.fullmatch(b"\n".join(cells) + b"\n"):
            return cells
        return [json_number(text) for text in cells]


@lru_cache
def _template(columns: tuple[Column, ...], *, quoted: bool) -> bytes:
    """An object with a place for every field; `quoted` where texts may stand as they are."""
    members = [
        _named(column, b'"%s"' if quoted and not _is_raw(column) else b"%s") for column in columns
    ]
    return b"{%s}" % b",".join(members)


def _sample_lists(cells: list[bytes]) -> list[bytes]:
    return [sample_pairs(text) for text in cells]


def _strings(cells: list[bytes]) -> list[bytes]:
    return [json_string(text) for text in cells]


def _is_number(column: Column) -> bool:
    return column.type in (ColumnType.INTEGER, ColumnType.DECIMAL)


def _is_raw(column: Column) -> bool:
    return _is_number(column) or column.name == "samples"


def _named(column: Column, value: bytes) -> bytes:
    return orjson.dumps(column.name).replace(b"%", b"%%") + b":" + value


def json_string(text: bytes) -> bytes:
    """A text as a JSON string; bytes that are not UTF-8 become U+FFFD."""
    return orjson.dumps(text.decode("utf-8", "replace"))


def json_number(text: bytes) -> bytes:
    """A number as JSON writes it; null for what is none."""
    if _NUMBERS.fullmatch(text + b"\n"):
        return text
    try:
        return b"%d" % int(text) if text.isdigit() else orjson.dumps(float(text))
    except ValueError:
        return b"null"


def sample_pairs(text: bytes) -> bytes:
    """`,50099:3,50100:12` as [[50099,3],[50100,12]]."""
    if not text:
        return b"[]"
    return b"[[" + text[1:].replace(b",", b"],[").replace(b":", b",") + b"]]"
