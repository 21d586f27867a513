"""What a system has to do to be compared. A question that it has no method for is not put to it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.question import Question

WAYS = ("rows", "summaries", "count", "subset", "coverage", "psi", "tissues", "export")
"""The methods that a session may have; each takes a question.

    rows       whole rows that lie inside the region and pass the filters
    summaries  rows without their samples; region as `match` says, filters, or ids
    count      how many lie inside the region (the whole genome without one) and pass the filters
    subset     whole rows inside the region cut to some samples, statistics recomputed, rows without any of them left out
    coverage   samples and reads of the junction at exactly the region
    psi        PSI per sample of a cassette exon: its two inclusion junctions and the one that skips it
    tissues    of the junction at exactly the region: per tissue the samples that have it and their reads
    export     every row
"""


class Unanswerable(Exception):
    """The system has no way to answer such a question; it is left out of the comparison."""


class Session(Protocol):
    """An open system, with some of the methods of WAYS; what they give back, checks.py knows how to
    compare.
    """

    def peak_memory(self) -> int:
        """The most bytes resident in the process that answers (or in its largest worker)."""


class System(Protocol):
    """One system over its own files, which live in `folder / its place`."""

    name: str
    title: str

    def files(self, folder: Path) -> Path:
        """The file or folder that holds everything it reads."""

    def load(self, compilation: Compilation, folder: Path) -> Mapping[str, float]:
        """Fills it; seconds by phase."""

    def sizes(self, folder: Path) -> Mapping[str, int]:
        """Bytes on disk by part."""

    def session(self, folder: Path) -> AbstractContextManager[Any]:
        """Opened, for the time of a `with`; what it cannot answer raises Unanswerable."""


def asked(session: Any, way: str, question: Question) -> Any:
    """What the session answers. Raises Unanswerable."""
    if not hasattr(session, way):
        raise Unanswerable(way)
    return getattr(session, way)(question)


def drained(answer: Any) -> Any:
    """The answer after it was read to its end: lazy ones are exhausted, commands run with their
    output thrown away.
    """
    if hasattr(answer, "drain"):
        answer.drain()
    elif isinstance(answer, Iterator):
        for _ in answer:
            pass
    return answer


def peak_of(pid: int | str = "self") -> int:
    """The most that a process has had resident, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def bytes_in(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
