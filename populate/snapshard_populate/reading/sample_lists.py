"""Whether a row's sample list is well formed, and its statistics are those of the list."""

import re
import statistics
from collections.abc import Mapping

import numpy as np

from snapshard.pairs import Integers, well_formed
from snapshard.rows import Rows
from snapshard_populate.reading.fields import MOST_DIGITS, Mask, decimals, quoted, widths

Fields = Mapping[str, str]

MOST_COVERAGE = (1 << 40) - 1  # reads of one sample in one row: medians are taken on 40 bits
_PAIR_LIST = re.compile(r"(?:,[0-9]+:[0-9]+)*")
_COMMA, _COLON, _ZERO = b",:0"


def samples_formed(rows: Rows, *, empty: bool) -> Mask:
    """Which sample lists are `,sample:coverage` repeated (or empty, where that is allowed)."""
    text, starts, _ = rows.spans("samples")
    lengths = widths(rows, "samples")
    begun: Mask = (lengths == 0) & empty | (lengths > 0) & (text.take(starts) == _COMMA)
    if begun.all() and _all_formed(rows):
        return begun
    begun &= np.array([well_formed(one) for one in rows.texts("samples")], np.bool_)
    return begun


def _all_formed(rows: Rows) -> bool:
    """What `well_formed` says of all lists at once, using that their separators have to be found
    anyhow.
    """
    try:
        pairs = rows.pairs
    except ValueError:  # not as many colons as commas
        return False
    text = np.frombuffer(pairs.text, np.uint8)
    commas, colons = text == _COMMA, text == _COLON
    separators = commas | colons
    digits = int(np.count_nonzero((text - np.uint8(_ZERO)) < 10))
    some = len(pairs.spans)
    return (
        int(np.count_nonzero(commas)) == int(np.count_nonzero(colons)) == some
        and digits + 2 * some == len(text)
        and bool(commas[pairs.spans].all())
        and not (separators[1:] & separators[:-1]).any()
        and not separators[-1:].any()
    )


def samples_reason(fields: Fields) -> str:
    """What is wrong with a list that is not well formed."""
    found = _PAIR_LIST.match(fields["samples"])
    good = found.end() if found else 0
    return f"samples: expected ,sample:coverage repeated, got {quoted(fields['samples'][good:])} after {good} good characters"


def numbers_fit(rows: Rows) -> Mask:
    """Which rows have only numbers that our integers hold."""
    pairs = rows.pairs
    lengths = np.diff(np.append(pairs.spans, len(pairs.text)))
    fits = pairs.coverages <= MOST_COVERAGE
    for long in np.flatnonzero(lengths > MOST_DIGITS).tolist():
        pair = pairs.text[pairs.spans[long] + 1 :][: lengths[long] - 1]
        sample, coverage = pair.split(b":")
        fits[long] = (
            len(sample) <= MOST_DIGITS and int(coverage[-MOST_DIGITS - 20 :] or 0) <= MOST_COVERAGE
        )
    return _all_pairs(fits, rows)


def numbers_reason(fields: Fields) -> str:
    """What numbers a sample list may hold."""
    return f"samples: expected sample ids of at most {MOST_DIGITS} digits and coverages of at most {MOST_COVERAGE}"


def samples_differ(rows: Rows) -> Mask:
    """Which rows have every sample once at most. Lists that ascend need no sorting, and most do."""
    pairs = rows.pairs
    descends = pairs.samples[1:] <= pairs.samples[:-1]
    first = pairs.rows[1:-1]
    descends[first[(first > 0) & (first < len(pairs.samples))] - 1] = False
    result = np.ones(len(rows), np.bool_)
    for row in np.unique(pairs.row_of[1:][descends]).tolist():
        ids = np.sort(pairs.samples[pairs.rows[row] : pairs.rows[row + 1]])
        result[row] = bool((ids[1:] != ids[:-1]).all())
    return result


def samples_differ_reason(fields: Fields) -> str:
    """Which sample comes more than once."""
    ids = [int(pair.split(":")[0]) for pair in fields["samples"].split(",")[1:]]
    seen: set[int] = set()
    twice = next(sample for sample in ids if sample in seen or seen.add(sample))  # type: ignore[func-returns-value]
    return f"samples: expected every sample once, got sample {twice} {ids.count(twice)} times"


def _all_pairs(good: Mask, rows: Rows) -> Mask:
    result = np.ones(len(rows), np.bool_)
    if not good.all():
        result[rows.pairs.row_of[~good]] = False
    return result


def count_fits(rows: Rows) -> Mask:
    """Which rows have as many samples as they say."""
    fits: Mask = rows.integers("samples_count") == rows.pairs.counts()
    return fits


def sum_fits(rows: Rows) -> Mask:
    """Which rows have as many reads as they say."""
    fits: Mask = rows.integers("coverage_sum") == rows.pairs.sums()
    return fits


def mean_fits(rows: Rows) -> Mask:
    """Which rows have the mean that they say; their count and sum must have been found right."""
    stated = decimals(rows, "coverage_avg")
    mean = rows.integers("coverage_sum") / np.maximum(rows.integers("samples_count"), 1)
    fits: Mask = stated.formed & (np.abs(mean - stated.values) <= stated.tolerance)
    return fits


def median_fits(rows: Rows) -> Mask:
    """Which rows have the median that they say; sorts only the rows whose median is not what they
    say to the half.
    """
    stated = decimals(rows, "coverage_median")
    halves = np.rint(2 * stated.values).astype(np.int64)
    fits: Mask = (
        stated.formed
        & (np.abs(stated.values - halves / 2) <= stated.tolerance)
        & _is_median(halves, rows)
    )
    rest = np.flatnonzero(~fits & stated.formed)
    if len(rest):
        fits[rest] = (
            np.abs(rows.take(rest).pairs.medians() - stated.values[rest]) <= stated.tolerance[rest]
        )
    return fits


def _is_median(doubled: Integers, rows: Rows) -> Mask:
    """Whether each number is twice the median of its row's coverages, found without sorting them.

    It is if less than half of the coverages lie below it and less than half above; or if exactly
    half lie on either side and the nearest two average to it.
    """
    result: Mask = doubled == 0
    counts = rows.pairs.counts()
    some = np.flatnonzero(counts)
    if not len(some):
        return result
    first, size, wanted = rows.pairs.rows[some], counts[some], doubled[some]
    stated = np.repeat(wanted, size)
    coverages = 2 * rows.pairs.coverages
    less, more = (
        2 * np.add.reduceat(side, first, dtype=np.int64)
        for side in (coverages < stated, coverages > stated)
    )
    middle = (less < size) & (more < size)
    split = np.flatnonzero((less == size) & (more == size))
    middle[split] = (
        _neighbours(coverages, first[split], size[split], wanted[split]) == 2 * wanted[split]
    )
    result[some] = middle
    return result


def _neighbours(values: Integers, first: Integers, size: Integers, limit: Integers) -> Integers:
    """Largest value below the limit plus the smallest above it, in each stretch of values; every
    stretch must have both.
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
    """How many samples there are."""
    return f"samples_count: expected {len(_coverages(fields))} as the samples say, got {fields['samples_count']}"


def sum_reason(fields: Fields) -> str:
    """How many reads there are."""
    return f"coverage_sum: expected {sum(_coverages(fields))} as the samples say, got {fields['coverage_sum']}"


def mean_reason(fields: Fields) -> str:
    """What the mean is."""
    return _statistic_reason("coverage_avg", statistics.fmean(_coverages(fields) or [0]), fields)


def median_reason(fields: Fields) -> str:
    """What the median is."""
    return _statistic_reason(
        "coverage_median", statistics.median(_coverages(fields) or [0]), fields
    )


def _statistic_reason(name: str, value: float, fields: Fields) -> str:
    return f"{name}: expected a decimal, {value:.12g} by the samples, got {quoted(fields[name])}"


def _coverages(fields: Fields) -> list[int]:
    return [int(pair.split(":")[1]) for pair in fields["samples"].split(",")[1:]]
