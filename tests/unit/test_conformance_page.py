"""docs/conformance.md names a test for every property of Snaptron's protocol."""

import importlib.util
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SNAPSHARD_SHARED", ROOT.parent / "shared"))


def definitions():
    spec = importlib.util.spec_from_file_location("conformance", ROOT / "docs" / "conformance.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_names_the_tests_that_there_are():
    made = definitions().page()
    assert (ROOT / "docs" / "conformance.md").read_text() == made, (
        "make it anew: python docs/conformance.py > docs/conformance.md"
    )


def test_every_property_of_the_list_is_shown_or_has_a_reason():
    listed = SHARED / "specs" / "conformance.md"
    if not listed.exists():
        pytest.skip(f"no list of properties at {listed} (set SNAPSHARD_SHARED)")
    wanted = re.findall(r"^\| ([A-Z][0-9]+) \|", listed.read_text(), re.MULTILINE)
    ours = definitions()
    assert set(wanted) == {
        f"{part}{number}"
        for part, (count, _) in ours.PARTS.items()
        for number in range(1, count + 1)
    }
    assert len(wanted) == 218
    assert set(wanted) - ours.shown().keys() == ours.ELSEWHERE.keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_B8_to_B11_coordinate_conditions", ["B8", "B9", "B10", "B11"]),
        ("test_Z3_Z17_inclusion_ratios", ["Z3", "Z17"]),
        ("test_a_redirect_is_never_sent", []),
    ],
)
def test_a_name_says_what_a_test_shows(name, expected):
    assert definitions().properties(name) == expected
