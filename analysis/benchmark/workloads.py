"""The workloads: each has a method of WAYS, the questions to it, and a number of repeats."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.benchmark.compilation import FREQUENT, GTEX, WINDOW
from analysis.benchmark.places import SEED, Places
from analysis.benchmark.question import Question
from analysis.source import SAMPLES
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.region import Region
from snapshard.settings import Settings
from snapshard_populate.simulate import FIRST_RAIL_ID

EXECUTIONS = 4
"""The ancestor's authors ran each of their queries this many times."""
_FREQUENT = (Filter("samples_count", ">=", str(FREQUENT)),)
_TWO_COLUMNS = (Filter("coverage_median", ">=", "2"), Filter("length", "<", "5000"))
_ANCESTORS = ("sqlite", "sqlite-chr", "postgres", "postgres-chr")
_STEPS = range(2_500_000, WINDOW.end + 1, 2_500_000)
_STEP_SYSTEMS = (*_ANCESTORS, "library-25", "http-25")
"""Systems for all but the last of the ten steps: the ancestor's four, and one of Snapshard each in
process and over HTTP. That keeps a run short.
"""
_LARGEST_PAGE = 100
"""Kilobases of a window whose rows fit a page of the REST API."""


@dataclass(frozen=True)
class Workload:
    """Questions for one method. `systems` limits the systems (empty = all); `cold` workloads are
    also measured after a cold start.
    """

    name: str
    title: str
    way: str
    questions: Sequence[Question]
    repeats: int = 5
    systems: frozenset[str] = field(default_factory=frozenset)
    cold: bool = False


def workloads(places: Places, scale: float) -> tuple[Workload, ...]:
    """All workloads on these positions."""
    return (
        *_ancestors(),
        *_windows(places, scale),
        *_single(places),
        *_subsets(places, scale),
        *_whole(),
    )


def _ancestors() -> tuple[Workload, ...]:
    """Junctions contained in chr1 from its first base to 2.5, 5, … 25 Mb: the ancestor's queries."""
    queries = (
        ("rows", "rows with samples", "rows", ()),
        ("filtered-rows", "rows with samples, samples_count >= 100", "rows", _FREQUENT),
        ("count", "count", "count", ()),
        ("filtered-count", "count, samples_count >= 100", "count", _FREQUENT),
    )
    workloads = []
    for name, title, way, filters in queries:
        steps = [_inside(Region(WINDOW.chrom, 1, end), filters) for end in _STEPS]
        workloads.append(
            Workload(
                name,
                f"chr1:0–25 Mb, {title}",
                way,
                steps[-1:],
                EXECUTIONS,
                cold=name in ("rows", "filtered-count"),
            )
        )
        workloads.append(
            Workload(
                f"{name}-steps",
                f"chr1:0–2.5 to 0–22.5 Mb, {title}",
                way,
                steps[:-1],
                EXECUTIONS,
                frozenset(_STEP_SYSTEMS),
            )
        )
    question = _inside(WINDOW, _TWO_COLUMNS)
    title = f"chr1:0–25 Mb, {question.label}, rows without samples"
    return (*workloads, Workload("two-columns", title, "summaries", [question]))


def _inside(region: Region, filters: tuple[Filter, ...]) -> Question:
    label = " and ".join(map(str, filters)) or f"{region.end / 1e6:g} Mb"
    return Question(label, (region,), Match.CONTAINS, filters)


def _windows(places: Places, scale: float) -> tuple[Workload, ...]:
    """Junctions that overlap a window, without samples."""
    thousand = places.windows(100_000, 60, rows=max(1, round(1_000 * scale / GTEX)))
    workloads = [
        Workload(
            "window-1000",
            "100 kb with about 1,000 rows",
            "summaries",
            _pages("100 kb", thousand),
            5,
            cold=True,
        ),
        Workload("gene", "a gene by its symbol", "summaries", _genes(places)),
    ]
    for kilobases, count in ((1, 40), (10, 40), (100, 20), (1_000, 6), (10_000, 2)):
        title = f"{kilobases} kb" if kilobases < 1_000 else f"{kilobases // 1_000} Mb"
        small = kilobases <= _LARGEST_PAGE
        drawn = places.windows(1_000 * kilobases, count)
        questions = [
            Question(title, (region,), page=small and _fits_a_page(places, region))
            for region in drawn
        ]
        workloads.append(
            Workload(
                f"overlap-{title.replace(' ', '')}",
                f"overlap with {title}",
                "summaries",
                questions,
                3,
            )
        )
    return tuple(workloads)


def _pages(label: str, regions: Sequence[Region]) -> list[Question]:
    return [Question(label, (region,), page=True) for region in regions]


def _genes(places: Places) -> list[Question]:
    """Genes whose junctions fit a page."""
    regions = {gene.symbol: Region(gene.chrom, gene.start, gene.end) for gene in places.genes}
    fitting = [symbol for symbol, region in regions.items() if _fits_a_page(places, region)]
    symbols = random.Random(SEED).sample(fitting, min(20, len(fitting)))
    return [Question(symbol, (regions[symbol],), gene=symbol, page=True) for symbol in symbols]


def _fits_a_page(places: Places, region: Region) -> bool:
    return places.overlapping(region) <= Settings().max_rows


def _single(places: Places) -> tuple[Workload, ...]:
    """Single junctions, cassette exons, a list of ids."""
    frequent = [
        Question("one", (region,), Match.EXACT) for region in places.junctions(20, least=1_000)
    ]
    exact = [
        Question("one", (region,), Match.EXACT, page=True)
        for region in places.junctions(40, least=1)
    ]
    ids = [Question("100 ids", ids=places.sample_ids(100), page=True)]
    cassettes = [
        Question("cassette exon", regions, Match.EXACT) for regions in places.cassettes(10)
    ]
    return (
        Workload("exact", "an exact junction, without samples", "summaries", exact),
        Workload("ids", "100 ids", "summaries", ids),
        Workload(
            "one-junction",
            "one junction over all samples (1,000 or more have it)",
            "coverage",
            frequent,
            cold=True,
        ),
        Workload("psi", "PSI of a cassette exon in every sample", "psi", cassettes),
        Workload("tissues", "one junction by tissue: n of N, reads", "tissues", frequent),
    )


def _subsets(places: Places, scale: float) -> tuple[Workload, ...]:
    """Junctions of a megabase, restricted to samples; its number of rows is close to the average."""
    average = round(618_876 / 25 * scale / GTEX)
    (megabase,) = places.windows(1_000_000, 1, rows=average)
    workloads = []
    for count in (1, 100, 3_000):
        samples = random.Random(count).sample(range(FIRST_RAIL_ID, FIRST_RAIL_ID + SAMPLES), count)
        question = Question(
            f"{count} samples", (megabase,), Match.CONTAINS, samples=tuple(sorted(samples))
        )
        workloads.append(
            Workload(
                f"subset-{count}",
                f"1 Mb restricted to {count:,} sample{'s' * (count > 1)}",
                "subset",
                [question],
            )
        )
    return tuple(workloads)


def _whole() -> tuple[Workload, ...]:
    """Queries over the whole genome."""
    return (
        Workload(
            "genome-count",
            "whole genome, count, samples_count >= 100",
            "count",
            [Question("genome", filters=_FREQUENT)],
        ),
        Workload(
            "genome-filter",
            "whole genome, rows without samples, samples_count >= 100",
            "summaries",
            [Question("genome", filters=_FREQUENT)],
        ),
        Workload(
            "export", "bulk export: every row with samples", "export", [Question("everything")], 2
        ),
    )
