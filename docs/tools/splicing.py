"""The generated part of docs/splicing.md: the docstrings of the measures."""

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


def definitions() -> str:
    """A section for each measure: title, function, docstring, example."""
    return "\n".join(section(title, definition) for title, definition in DEFINITIONS)


def section(title: str, definition: object) -> str:
    """The section of a definition: its title, the name of the function, and its docstring."""
    text, _, example = (inspect.getdoc(definition) or "").partition(">>> ")
    name = f"{definition.__module__}.{definition.__name__}"  # type: ignore[attr-defined]
    return f"## {title}\n\n`{name}`\n\n{text.strip()}\n\n```python\n>>> {example.strip()}\n```\n"


PARTS = {"definitions": definitions}
