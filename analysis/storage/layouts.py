"""The four layouts."""

from typing import Any

from analysis.storage.ancestor import Ancestor
from analysis.storage.blocks import Blocks
from analysis.storage.lines import Lines
from analysis.storage.packed import Packed


def layouts(compression: str) -> tuple[Any, ...]:
    """All layouts; `compression` is the server's best method for text."""
    return Ancestor(), Lines(compression), Packed(compression), Blocks()
