"""A sparse matrix of coverages that never travels without its row and column keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from snapshard.client.errors import MissingExtra
from snapshard.client.frames import junction_frame
from snapshard.junction import SUMMARY
from snapshard.pairs import Integers
from snapshard.rows import Rows


@dataclass(frozen=True)
class Matrix:
    """Reads per junction and sample.

    `values` is a scipy.sparse.csr_matrix; its row i is the junction of `junctions` row i, its
    column j the sample `samples[j]` (rail_id, ascending). A sample that is in none of the junctions
    has no column unless it was asked for.
    """

    values: Any
    junctions: pd.DataFrame
    samples: Integers

    def frame(self) -> pd.DataFrame:
        """The same as a dense DataFrame: junctions down, samples across. Mind the memory."""
        return pd.DataFrame(
            self.values.toarray(), index=self.junctions["snaptron_id"], columns=self.samples
        )


def coverage_matrix(
    rows: Rows, about: Mapping[str, Any], samples: Iterable[int] | None = None
) -> Matrix:
    """The matrix of whole rows; with samples, exactly these columns. Raises MissingExtra without
    scipy.
    """
    try:
        from scipy.sparse import csr_matrix
    except ModuleNotFoundError as exc:
        raise MissingExtra("a sparse matrix", exc.name, "matrix") from exc
    pairs = rows.pairs
    columns = np.unique(pairs.samples if samples is None else np.fromiter(samples, np.int64))
    places = np.searchsorted(columns, pairs.samples)
    values = csr_matrix((pairs.coverages, (pairs.row_of, places)), shape=(len(rows), len(columns)))
    return Matrix(values, junction_frame(rows.select(SUMMARY), about), columns)
