"""What a junction costs, as a line over the number of samples that have it, fitted to loads and to
answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

PARTS = ("rows", "payload", "beside")
"""Of a shard: columns with their indexes, blocks of whole rows, summaries and density."""


@dataclass(frozen=True)
class Line:
    """A quantity per junction: `fixed`, and `each` for every pair of junction and sample."""

    fixed: float
    each: float

    def at(self, pairs: float) -> float:
        """The quantity of a junction that so many samples have on average."""
        return self.fixed + self.each * pairs


@dataclass(frozen=True)
class Costs:
    """Bytes of text and on disk, and processor seconds of loading, per junction; milliseconds of
    one junction's whole answer.
    """

    text: Line
    rows: Line
    payload: Line
    beside: Line
    load: Line
    junction_ms: Line
    sample_bytes: float

    def disk(self, pairs: float) -> float:
        """Bytes of a junction in a shard."""
        return self.rows.at(pairs) + self.payload.at(pairs) + self.beside.at(pairs)


def fit(points: Iterable[tuple[float, float]]) -> Line:
    """The line that is nearest to (pairs, quantity) in parts of the quantity; flat or through the
    origin rather than below 0.
    """
    pairs, values = (np.array(column, np.float64) for column in zip(*points, strict=True))
    weights = 1 / np.maximum(values, 1e-12)
    ones = np.ones(len(pairs))
    (fixed, each), *_ = np.linalg.lstsq(
        np.stack([ones, pairs], 1) * weights[:, None], values * weights, rcond=None
    )
    if fixed < 0:
        return Line(
            0.0,
            float((pairs * weights) @ (values * weights) / ((pairs * weights) @ (pairs * weights))),
        )
    if each < 0:
        return Line(float(np.mean(values)), 0.0)
    return Line(float(fixed), float(each))


def fit_costs(sizes: Mapping[str, Mapping[str, Any]], junction: Mapping[str, Any]) -> Costs:
    """From the loads by name, and the latencies of one junction by the same names."""
    loads = [(one["pairs"] / one["rows"], one) for one in sizes.values()]
    largest = max(sizes.values(), key=lambda one: one["samples"])
    answers = [(one["mean_size"], one["ms"]["p50"]) for one in junction.values()]
    return Costs(
        text=fit((pairs, one["text_bytes"] / one["rows"]) for pairs, one in loads),
        **{
            part: fit((pairs, one["bytes"][part] / one["rows"]) for pairs, one in loads)
            for part in ("rows", "payload", "beside")
        },
        load=fit((pairs, sum(one["cpu_seconds"].values()) / one["rows"]) for pairs, one in loads),
        junction_ms=fit(answers),
        sample_bytes=largest["bytes"]["catalog"] / largest["samples"],
    )
