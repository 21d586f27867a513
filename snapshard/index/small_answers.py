"""Small results, which are read from the shards at once: statements for `ask`, and results as lines.

The lines are those of `copy_lines`. COPY is faster for many rows; it cannot be sent together with the
check of a connection, nor be prepared. No stored value has a character that COPY would escape: the
loader refuses tabs, newlines and backslashes.
"""

import re
from functools import lru_cache
from itertools import count

from psycopg.pq.abc import PGresult

from snapshard.connections import Ask
from snapshard.index.statements import Statement, array_literal

_PARAMETER = re.compile(r"%\((\w+)\)s|%%")
_TEXTS = 512
"""Texts of statements whose numbered form is cached."""


def ask_of(shard: str, statement: Statement, *, kept: bool, binary: bool = False) -> Ask:
    """The statement for a shard; for `kept` and `binary` see `Ask`."""
    text, names = _numbered(statement.text)
    values = tuple(_value(statement.values[name]) for name in names)
    return Ask(shard, text, values, kept, binary)


def result_lines(result: PGresult) -> bytes:
    """The rows of a result as tab-separated lines; NULL is the empty text."""
    get, columns = result.get_value, range(result.nfields)
    return b"".join(
        b"\t".join([get(row, column) or b"" for column in columns]) + b"\n"
        for row in range(result.ntuples)
    )


def result_blocks(result: PGresult) -> list[tuple[int, bytes | None, bytes]]:
    """The rows of a binary result of `payload_statement`."""
    get = result.get_value
    return [
        (int.from_bytes(get(row, 0) or b"", "big"), get(row, 1), get(row, 2) or b"")
        for row in range(result.ntuples)
    ]


@lru_cache(_TEXTS)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """The text with the parameters $1, $2, …, and the name of each.

    A name that occurs twice gets two numbers, since PostgreSQL gives a number one type only.
    """
    names: list[str] = []
    numbers = count(1)

    def replaced(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%"
        names.append(match[1])
        return f"${next(numbers)}"

    return _PARAMETER.sub(replaced, text).encode(), tuple(names)


def _value(value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, list):
        return array_literal(map(_quoted, value)).encode()
    return str(value).encode()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
