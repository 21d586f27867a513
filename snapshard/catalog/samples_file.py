"""A release's samples file, byte for byte, on disk and mapped into memory.

The file of 300,000 samples is about 300 MB; mapped, it costs a process almost no memory of its own.
"""

import mmap
import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from snapshard.errors import BadSource
from snapshard.pairs import Integers, SampleSet

_CHUNK = 1 << 18
"""Bytes processed at a time. This fits the processor's cache: tokenising takes two thirds of the
time that chunks of 4 MB take.
"""
_NEWLINE = ord("\n")
_WHOLE_NUMBERS = re.compile(rb"(?:(?:NA|-?(?:0|[1-9]\d{0,17}))?\n)*")
_NUMBERS = re.compile(rb"(?:(?:NA|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)?\n)*")


class MappedText:
    """A text of lines in a temporary file that is deleted with the process. The kernel keeps in
    memory only the parts that are used.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        with tempfile.TemporaryFile(prefix="snapshard-") as file:
            file.writelines(texts)
            if not file.tell():
                # An empty file cannot be mapped.
                file.write(b"\n")
            file.flush()
            # The mapping outlives the file, which has no name: nothing stays after a crash.
            self.text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def ends(self) -> Integers:
        """The offset of every line's newline; a last line without one ends at the end of the text."""
        ends = np.concatenate(
            [
                np.flatnonzero(
                    np.frombuffer(self.text[start : start + _CHUNK], np.uint8) == _NEWLINE
                )
                + start
                for start in range(0, len(self.text), _CHUNK)
            ]
        )
        return ends if self.text[-1:] == b"\n" else np.append(ends, len(self.text))

    def __len__(self) -> int:
        return len(self.ends)

    def line(self, number: int) -> bytes:
        """A line without its newline, counted from 0."""
        start = int(self.ends[number - 1]) + 1 if number else 0
        return self.text[start : int(self.ends[number])]

    def lines(self) -> Iterator[bytes]:
        """Every line without its newline."""
        start = 0
        for end in self.ends.tolist():
            yield self.text[start:end]
            start = end + 1

    def chunks(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """Complete lines from line `first` on, many at a time; each chunk with its offset in the
        text.
        """
        start = int(self.ends[first - 1]) + 1 if first else 0
        while start < len(self.text):
            last = min(int(np.searchsorted(self.ends, start + _CHUNK)), len(self.ends) - 1)
            stop = int(self.ends[last]) + 1
            yield start, self.text[start:stop]
            start = stop

    def pieces(self) -> Iterator[bytes]:
        """The text in large pieces. It ends with a newline even if the source does not."""
        for start in range(0, len(self.text), _CHUNK):
            yield self.text[start : start + _CHUNK]
        if self.text[-1:] != b"\n":
            yield b"\n"


class SamplesFile:
    """The samples of a release: line 0 names the columns, every further line is a sample. The first
    column is rail_id, ascending.
    """

    def __init__(self, texts: Iterable[bytes]) -> None:
        self.mapped = MappedText(texts)
        self.names = tuple(self.mapped.line(0).decode().split("\t"))
        self._number_columns: dict[tuple[str, bool], bool] = {}

    @cached_property
    def ids(self) -> Integers:
        """The rail_id of every sample, in file order. Raises BadSource for one that is not a whole
        number.
        """
        try:
            return np.array([int(line.split(b"\t", 1)[0]) for line in self.rows()], np.int64)
        except ValueError as exc:
            raise BadSource("samples file", f"a rail_id is not a whole number: {exc}") from exc

    @cached_property
    def _all_samples(self) -> SampleSet:
        return SampleSet(self.ids)

    def rows(self) -> Iterator[bytes]:
        """The line of every sample, without its newline."""
        lines = self.mapped.lines()
        next(lines)
        return lines

    def row(self, index: int) -> bytes:
        """The line of a sample, counted from 0, without its newline."""
        return self.mapped.line(index + 1)

    def find(self, rail_id: int) -> bytes | None:
        """The line of a sample by its id; None for an unknown id."""
        index = self._index_of.get(rail_id)
        return None if index is None else self.row(index)

    def unknown(self, rail_ids: Iterable[int]) -> list[int]:
        """Those of the ids that no sample has, ascending."""
        ids = np.unique(np.fromiter(rail_ids, np.int64))
        unknown: list[int] = ids[~self._all_samples.contains(ids)].tolist()
        return unknown

    def holds_numbers(self, name: str, *, whole: bool) -> bool:
        """Whether every value of a column is a number as JSON writes it, or missing (NA or nothing).

        A whole number must fit 64 bits. The column is read once.
        """
        key = (name, whole)
        if key not in self._number_columns:
            form = _WHOLE_NUMBERS if whole else _NUMBERS
            self._number_columns[key] = all(
                form.fullmatch(b"\n".join(texts) + b"\n") for texts in self.column(name)
            )
        return self._number_columns[key]

    @cached_property
    def _index_of(self) -> dict[int, int]:
        return {rail_id: index for index, rail_id in enumerate(self.ids.tolist())}

    def column(self, name: str) -> Iterator[list[bytes]]:
        """One column of every sample as text, many samples at a time; empty for a line that is too
        short. Raises ValueError for an unknown name.
        """
        number = self.names.index(name)
        for chunk in self.chunks():
            rows = [line.split(b"\t", number + 1) for line in chunk.split(b"\n")]
            yield [fields[number] if number < len(fields) else b"" for fields in rows]

    def chunks(self) -> Iterator[bytes]:
        """The lines of many samples at a time, the last line without its newline."""
        return (text.removesuffix(b"\n") for _, text in self.mapped.chunks(1))
