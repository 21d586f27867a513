"""Checks of the rows of junction, gene and exon files, applied before rows are loaded.

A check looks at all rows of a chunk at once and returns a mask of the good ones; a message is made
only for bad rows. The checks of a list are applied in order, each to the rows that passed all checks
before it. So a later check may rely on the earlier ones: numbers are parsed only from fields that
are known to be digits, and statistics are compared only with lists that are well formed.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from snapshard.chromosome import CHROM_FORM, odd_character
from snapshard.junction import MOST_DIGITS, STRANDS
from snapshard.pairs import Integers, SampleSet
from snapshard.region import LAST_BASE
from snapshard.rows import Rows
from snapshard_populate.reading import sample_lists
from snapshard_populate.reading.fields import Mask, are_whole, letters, quoted, widths
from snapshard_populate.reading.sample_lists import Fields

# The longest of UCSC's contig names have 27 letters; a longer name is rather a broken line.
LONGEST_NAME = 64
_CHROM = re.compile(CHROM_FORM.encode())


@dataclass(frozen=True)
class Check:
    """A property of rows.

    holds: the mask of the rows that have it. reason: for the fields of a row that lacks it, the
    value that was expected and the value that was found.
    """

    holds: Callable[[Rows], Mask]
    reason: Callable[[Fields], str]


def failures(rows: Rows, checks: Sequence[Check]) -> Iterator[tuple[Mask, Rows, Check]]:
    """Yields each check that some rows fail: the mask of the rows that pass, the rows that were
    checked, and the check.

    The rows checked are those that passed all earlier checks; after the last failure, the good rows
    are `rows.where(mask)`.
    """
    for check in checks:
        good = check.holds(rows)
        if not good.all():
            yield good, rows, check
            rows = rows.where(good)


def chromosomes(rows: Rows) -> NDArray[np.bytes_]:
    """The chromosome of every row, truncated to LONGEST_NAME + 1 bytes."""
    names = np.ascontiguousarray(letters(rows, "chromosome", most=LONGEST_NAME + 1))
    chromosome: NDArray[np.bytes_] = names.view(f"S{names.shape[1]}")[:, 0]
    return chromosome


def run_starts(names: NDArray[np.bytes_]) -> Integers:
    """The index of the first name of every run of equal names."""
    changes = names[1:] != names[:-1]
    return np.flatnonzero(np.concatenate((np.ones(len(names[:1]), np.bool_), changes)))


def _is_chromosome(rows: Rows) -> Mask:
    # Rows of one chromosome are adjacent, so one name is matched per run, not per row.
    names = chromosomes(rows)
    starts = run_starts(names)
    good = [
        len(name) <= LONGEST_NAME and bool(_CHROM.fullmatch(name))
        for name in names[starts].tolist()
    ]
    return np.repeat(np.array(good, np.bool_), np.diff(np.append(starts, len(names))))


def _is_strand(rows: Rows) -> Mask:
    strands = np.frombuffer("".join(STRANDS).encode(), np.uint8)
    single: Mask = widths(rows, "strand") == 1
    return single & np.isin(letters(rows, "strand", most=1)[:, 0], strands)


def _in_genome(rows: Rows) -> Mask:
    start, end = rows.integers("start"), rows.integers("end")
    inside: Mask = (start >= 1) & (start <= end) & (end <= LAST_BASE)
    return inside


def _position_reason(fields: Fields) -> str:
    positions = f"start {fields['start']} and end {fields['end']}"
    return f"expected 1 <= start <= end <= {LAST_BASE}, got {positions}"


def _length_fits(rows: Rows) -> Mask:
    fits: Mask = rows.integers("length") == rows.integers("end") - rows.integers("start") + 1
    return fits


def _length_reason(fields: Fields) -> str:
    length = int(fields["end"]) - int(fields["start"]) + 1
    return f"length: expected {length} (end - start + 1), got {fields['length']}"


def whole_number(name: str, *, empty: bool = False) -> Check:
    """The check that a column contains whole numbers; `empty` accepts empty fields as well."""
    expected = f"a whole number of at most {MOST_DIGITS} digits" + (" or nothing" if empty else "")
    return Check(
        lambda rows: are_whole(rows, name, empty=empty),
        lambda fields: f"{name}: expected {expected}, got {quoted(fields[name])}",
    )


def _not_empty(name: str) -> Check:
    return Check(
        lambda rows: widths(rows, name) > 0, lambda fields: f"{name}: expected a value, got ''"
    )


def _chromosome_reason(fields: Fields) -> str:
    name = fields["chromosome"]
    reason = f"chromosome: expected a name such as chr2, got {quoted(name)}"
    # The character is named, because in a long name it is easily overlooked.
    odd = odd_character(name)
    return reason + (f"; a name cannot contain {odd!r}" if odd else "")


CHROMOSOME = Check(_is_chromosome, _chromosome_reason)
_POSITION = Check(_in_genome, _position_reason)
_STRAND = Check(
    _is_strand,
    lambda fields: f"strand: expected one of {' '.join(STRANDS)}, got {quoted(fields['strand'])}",
)
_NUMBERS = ("snaptron_id", "start", "end", "length", "samples_count", "coverage_sum")
_ANNOTATION = ("annotated", "left_motif", "right_motif", "left_annotated", "right_annotated")


_ROW_CHECKS = (
    *[whole_number(name) for name in _NUMBERS],
    whole_number("source_dataset_id", empty=True),
    CHROMOSOME,
    _POSITION,
    Check(_length_fits, _length_reason),
    _STRAND,
)
_STATISTICS = (
    Check(sample_lists.count_fits, sample_lists.count_reason),
    Check(sample_lists.sum_fits, sample_lists.sum_reason),
    Check(sample_lists.mean_fits, sample_lists.mean_reason),
    Check(sample_lists.median_fits, sample_lists.median_reason),
)


def row_checks(kind: str, samples: SampleSet | None = None) -> tuple[Check, ...]:
    """The checks of rows of a kind: junction, gene or exon. Genes and exons may lack samples, motifs
    and annotation. `samples` are those of the samples file, None without one.
    """
    optional = kind != "junction"
    required = () if optional else _ANNOTATION
    return (
        *_ROW_CHECKS,
        *[_not_empty(name) for name in required],
        Check(partial(sample_lists.samples_formed, empty=optional), sample_lists.samples_reason),
        Check(sample_lists.numbers_fit, sample_lists.numbers_reason),
        Check(sample_lists.samples_differ, sample_lists.samples_differ_reason),
        *([] if samples is None else [_samples_known(samples)]),
        # A junction without a read was not seen; a gene without one is still a gene.
        *([] if optional else [Check(sample_lists.some_reads, sample_lists.some_reads_reason)]),
        *_STATISTICS,
    )


def _samples_known(samples: SampleSet) -> Check:
    return Check(
        partial(sample_lists.samples_known, samples),
        partial(sample_lists.samples_known_reason, samples),
    )
