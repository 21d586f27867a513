"""A release's samples file as it came, on disk and mapped into memory: 300,000 samples cost a
process next to nothing.
"""

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from snapshard.errors import BadSource
from snapshard.pairs import Integers

_STRETCH = 1 << 18
"""Bytes worked on at a time: what fits the processor's cache is cut into words in two thirds of the
time of 4 MB.
"""


class MappedText:
    """A text of lines, kept in a temporary file that vanishes with the process; the kernel holds of
    it what is used.
    """

    def __init__(self, parts: Iterable[bytes]) -> None:
        with tempfile.TemporaryFile(prefix="snapshard-") as file:
            for part in parts:
                file.write(part)
            if not file.tell():
                file.write(b"\n")
            file.flush()
            self.text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    @cached_property
    def ends(self) -> Integers:
        """Where each line's newline stands; a last line without one ends at the end."""
        found = [
            np.flatnonzero(np.frombuffer(self.text[at : at + _STRETCH], np.uint8) == ord("\n")) + at
            for at in range(0, len(self.text), _STRETCH)
        ]
        ends: Integers = np.concatenate(found)
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

    def stretches(self, first: int = 0) -> Iterator[tuple[int, bytes]]:
        """Whole lines from a line on, many at a time, each stretch with the place where it starts."""
        start = int(self.ends[first - 1]) + 1 if first else 0
        while start < len(self.text):
            place = min(int(np.searchsorted(self.ends, start + _STRETCH)), len(self.ends) - 1)
            stop = int(self.ends[place]) + 1
            yield start, self.text[start:stop]
            start = stop

    def parts(self) -> Iterator[bytes]:
        """The text in large pieces, ended by a newline whatever the source did."""
        for at in range(0, len(self.text), _STRETCH):
            yield self.text[at : at + _STRETCH]
        if self.text[-1:] != b"\n":
            yield b"\n"


class SamplesFile:
    """The samples of a release: line 0 names the columns, every further line is a sample, its
    rail_id first, ascending.
    """

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.mapped = MappedText(parts)
        self.names = tuple(self.mapped.line(0).decode().split("\t"))

    @cached_property
    def ids(self) -> Integers:
        """The rail_id of every sample, in file order. Raises BadSource for one that is no number."""
        try:
            return np.array([int(line.split(b"\t", 1)[0]) for line in self.rows()], np.int64)
        except ValueError as exc:
            raise BadSource("samples file", f"a rail_id is no whole number: {exc}") from exc

    def rows(self) -> Iterator[bytes]:
        """The line of every sample, without its newline."""
        lines = self.mapped.lines()
        next(lines)
        return lines

    def row(self, place: int) -> bytes:
        """The line of the sample at a place, counted from 0, without its newline."""
        return self.mapped.line(place + 1)

    def find(self, rail_id: int) -> bytes | None:
        """The line of a sample, or None if there is none of that id."""
        place = self._place.get(rail_id)
        return None if place is None else self.row(place)

    @cached_property
    def _place(self) -> dict[int, int]:
        return {rail_id: place for place, rail_id in enumerate(self.ids.tolist())}

    def column(self, name: str) -> Iterator[list[bytes]]:
        """One column's text for every sample, many at a time; empty where a line is too short.
        ValueError for an unknown name.
        """
        place = self.names.index(name)
        for stretch in self.stretches():
            split = [line.split(b"\t", place + 1) for line in stretch.split(b"\n")]
            yield [fields[place] if place < len(fields) else b"" for fields in split]

    def stretches(self) -> Iterator[bytes]:
        """The lines of many samples at a time, the last without its newline."""
        return (text.removesuffix(b"\n") for _, text in self.mapped.stretches(1))
