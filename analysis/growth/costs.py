"""The costs of a junction as linear functions of the number of its samples, fitted to loads and to
answers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

PARTS = ("rows", "payload", "beside")
"""The parts of a shard: columns with their indexes, blocks of rows with samples, and summaries with
densities.
"""


@dataclass(frozen=True)
class Line:
    """A quantity per junction: `fixed`, plus `per_pair` for every sample that has it."""

    fixed: float
    per_pair: float

    def at(self, pairs: float) -> float:
        """The quantity for a junction in this many samples."""
        return self.fixed + self.per_pair * pairs


@dataclass(frozen=True)
class Costs:
    """Bytes of text and on disk, and processor seconds of a load, per junction; milliseconds to query
    one junction with its samples; bytes of the catalog per sample.
    """

    text: Line
    rows: Line
    payload: Line
    beside: Line
    load: Line
    junction_ms: Line
    sample_bytes: float

    def disk(self, pairs: float) -> float:
        """Bytes on disk per junction, over all parts of a shard."""
        return self.rows.at(pairs) + self.payload.at(pairs) + self.beside.at(pairs)


def fit(points: Iterable[tuple[float, float]]) -> Line:
    """The least-squares line of relative errors through points (pairs, quantity).

    Neither coefficient is negative: the line goes through the origin or is constant instead.
    """
    pairs, values = (np.array(column, np.float64) for column in zip(*points, strict=True))
    weights = 1 / np.maximum(values, 1e-12)
    ones = np.ones(len(pairs))
    (fixed, per_pair), *_ = np.linalg.lstsq(
        np.stack([ones, pairs], 1) * weights[:, None], values * weights, rcond=None
    )
    if fixed < 0:
        scaled = pairs * weights
        return Line(0.0, float(scaled @ (values * weights) / (scaled @ scaled)))
    if per_pair < 0:
        return Line(float(np.mean(values)), 0.0)
    return Line(float(fixed), float(per_pair))


def fit_costs(sizes: Mapping[str, Mapping[str, Any]], junction: Mapping[str, Any]) -> Costs:
    """The costs from the figures of the loads by name, and from the latencies of one junction."""
    loads = list(sizes.values())
    largest = max(loads, key=lambda load: load["samples"])

    def per_junction(quantity: Callable[[Mapping[str, Any]], float]) -> Line:
        return fit((load["pairs"] / load["rows"], quantity(load) / load["rows"]) for load in loads)

    return Costs(
        text=per_junction(itemgetter("text_bytes")),
        rows=per_junction(lambda load: load["bytes"]["rows"]),
        payload=per_junction(lambda load: load["bytes"]["payload"]),
        beside=per_junction(lambda load: load["bytes"]["beside"]),
        load=per_junction(lambda load: sum(load["cpu_seconds"].values())),
        junction_ms=fit((times["mean_size"], times["ms"]["p50"]) for times in junction.values()),
        sample_bytes=largest["bytes"]["catalog"] / largest["samples"],
    )
