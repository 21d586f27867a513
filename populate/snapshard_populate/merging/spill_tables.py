"""Reads tables with the counts of many samples into sorted runs, a batch of counts at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from snapshard.errors import BadSource
from snapshard.junction_files import BadCell, CountTable, open_count_table
from snapshard.pairs import Integers
from snapshard_populate.merging.by_chromosome import records_by_chromosome
from snapshard_populate.merging.file_facts import FileFacts
from snapshard_populate.merging.records import Records, ends_of, starts_of
from snapshard_populate.merging.runs import RUN, Run, in_runs, write_run
from snapshard_populate.merging.sample_files import SampleFile, opened
from snapshard_populate.merging.spill import Reader, Spill


def spill_tables(files: Sequence[SampleFile], first: int, folder: Path, reader: Reader) -> Spill:
    """The records of samples that are columns of tables, in runs in this folder; `first` is the number
    of the first sample. Samples of the table that are not in `files` are left out.

    Raises BadRow or BadSource for a table that cannot be read: all of its samples would be lost.
    """
    facts = tuple(FileFacts(number, file.name) for number, file in enumerate(files, first))
    runs: list[Run] = []
    for location in dict.fromkeys(file.location for file in files):
        of_table = [
            (file, file_facts)
            for file, file_facts in zip(files, facts, strict=True)
            if file.location == location
        ]
        name = Path(location).name
        table = open_count_table(location, name, opened)
        if table is None:
            raise BadSource(name, "expected a table of counts")
        for parts in in_runs(_records(table, of_table, name, reader), RUN):
            runs.append(write_run(folder / f"table{first}-{len(runs)}", parts))
    for file_facts in facts:
        file_facts.check_annotated()
        if not file_facts.junctions:
            file_facts.problem = "expected junctions with reads, got none"
    return Spill(facts, tuple(runs))


def _records(
    table: CountTable, files: Sequence[tuple[SampleFile, FileFacts]], name: str, reader: Reader
) -> Iterator[tuple[str, Records]]:
    numbers = np.full(len(table.samples), -1, np.int64)
    for file, facts in files:
        if file.column is not None:
            numbers[file.column] = facts.number
        facts.format, facts.positions, facts.digest = table.meaning, table.positions, file.name
    first, of_table = files[0][1].number, files[0][1]
    for introns, columns in table.batches():
        good = np.flatnonzero(numbers[columns] >= 0)
        samples = numbers[columns[good]].astype(np.uint32)
        try:
            for chrom, records in records_by_chromosome(
                introns.at(good), samples, of_table, assembly=reader.assembly
            ):
                _count(chrom, records, [facts for _, facts in files], first, reader)
                yield chrom, records
        except BadCell as error:
            raise BadSource(name, str(error)) from error


def _count(
    chrom: str, records: Records, files: Sequence[FileFacts], first: int, reader: Reader
) -> None:
    samples = records.sample.astype(np.int64) - first
    junctions = _counts(samples, len(files))
    reads = np.zeros(len(files), np.int64)
    np.add.at(reads, samples, records.reads.astype(np.int64))
    annotated: Integers | None = None
    if reader.introns is not None:
        places = starts_of(records.key), ends_of(records.key)
        annotated = _counts(samples[reader.introns.masks(chrom, "?", *places)[0]], len(files))
    for number in np.flatnonzero(junctions).tolist():
        files[number].junctions += int(junctions[number])
        files[number].reads += int(reads[number])
        if annotated is not None:
            files[number].annotated = (files[number].annotated or 0) + int(annotated[number])


def _counts(samples: Integers, sample_count: int) -> Integers:
    return np.bincount(samples, minlength=sample_count)
