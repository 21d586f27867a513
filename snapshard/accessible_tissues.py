"""Tissues that a clinic can sample, which answers list first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from snapshard.errors import BadSetting


@dataclass(frozen=True)
class AccessibleTissues:
    """Names of sample groups, in the order in which answers list them."""

    names: tuple[str, ...]

    def rank(self, *names: str) -> int | None:
        """The rank of a group, counted from 0, by any of its names; None for another tissue."""
        plain_names = {_plain(name) for name in names}
        ranks = (rank for rank, name in enumerate(self.names) if name in plain_names)
        return next(ranks, None)

    def order(self, *names: str) -> int:
        """The place of a group in an answer: its rank, and after all ranks for another tissue."""
        rank = self.rank(*names)
        return len(self.names) if rank is None else rank


@cache
def accessible_tissues(path: Path | None) -> AccessibleTissues:
    """The tissues of a file with a name per line; of the table that comes with Snapshard if None.

    Blank lines and lines that start with # are left out. Raises BadSetting for a file that cannot be
    read.
    """
    table = files(__package__).joinpath("accessible_tissues.tsv") if path is None else path
    try:
        text = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        expected = f"a readable text file ({exc})"
        raise BadSetting("SNAPSHARD_ACCESSIBLE_TISSUES", str(path), expected) from exc
    return AccessibleTissues(tuple(_names(text.splitlines())))


def _names(lines: Iterable[str]) -> list[str]:
    return [_plain(line) for line in lines if line.strip() and not line.startswith("#")]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()
