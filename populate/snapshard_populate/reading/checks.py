"""What must hold of every row of a junction, gene or exon file before it is loaded.

A check looks at all rows of a chunk at once and says which ones are good; only for bad ones is a
sentence made. The checks of a list are applied in order, each to the rows that passed the ones
before, so a later check may rely on the earlier ones.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import STRANDS
from snapshard.pairs import Integers
from snapshard.region import LAST_BASE
from snapshard.rows import Rows
from snapshard_populate.reading import sample_lists
from snapshard_populate.reading.fields import MOST_DIGITS, Mask, are_whole, letters, quoted, widths
from snapshard_populate.reading.sample_lists import Fields

LONGEST_NAME = 64  # of a chromosome; the longest of UCSC's contig names have 27 letters
_CHROM = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_.*\-]*")


@dataclass(frozen=True)
class Check:
    """One property of rows: which rows have it, and for a row without it what was expected and what
    came.
    """

    holds: Callable[[Rows], Mask]
    reason: Callable[[Fields], str]


def failures(rows: Rows, checks: Sequence[Check]) -> Iterator[tuple[Mask, Rows, Check]]:
    """The checks that some rows fail: which of the rows still good pass, those rows themselves, and
    the check.

    The rows are those that passed all checks before; after the last failure the good ones are
    `rows.where(mask)`.
    """
    for check in checks:
        good = check.holds(rows)
        if not good.all():
            yield good, rows, check
            rows = rows.where(good)


def chromosomes(rows: Rows) -> NDArray[np.bytes_]:
    """The chromosome of every row, cut after LONGEST_NAME + 1 bytes."""
    names = np.ascontiguousarray(letters(rows, "chromosome", most=LONGEST_NAME + 1))
    chromosome: NDArray[np.bytes_] = names.view(f"S{names.shape[1]}")[:, 0]
    return chromosome


def run_starts(names: NDArray[np.bytes_]) -> Integers:
    """Where each run of equal names begins."""
    return np.flatnonzero(
        np.concatenate((np.ones(len(names[:1]), np.bool_), names[1:] != names[:-1]))
    )


def _is_chromosome(rows: Rows) -> Mask:
    names = chromosomes(rows)
    first = run_starts(names)
    good = [
        len(name) <= LONGEST_NAME and bool(_CHROM.fullmatch(name)) for name in names[first].tolist()
    ]
    return np.repeat(np.array(good, np.bool_), np.diff(np.append(first, len(names))))


def _is_strand(rows: Rows) -> Mask:
    known = np.frombuffer("".join(STRANDS).encode(), np.uint8)
    one: Mask = widths(rows, "strand") == 1
    return one & np.isin(letters(rows, "strand", most=1)[:, 0], known)


def _in_genome(rows: Rows) -> Mask:
    start, end = rows.integers("start"), rows.integers("end")
    inside: Mask = (start >= 1) & (start <= end) & (end <= LAST_BASE)
    return inside


def _length_fits(rows: Rows) -> Mask:
    fits: Mask = rows.integers("length") == rows.integers("end") - rows.integers("start") + 1
    return fits


def _length_reason(fields: Fields) -> str:
    length = int(fields["end"]) - int(fields["start"]) + 1
    return f"length: expected {length} (end - start + 1), got {fields['length']}"


def whole_number(name: str, *, empty: bool = False) -> Check:
    """The check that a column holds whole numbers (or nothing, where that is allowed)."""
    expected = f"a whole number of at most {MOST_DIGITS} digits" + (" or nothing" if empty else "")
    return Check(
        lambda rows: are_whole(rows, name, empty=empty),
        lambda fields: f"{name}: expected {expected}, got {quoted(fields[name])}",
    )


def _filled(name: str) -> Check:
    return Check(
        lambda rows: widths(rows, name) > 0, lambda fields: f"{name}: expected a value, got ''"
    )


CHROMOSOME = Check(
    _is_chromosome,
    lambda fields: f"chromosome: expected a name such as chr2, got {quoted(fields['chromosome'])}",
)
_POSITION = Check(
    _in_genome,
    lambda fields: (
        f"expected 1 <= start <= end <= {LAST_BASE}, got start {fields['start']} and end {fields['end']}"
    ),
)
_STRAND = Check(
    _is_strand,
    lambda fields: f"strand: expected one of {' '.join(STRANDS)}, got {quoted(fields['strand'])}",
)


def _checks(*, samples_optional: bool, filled: tuple[str, ...] = ()) -> tuple[Check, ...]:
    return (
        *[
            whole_number(name)
            for name in ("snaptron_id", "start", "end", "length", "samples_count", "coverage_sum")
        ],
        whole_number("source_dataset_id", empty=True),
        CHROMOSOME,
        _POSITION,
        Check(_length_fits, _length_reason),
        _STRAND,
        *[_filled(name) for name in filled],
        Check(
            partial(sample_lists.samples_formed, empty=samples_optional),
            sample_lists.samples_reason,
        ),
        Check(sample_lists.numbers_fit, sample_lists.numbers_reason),
        Check(sample_lists.samples_differ, sample_lists.samples_differ_reason),
        Check(sample_lists.count_fits, sample_lists.count_reason),
        Check(sample_lists.sum_fits, sample_lists.sum_reason),
        Check(sample_lists.mean_fits, sample_lists.mean_reason),
        Check(sample_lists.median_fits, sample_lists.median_reason),
    )


_ANNOTATION = ("annotated", "left_motif", "right_motif", "left_annotated", "right_annotated")
_JUNCTION, _FEATURE = (
    _checks(samples_optional=False, filled=_ANNOTATION),
    _checks(samples_optional=True),
)
CHECKS = {"junction": _JUNCTION, "gene": _FEATURE, "exon": _FEATURE}
"""The checks of each kind of rows. Genes and exons may lack samples, motifs and annotation."""
