"""Writes the two arrays of a track while its rows arrive in genome order."""

from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from snapshard.arrays.track import Totals
from snapshard.errors import BadRelease

Positions = NDArray[np.int64]


class ArrayFile:
    """A file of numpy that grows by rows. Its header has room for any number of rows, and is written
    again when the number is known.
    """

    def __init__(self, path: Path, dtype: type[np.generic], columns: tuple[int, ...]) -> None:
        self._file: BinaryIO = path.open("wb")
        self._dtype = np.dtype(dtype)
        self._columns = columns
        self._rows = 0
        self._write_header()

    def append(self, rows: NDArray[Any]) -> None:
        """Adds rows behind those so far."""
        self._file.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self._rows += len(rows)

    def close(self) -> None:
        """Completes the file."""
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def abandon(self) -> None:
        """Closes the file, which stays incomplete: on a full disk even closing raises an error."""
        with suppress(OSError):
            self._file.close()

    def _write_header(self) -> None:
        np.lib.format.write_array_header_1_0(
            self._file,
            {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (self._rows, *self._columns),
            },
        )


class TrackWriter:
    """Adds values to a track in ascending order of their bases; a context manager."""

    def __init__(self, positions: Path, totals: Path, groups: int) -> None:
        self._positions = ArrayFile(positions, np.int32, ())
        self._totals = ArrayFile(totals, np.float64, (groups,))
        self._total = np.zeros(groups)
        self._last = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        files = self._positions, self._totals
        try:
            if error is None:
                for file in files:
                    file.close()
        finally:
            for file in files:
                file.abandon()

    def add_points(self, bases: Positions, values: Totals) -> None:
        """Adds values that lie at single bases, of which several may be equal: a row per base, a
        column per group.
        """
        if not len(bases):
            return
        if not self._last:
            self._totals.append(self._total[None])
        self._check_order(bases[0], bases)
        totals = np.cumsum(np.vstack((self._total, values)), axis=0)[1:]
        self._append(bases, totals)

    def add_stretches(self, starts: Positions, ends: Positions, values: Totals) -> None:
        """Adds stretches of bases, start to end (1-based, both included), with the value of each of
        their bases: a row per stretch, a column per group. They must not overlap.
        """
        if not len(starts):
            return
        bounds = np.column_stack((starts, ends + 1)).ravel()
        self._check_order(starts[0], bounds)
        weights = values * (ends - starts + 1)[:, None]
        after = np.cumsum(np.vstack((self._total, weights)), axis=0)
        totals = np.repeat(after, 2, axis=0)[1:-1]
        # The end of a stretch and the start of the next are one position if no base lies between.
        is_new = np.diff(bounds, prepend=self._last) > 0
        self._append(bounds[is_new], totals[is_new])

    def _check_order(self, first: np.int64, bases: Positions) -> None:
        if first < self._last or (np.diff(bases) < 0).any():
            raise BadRelease(
                f"expected rows in ascending order that do not overlap, got base {first:,} behind"
                f" base {self._last:,}; `snapshard releases verify` reads the release back"
            )

    def _append(self, bases: Positions, totals: Totals) -> None:
        self._positions.append(bases)
        self._totals.append(totals)
        self._total, self._last = totals[-1], int(bases[-1])
