"""The block-gzipped file with its tabix index, read with pysam and with the command line; and the
plain text, read from its beginning.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import pysam

from analysis.benchmark.command import Command
from analysis.benchmark.compilation import Compilation
from analysis.benchmark.groups import read_groups
from analysis.benchmark.question import Question
from analysis.benchmark.systems import script
from analysis.benchmark.systems.system import Unanswerable, bytes_in, create_empty, peak_of
from snapshard.filters import OPERATORS, Filter
from snapshard.junction import COLUMNS, NAMES, SAMPLES, ColumnType
from snapshard.match import Match
from snapshard.region import Region

_NUMBER = {column.name: number for number, column in enumerate(COLUMNS)}
_TYPES = {column.name: column.type for column in COLUMNS}
_PARSERS = {
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: float,
    ColumnType.TEXT: str,
    ColumnType.FLAG: str,
}


@dataclass(frozen=True)
class Indexed:
    """The indexed file; the command line shares the file that was loaded for pysam."""

    name: str
    title: str
    command: bool

    def files(self, folder: Path) -> Path:
        """The folder of the file and its index."""
        return folder / "tabix"

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Compresses at bgzip's default level (6), then indexes, with the htslib of pysam."""
        if self.command:
            return {}
        create_empty(self.files(folder))
        target = str(_file(folder))
        began = time.perf_counter()
        pysam.tabix_compress(str(compilation.text), target, force=True)
        compressed = time.perf_counter() - began
        pysam.tabix_index(target, seq_col=1, start_col=2, end_col=3, force=True)
        return {"rows": compressed, "indexes": time.perf_counter() - began - compressed}

    def sizes(self, folder: Path) -> dict[str, int]:
        """The total of file and index."""
        return {} if self.command else {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator[Any]:
        """The open file, or its name for the command line."""
        if self.command:
            yield TabixCommand(str(_file(folder)))
            return
        with pysam.TabixFile(str(_file(folder))) as file:
            yield PysamSession(file, read_groups(folder / "compilation"))


def _file(folder: Path) -> Path:
    return folder / "tabix" / "junctions.bgz"


class PysamSession:
    """A Python program that keeps the file open and splits lines."""

    def __init__(self, file: pysam.TabixFile, groups: dict[str, set[int]]) -> None:
        self._file = file
        self._groups = groups

    def rows(self, question: Question) -> list[str]:
        """Lines that match the question."""
        region, passes = _region(question), _passing(question)
        return [
            line
            for line in self._file.fetch(region.chrom, region.start - 1, region.end)
            if passes(line)
        ]

    def summaries(self, question: Question) -> list[list[str]]:
        """All fields except the samples."""
        split = [line.split("\t") for line in self.rows(question)]
        for fields in split:
            del fields[SAMPLES]
        return split

    def count(self, question: Question) -> int:
        """The number of lines."""
        return len(self.rows(question))

    def subset(self, question: Question) -> list[list[object]]:
        """Computed by the script."""
        return script.subset((line.split("\t") for line in self.rows(question)), question.samples)

    def coverage(self, question: Question) -> script.Coverage:
        """The parsed samples of one line."""
        return self._coverage(question.region)

    def psi(self, question: Question) -> dict[int, float]:
        """Computed by the script from three lines."""
        return script.psi(*[self._coverage(region) for region in question.regions])

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """Computed by the script from one line."""
        return script.tissues(self._coverage(question.region), self._groups)

    def peak_memory(self) -> int:
        """The peak of this process."""
        return peak_of()

    def _coverage(self, region: Region) -> script.Coverage:
        (line,) = self.rows(Question("", (region,), Match.EXACT))
        return script.pairs(line.split("\t", SAMPLES + 1)[SAMPLES])


def _passing(question: Question) -> Any:
    """A function that tells if a line that overlaps the region matches the question."""
    region = question.region
    filters = [_predicate(filter) for filter in question.filters]

    def passes(line: str) -> bool:
        fields = line.split("\t") if filters else line.split("\t", 4)
        start, end = int(fields[2]), int(fields[3])
        if question.match is Match.CONTAINS and not (start >= region.start and end <= region.end):
            return False
        if question.match is Match.EXACT and (start, end) != (region.start, region.end):
            return False
        return all(predicate(fields) for predicate in filters)

    return (lambda line: True) if question.match is Match.OVERLAP and not filters else passes


def _predicate(filter: Filter) -> Any:
    number, parse = _NUMBER[filter.column], _PARSERS[_TYPES[filter.column]]
    compare, operand = OPERATORS[filter.operator], filter.operand
    return lambda fields: compare(parse(fields[number]), operand)


class TabixCommand:
    """Command lines: tabix, with awk for filters and counts. The output includes rows that reach
    beyond the region.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def rows(self, question: Question) -> Command:
        """`tabix` alone if there is no filter: the fastest possible way."""
        tabix = ("tabix", self._path, _region_text(_region(question)))
        return Command(
            (tabix, ("awk", "-F\t", _condition(question))) if question.filters else (tabix,), NAMES
        )

    def count(self, question: Question) -> int:
        """The number of lines, counted by awk."""
        tabix = ("tabix", self._path, _region_text(_region(question)))
        counting = ("awk", "-F\t", f"{_condition(question)} {{ n++ }} END {{ print n + 0 }}")
        return int(Command((tabix, counting), NAMES).read())

    def export(self, question: Question) -> Command:
        """The decompressed file."""
        return Command((("bgzip", "-dc", self._path),), NAMES)

    def peak_memory(self) -> int:
        """The peak of the largest command that this process has run."""
        return getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024


def _region(question: Question) -> Region:
    """The region to look up; raises Unanswerable without one, because only regions are indexed."""
    if not question.regions:
        raise Unanswerable(question.label)
    return question.region


def _region_text(region: Region) -> str:
    return f"{region.chrom}:{region.start}-{region.end}"


def _condition(question: Question) -> str:
    """The awk condition: contained in the region, and the filters."""
    inside = [f"$3 >= {question.region.start}", f"$4 <= {question.region.end}"]
    return " && ".join([*inside, *map(_awk, question.filters)])


def _awk(filter: Filter) -> str:
    operator = {"=": "=="}.get(filter.operator, filter.operator)
    operand = f'"{filter.value}"' if isinstance(filter.operand, str) else filter.operand
    return f"${_NUMBER[filter.column] + 1} {operator} {operand}"


@dataclass(frozen=True)
class PlainText:
    """The uncompressed file, to show the cost of having no index."""

    name: str
    title: str

    def files(self, folder: Path) -> Path:
        """The compilation's own text."""
        return folder / "compilation" / "junctions.tsv"

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Does nothing: the file is part of the compilation."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """The size of the text."""
        return {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator["TextSession"]:
        """The path of the file."""
        yield TextSession(self.files(folder))


class TextSession:
    """A Python program that reads the whole file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def coverage(self, question: Question) -> script.Coverage:
        """One pass over all lines, because a script cannot rely on their order."""
        region = question.region
        locus = [region.chrom.encode(), b"%d" % region.start, b"%d" % region.end]
        junction = b""
        with self._path.open("rb") as file:
            for line in file:
                if line.split(b"\t", 4)[1:4] == locus:
                    junction = line
        return script.pairs(junction.split(b"\t", SAMPLES + 1)[SAMPLES].decode())

    def peak_memory(self) -> int:
        """The peak of this process."""
        return peak_of()


PYSAM = Indexed("pysam", "tabix file, pysam", command=False)
TABIX = Indexed("tabix", "tabix file, command line", command=True)
TEXT = PlainText("text", "plain text, full scan")
