"""Pages with generated parts: a program writes each table or section between two markers; the text
around them is written by hand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

_MARKED = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Rows = Iterable[Iterable[object]]


def filled(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """The page with all tables between markers rewritten. Raises KeyError for an unknown marker."""
    return _MARKED.sub(lambda match: match[1] + tables[match[2]]() + "\n" + match[3], text)


def fill(document: Path, tables: Mapping[str, Callable[[], str]]) -> None:
    """Rewrites the tables of the file."""
    document.write_text(filled(document.read_text(), tables))
    print(f"wrote {document}")


def table(head: Iterable[str], rows: Rows, *, numbers: bool = True) -> str:
    """A Markdown table; columns of numbers, all but the first, are aligned to the right."""
    names = list(head)
    lines = [names, ["---", *["---:" if numbers else "---"] * (len(names) - 1)]]
    for row in rows:
        lines.append([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
