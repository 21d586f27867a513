"""Compares junctions between groups of samples: their PSI at their donor and acceptor, or the share of
samples that have them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from snapshard.comparison.effects import cliffs_delta, epsilon_squared, newcombe, tau
from snapshard.comparison.fisher import fisher_exact
from snapshard.comparison.ranks import RankTable, kruskal_wallis, mann_whitney, rank_values
from snapshard.comparison.read import Batch
from snapshard.comparison.samples import ComparedSamples
from snapshard.comparison.sites import Cells, Side, Sites, junction_sites, read_cells
from snapshard.comparison.table import ComparisonTable, Reason, empty_table, joined_tables
from snapshard.errors import BadQuery
from snapshard.measures import MIN_READS, Event, Junctions, event_levels
from snapshard.pairs import Integers

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
_MOST_CELLS = 1 << 21
"""Lines times samples that are measured at a time, which bounds memory."""


class Measure(StrEnum):
    """What is compared."""

    PSI = "psi"
    PREVALENCE = "prevalence"


DEFAULT_READS = {Measure.PSI: MIN_READS, Measure.PREVALENCE: 1}
"""Reads from which a sample is informative (PSI), or has the junction (prevalence)."""
MIN_SAMPLES = 10
TESTS = {
    (Measure.PSI, True): ("Mann-Whitney", "Cliff's delta"),
    (Measure.PSI, False): ("Kruskal-Wallis", "epsilon squared"),
    (Measure.PREVALENCE, True): ("Fisher", "difference"),
    (Measure.PREVALENCE, False): ("Kruskal-Wallis", "epsilon squared"),
}
"""The test and the effect size of each measure, for two groups (True) and for more."""


@dataclass(frozen=True)
class ComparisonRequest:
    """What to compare, in which samples, and what a junction needs to be tested.

    PSI: at least `min_samples` samples of every group have `min_reads` reads at the site, and of
    these samples together as many have the junction. Prevalence: `min_samples` samples have the
    junction. Raises BadQuery for numbers below 1.
    """

    samples: ComparedSamples
    measure: Measure = Measure.PSI
    min_reads: int = MIN_READS
    min_samples: int = MIN_SAMPLES

    def __post_init__(self) -> None:
        for name in ("min_reads", "min_samples"):
            if getattr(self, name) < 1:
                raise BadQuery(name, str(getattr(self, name)), "a whole number from 1 on")

    @property
    def test(self) -> str:
        """The name of the test."""
        return TESTS[self.measure, len(self.samples.groups) == 2][0]

    @property
    def effect(self) -> str:
        """The name of the effect size."""
        return TESTS[self.measure, len(self.samples.groups) == 2][1]


def compare_junctions(batch: Batch, request: ComparisonRequest) -> ComparisonTable:
    """The comparison of the junctions of a batch, in its order; PSI at the first base of every
    intron, then at the last base.
    """
    group_count = len(request.samples.groups)
    if not batch.mask.any():
        return empty_table(group_count)
    cells = read_cells(batch.junctions.rows.pairs, request.samples)
    if request.measure is Measure.PREVALENCE:
        return _prevalence(batch, cells, request)
    tables = [_psi(batch, cells, side, request) for side in Side]
    return joined_tables(tables, group_count)


def compare_side(batch: Batch, side: Side, request: ComparisonRequest) -> ComparisonTable:
    """The comparison of PSI on one side of the introns; the batch has all junctions of each site."""
    if not batch.mask.any():
        return empty_table(len(request.samples.groups))
    cells = read_cells(batch.junctions.rows.pairs, request.samples)
    return _psi(batch, cells, side, request)


def compare_events(events: Sequence[Event], request: ComparisonRequest) -> ComparisonTable:
    """The comparison of PSI of splicing events, in their order. An event needs `min_samples`
    informative samples of every group.
    """
    samples = request.samples
    values = np.full((len(events), len(samples.ids)), np.nan)
    for line, event in enumerate(events):
        levels = event_levels(event, request.min_reads)
        columns = samples.columns(levels.samples)
        values[line, columns[columns >= 0]] = levels.psi[columns >= 0]
    covered = np.all(samples.by_group(~np.isnan(values)) >= request.min_samples, axis=1)
    left_out = empty_table(len(samples.groups), _counts({Reason.UNINFORMATIVE: ~covered}))
    if not covered.any():
        return left_out
    tested = [
        event for event, is_covered in zip(events, covered.tolist(), strict=True) if is_covered
    ]
    names, kinds = [event.name for event in tested], [event.kind for event in tested]
    table = compare_values(names, kinds, values[covered], samples)
    return joined_tables([left_out, table], len(samples.groups))


def compare_values(
    names: Sequence[str], roles: Sequence[str], values: Numbers, samples: ComparedSamples
) -> ComparisonTable:
    """The comparison of values, such as PSI, with a line for each name and a column for each sample;
    NaN is no value. Every group needs a value in every line.

    Lines whose values are all equal are left out.
    """
    group_count = len(samples.groups)
    constant = np.fmax.reduce(values, axis=1) == np.fmin.reduce(values, axis=1)
    left_out, varied = _counts({Reason.CONSTANT: constant}), np.flatnonzero(~constant)
    if not len(varied):
        return empty_table(group_count, left_out)
    values = values[varied]
    ranks = rank_values(values, samples.group_of, group_count)
    level = _medians(values, samples)
    effect, low, high, statistic, p = _rank_columns(ranks)
    return ComparisonTable(
        tuple(names[line] for line in varied.tolist()),
        tuple(roles[line] for line in varied.tolist()),
        ranks.sizes,
        level,
        effect,
        low,
        high,
        statistic,
        p,
        tau(level),
        left_out,
    )


def _rank_columns(ranks: RankTable) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Effect, lower and upper bound, statistic and p value."""
    if ranks.sizes.shape[1] == 2:
        return (*cliffs_delta(ranks), *mann_whitney(ranks))
    statistic, p = kruskal_wallis(ranks)
    unknown = np.full(len(p), np.nan)
    total = ranks.sizes.sum(axis=1).astype(np.float64)
    return epsilon_squared(statistic, total), unknown, unknown, statistic, p


def _medians(values: Numbers, samples: ComparedSamples) -> Numbers:
    """The median of every line and group; every group has a value."""
    medians = np.empty((len(values), len(samples.groups)))
    lines = np.arange(len(values))
    for group, (first, size) in enumerate(zip(samples.first, samples.sizes, strict=True)):
        # NaN is sorted to the end.
        ordered = np.sort(values[:, first : first + size], axis=1)
        count = (~np.isnan(ordered)).sum(axis=1)
        low, high = ordered[lines, (count - 1) // 2], ordered[lines, count // 2]
        medians[:, group] = (low + high) / 2
    return medians


def _prevalence(batch: Batch, cells: Cells, request: ComparisonRequest) -> ComparisonTable:
    """The comparison of the shares of samples with each junction."""
    samples = request.samples
    group_count, row_count = len(samples.groups), len(batch.mask)
    has_reads = cells.reads >= request.min_reads
    keys = cells.row[has_reads] * group_count + samples.group_of[cells.column[has_reads]]
    counts = np.bincount(keys, minlength=row_count * group_count).reshape(-1, group_count)
    rows = np.flatnonzero(batch.mask)

    def names(lines: Integers) -> tuple[str, ...]:
        return _names(batch.junctions, rows[lines])

    return compare_counts(names, counts[rows], request)


def compare_counts(
    names: Callable[[Integers], Sequence[str]], counts: Integers, request: ComparisonRequest
) -> ComparisonTable:
    """The comparison of prevalence from counts: a line for each junction, a column for each group with
    the number of its samples that have the junction. `names` returns the names of the junctions of
    some lines.
    """
    samples = request.samples
    total = counts.sum(axis=1)
    rare, constant = total < request.min_samples, total == len(samples.ids)
    left_out = _counts({Reason.RARE: rare, Reason.CONSTANT: constant})
    lines = np.flatnonzero(~rare & ~constant)
    if not len(lines):
        return empty_table(len(samples.groups), left_out)
    counts = counts[lines]
    level = counts / samples.sizes
    return ComparisonTable(
        tuple(names(lines)),
        ("",) * len(lines),
        counts,
        level,
        *_count_columns(counts, samples),
        tau(level),
        left_out,
    )


def _count_columns(
    counts: Integers, samples: ComparedSamples
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Effect, lower and upper bound, statistic and p value."""
    unknown = np.full(len(counts), np.nan)
    if len(samples.groups) == 2:
        size1, size2 = samples.sizes.tolist()
        difference = newcombe(counts[:, 0], size1, counts[:, 1], size2)
        return (*difference, unknown, fisher_exact(counts[:, 0], counts[:, 1], size1, size2))
    return _rank_columns(_presence_ranks(counts, samples))


def _presence_ranks(counts: Integers, samples: ComparedSamples) -> RankTable:
    """The ranks of presence (1) and absence (0), from the counts of presence alone."""
    present = counts.sum(axis=1, keepdims=True).astype(np.float64)
    absent = len(samples.ids) - present
    absent_ranks = (samples.sizes - counts) * ((absent + 1) / 2)
    rank_sums = absent_ranks + counts * (absent + (present + 1) / 2)
    ties = present**3 - present + absent**3 - absent
    sizes = np.broadcast_to(samples.sizes, counts.shape)
    none = np.empty(0, np.int64)
    return RankTable(sizes, rank_sums, ties[:, 0], none, none)


def _psi(batch: Batch, cells: Cells, side: Side, request: ComparisonRequest) -> ComparisonTable:
    """The comparison of PSI of each junction among those that share its base on one side."""
    samples = request.samples
    sites = junction_sites(batch.junctions, side)
    has_strand = sites.site_of >= 0
    alone = has_strand & (sites.sizes[sites.site_of] == 1)
    shared = batch.mask & has_strand & ~alone
    left_out = _counts(
        {Reason.NO_STRAND: batch.mask & ~has_strand, Reason.ALONE: batch.mask & alone}
    )
    tables = [empty_table(len(samples.groups), left_out)]
    site_numbers = np.unique(sites.site_of[shared])
    step = max(_MOST_CELLS // len(samples.ids), 1)
    for first in range(0, len(site_numbers), step):
        part = site_numbers[first : first + step]
        tables += _psi_of_sites(batch.junctions, cells, sites, part, shared, request)
    return joined_tables(tables, len(samples.groups))


def _psi_of_sites(
    junctions: Junctions,
    cells: Cells,
    sites: Sites,
    part: Integers,
    mask: Mask,
    request: ComparisonRequest,
) -> Iterator[ComparisonTable]:
    """The comparison of the junctions of these sites; the reads of all their junctions fit in memory."""
    samples, width = request.samples, len(request.samples.ids)
    place_of_site = np.full(len(sites.sizes), -1)
    place_of_site[part] = np.arange(len(part))
    place = place_of_site[sites.site_of]
    in_part = cells.of_rows(place >= 0)
    total = in_part.matrix(place, len(part), width)
    informative: Mask = np.asarray(total >= request.min_reads)
    covered = np.all(samples.by_group(informative) >= request.min_samples, axis=1)
    mask = mask & (place >= 0)
    tested = mask & covered[place]
    counts = np.bincount(
        in_part.row[informative[place[in_part.row], in_part.column] & (in_part.reads > 0)],
        minlength=len(mask),
    )
    rare = tested & (counts < request.min_samples)
    left_out = {Reason.UNINFORMATIVE: mask & ~tested, Reason.RARE: rare}
    yield empty_table(len(samples.groups), _counts(left_out))
    rows = np.flatnonzero(tested & ~rare)
    step = max(_MOST_CELLS // width, 1)
    for first in range(0, len(rows), step):
        lines = rows[first : first + step]
        line_of = np.full(len(mask), -1)
        line_of[lines] = np.arange(len(lines))
        reads = in_part.of_rows(line_of >= 0).matrix(line_of, len(lines), width)
        # A sample that is not informative has no value.
        sums = np.where(informative, total, np.nan)[place[lines]]
        roles = [sites.roles[row] for row in lines.tolist()]
        yield compare_values(_names(junctions, lines), roles, reads / sums, samples)


def _names(junctions: Junctions, rows: Integers) -> tuple[str, ...]:
    mask = np.zeros(len(junctions.starts), np.bool_)
    mask[rows] = True
    return junctions.names(mask)


def _counts(masks: Mapping[Reason, Mask]) -> dict[Reason, int]:
    """The number of junctions of each reason that has any."""
    counts = {reason: int(mask.sum()) for reason, mask in masks.items()}
    return {reason: count for reason, count in counts.items() if count}
