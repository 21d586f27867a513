"""docs/conformance.md names a test for every property of Snaptron's protocol."""

import os
import re
from pathlib import Path

import pytest

from docs.tools import conformance

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SNAPSHARD_SHARED", ROOT.parent / "shared"))


def test_every_property_of_the_list_is_shown_or_has_a_reason():
    listed = SHARED / "specs" / "conformance.md"
    if not listed.exists():
        pytest.skip(f"no list of properties at {listed} (set SNAPSHARD_SHARED)")
    listed_ids = re.findall(r"^\| ([A-Z][0-9]+) \|", listed.read_text(), re.MULTILINE)
    assert set(listed_ids) == {
        f"{part}{number}"
        for part, (count, _) in conformance.PARTS_OF_LIST.items()
        for number in range(1, count + 1)
    }
    assert len(listed_ids) == 218
    assert set(listed_ids) - conformance.tests_by_property().keys() == conformance.EXCEPTIONS.keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_B8_to_B11_coordinate_conditions", ["B8", "B9", "B10", "B11"]),
        ("test_Z3_Z17_inclusion_ratios", ["Z3", "Z17"]),
        ("test_a_redirect_is_never_sent", []),
    ],
)
def test_a_name_says_what_a_test_shows(name, expected):
    assert conformance.properties(name) == expected
