"""docs/commands.md says what --help says."""

from pathlib import Path

from snapshard.commands.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_what_the_commands_say():
    assert PAGE.read_text() == reference(), (
        "make it anew: python -m snapshard.commands.reference > docs/commands.md"
    )


def test_every_sub_command_teaches_by_example():
    sections = reference().split("\n## `snapshard ")[1:]
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
