"""How Snapshard compares with the best other system, workload by workload, in one run; and whether a run
falls behind a record.
"""

from dataclasses import dataclass

from analysis.benchmark.bars import OURS
from analysis.benchmark.figures import Figures

_OUR_NAMES = ("library-", "http-", "apart-")


@dataclass(frozen=True)
class Ratio:
    """The best other system of a workload, and its median time divided by that of Snapshard: above 1,
    Snapshard is faster.

    `most` is the same with the upper quartile of the other's times and the lower quartile of
    Snapshard's: the ratio that the noise of the run allows at most.
    """

    workload: str
    system: str
    ratio: float
    most: float


def ratios(figures: Figures) -> list[Ratio]:
    """The ratio of every workload that Snapshard's library and another system have answered."""
    return [
        _ratio(figures, workload, others)
        for workload in figures.parts.get("warm", {})
        if OURS in (systems := figures.systems(workload))
        and (others := [name for name in systems if not name.startswith(_OUR_NAMES)])
    ]


def _ratio(figures: Figures, workload: str, others: list[str]) -> Ratio:
    best = min(others, key=lambda system: figures.median(workload, system))
    upper = figures.quantile(workload, best, 0.75)
    return Ratio(
        workload,
        best,
        figures.ratio(workload, best, OURS),
        upper / figures.quantile(workload, OURS, 0.25),
    )


def fallen(run: Figures, record: Figures) -> list[str]:
    """A sentence for each workload of a run whose ratio is below that of the record by more than the noise
    of the run.

    Raises ValueError if the two have different rows.
    """
    if run.fact("rows") != record.fact("rows"):
        rows = f"{record.fact('rows'):,} rows, as the record has"
        raise ValueError(f"expected a run with {rows}, got one with {run.fact('rows'):,}")
    recorded = {each.workload: each.ratio for each in ratios(record)}
    return [
        f"{each.workload}: expected {recorded[each.workload]:.2f} times {each.system}'s speed, as"
        f" recorded; got {each.ratio:.2f}, at most {each.most:.2f} with the noise of this run"
        for each in ratios(run)
        if each.workload in recorded and each.most < recorded[each.workload]
    ]
