"""What was learned of a junction file while it was read, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

LEAST_ANNOTATED = 0.02
"""The share of a file's junctions that an annotation of the same assembly has at least. In files of
aligners it is a half and more; in coordinates of another assembly it is less than one in a thousand.
"""
_FEWEST_JUDGED = 100
"""Files with fewer junctions are not judged by their share of annotated junctions."""
_FEWEST_COMPARED = 10
"""Files with fewer junctions may well be alike."""


@dataclass
class FileFacts:
    """A junction file after it was read.

    number: its place in the list of files. format, positions: what it is, and how it counts.
    junctions, reads: what it has. without_reads: junctions with 0 reads, which are left out.
    annotated: junctions that the annotation has; None without one. chromosomes: the one name of each
    chromosome by the name in the file. ends: the last base of any junction, by chromosome.
    digest: of its junctions and reads. problem: why it
    cannot be used, None if it can. remarks: what was let pass.
    """

    number: int
    name: str
    format: str = ""
    positions: str = ""
    junctions: int = 0
    reads: int = 0
    without_reads: int = 0
    annotated: int | None = None
    chromosomes: dict[str, str] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    problem: str | None = None
    remarks: list[str] = field(default_factory=list)

    def check_annotated(self) -> None:
        """Sets the problem of a file that is in the coordinates of another assembly."""
        if self.annotated is None or self.junctions < _FEWEST_JUDGED:
            return
        share = self.annotated / self.junctions
        if share < LEAST_ANNOTATED:
            self.problem = (
                f"expected junctions in the coordinates of the annotation, got {self.annotated:,} of "
                f"{self.junctions:,} that are annotated ({100 * share:.1f} %): is it of another "
                "assembly?"
            )


def mark_repeated(files: Sequence[FileFacts]) -> None:
    """Sets the problem of each file that has the junctions and reads of an earlier one."""
    first: dict[str, str] = {}
    for file in files:
        if file.problem is not None or file.junctions < _FEWEST_COMPARED:
            continue
        if file.digest in first:
            file.problem = f"has the same junctions and reads as {first[file.digest]}"
        first.setdefault(file.digest, file.name)
