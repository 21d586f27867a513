"""Reads junction files into sorted runs on disk, several files at a time in processes of their own.

What must hold: a file is in a run with all of its junctions or with none. Records carry the number of
their file, so that files that turn out to be bad later can be left out of the merge.
"""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from snapshard.catalog import AnnotatedIntrons
from snapshard.errors import BadQuery, BadRow, BadSource
from snapshard.junction_files import BadCell, JunctionFile, JunctionLines, ReadOptions
from snapshard_populate.merging.by_chromosome import records_by_chromosome
from snapshard_populate.merging.file_facts import FileFacts
from snapshard_populate.merging.records import (
    STRANDS,
    Records,
    ends_of,
    joined,
    starts_of,
    strands_of,
)
from snapshard_populate.merging.runs import Run, write_run
from snapshard_populate.merging.sample_files import SampleFile, opened

_CONTEXT = multiprocessing.get_context("forkserver")
_FILES_AT_A_TIME = 4
"""Files that a process reads at a time; their junctions become one run."""


@dataclass(frozen=True)
class Reader:
    """How files are read.

    assembly: None if it is unknown. introns: those of the annotation; None without one. format_name:
    None if the content decides.
    """

    assembly: str | None = None
    introns: AnnotatedIntrons | None = None
    format_name: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class Spill:
    """The files that were read, in their order, and the runs with their records."""

    files: tuple[FileFacts, ...]
    runs: tuple[Run, ...]


def spill_files(
    files: Sequence[SampleFile],
    folder: Path,
    reader: Reader,
    *,
    jobs: int,
    report: Callable[[int], None],
) -> Spill:
    """The records of files in runs in this folder. `report` receives the number of files read so far.

    A file that cannot be read has a problem, and no records.
    """
    numbers = range(0, len(files), _FILES_AT_A_TIME)
    tasks = [(first, files[first : first + _FILES_AT_A_TIME]) for first in numbers]
    facts: list[FileFacts] = []
    runs: list[Run] = []
    with ExitStack() as stack:
        results: Iterator[tuple[list[FileFacts], Run]]
        if min(jobs, len(tasks)) > 1:
            pool = stack.enter_context(
                ProcessPoolExecutor(
                    jobs, mp_context=_CONTEXT, initializer=_set_reader, initargs=(reader, folder)
                )
            )
            results = iter(pool.map(_spill_with_reader, tasks))
        else:
            results = (_spill(reader, folder, *task) for task in tasks)
        for of_task, run in results:
            facts += of_task
            runs.append(run)
            report(len(facts))
    return Spill(tuple(facts), tuple(runs))


_process: dict[str, tuple[Reader, Path]] = {}
"""The reader of a process of the pool: it is large, and is sent once."""


def _set_reader(reader: Reader, folder: Path) -> None:
    _process["reader"] = reader, folder


def _spill_with_reader(task: tuple[int, Sequence[SampleFile]]) -> tuple[list[FileFacts], Run]:
    return _spill(*_process["reader"], *task)


def _spill(
    reader: Reader, folder: Path, first: int, files: Sequence[SampleFile]
) -> tuple[list[FileFacts], Run]:
    parts: dict[str, list[Records]] = {}
    facts: list[FileFacts] = []
    for number, file in enumerate(files, first):
        of_file, records_by_chrom = read_file(file, number, reader)
        facts.append(of_file)
        for chrom, records in records_by_chrom.items():
            parts.setdefault(chrom, []).append(records)
    return facts, write_run(folder / f"run{first}", parts)


def read_file(
    file: SampleFile, number: int, reader: Reader
) -> tuple[FileFacts, dict[str, Records]]:
    """A junction file: what was learned of it, and its records by chromosome, sorted by key; none if
    it has a problem.
    """
    facts = FileFacts(number, file.name)
    try:
        records = _read_records(file, facts, reader)
    except (BadRow, BadSource, BadQuery) as error:
        facts.problem = str(error).removeprefix(file.name).lstrip(":, ")
        return facts, {}
    _count(records, facts, reader)
    return facts, {} if facts.problem else records


def _read_records(file: SampleFile, facts: FileFacts, reader: Reader) -> dict[str, Records]:
    parts: dict[str, list[Records]] = {}
    with opened(file.location) as stream:
        junctions = JunctionFile(
            stream, file.name, format_name=reader.format_name, options=reader.options
        )
        facts.format, facts.positions = junctions.format.meaning, junctions.format.positions
        for batch in junctions.batches():
            for chrom, records in _records(batch, file, facts, reader):
                parts.setdefault(chrom, []).append(records)
        if junctions.may_be_cut:
            facts.remarks.append("its last line has no line end: the file may be truncated")
    return {
        chrom: _unique(joined(of_chrom).ordered(), chrom, file)
        for chrom, of_chrom in sorted(parts.items())
    }


def _records(
    batch: JunctionLines, file: SampleFile, facts: FileFacts, reader: Reader
) -> Iterator[tuple[str, Records]]:
    """Yields the records of a batch, a chromosome at a time; junctions without reads are counted and
    left out.
    """
    introns = batch.introns
    facts.without_reads += int(np.count_nonzero(introns.reads == 0))
    samples = np.full(len(introns), facts.number, np.uint32)
    try:
        yield from records_by_chromosome(introns, samples, facts, assembly=reader.assembly)
    except BadCell as error:
        raise BadRow(file.name, int(batch.numbers[error.row]), str(error)) from error


def _unique(records: Records, chrom: str, file: SampleFile) -> Records:
    """The records, sorted. Raises BadSource if a junction occurs twice."""
    repeated = np.flatnonzero(records.key[1:] == records.key[:-1])
    if len(repeated):
        key = records.key[repeated[:1]]
        place = f"{chrom}:{starts_of(key)[0]}-{ends_of(key)[0]}:{STRANDS[strands_of(key)[0]]}"
        raise BadSource(file.name, f"expected every junction once, got {place} again")
    return records


def _count(records_by_chrom: dict[str, Records], facts: FileFacts, reader: Reader) -> None:
    digest = hashlib.sha256()
    annotated = 0
    for chrom, records in records_by_chrom.items():
        facts.junctions += len(records)
        facts.reads += int(records.reads.sum(dtype=np.int64))
        for part in (chrom.encode(), records.key.tobytes(), records.reads.tobytes()):
            digest.update(part)
        if reader.introns is not None:
            places = starts_of(records.key), ends_of(records.key)
            annotated += int(reader.introns.masks(chrom, "?", *places)[0].sum())
    facts.digest = digest.hexdigest()
    facts.annotated = annotated if reader.introns is not None else None
    if not facts.junctions:
        facts.problem = "expected junctions with reads, got none"
        return
    facts.check_annotated()
