"""Remarks in text responses: lines that start with `#`.

`# name=value …` comes first and describes the data; `#COMPLETE rows=… sha256=…` comes last.
"""

import json
from typing import Any

from snapshard.client.errors import AnswerError
from snapshard.wire import ERROR_REMARK, REMARK

_DECODER = json.JSONDecoder()
_TEXTS = frozenset({"compilation", "release", "assembly"})
"""Always text, even if a release is named 2024; only the assembly may be null, if it is unknown."""


def read_words(text: str) -> dict[str, Any]:
    """The values in `name=value name=value`. A value is JSON or a plain word."""
    words: dict[str, Any] = {}
    position, text = 0, text.rstrip()
    while True:
        equals = text.find("=", position)
        if equals < 0:
            return words
        name = text[position:equals].strip()
        words[name], position = _value(name, text, equals + 1)


def _value(name: str, text: str, position: int) -> tuple[Any, int]:
    """The value at a position, and the position after it."""
    word_end = text.find(" ", position) if " " in text[position:] else len(text)
    word = text[position:word_end]
    try:
        value, value_end = _DECODER.raw_decode(text, position)
    except ValueError:
        return word, word_end
    # A plain word such as 1.2-beta starts with valid JSON; the value is JSON only if the word ends there.
    is_prefix = text[value_end : value_end + 1] not in ("", " ")
    if name == "assembly" and word == "null":
        return None, word_end
    if is_prefix or (name in _TEXTS and not isinstance(value, str)):
        return word, word_end
    return value, value_end


def split_text(content: bytes) -> tuple[dict[str, Any], tuple[str, ...], bytes]:
    """The description, the column names and the rows of a TSV response.

    Raises AnswerError if the response says that it was interrupted.
    """
    about: dict[str, Any] = {}
    while content.startswith(REMARK):
        line, _, content = content.partition(b"\n")
        about.update(read_words(line[1:].decode()))
    header, _, rows = content.partition(b"\n")
    rows, remark = _split_last_remark(rows)
    if remark.startswith(ERROR_REMARK):
        reason = remark.removeprefix(ERROR_REMARK).decode()
        raise AnswerError(200, {"detail": f"the response was interrupted: {reason}"})
    return about, tuple(header.decode().split("\t")), rows


def _split_last_remark(rows: bytes) -> tuple[bytes, bytes]:
    begin = rows.rfind(b"\n", 0, len(rows) - 1) + 1
    last_line = rows[begin:]
    if not last_line.startswith(REMARK):
        return rows, b""
    return rows[:begin], last_line.rstrip(b"\n")
