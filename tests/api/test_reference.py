"""docs/api.md says what the code does."""

from pathlib import Path

from snapshard_ui.reference import rewritten

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_generated_parts_are_up_to_date():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == rewritten(text), "run: python -m snapshard_ui.reference docs/api.md"
