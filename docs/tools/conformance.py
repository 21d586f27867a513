"""The generated part of docs/conformance.md: the properties of Snaptron's protocol and their tests.

The name of a test starts with the properties that it tests: `test_B8_to_B11_...` tests four,
`test_D9_D10_D11_...` three.
"""

import ast
import re
from itertools import takewhile
from pathlib import Path

from analysis.document import table

ROOT = Path(__file__).parents[2]
FOLDERS = ("tests/api/snaptron", "tests/api", "tests/cluster")
PARTS_OF_LIST = {
    "A": (19, "transport"),
    "B": (26, "intervals"),
    "C": (14, "row filters"),
    "D": (18, "samples by id or group"),
    "E": (13, "samples by metadata"),
    "F": (12, "ids"),
    "G": (9, "output and columns"),
    "H": (8, "UCSC formats"),
    "I": (17, "bulk queries"),
    "J": (8, "JSON queries"),
    "K": (12, "sample metadata"),
    "L": (9, "genes and exons"),
    "P": (9, "gene names"),
    "Q": (4, "annotations"),
    "X": (8, "base coverage"),
    "Y": (5, "registry"),
    "Z": (20, "clients"),
    "W": (7, "shards"),
}
"""The number of properties in each part, and their subject."""
EXCEPTIONS = {
    "G1": "tests/api/snaptron/test_golden.py: test_answer_equals_the_recorded_one_unless_a_quirk_is_repaired",
    "W7": "no test, because it is a time: `python -m analysis.snaptron_speed` measures it",
    "Z20": "no test: it is a demonstration of A2 with a stub in place of a server",
}
_ID = re.compile("[A-Z][0-9]{1,2}")


def tests_by_property() -> dict[str, list[str]]:
    """The tests of each property, as `file: name`."""
    tests: dict[str, list[str]] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).glob("test_*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    test = f"{file.relative_to(ROOT)}: {node.name}"
                    for identifier in properties(node.name):
                        tests.setdefault(identifier, []).append(test)
    return tests


def properties(name: str) -> list[str]:
    """The properties in the name of a test."""
    words = list(
        takewhile(
            lambda word: _ID.fullmatch(word) or word == "to", name.removeprefix("test_").split("_")
        )
    )
    identifiers: list[str] = []
    for number, word in enumerate(words):
        if word == "to" and 0 < number < len(words) - 1:
            first, last = words[number - 1], words[number + 1]
            identifiers += [f"{first[0]}{n}" for n in range(int(first[1:]) + 1, int(last[1:]))]
        elif word != "to":
            identifiers.append(word)
    return identifiers


def property_tables() -> str:
    """A section for each part with a table of its properties and their tests."""
    tests = tests_by_property()
    sections = []
    for part, (count, title) in PARTS_OF_LIST.items():
        rows = []
        for number in range(1, count + 1):
            identifier = f"{part}{number}"
            rows.append(
                (identifier, "<br>".join(tests.get(identifier, [])) or EXCEPTIONS[identifier])
            )
        sections.append(f"## {part}: {title}\n\n{table(('', 'tests'), rows, numbers=False)}\n")
    return "\n".join(sections)


PARTS = {"properties": property_tables}
