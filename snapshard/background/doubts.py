"""Signs that a file does not fit the release: another assembly, other positions, other names."""

from collections.abc import Iterable, Sequence

import numpy as np

from snapshard.assembly import is_primary
from snapshard.background.columns import Background
from snapshard.chromosome import chromosome_length, chromosome_name
from snapshard.errors import BadRegion, BadRow, BadSource
from snapshard.junction_files import JunctionFile, JunctionLines
from snapshard.release import Release

_FEWEST = 50
"""Junctions below which a share says nothing."""
_LEAST_SHARE = 0.1
"""The share of a file's junctions of which an end is annotated, or which the release has. In a right
file it is almost all; by chance about one base in 5,000 is an annotated end.
"""
_SHOWN = 5


class Doubts:
    """Counts over the batches of one file."""

    def __init__(self, release: Release, file: JunctionFile) -> None:
        self._release = release
        self._file = file
        self._introns = self._fitting = self._on_known = 0
        self._spellings: dict[str, set[str]] = {}
        self._unknown: dict[str, int] = {}

    def check_positions(self, batch: JunctionLines) -> None:
        """Raises BadRow for a junction that ends behind the end of its chromosome, or whose chromosome
        is an accession of another assembly.
        """
        introns = batch.introns
        name_of = {spelling: self._name(batch, spelling) for spelling in set(introns.chroms)}
        for spelling, name in name_of.items():
            if is_primary(name):
                style = "UCSC" if spelling == name else "other"
                self._spellings.setdefault(style, set()).add(spelling)
        lengths = {
            spelling: chromosome_length(name, self._release.assembly) or 0
            for spelling, name in name_of.items()
        }
        limits = [lengths[chrom] for chrom in introns.chroms]
        behind = (np.array(limits) > 0) & (introns.ends > np.array(limits))
        if behind.any():
            first = int(np.flatnonzero(behind)[0])
            raise BadRow(
                self._file.name,
                int(batch.numbers[introns.rows[first]]),
                f"expected a position up to {limits[first]} on {introns.chroms[first]} of"
                f" {self._release.assembly}, got {introns.ends[first]}; is the file of another"
                " assembly?",
            )

    def _name(self, batch: JunctionLines, spelling: str) -> str:
        try:
            return chromosome_name(spelling, self._release.assembly)
        except BadRegion as error:
            introns = batch.introns
            line = int(batch.numbers[introns.rows[list(introns.chroms).index(spelling)]])
            reason = f"expected {error.expected}, got {spelling}"
            raise BadRow(self._file.name, line, reason) from error

    def add(self, background: Background) -> None:
        """Counts the introns of a batch."""
        places = background.places
        has_samples = background.samples() > 0
        fitting = (has_samples | (background.has_annotated_end() > 0)) & places.known
        self._introns += len(places)
        self._on_known += int(places.known.sum())
        self._fitting += int(fitting.sum())
        for name, members in places.groups():
            if not places.known[members[0]]:
                self._unknown[name] = self._unknown.get(name, 0) + len(members)

    def check_chromosomes(self) -> None:
        """Raises BadSource if the release has none of the file's chromosomes."""
        if self._introns and not self._on_known:
            raise BadSource(
                self._file.name,
                f"expected chromosomes of {self._release.compilation}"
                f" ({_some(sorted(self._release.named_chroms - {'*'}))}),"
                f" got {_some(self._unknown)}",
            )

    def notes(self) -> Iterable[str]:
        """What a user should know of the file, in sentences."""
        if self._file.may_be_cut:
            yield "the last line has no line end: the file may be cut"
        if self._unknown:
            count = sum(self._unknown.values())
            yield (
                f"{count} junctions are on chromosomes that {self._release.compilation} does not"
                f" have: {_some(self._unknown)}; their background is NA"
            )
        if len(self._spellings) > 1:
            examples = [min(spellings) for spellings in self._spellings.values()]
            yield f"the file mixes names of chromosomes, such as {' and '.join(examples)}"
        if self._on_known >= _FEWEST and self._fitting < _LEAST_SHARE * self._on_known:
            yield (
                f"only {self._fitting} of {self._on_known} junctions have an annotated splice site"
                f" or are in {self._release.compilation}: the file may be of another assembly than"
                f" {self._release.assembly}, or its positions may not be counted as"
                f" {self._file.format.name} counts them ({self._file.format.positions})"
            )


def _some(names: Sequence[str] | dict[str, int]) -> str:
    first_names = list(names)[:_SHOWN]
    return ", ".join(first_names) + (", …" if len(names) > len(first_names) else "")
