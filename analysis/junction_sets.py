"""Sets of real or simulated junctions as arrays, and the statistics for their comparison.

Real data are read from the folder in SNAPSHARD_SHARED (default: `../shared` beside the repository);
the repository contains none.
"""

import csv
import gzip
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from snapshard_populate.simulate import (
    ANNOTATED,
    MOTIFS,
    NOVEL,
    ONE_SIDE,
    SKIP,
    Plan,
    segment_chunks,
    simulate_tissues,
)

CLASSES = {
    ANNOTATED: "annotated",
    SKIP: "both ends known",
    ONE_SIDE: "one end known",
    NOVEL: "neither end known",
}
MOTIF_NAMES = ["-".join(motif) for motif in MOTIFS]
BINS = (1, 2, 5, 20, 100, 300, 1000, 3000, 6000, 9000, 9663)
WATCHED = 200
"""The number of samples whose junctions are compared with each other."""


def shared() -> Path:
    """The folder of real data."""
    folder = Path(
        os.environ.get("SNAPSHARD_SHARED", Path(__file__).resolve().parents[2] / "shared")
    )
    if not (folder / "data").is_dir():
        raise SystemExit(
            f"expected the real data in {folder}/data; "
            "set SNAPSHARD_SHARED to the folder that contains data/"
        )
    return folder


def real_tissues() -> dict[int, str]:
    """The tissue of every GTEx rail_id."""
    with (shared() / "data/samples/gtex.samples.groups.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    tissues: dict[int, str] = {}
    for row in rows:
        tissues |= dict.fromkeys(map(int, row["rail_ids"].split(",")), row["Tissue"])
    return tissues


@dataclass(frozen=True)
class JunctionSet:
    """Junctions as parallel arrays; `same_tissue` is the probability that two of a junction's samples
    have the same tissue (or nan).

    `watched` has a row per junction and a column per watched sample: true if the sample has the
    junction. `tissue` holds the tissues of the watched samples.
    """

    chrom: np.ndarray
    start: np.ndarray
    length: np.ndarray
    plus: np.ndarray
    class_: np.ndarray
    motif: np.ndarray
    count: np.ndarray
    reads: np.ndarray
    same_tissue: np.ndarray
    watched: np.ndarray
    tissue: np.ndarray

    def where(self, mask: np.ndarray) -> "JunctionSet":
        """The junctions at which the mask is true."""
        columns = {
            name: values if name == "tissue" else values[mask]
            for name, values in vars(self).items()
        }
        return JunctionSet(**columns)


def read_set(path: Path) -> JunctionSet:
    """The junctions of a Snaptron file; about 200 of its samples are watched."""
    tissues = real_tissues()
    with gzip.open(path, "rt") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    samples = [_sample_ids(row[11]) for row in rows]
    members = [set(ids) for ids in samples]
    every = sorted(set().union(*members))
    step = max(1, len(every) // WATCHED)
    watched = [sample for sample in every[::step] if sample in tissues]
    return JunctionSet(
        chrom=np.array([row[1] for row in rows]),
        start=np.array([int(row[2]) for row in rows]),
        length=np.array([int(row[4]) for row in rows]),
        plus=np.array([row[5] == "+" for row in rows]),
        class_=np.array([_class(row) for row in rows]),
        motif=np.array([_motif(row) for row in rows]),
        count=np.array([int(row[12]) for row in rows]),
        reads=np.array([int(row[13]) for row in rows]),
        same_tissue=np.array([_same(ids, tissues) for ids in samples]),
        watched=np.array([list(map(ids.__contains__, watched)) for ids in members]),
        tissue=np.array([tissues[sample] for sample in watched]),
    )


def _sample_ids(samples: str) -> list[int]:
    """The ids in a sample list such as `,50099:3,50100:12`."""
    return [int(pair.split(":")[0]) for pair in samples.split(",")[1:]]


def simulate_set(plan: Plan) -> JunctionSet:
    """All junctions of a plan, without conversion to text."""
    tissues = simulate_tissues(plan)
    watched = np.arange(0, plan.samples, max(1, plan.samples // WATCHED))
    parts: list[dict[str, np.ndarray]] = []
    for segment in plan.segments:
        parts += _simulated(plan, segment, tissues, watched)
    columns = {}
    for name in parts[0]:
        columns[name] = np.concatenate([part[name] for part in parts])
    return JunctionSet(**columns, tissue=tissues.of[watched])


def _simulated(plan, segment, tissues, watched) -> Iterator[dict[str, np.ndarray]]:
    column = np.full(plan.samples, -1)
    column[watched] = np.arange(len(watched))
    for junctions, coverage, _ in segment_chunks(plan, segment, tissues):
        row = np.repeat(np.arange(len(junctions)), np.diff(coverage.starts))
        has = np.zeros((len(junctions), len(watched)), bool)
        hit = np.flatnonzero(column[coverage.sample] >= 0)
        has[row[hit], column[coverage.sample[hit]]] = True
        by_tissue = np.bincount(
            row * 32 + tissues.of[coverage.sample], minlength=len(junctions) * 32
        ).reshape(-1, 32)
        count = np.diff(coverage.starts)
        with np.errstate(invalid="ignore"):
            same = (by_tissue * (by_tissue - 1)).sum(axis=1) / (count * (count - 1.0))
        yield {
            "chrom": np.full(len(junctions), segment.chromosome.name),
            "start": junctions.start,
            "length": junctions.end - junctions.start + 1,
            "plus": junctions.strand == 0,
            "class_": junctions.class_,
            "motif": junctions.motif,
            "count": count,
            "reads": np.add.reduceat(coverage.reads, coverage.starts[:-1]),
            "same_tissue": same,
            "watched": has,
        }


def _class(row: list[str]) -> int:
    if row[6] != "0":
        return ANNOTATED
    return (NOVEL, ONE_SIDE, SKIP)[(row[9] != "0") + (row[10] != "0")]


def _motif(row: list[str]) -> int:
    name = f"{row[7]}-{row[8]}"
    return MOTIF_NAMES.index(name) if name in MOTIF_NAMES else -1


def _same(ids: list[int], tissues: dict[int, str]) -> float:
    """The probability that two of the samples have the same tissue."""
    number = len(ids)
    if number < 2:
        return float("nan")
    counts = np.unique([tissues.get(sample, "") for sample in ids], return_counts=True)[1]
    return float((counts * (counts - 1)).sum() / (number * (number - 1)))


def statistics(junctions: JunctionSet) -> dict[str, object]:
    """All statistics of a set, as plain numbers for JSON."""
    count = junctions.count
    annotated = junctions.class_ == ANNOTATED
    levels = (1, 2, 3, 5, 10, 20, 50, 100, 500, 1000, 5000)
    return {
        "rows": len(count),
        "mean_pairs": float(count.mean()),
        "at_least": {k: float((count >= k).mean()) for k in levels},
        "annotated_at_least": {
            k: float(annotated[count >= k].mean()) for k in levels if (count >= k).sum() >= 20
        },
        "reads_per_pair": float(junctions.reads.sum() / count.sum()),
        "reads_by_count": {low: _reads(junctions, low, high) for low, high in pairwise(BINS)},
        "classes": {
            name: float((junctions.class_ == number).mean()) for number, name in CLASSES.items()
        },
        "motifs": {
            name: float((junctions.motif == i).mean()) for i, name in enumerate(MOTIF_NAMES)
        },
        "plus": float(junctions.plus.mean()),
        "length_annotated": _quantiles(junctions.length[annotated]),
        "length_other": _quantiles(junctions.length[~annotated]),
        "same_tissue": {
            low: _mean(junctions.same_tissue[(count >= low) & (count < high)])
            for low, high in _TISSUE_BINS
        },
        "jaccard": jaccard(junctions),
    }


_TISSUE_BINS = ((2, 3), (3, 10), (10, 100), (100, 2000))
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def jaccard(junctions: JunctionSet) -> dict[str, float] | None:
    """The mean Jaccard index of the junctions of two watched samples, within a tissue and between
    tissues; None if no two have the same tissue.
    """
    has = junctions.watched.astype(np.float32)
    both = has.T @ has
    sizes = np.diag(both)
    with np.errstate(invalid="ignore"):
        index = both / (sizes[:, None] + sizes - both)
    upper = np.triu(np.ones_like(index, bool), 1) & np.isfinite(index)
    same = junctions.tissue[:, None] == junctions.tissue
    if not (upper & same).any():
        return None
    return {
        "within": float(index[upper & same].mean()),
        "between": float(index[upper & ~same].mean()),
    }


def _reads(junctions: JunctionSet, low: int, high: int) -> float | None:
    here = (junctions.count >= low) & (junctions.count < high)
    return (
        float(junctions.reads[here].sum() / junctions.count[here].sum())
        if here.sum() >= 5
        else None
    )


def _quantiles(lengths: Iterable[int]) -> list[int]:
    return [int(value) for value in np.quantile(np.asarray(lengths), QUANTILES)]


def _mean(values: np.ndarray) -> float | None:
    return float(np.nanmean(values)) if len(values) else None
