"""Prints docs/conformance.md, the properties of Snaptron's protocol and the tests that show them:
python docs/conformance.py.

A test shows the properties that its name begins with: `test_B8_to_B11_...` shows four,
`test_D9_D10_D11_...` three.
"""

import ast
import re
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACES = ("tests/api/snaptron", "tests/api", "tests/cluster")
PARTS = {
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
"""How many properties each part has, and what they are about."""
ELSEWHERE = {
    "G1": "tests/api/snaptron/test_golden.py: test_answer_equals_the_recorded_one_unless_a_quirk_is_repaired",
    "W7": "no test, since it is a time: `python -m analysis.snaptron_speed` measures it",
    "Z20": "no test: it shows with a stub in place of a server why A2 matters",
}
HEAD = """# Properties of Snaptron's protocol, and what shows them

The protocol's test list numbers 218 properties of a server. This table says which test shows each; it is made from the names of
the tests by `python docs/conformance.py`, and a test compares. The tests run over raw sockets against the server as shipped, on
the recorded compilation, a simulated one and, where they have the data, three real ones. Part Z is of the clients: none of them
can be installed where the tests run (docs/snaptron.md says why), so their requests are replayed.
"""
_ID = re.compile("[A-Z][0-9]{1,2}")


def shown() -> dict[str, list[str]]:
    """For every property the tests that are named for it."""
    found: dict[str, list[str]] = {}
    for place in PLACES:
        for file in sorted((ROOT / place).glob("test_*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    for one in properties(node.name):
                        found.setdefault(one, []).append(f"{file.relative_to(ROOT)}: {node.name}")
    return found


def properties(name: str) -> list[str]:
    """The properties that a test is named for."""
    words = list(
        takewhile(
            lambda word: _ID.fullmatch(word) or word == "to", name.removeprefix("test_").split("_")
        )
    )
    listed: list[str] = []
    for number, word in enumerate(words):
        if word == "to" and 0 < number < len(words) - 1:
            first, last = words[number - 1], words[number + 1]
            listed += [f"{first[0]}{n}" for n in range(int(first[1:]) + 1, int(last[1:]))]
        elif word != "to":
            listed.append(word)
    return listed


def page() -> str:
    """The whole page."""
    known, lines = shown(), [HEAD]
    for part, (count, title) in PARTS.items():
        lines.append(f"\n## {part}: {title}\n\n| | shown by |\n|---|---|\n")
        for one in (f"{part}{number}" for number in range(1, count + 1)):
            lines.append(f"| {one} | {'<br>'.join(known.get(one, [])) or ELSEWHERE[one]} |\n")
    return "".join(lines)


if __name__ == "__main__":
    print(page(), end="")
