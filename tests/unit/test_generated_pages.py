"""The generated parts of the pages in docs/ are what their generators make."""

import re

import pytest

from analysis.document import filled
from docs.tools.commands import help_sections
from docs.tools.pages import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_the_generators_make(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- table: (\S+) -->", text)) == sorted(PAGES[page])
    assert text == filled(text, PAGES[page]), "run: make docs"


def test_every_sub_command_teaches_by_example():
    sections = help_sections().split("\n## `snapshard ")[1:]
    names = {text.split("`")[0]: text for text in sections}
    assert [name for name, text in names.items() if " " not in name and "Example" not in text] == []
    assert {
        "query",
        "evidence",
        "samples",
        "genes",
        "export",
        "shards",
        "load",
        "serve",
    } <= names.keys()
