"""The pages with generated parts."""

from collections.abc import Callable, Mapping
from pathlib import Path

from docs.tools import (
    annotate,
    answers,
    api,
    commands,
    compare,
    conformance,
    consequences,
    mcp,
    splicing,
    variants,
)

DOCS = Path(__file__).parents[1]
PAGES: dict[str, Mapping[str, Callable[[], str]]] = {
    "annotate.md": annotate.PARTS,
    "answers.md": answers.PARTS,
    "api.md": api.PARTS,
    "commands.md": commands.PARTS,
    "compare.md": compare.PARTS,
    "conformance.md": conformance.PARTS,
    "consequences.md": consequences.PARTS,
    "mcp.md": mcp.PARTS,
    "splicing.md": splicing.PARTS,
    "variants.md": variants.PARTS,
}
"""By page: the names of its parts with the functions that generate them."""
