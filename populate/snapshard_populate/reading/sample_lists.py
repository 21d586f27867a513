"""Checks of sample lists: that `,sample:coverage,…` is well formed, and that a row's statistics are
those of its list.

All lists of a chunk are checked at once, as one text. The order of the checks matters: `pairs` can
be parsed only from well-formed lists, coverages fit 40 bits only after `numbers_fit`, and the median
is searched only in rows whose count is right. Per-row Python runs only for rows that are bad or
unusual (numbers of more than 18 digits, lists that do not ascend, medians between two halves).
"""

import re
import statistics
from collections.abc import Mapping

import numpy as np

from snapshard.junction import MOST_DIGITS
from snapshard.pairs import Integers, SampleSet, well_formed
from snapshard.rows import Rows
from snapshard_populate.reading.fields import Mask, decimals, quoted, widths

Fields = Mapping[str, str]

# Reads of one sample in one row. Medians sort a row number and a coverage of 40 bits in one integer.
MOST_COVERAGE = (1 << 40) - 1
_PAIR_LIST = re.compile(r"(?:,[0-9]+:[0-9]+)*")
_COMMA, _COLON, _ZERO = b",:0"


def samples_formed(rows: Rows, *, empty: bool) -> Mask:
    """Mask of the rows whose sample list is `,sample:coverage` repeated; `empty` accepts empty lists
    as well.
    """
    text, starts, _ = rows.spans("samples")
    lengths = widths(rows, "samples")
    formed: Mask = (lengths == 0) & empty | (lengths > 0) & (text.take(starts) == _COMMA)
    if formed.all() and _all_formed(rows):
        return formed
    formed &= np.array([well_formed(samples) for samples in rows.texts("samples")], np.bool_)
    return formed


def _all_formed(rows: Rows) -> bool:
    """Whether `well_formed` holds for all lists, checked on their joined text."""
    try:
        pairs = rows.pairs
    except ValueError:  # the numbers of colons and commas differ
        return False
    # If every list starts with a comma, then all are well formed exactly if commas and colons
    # alternate, only digits are between them, and no two of them are adjacent.
    text = np.frombuffer(pairs.text, np.uint8)
    commas, colons = text == _COMMA, text == _COLON
    separators = commas | colons
    digits = int(np.count_nonzero((text - np.uint8(_ZERO)) < 10))
    count = len(pairs.spans)
    return (
        int(np.count_nonzero(commas)) == int(np.count_nonzero(colons)) == count
        and digits + 2 * count == len(text)
        and bool(commas[pairs.spans].all())
        and not (separators[1:] & separators[:-1]).any()
        and not separators[-1:].any()
    )


def samples_reason(fields: Fields) -> str:
    """The first part of a list that is not well formed."""
    samples = fields["samples"]
    match = _PAIR_LIST.match(samples)
    valid = match.end() if match else 0
    expected = "expected ,sample:coverage repeated"
    return f"samples: {expected}, got {quoted(samples[valid:])} after {valid} valid characters"


def numbers_fit(rows: Rows) -> Mask:
    """Mask of the rows whose sample ids and coverages all fit their integers."""
    pairs = rows.pairs
    lengths = np.diff(np.append(pairs.spans, len(pairs.text)))
    fits = pairs.coverages <= MOST_COVERAGE
    # Parsed numbers of more than 18 digits have overflowed, so these are compared as text. The sum
    # of both numbers' digits only selects the candidates.
    for pair in np.flatnonzero(lengths > MOST_DIGITS).tolist():
        text = pairs.text[pairs.spans[pair] + 1 :][: lengths[pair] - 1]
        sample, coverage = text.split(b":")
        reads = int(coverage[-MOST_DIGITS - 20 :] or 0)
        fits[pair] = len(sample) <= MOST_DIGITS and reads <= MOST_COVERAGE
    return _rows_without(rows, ~fits)


def numbers_reason(fields: Fields) -> str:
    """The numbers that a sample list may contain."""
    ids = f"sample ids of at most {MOST_DIGITS} digits"
    return f"samples: expected {ids} and coverages of at most {MOST_COVERAGE}"


def samples_differ(rows: Rows) -> Mask:
    """Mask of the rows that list no sample twice."""
    # A list that ascends has no duplicates, and most lists do. Only the others are sorted.
    pairs = rows.pairs
    descends = pairs.samples[1:] <= pairs.samples[:-1]
    first = pairs.rows[1:-1]
    # The first pair of a row is not compared with the last pair of the row before.
    descends[first[(first > 0) & (first < len(pairs.samples))] - 1] = False
    mask = np.ones(len(rows), np.bool_)
    for row in np.unique(pairs.row_of[1:][descends]).tolist():
        ids = np.sort(pairs.samples[pairs.rows[row] : pairs.rows[row + 1]])
        mask[row] = bool((ids[1:] != ids[:-1]).all())
    return mask


def samples_differ_reason(fields: Fields) -> str:
    """The first sample that is listed again."""
    ids = [int(pair.split(":")[0]) for pair in fields["samples"].split(",")[1:]]
    first = {sample: i for i, sample in reversed(list(enumerate(ids)))}
    repeated = next(sample for i, sample in enumerate(ids) if first[sample] < i)
    return f"samples: expected every sample once, got sample {repeated} {ids.count(repeated)} times"


def some_reads(rows: Rows) -> Mask:
    """Mask of the rows with reads in at least one of their samples."""
    mask: Mask = rows.pairs.sums() > 0
    return mask


def some_reads_reason(fields: Fields) -> str:
    """The samples that are listed without reads."""
    count = len(_coverages(fields))
    return f"samples: expected a sample with 1 or more reads, got {count} with 0"


def has_samples_without_reads(rows: Rows) -> bool:
    """Whether any row lists a sample with coverage 0."""
    return not rows.pairs.coverages.all()


def samples_known(samples: SampleSet, rows: Rows) -> Mask:
    """Mask of the rows whose listed samples are all in the set."""
    return _rows_without(rows, ~samples.contains(rows.pairs.samples))


def samples_known_reason(samples: SampleSet, fields: Fields) -> str:
    """The samples of a list that are not in the set."""
    ids = np.array([int(pair.split(":")[0]) for pair in fields["samples"].split(",")[1:]], np.int64)
    unknown = ids[~samples.contains(ids)]
    more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
    return f"samples: expected samples of the samples file, got {unknown[0]}{more}"


def _rows_without(rows: Rows, pairs: Mask) -> Mask:
    """Mask of the rows that have none of these pairs."""
    mask = np.ones(len(rows), np.bool_)
    if pairs.any():
        mask[rows.pairs.row_of[pairs]] = False
    return mask


def count_fits(rows: Rows) -> Mask:
    """Mask of the rows whose samples_count is the length of their list."""
    fits: Mask = rows.integers("samples_count") == rows.pairs.counts()
    return fits


def sum_fits(rows: Rows) -> Mask:
    """Mask of the rows whose coverage_sum is the sum over their list."""
    fits: Mask = rows.integers("coverage_sum") == rows.pairs.sums()
    return fits


def mean_fits(rows: Rows) -> Mask:
    """Mask of the rows whose coverage_avg is their coverage_sum by their samples_count, both already
    checked.
    """
    stated = decimals(rows, "coverage_avg")
    mean = rows.integers("coverage_sum") / np.maximum(rows.integers("samples_count"), 1)
    fits: Mask = stated.formed & (np.abs(mean - stated.values) <= stated.tolerance)
    return fits


def median_fits(rows: Rows) -> Mask:
    """Mask of the rows whose coverage_median is the median of their list."""
    # A median of integers is a multiple of one half. To confirm one, it is enough to count the
    # coverages below and above it; only rows that fail this way have their lists sorted.
    stated = decimals(rows, "coverage_median")
    doubled = np.rint(2 * stated.values).astype(np.int64)
    fits: Mask = stated.formed & (np.abs(stated.values - doubled / 2) <= stated.tolerance)
    fits &= _is_median(doubled, rows)
    doubtful = np.flatnonzero(~fits & stated.formed)
    if len(doubtful):
        differences = np.abs(rows.take(doubtful).pairs.medians() - stated.values[doubtful])
        fits[doubtful] = differences <= stated.tolerance[doubtful]
    return fits


def _is_median(doubled: Integers, rows: Rows) -> Mask:
    """Mask of the numbers that are twice the median of their row's coverages; 0 is that of an empty
    list.

    A number is the median if less than half of the coverages are below it and less than half above;
    or if exactly half are on either side, and the nearest two average to it.
    """
    mask: Mask = doubled == 0
    counts = rows.pairs.counts()
    filled = np.flatnonzero(counts)
    if not len(filled):
        return mask
    first, size, limit = rows.pairs.rows[filled], counts[filled], doubled[filled]
    limits = np.repeat(limit, size)
    coverages = 2 * rows.pairs.coverages
    below = 2 * np.add.reduceat(coverages < limits, first, dtype=np.int64)
    above = 2 * np.add.reduceat(coverages > limits, first, dtype=np.int64)
    is_median = (below < size) & (above < size)
    split = np.flatnonzero((below == size) & (above == size))
    neighbours = _neighbours(coverages, first[split], size[split], limit[split])
    is_median[split] = neighbours == 2 * limit[split]
    mask[filled] = is_median
    return mask


def _neighbours(values: Integers, first: Integers, size: Integers, limit: Integers) -> Integers:
    """For each stretch of `size` values from `first`: the largest value below the limit plus the
    smallest one above it. Every stretch must have both.
    """
    if not len(first):
        return first
    starts = np.cumsum(size) - size
    stretch = values[np.arange(size.sum()) + np.repeat(first - starts, size)]
    below = stretch < np.repeat(limit, size)
    lower = np.maximum.reduceat(np.where(below, stretch, -1), starts)
    upper = np.minimum.reduceat(np.where(below, np.iinfo(np.int64).max, stretch), starts)
    neighbours: Integers = lower + upper
    return neighbours


def count_reason(fields: Fields) -> str:
    """The number of samples listed."""
    return _computed_reason("samples_count", str(len(_coverages(fields))), fields["samples_count"])


def sum_reason(fields: Fields) -> str:
    """The sum of the coverages listed."""
    return _computed_reason("coverage_sum", str(sum(_coverages(fields))), fields["coverage_sum"])


def mean_reason(fields: Fields) -> str:
    """The mean of the coverages listed."""
    mean = statistics.fmean(_coverages(fields) or [0])
    return _computed_reason(
        "coverage_avg", f"the decimal {mean:.12g}", quoted(fields["coverage_avg"])
    )


def median_reason(fields: Fields) -> str:
    """The median of the coverages listed."""
    median = statistics.median(_coverages(fields) or [0])
    return _computed_reason(
        "coverage_median", f"the decimal {median:.12g}", quoted(fields["coverage_median"])
    )


def _computed_reason(name: str, expected: str, text: str) -> str:
    return f"{name}: expected {expected} (computed from samples), got {text}"


def _coverages(fields: Fields) -> list[int]:
    return [int(pair.split(":")[1]) for pair in fields["samples"].split(",")[1:]]
