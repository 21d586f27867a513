"""JSON objects made from the text of rows, without a Python value for each field.

A row's fields are already what JSON wants to show: numbers as digits, texts without quotes. The
fields of many rows are therefore filled into one template with a single `%`, instead of one
dictionary per row. Only fields that JSON cannot show as they are go through a conversion, column
by column: lists of samples, texts with special characters, empty numbers.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import orjson

from snapshard.junction import Column, ColumnType
from snapshard.rows import Rows

_PLAIN = bytes(byte for byte in range(32, 127) if byte not in b'"\\') + b"\t\n"
"""Bytes that a JSON string shows as they are, and the separators of rows."""
_NUMBERS = re.compile(rb"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\n)*")
_OTHER_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})")
MISSING = (b"", b"NA")
"""The values by which a samples file says that it has no number."""
NULLABLE = ("source_dataset_id",)
"""Number columns that may be empty in the database."""
_FEW = 64
"""Objects per format operation; larger templates are not faster."""


class JsonObjects:
    """Writes rows of some columns as objects. Numbers are copied as they are; a missing one is null,
    and in a number column a text that is no number, such as `90+`, is that text.

    `exact`: the numbers come from number columns of the database, so that they need no check.
    """

    def __init__(self, columns: Sequence[Column], *, exact: bool) -> None:
        self.columns = tuple(columns)
        self._exact = exact

    def write(self, rows: Rows, separator: bytes) -> bytes:
        """The objects, with the separator between them."""
        # One pass over the whole text is cheaper than a check of each field.
        is_plain = not rows.text.translate(None, _PLAIN)
        width, fields = len(self.columns), rows.fields()
        for position, column in enumerate(self.columns):
            convert = self._conversion(column, is_plain)
            if convert is not None:
                fields[position::width] = convert(fields[position::width])
        # Texts that were converted have their quotation marks already.
        template = _template(self.columns, quoted=is_plain)
        batch_template, step = separator.join([template] * _FEW), _FEW * width
        batched = len(fields) // step * step
        texts = [
            batch_template % tuple(fields[start : start + step])
            for start in range(0, batched, step)
        ]
        texts += [
            template % tuple(fields[start : start + width])
            for start in range(batched, len(fields), width)
        ]
        return separator.join(texts)

    def _conversion(
        self, column: Column, is_plain: bool
    ) -> Callable[[list[bytes]], list[bytes]] | None:
        """The conversion of a column's fields; None if they can be copied as they are."""
        if column.name == "samples":
            return _sample_lists
        if _is_number(column):
            return self._numbers if not self._exact or column.name in NULLABLE else None
        return None if is_plain else _strings

    def _numbers(self, cells: list[bytes]) -> list[bytes]:
        if self._exact:
            return [text or b"null" for text in cells] if b"" in cells else cells
        # One match over all cells is much faster than one for each.
        if _NUMBERS.fullmatch(b"\n".join(cells) + b"\n"):
            return cells
        return [json_number(text) for text in cells]


@lru_cache
def _template(columns: tuple[Column, ...], *, quoted: bool) -> bytes:
    """An object with a placeholder per field; `quoted` if texts get their quotes from it."""
    members = [
        _member(column, b'"%s"' if quoted and not _is_raw(column) else b"%s") for column in columns
    ]
    return b"{%s}" % b",".join(members)


def _member(column: Column, placeholder: bytes) -> bytes:
    # The name becomes part of a format template, in which a percent sign must be doubled.
    return orjson.dumps(column.name).replace(b"%", b"%%") + b":" + placeholder


def _sample_lists(cells: list[bytes]) -> list[bytes]:
    return [sample_pairs(text) for text in cells]


def _strings(cells: list[bytes]) -> list[bytes]:
    return [json_string(text) for text in cells]


def _is_number(column: Column) -> bool:
    return column.type in (ColumnType.INTEGER, ColumnType.DECIMAL)


def _is_raw(column: Column) -> bool:
    return _is_number(column) or column.name == "samples"


def json_string(text: bytes) -> bytes:
    """A text as a JSON string; bytes that are not UTF-8 become U+FFFD."""
    return orjson.dumps(text.decode("utf-8", "replace"))


def json_number(text: bytes) -> bytes:
    """A number as a JSON number, null for a missing one (NA or nothing), any other text as a JSON
    string.
    """
    if _NUMBERS.fullmatch(text + b"\n"):
        return text
    if text in MISSING:
        return b"null"
    # A sign, leading zeros or a bare point are not JSON, but they are numbers.
    if _OTHER_NUMBER.fullmatch(text):
        return b"%d" % int(text) if b"." not in text else orjson.dumps(float(text))
    return json_string(text)


def sample_pairs(text: bytes) -> bytes:
    """`,50099:3,50100:12` as [[50099,3],[50100,12]]."""
    if not text:
        return b"[]"
    return b"[[" + text[1:].replace(b",", b"],[").replace(b":", b",") + b"]]"
