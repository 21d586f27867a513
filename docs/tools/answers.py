"""The generated part of docs/answers.md: the docstrings of the answers' functions."""

from docs.tools.splicing import section
from snapshard.measures import boxes, confidence, events, psi

PSI = (
    ("PSI of a sample", psi.sample_psi),
    ("PSI of a group", psi.group_psi),
    ("Wilson interval", confidence.wilson),
    ("Jeffreys interval", confidence.jeffreys),
    ("Box of a box plot", boxes.box_of),
    ("Size of a side", events.chain_size),
)


def psi_definitions() -> str:
    """A section for each definition of PSI."""
    return "\n".join(section(title, definition) for title, definition in PSI)


PARTS = {"psi": psi_definitions}
