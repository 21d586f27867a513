"""Writes the generated parts of all pages: `python -m docs.tools`."""

from analysis.document import fill
from docs.tools.pages import DOCS, PAGES

for page_name, parts in PAGES.items():
    fill(DOCS / page_name, parts)
