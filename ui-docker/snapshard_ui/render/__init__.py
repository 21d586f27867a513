"""Rows as bytes: the one place where rows become the text and files that users read."""

from snapshard_ui.render.bgzf import BLOCK, END, STORED_OVERHEAD, Bgzf, stored_blocks
from snapshard_ui.render.formats import (
    BY_SUFFIX,
    FORMATS,
    TABLES,
    Format,
    FormatName,
    TableName,
)
from snapshard_ui.render.json_text import NULLABLE, JsonObjects
from snapshard_ui.render.writer import JsonWriter, Sheet, Writer, words

__all__ = [
    "BLOCK",
    "BY_SUFFIX",
    "END",
    "FORMATS",
    "NULLABLE",
    "STORED_OVERHEAD",
    "TABLES",
    "Bgzf",
    "Format",
    "FormatName",
    "JsonObjects",
    "JsonWriter",
    "Sheet",
    "TableName",
    "Writer",
    "stored_blocks",
    "words",
]
