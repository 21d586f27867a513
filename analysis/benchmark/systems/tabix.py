"""The block-gzipped file with its tabix index, through pysam and through the command; and the plain
text, read from its front.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
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
from analysis.benchmark.systems.system import Unanswerable, bytes_in, peak_of
from snapshard.filters import OPERATORS, Filter
from snapshard.junction import COLUMNS, NAMES, SAMPLES, ColumnType
from snapshard.match import Match
from snapshard.region import Region

_PLACE = {column.name: number for number, column in enumerate(COLUMNS)}
_KINDS = {column.name: column.type for column in COLUMNS}
_READS = {
    ColumnType.INTEGER: int,
    ColumnType.DECIMAL: float,
    ColumnType.TEXT: str,
    ColumnType.FLAG: str,
}


@dataclass(frozen=True)
class Indexed:
    """The file, its index beside it; the command shares what pysam has loaded."""

    name: str
    title: str
    command: bool

    def files(self, folder: Path) -> Path:
        """The folder of file and index."""
        return folder / "tabix"

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """bgzip as it comes (level 6), then tabix."""
        if self.command:
            return {}
        self.files(folder).mkdir()
        target = _file(folder)
        began = time.perf_counter()
        with target.open("wb") as file:
            subprocess.run(["bgzip", "-c", str(compilation.text)], stdout=file, check=True)
        compressed = time.perf_counter() - began
        subprocess.run(["tabix", "-s", "2", "-b", "3", "-e", "4", str(target)], check=True)
        return {"rows": compressed, "indexes": time.perf_counter() - began - compressed}

    def sizes(self, folder: Path) -> dict[str, int]:
        """File and index."""
        return {} if self.command else {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator[Any]:
        """The file, open; or its name for the command."""
        if self.command:
            yield TabixCommand(str(_file(folder)))
            return
        with pysam.TabixFile(str(_file(folder))) as file:
            yield PysamSession(file, read_groups(folder / "compilation"))


def _file(folder: Path) -> Path:
    return folder / "tabix" / "junctions.bgz"


class PysamSession:
    """A Python program that holds the file open and splits lines."""

    def __init__(self, file: pysam.TabixFile, groups: dict[str, set[int]]) -> None:
        self._file = file
        self._groups = groups

    def rows(self, question: Question) -> list[str]:
        """Lines, split as far as the question needs."""
        region, passes = _region(question), _passing(question)
        return [
            line
            for line in self._file.fetch(region.chrom, region.start - 1, region.end)
            if passes(line)
        ]

    def summaries(self, question: Question) -> list[list[str]]:
        """All fields but the samples."""
        split = [line.split("\t") for line in self.rows(question)]
        for fields in split:
            del fields[SAMPLES]
        return split

    def count(self, question: Question) -> int:
        """Lines counted."""
        return len(self.rows(question))

    def subset(self, question: Question) -> list[list[object]]:
        """In pure Python."""
        return script.subset((line.split("\t") for line in self.rows(question)), question.samples)

    def coverage(self, question: Question) -> script.Coverage:
        """The pairs of one line."""
        return self._coverage(question.region)

    def psi(self, question: Question) -> dict[int, float]:
        """Three lines, and the script's arithmetic."""
        return script.psi(*[self._coverage(region) for region in question.regions])

    def tissues(self, question: Question) -> dict[str, tuple[int, int]]:
        """One line, counted by tissue."""
        return script.tissues(self._coverage(question.region), self._groups)

    def peak_memory(self) -> int:
        """Of this process."""
        return peak_of()

    def _coverage(self, region: Region) -> script.Coverage:
        (line,) = self.rows(Question("", (region,), Match.EXACT))
        return script.pairs(line.split("\t", SAMPLES + 1)[SAMPLES])


def _passing(question: Question) -> Any:
    """Whether a line that overlaps the region is an answer."""
    region = question.region
    filters = [_filter(one) for one in question.filters]

    def passes(line: str) -> bool:
        fields = line.split("\t") if filters else line.split("\t", 4)
        start, end = int(fields[2]), int(fields[3])
        if question.match is Match.CONTAINS and not (start >= region.start and end <= region.end):
            return False
        if question.match is Match.EXACT and (start, end) != (region.start, region.end):
            return False
        return all(one(fields) for one in filters)

    return (lambda line: True) if question.match is Match.OVERLAP and not filters else passes


def _filter(one: Filter) -> Any:
    place, read, compare, operand = (
        _PLACE[one.column],
        _READS[_KINDS[one.column]],
        OPERATORS[one.operator],
        one.operand,
    )
    return lambda fields: compare(read(fields[place]), operand)


class TabixCommand:
    """Command lines: tabix, and awk where lines must be looked into. Rows that reach beyond the
    region come as well.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def rows(self, question: Question) -> Command:
        """`tabix` alone where there is no filter: the leanest there is."""
        tabix = ("tabix", self._path, _spelled(_region(question)))
        return Command(
            (tabix, ("awk", "-F\t", _condition(question))) if question.filters else (tabix,), NAMES
        )

    def count(self, question: Question) -> int:
        """Lines counted by awk."""
        tabix = ("tabix", self._path, _spelled(_region(question)))
        counting = ("awk", "-F\t", f"{_condition(question)} {{ n++ }} END {{ print n + 0 }}")
        return int(Command((tabix, counting), NAMES).read())

    def export(self, question: Question) -> Command:
        """The file decompressed."""
        return Command((("bgzip", "-dc", self._path),), NAMES)

    def peak_memory(self) -> int:
        """Of the largest command run so far by this process."""
        return getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024


def _region(question: Question) -> Region:
    """The region that is looked up; without one there is no index."""
    if not question.regions:
        raise Unanswerable(question.label)
    return question.region


def _spelled(region: Region) -> str:
    return f"{region.chrom}:{region.start}-{region.end}"


def _condition(question: Question) -> str:
    """For awk: inside the region, and the filters."""
    inside = [f"$3 >= {question.region.start}", f"$4 <= {question.region.end}"]
    return " && ".join(
        [*inside, *[f"${_PLACE[one.column] + 1} {_awk(one)}" for one in question.filters]]
    )


def _awk(one: Filter) -> str:
    operator = {"=": "=="}.get(one.operator, one.operator)
    return (
        f'{operator} "{one.value}"' if isinstance(one.operand, str) else f"{operator} {one.operand}"
    )


@dataclass(frozen=True)
class PlainText:
    """The uncompressed file, for what it costs to have no index."""

    name: str
    title: str

    def files(self, folder: Path) -> Path:
        """The compilation's own text."""
        return folder / "compilation" / "junctions.tsv"

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """It is there."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """The text."""
        return {"all": bytes_in(self.files(folder))}

    @contextmanager
    def session(self, folder: Path) -> Iterator["TextSession"]:
        """The file's name."""
        yield TextSession(self.files(folder))


class TextSession:
    """A Python program that reads the file from front to end."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def coverage(self, question: Question) -> script.Coverage:
        """One pass over all lines, as ids and places are in no order that a script could rely on."""
        region = question.region
        place: Sequence[bytes] = [region.chrom.encode(), b"%d" % region.start, b"%d" % region.end]
        found: bytes = b""
        with self._path.open("rb") as file:
            for line in file:
                if line.split(b"\t", 4)[1:4] == place:
                    found = line
        return script.pairs(found.split(b"\t", SAMPLES + 1)[SAMPLES].decode())

    def peak_memory(self) -> int:
        """Of this process."""
        return peak_of()


PYSAM = Indexed("pysam", "tabix file, pysam", command=False)
TABIX = Indexed("tabix", "tabix file, the command", command=True)
TEXT = PlainText("text", "plain text, read through")
