"""What text answers say of themselves in lines that begin with `#`: `# name=value …` first,
`#COMPLETE rows=… sha256=…` last.
"""

import json
from typing import Any

from snapshard.client.errors import AnswerError

BROKEN = b"#ERROR "
_DECODER = json.JSONDecoder()
_TEXTS = frozenset({"compilation", "release", "assembly"})
"""Always text, also where a release is called 2024."""


def read_words(text: str) -> dict[str, Any]:
    """The values of `name=value name=value`; a value is JSON, or a plain word."""
    found: dict[str, Any] = {}
    place, text = 0, text.rstrip()
    while (equals := text.find("=", place)) >= 0:
        name = text[place:equals].strip()
        found[name], place = _value(name, text, equals + 1)
    return found


def _value(name: str, text: str, place: int) -> tuple[Any, int]:
    end = text.find(" ", place) if " " in text[place:] else len(text)
    word = text[place:end]
    try:
        value, behind = _DECODER.raw_decode(text, place)
    except ValueError:
        return word, end
    if text[behind : behind + 1] not in ("", " ") or (
        name in _TEXTS and not isinstance(value, str)
    ):
        return word, end
    return value, behind


def split_text(content: bytes) -> tuple[dict[str, Any], tuple[str, ...], bytes]:
    """A TSV answer as what it says of itself, its column names, and its rows. Raises AnswerError if
    it says that it broke off.
    """
    about: dict[str, Any] = {}
    while content.startswith(b"#"):
        line, _, content = content.partition(b"\n")
        about.update(read_words(line[1:].decode()))
    header, _, rows = content.partition(b"\n")
    rows, note = _last_remark(rows)
    if note.startswith(BROKEN):
        raise AnswerError(
            200, {"detail": f"the answer broke off: {note.removeprefix(BROKEN).decode()}"}
        )
    return about, tuple(header.decode().split("\t")), rows


def _last_remark(rows: bytes) -> tuple[bytes, bytes]:
    begin = rows.rfind(b"\n", 0, len(rows) - 1) + 1
    last = rows[begin:]
    return (rows[:begin], last.rstrip(b"\n")) if last.startswith(b"#") else (rows, b"")
