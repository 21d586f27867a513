"""The records of a comparison, and their columns (docs/compare.md)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from snapshard.client.annotate import until_interrupted
from snapshard.client.line_formats import LINE_FORMATS
from snapshard.client.receiver import Receiver

if TYPE_CHECKING:
    from snapshard.client.session import Session

_IN_MEMORY = 32 << 20
"""Bytes of a response that are kept in memory."""
_FIRST = ("name", "role")
_LAST = ("difference", "effect", "low", "high", "statistic", "tau", "p", "q")


def comparison_columns(response: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of the records: for each group its samples that count, `n GROUP`, and its level,
    `level GROUP`.
    """
    groups = [group["group"] for group in response["groups"]]
    cells = [f"{member} {group}" for group in groups for member in ("n", "level")]
    return (*_FIRST, *cells, *_LAST)


def comparison_records(response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A record for each junction that was tested."""
    groups = [group["group"] for group in response["groups"]]
    records: list[dict[str, Any]] = []
    for row in response["rows"]:
        cells = {
            f"{member} {group}": value
            for member in ("n", "level")
            for group, value in zip(groups, row[member], strict=True)
        }
        records.append({**cells, **{name: row[name] for name in (*_FIRST, *_LAST)}})
    return records


@contextmanager
def compared(
    session: "Session", path: str, parameters: Mapping[str, Any]
) -> Iterator[Iterator[bytes]]:
    """The lines of a complete response. Raises Interrupted for an incomplete one."""
    with SpooledTemporaryFile(_IN_MEMORY) as received:
        with session.stream(path, parameters) as response:
            Receiver(received, LINE_FORMATS["tsv"]).receive(until_interrupted(response))
        received.seek(0)
        yield iter(received)
