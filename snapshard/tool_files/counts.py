"""The counts of rows as a table of samples, and files that are compressed alike at all times."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from snapshard.pairs import Integers
from snapshard.rows import Rows


def samples_of(rows: Rows, names: Mapping[int, str]) -> Integers:
    """The rail_ids of all samples, ascending: those with names and those of the rows."""
    return np.unique(np.concatenate([np.array([*names], np.int64), rows.pairs.samples]))


def sample_counts(rows: Rows, samples: Integers) -> Integers:
    """The reads of each row in each of these samples, which ascend."""
    counts = np.zeros((len(rows), len(samples)), np.int64)
    pairs = rows.pairs
    counts[pairs.row_of, np.searchsorted(samples, pairs.samples)] = pairs.coverages
    return counts


def columns_of(rows: Rows, names: Sequence[str]) -> list[list[str]]:
    """Some columns as text."""
    return [[text.decode() for text in rows.texts(name)] for name in names]


def write_gzip(path: Path, text: str) -> Path:
    """The path, to which the text was written compressed."""
    # Without a time in its head, the same content gives the same file.
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path
