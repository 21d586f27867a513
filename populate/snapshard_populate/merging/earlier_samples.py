"""The samples of a release to which a merge adds others: their metadata, and their rows as runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from snapshard.errors import BadQuery, BadSource
from snapshard.junction import parse_id
from snapshard.pairs import Integers
from snapshard.row_kinds import JUNCTION
from snapshard.rows import Rows
from snapshard_populate.formats import GroupLine
from snapshard_populate.formats.samples import KEY
from snapshard_populate.merging.metadata import FILE, SAMPLE, Matches, Metadata, Sample
from snapshard_populate.merging.records import (
    STRANDS,
    Records,
    motif_numbers,
    pack_keys,
)
from snapshard_populate.merging.runs import RUN, Run, in_runs, write_run
from snapshard_populate.merging.sample_table import SampleRow, group_columns
from snapshard_populate.reading import chromosomes, run_starts
from snapshard_populate.releases import StoredRelease

_NOT_STATED = "NA"
"""The cell of a sample in a column that its own table lacks."""
_FLAGS = ("annotated", "left_annotated", "right_annotated")


@dataclass(frozen=True)
class EarlierSamples:
    """The samples of a release of junctions that a merge of junction files has made.

    columns: the names of the cells of samples, without rail_id. groups: those of the release.
    """

    name: str
    columns: tuple[str, ...]
    samples: tuple[SampleRow, ...]
    groups: tuple[GroupLine, ...]

    def group_by(self) -> tuple[str, ...]:
        """The columns whose values are the groups. Raises BadQuery for other groups."""
        columns = group_columns(self.columns, self.groups)
        if columns is None:
            raise BadQuery("group-by", "", f"the columns that make the groups of {self.name}")
        return columns

    def rail_ids(self, column: str) -> dict[str, int]:
        """The numbers of the samples by their cells in a column. Raises BadSource if there is none."""
        if column not in self.columns:
            raise BadSource(
                self.name,
                f"expected a column {column!r}, which names the samples of the new files, got "
                f"{', '.join(self.columns)}",
            )
        number = self.columns.index(column)
        return {sample.cells[number]: sample.rail_id for sample in self.samples}


def read_earlier_samples(release: StoredRelease) -> EarlierSamples:
    """The samples of a release. Raises BadSource if it has other rows than junctions."""
    kinds = set(release.kinds()) - {JUNCTION.name}
    if kinds:
        rows = " and ".join(sorted(kinds))
        raise BadSource(
            release.name, f"expected junctions alone, got rows of {rows}: new files have none"
        )
    (_, *columns), *lines = release.samples()
    samples = tuple(SampleRow(int(rail_id), tuple(cells)) for rail_id, *cells in lines)
    return EarlierSamples(release.name, tuple(columns), samples, tuple(release.groups()))


def with_earlier(matches: Matches, metadata: Metadata | None, earlier: EarlierSamples) -> Matches:
    """The matches of new files, and beside them the samples of the release, in the same columns.

    A sample of the release keeps its number; its cells are those of the metadata if they have it. New
    ones are numbered by their rows if that gives the numbers of the release's samples in the same
    table, or by a column rail_id; else behind the greatest number of the release. A file of a sample
    that the release has cannot be used.
    """
    known = earlier.rail_ids(matches.column or SAMPLE)
    unmatched = dict(matches.unmatched)
    samples: list[Sample] = []
    for sample in matches.samples:
        if sample.file.sample in known:
            reason = f"names the sample {sample.file.sample!r}, which {earlier.name} has"
            unmatched[sample.file.name] = reason
        else:
            samples.append(sample)
    offset = _offset(samples, metadata, matches.column, known)
    names = _columns(earlier.columns, matches.columns)
    rows = _metadata_rows(metadata, matches.column)
    return replace(
        matches,
        columns=names,
        samples=tuple(
            replace(
                sample,
                rail_id=sample.rail_id + offset,
                cells=_cells(names, dict(zip(matches.columns, sample.cells, strict=True))),
            )
            for sample in samples
        ),
        earlier=_earlier_rows(names, earlier, matches.column, rows),
        unmatched=unmatched,
        rows_without_file=tuple(name for name in matches.rows_without_file if name not in known),
    )


def _offset(
    samples: Sequence[Sample],
    metadata: Metadata | None,
    column: str | None,
    known: Mapping[str, int],
) -> int:
    """What is added to the numbers of new samples. Raises BadSource if the metadata state a number
    that the release has.
    """
    taken = {*known.values()} & {sample.rail_id for sample in samples}
    if all(parse_id(sample.file.sample) == sample.rail_id for sample in samples) and not taken:
        return 0
    if metadata is not None and column is not None:
        names = metadata.column(column)
        if KEY in metadata.columns:
            if taken:
                reason = f"{KEY}: expected numbers that the release lacks, got {min(taken)}"
                raise BadSource(metadata.name, reason)
            return 0
        places = {name: row for row, name in enumerate(names, 1) if name in known}
        if places and not taken and all(known[name] == row for name, row in places.items()):
            return 0
    return max(known.values(), default=0)


def _columns(earlier: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The columns of the release, then the further ones of the metadata; the name of the file last."""
    names = dict.fromkeys([*earlier, *new])
    others = [name for name in names if name not in (FILE, KEY)]
    return (*others, FILE)


def _cells(columns: Sequence[str], cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(column, _NOT_STATED) for column in columns)


def _metadata_rows(metadata: Metadata | None, column: str | None) -> dict[str, dict[str, str]]:
    """The cells of each row of the metadata by their columns, by the sample that the row names."""
    if metadata is None or column is None:
        return {}
    cells = (dict(zip(metadata.columns, row, strict=True)) for row in metadata.rows)
    return dict(zip(metadata.column(column), cells, strict=True))


def _earlier_rows(
    columns: Sequence[str],
    earlier: EarlierSamples,
    column: str | None,
    metadata_rows: Mapping[str, Mapping[str, str]],
) -> tuple[SampleRow, ...]:
    rows: list[SampleRow] = []
    for sample in earlier.samples:
        cells = dict(zip(earlier.columns, sample.cells, strict=True))
        new_cells = metadata_rows.get(cells.get(column or SAMPLE, ""), {})
        rows.append(SampleRow(sample.rail_id, _cells(columns, {**cells, **new_cells})))
    return tuple(rows)


def earlier_runs(
    release: StoredRelease, rail_ids: Sequence[int], first: int, folder: Path
) -> Iterator[Run]:
    """Yields the junctions of a release as runs in this folder. `rail_ids` are its samples, whose
    numbers as files are counted from `first`.

    Raises BadSource for a junction whose annotation is not 0 or 1: it would be lost.
    """
    order = np.argsort(np.array(rail_ids, np.int64))
    known = np.array(rail_ids, np.int64)[order]
    records = (
        (chrom, _records(part, known, order + first))
        for rows in release.rows(JUNCTION.name)
        for chrom, part in _by_chromosome(rows, release.name)
    )
    for number, parts in enumerate(in_runs(records, RUN)):
        yield write_run(folder / f"earlier{number}", parts)


def _by_chromosome(rows: Rows, name: str) -> Iterator[tuple[str, Rows]]:
    for column in _FLAGS:
        if others := set(rows.texts(column)) - {b"0", b"1"}:
            text = min(others).decode()
            raise BadSource(
                name, f"{column}: expected 0 or 1, as junction files give it, got {text!r}"
            )
    chroms = chromosomes(rows)
    for first, last in pairwise([*run_starts(chroms).tolist(), len(chroms)]):
        yield chroms[first].decode(), rows.part(first, last)


def _records(rows: Rows, known: Integers, numbers: Integers) -> Records:
    """The records of rows of one chromosome; `numbers` are those of the samples in `known`, which
    ascend.
    """
    pairs = rows.pairs
    strands = np.array([STRANDS.index(text.decode()) for text in rows.texts("strand")], np.int64)
    keys = pack_keys(rows.integers("start"), rows.integers("end"), strands)
    ends = zip(rows.texts("left_motif"), rows.texts("right_motif"), strict=True)
    motifs = motif_numbers([_motif((left + right).decode()) for left, right in ends])
    samples = numbers[np.searchsorted(known, pairs.samples)].astype(np.uint32)
    reads = pairs.coverages.astype(np.uint32)
    return Records(keys[pairs.row_of], samples, reads, motifs[pairs.row_of])


def _motif(bases: str) -> str:
    # The lines have NN at both ends where nobody knew the motif.
    return "" if bases == "NNNN" else bases
