"""Writes the generated parts of all pages: `python -m docs.tools`."""

from analysis.document import fill
from docs.tools.pages import DOCS, PAGES
from snapshard.commands.running import run_command


def main() -> None:
    """Writes all pages."""
    for page_name, parts in PAGES.items():
        fill(DOCS / page_name, parts)


if __name__ == "__main__":
    run_command(main)
