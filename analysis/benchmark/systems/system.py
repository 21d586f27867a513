"""The interface of the systems under comparison. A system without a method for a question does not
take part in it.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from analysis.benchmark.compilation import Compilation
from analysis.benchmark.question import Question

WAYS = ("rows", "summaries", "count", "subset", "coverage", "psi", "tissues", "export")
"""The methods that a session may have; each takes a question.

    rows       rows with samples, contained in the region, that pass the filters
    summaries  rows without samples; by region (as `match` defines), filters, or ids
    count      number of rows contained in the region (or in the genome) that pass the filters
    subset     rows contained in the region, restricted to samples: statistics are recomputed,
               rows without any of the samples are left out
    coverage   samples and reads of the junction with the region's coordinates
    psi        PSI per sample of a cassette exon (two inclusion junctions, one exclusion junction)
    tissues    of the junction with the region's coordinates: per tissue the number of samples
               that have it, and their reads
    export     all rows
"""


class Unanswerable(Exception):
    """The system cannot answer such a question; it is left out of the comparison."""


class Session(Protocol):
    """An open system with some of the methods of WAYS; `checks` compares their results."""

    def peak_memory(self) -> int:
        """The peak resident memory in bytes of the process that answers (or of its largest worker)."""


class System(Protocol):
    """One system over its own files."""

    name: str
    title: str

    def files(self, folder: Path) -> Path:
        """The file or folder that holds all data that it reads."""

    def load(self, compilation: Compilation, folder: Path) -> Mapping[str, float]:
        """Loads the compilation; returns the seconds of each phase."""

    def sizes(self, folder: Path) -> Mapping[str, int]:
        """Bytes on disk of each part."""

    def session(self, folder: Path) -> AbstractContextManager[Any]:
        """A context manager that opens the system; a question it cannot answer raises Unanswerable."""


def answer_of(session: Any, way: str, question: Question) -> Any:
    """The answer of a session. Raises Unanswerable."""
    if not hasattr(session, way):
        raise Unanswerable(way)
    return getattr(session, way)(question)


def drained(answer: Any) -> Any:
    """The answer after it has been read completely: iterators are exhausted, commands run with their
    output discarded.
    """
    if hasattr(answer, "drain"):
        answer.drain()
    elif isinstance(answer, Iterator):
        for _ in answer:
            pass
    return answer


def peak_of(pid: int | str = "self") -> int:
    """The peak resident memory of a process, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def create_empty(folder: Path) -> None:
    """Creates a folder, without what an interrupted run left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def bytes_in(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(file.stat().st_size for file in files_of(path))


def files_of(path: Path) -> list[Path]:
    """The file itself, or all files below a folder."""
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
