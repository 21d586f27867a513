"""A sparse matrix of coverages together with its row and column keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from snapshard.client.frames import junction_frame
from snapshard.errors import MissingExtra
from snapshard.junction import SUMMARY
from snapshard.pairs import Integers
from snapshard.rows import Rows


@dataclass(frozen=True)
class Matrix:
    """Reads per junction and sample.

    `values` is a scipy.sparse.csr_matrix of shape (junctions, samples). Row i belongs to row i of
    `junctions`, column j to the sample `samples[j]` (rail_id, ascending). A sample without reads in
    any of the junctions has a column only if it was requested.
    """

    values: Any
    junctions: pd.DataFrame
    samples: Integers

    def frame(self) -> pd.DataFrame:
        """The same as a dense DataFrame, a row per junction and a column per sample. Needs much memory."""
        return pd.DataFrame(
            self.values.toarray(), index=self.junctions["snaptron_id"], columns=self.samples
        )


def coverage_matrix(
    rows: Rows, about: Mapping[str, Any], samples: Iterable[int] | None = None
) -> Matrix:
    """The matrix of rows with all columns. With samples, it has exactly these columns.

    Raises MissingExtra if scipy is not installed.
    """
    try:
        from scipy.sparse import csr_matrix
    except ModuleNotFoundError as exc:
        raise MissingExtra("a sparse matrix", exc.name, "matrix") from exc
    pairs = rows.pairs
    columns = np.unique(pairs.samples if samples is None else np.fromiter(samples, np.int64))
    # The columns are sorted and contain every sample of the pairs, so this finds exact positions.
    column_indices = np.searchsorted(columns, pairs.samples)
    values = csr_matrix(
        (pairs.coverages, (pairs.row_of, column_indices)), shape=(len(rows), len(columns))
    )
    return Matrix(values, junction_frame(rows.select(SUMMARY), about), columns)
