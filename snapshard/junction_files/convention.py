"""How formats count the positions of a junction, and what to add to get the bases of its intron."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Convention:
    """The two numbers of a junction in some format: `start` and `end` are added to them to get the
    first and the last base of the intron, 1-based.
    """

    start: int
    end: int
    meaning: str


CONVENTIONS = {
    "intron": Convention(0, 0, "first and last base of the intron, 1-based"),
    "bed": Convention(1, 0, "the intron 0-based, its end excluded"),
    "intron0": Convention(1, 1, "first and last base of the intron, 0-based"),
    "exons": Convention(
        1, -1, "last base of the exon before, first base of the exon behind, 1-based"
    ),
}
"""The conventions by the names that users give them."""
