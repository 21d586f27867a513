"""Pages with tables made by programs: each stands between its marks, and the sentences around them
are by hand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Rows = Iterable[Iterable[object]]


def filled(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """The page with every marked table made anew. Raises KeyError for a mark that names no table."""
    return _MARKED.sub(lambda found: found[1] + tables[found[2]]() + "\n" + found[3], text)


def fill(document: Path, tables: Mapping[str, Callable[[], str]]) -> None:
    """The same in the file."""
    document.write_text(filled(document.read_text(), tables))
    print(f"wrote {document}")


def table(head: Iterable[str], rows: Rows) -> str:
    """A Markdown table, all but the first column to the right."""
    names = list(head)
    lines = [
        names,
        ["---", *["---:"] * (len(names) - 1)],
        *[[str(cell) for cell in row] for row in rows],
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
