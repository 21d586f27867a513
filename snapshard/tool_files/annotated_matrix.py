"""AnnData (`.h5ad`): the reads of all samples as a sparse matrix, with its samples and junctions.

A row (`obs`) is a sample, with its `rail_id`; a column (`var`) is a junction, named such as
`chr2:101-200:+`, with the columns of the release but its samples. Positions are those of the intron, 1-based
and closed. Source: https://anndata.readthedocs.io.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from snapshard.errors import MissingExtra
from snapshard.junction import SUMMARY
from snapshard.pairs import Integers
from snapshard.rows import Rows
from snapshard.tool_files.counts import columns_of, samples_of

if TYPE_CHECKING:
    from pandas import DataFrame, Index

_INTEGERS = ("snaptron_id", "start", "end", "length", "samples_count", "coverage_sum")
_DECIMALS = ("coverage_avg", "coverage_median")


def write_anndata(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """The file `junctions.h5ad`. Raises MissingExtra without the extra `anndata`."""
    try:
        from anndata import AnnData
        from pandas import DataFrame
        from scipy.sparse import csr_matrix
    except ModuleNotFoundError as exc:
        raise MissingExtra("writing AnnData", str(exc.name), "anndata") from exc
    samples, pairs = samples_of(rows, names), rows.pairs
    places = (np.searchsorted(samples, pairs.samples), pairs.row_of)
    shape = (len(samples), len(rows))
    path = folder / "junctions.h5ad"
    AnnData(
        csr_matrix((pairs.coverages.astype(np.int32), places), shape),
        DataFrame({"rail_id": samples}, index=_texts(_sample_names(samples, names))),
        _junctions(rows),
    ).write_h5ad(path, compression="gzip")
    return [path]


def _sample_names(samples: Integers, names: Mapping[int, str]) -> list[str]:
    return [names.get(number, str(number)) for number in samples.tolist()]


def _names(rows: Rows) -> list[str]:
    places = zip(*columns_of(rows, ("chromosome", "start", "end", "strand")), strict=True)
    return [f"{chrom}:{start}-{end}:{strand}" for chrom, start, end, strand in places]


def _texts(values: list[str]) -> "Index":
    """Texts as Python objects: anndata cannot write the type that pandas 3 gives texts."""
    from pandas import Index

    return Index(values, dtype=object)


def _junctions(rows: Rows) -> "DataFrame":
    """The columns of the junctions by name, numbers as numbers."""
    from pandas import DataFrame, Series

    index = _texts(_names(rows))
    columns: dict[str, Any] = {
        name: Series(cells, index, dtype=object)
        for name, cells in zip(SUMMARY, columns_of(rows, SUMMARY), strict=True)
    }
    columns |= {name: rows.integers(name) for name in _INTEGERS}
    columns |= {name: rows.decimals(name) for name in _DECIMALS}
    return DataFrame(columns, index=index)
