"""Prints docs/splicing.md, which is generated from the docstrings of the measures:

python docs/splicing.py > docs/splicing.md
"""

import inspect

from snapshard.measures import joins, splicing

DEFINITIONS = (
    ("Junction inclusion ratio", splicing.junction_inclusion_ratio),
    ("Percent spliced in", splicing.percent_spliced_in),
    ("Shared samples", splicing.shared_samples),
    ("Tissue specificity", splicing.tissue_specificity),
    ("Union and intersection", joins.union),
    ("Exons", joins.find_exons),
    ("Normalisation", joins.normalised),
    ("Reads of a sample", splicing.sample_sums),
)
HEAD = """# Definitions of the splicing measures

Each measure is defined once, by the function named below its title. The REST API
(`/api/v1/compilations/{name}/splicing/...`) computes measures with these functions; the command
(`snapshard splicing`) and the Python client (`Client.splicing`) call the API and use the same names of
measures and parameters. This page is generated from the functions' docstrings by
`python docs/splicing.py`; a test runs the examples and compares the page.

In the examples `rows(",1:5")` is the result of a query: a junction with five reads in sample 1.
Positions are 1-based, both ends included; a junction's are the first and last base of its intron.
"""


def page() -> str:
    """The text of the page."""
    return HEAD + "".join(_section(title, definition) for title, definition in DEFINITIONS)


def _section(title: str, definition: object) -> str:
    text, _, example = (inspect.getdoc(definition) or "").partition(">>> ")
    name = f"{definition.__module__}.{definition.__name__}"  # type: ignore[attr-defined]
    return f"\n## {title}\n\n`{name}`\n\n{text.strip()}\n\n```python\n>>> {example.strip()}\n```\n"


if __name__ == "__main__":
    print(page(), end="")
