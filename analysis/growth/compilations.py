"""The compilations under comparison: numbers of junctions, samples and shards."""

from dataclasses import dataclass

from analysis.source import FULL_SIZE, SAMPLES

WHOLE = 25
"""Shards of a whole genome: one per chromosome."""


@dataclass(frozen=True)
class Compilation:
    """The first `rows` junctions, in genome order, of a complete simulated GTEx of `full` junctions
    over `samples` samples.

    All compilations have GTEx's density of rows, and a larger one covers more of the genome. On one
    shard the tables grow with the rows; on `WHOLE` shards every chromosome has its own.
    """

    name: str
    rows: int
    samples: int
    shards: int
    full: int = FULL_SIZE

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= self.full or self.shards not in (1, WHOLE):
            raise ValueError(f"expected 1 to {self.full} rows on 1 or {WHOLE} shards, got {self}")

    @property
    def databases(self) -> tuple[str, ...]:
        """The names of its shards; no other compilation uses them."""
        if self.shards == 1:
            return (self.name,)
        return tuple(f"{self.name}-{number:02}" for number in range(1, self.shards + 1))


def by_rows(scale: float) -> tuple[Compilation, ...]:
    """Compilations with increasing numbers of junctions: three on one shard, and the whole genome with
    one shard per chromosome.
    """
    full = round(FULL_SIZE * scale)
    sizes = (("rows1m", 1_000_000), ("rows3m", 3_000_000), ("rows10m", 10_000_000))
    one_shard = [Compilation(name, round(rows * scale), SAMPLES, 1, full) for name, rows in sizes]
    return (*one_shard, Compilation("rows30m", full, SAMPLES, WHOLE, full))


def by_samples(scale: float) -> tuple[Compilation, ...]:
    """Compilations with increasing numbers of samples, on one shard."""
    full, rows = round(FULL_SIZE * scale), round(300_000 * scale)
    return tuple(
        Compilation(f"samples{samples}", rows, samples, 1, full)
        for samples in (100, SAMPLES, 50_000)
    )


def compilations(scale: float) -> tuple[Compilation, ...]:
    """All compilations, the smallest first; a scale below 1 reduces the number and the density of
    junctions, not the number of samples.
    """
    return tuple(sorted((*by_rows(scale), *by_samples(scale)), key=lambda size: size.rows))
