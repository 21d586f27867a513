"""The junction files of many samples as the files of one compilation.

Step by step: files and metadata are matched; every file is read into sorted runs (`spill`); files
that cannot be used are named all at once, or left out; the runs are merged into lines of 17 columns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from snapshard.catalog import AnnotatedIntrons
from snapshard.chromosome import chromosome_lengths
from snapshard.errors import BadSource
from snapshard.genome import Genome
from snapshard.junction_files import ReadOptions
from snapshard.transcripts import Transcript
from snapshard_populate.formats import (
    keep_annotation_file,
    read_annotation,
    read_annotation_file,
)
from snapshard_populate.merging.earlier_samples import (
    earlier_runs,
    read_earlier_samples,
    with_earlier,
)
from snapshard_populate.merging.file_facts import mark_repeated
from snapshard_populate.merging.lines import JunctionLines
from snapshard_populate.merging.metadata import Matches, match_samples, read_metadata
from snapshard_populate.merging.runs import BATCH, Run, merged_batches
from snapshard_populate.merging.sample_files import read_sample_files
from snapshard_populate.merging.sample_table import group_lines, groups_by, sample_lines
from snapshard_populate.merging.spill import Reader, Spill, spill_files
from snapshard_populate.merging.spill_tables import spill_tables
from snapshard_populate.merging.splice_sites import complete_records
from snapshard_populate.releases import StoredRelease

Report = Callable[[str, int, int], None]
"""Receives the name of a task, the amount done, and the total (0: unknown)."""
_MOST_NAMED = 20
_HUMAN = "GRCh38"
"""The assembly whose order chromosomes have if the assembly is unknown; chr1, chr2, … are everywhere."""


@dataclass(frozen=True)
class OwnData:
    """Junction files of samples that become a compilation.

    source: a folder or a list of files. samples: the metadata; without them a sample is what its
    file's name says. annotation: GTF or GFF3. genome: FASTA, for files without motifs and strands.
    group_by: columns of the metadata whose values become groups. sample_column, sample_pattern,
    files: how files and samples are matched. skip_bad: leave files out that cannot be used.
    """

    source: str
    samples: str | None = None
    annotation: str | None = None
    genome: Path | None = None
    assembly: str | None = None
    group_by: tuple[str, ...] = ()
    sample_column: str | None = None
    sample_pattern: str | None = None
    files: str = "*"
    format_name: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    skip_bad: bool = False


@dataclass(frozen=True)
class Merged:
    """The files of the compilation, in a folder, and what is to be said of them. annotation: what was
    read of it, None without one.
    """

    junctions: Path
    samples: Path
    groups: Path | None
    annotation: Path | None
    notices: tuple[str, ...]


class Merge:
    """The merge of own data in a folder for its files, which take about 20 bytes per junction of a
    sample. earlier: the release to which they are added. Raises BadSource and BadQuery.
    """

    def __init__(
        self,
        data: OwnData,
        folder: Path,
        *,
        jobs: int,
        report: Report,
        earlier: StoredRelease | None = None,
    ) -> None:
        self.data, self._earlier = data, earlier
        self._folder, self._jobs, self._report = folder, jobs, report
        self._annotation = folder / "annotation"
        metadata = None if data.samples is None else read_metadata(data.samples)
        beside = [Path(text) for text in (data.samples, data.annotation, data.genome) if text]
        self.files = read_sample_files(
            data.source, pattern=data.sample_pattern, files=data.files, except_for=beside
        )
        self.matches: Matches = match_samples(self.files, metadata, column=data.sample_column)
        self.group_by = data.group_by
        if earlier is not None:
            of_earlier = read_earlier_samples(earlier)
            self.matches = with_earlier(self.matches, metadata, of_earlier)
            self.group_by = data.group_by or of_earlier.group_by()
        # Files of one sample come first, since each of their runs has the samples of some of them.
        self._samples = sorted(
            self.matches.samples, key=lambda sample: sample.file.column is not None
        )
        self._sample_files = [sample.file for sample in self._samples]

    @cached_property
    def introns(self) -> AnnotatedIntrons | None:
        """The introns of the annotation, or else of that of the earlier release; None without one."""
        if self.data.annotation is None:
            return None if self._earlier is None else self._earlier.introns()
        self._report("reading the annotation", 0, 0)
        file = read_annotation_file(
            self.data.annotation, read_annotation, assembly=self.data.assembly
        )
        # The release gets its genes from what is kept here, since the lines take long to read.
        keep_annotation_file(file, self._annotation)
        return AnnotatedIntrons(_introns(file.content.transcripts))

    @cached_property
    def spill(self) -> Spill:
        """All files, read into runs; those that cannot be used have a problem."""
        data, total = self.data, len(self._sample_files)
        reader = Reader(data.assembly, self.introns, data.format_name, data.options)
        files = [file for file in self._sample_files if file.column is None]
        spill = spill_files(
            files,
            self._folder,
            reader,
            jobs=self._jobs,
            report=lambda count: self._report("reading files", count, total),
        )
        columns = self._sample_files[len(files) :]
        tables = spill_tables(columns, len(files), self._folder, reader)
        mark_repeated(spill.files)
        return Spill(spill.files + tables.files, spill.runs + tables.runs)

    def problems(self) -> dict[str, str]:
        """Why each file that cannot be used cannot, by its name."""
        bad = {file.name: file.problem for file in self.spill.files if file.problem is not None}
        return dict(sorted({**self.matches.unmatched, **bad}.items()))

    def merged(self, *, batch: int = BATCH) -> Merged:
        """The files of the compilation. Raises BadSource if a file cannot be used and is not to be
        left out; it names all of them.
        """
        problems = self.problems()
        good = {file.number for file in self.spill.files if file.problem is None}
        if not good or (problems and not self.data.skip_bad):
            raise BadSource(self.data.source, _refusal(list(problems), bool(good)))
        samples = tuple(sample for number, sample in enumerate(self._samples) if number in good)
        matches = replace(self.matches, samples=samples)
        junctions = self._folder / "junctions.tsv"
        with open(junctions, "wb") as file:
            for text in self._texts(good, batch):
                file.write(text)
        return Merged(
            junctions,
            _written(self._folder / "samples.tsv", sample_lines(matches.columns, matches.rows())),
            self._groups(matches),
            self._annotation if self._annotation.exists() else None,
            tuple(self._notices(problems)),
        )

    def _groups(self, matches: Matches) -> Path | None:
        if not self.group_by:
            return None
        groups = groups_by(matches.columns, matches.rows(), self.group_by)
        return _written(self._folder / "samples.groups.tsv", group_lines(groups))

    def _texts(self, good: set[int], batch: int) -> Iterator[bytes]:
        genome = None if self.data.genome is None else Genome(self.data.genome)
        samples = [*self._samples, *self.matches.earlier]
        rail_ids = np.array([sample.rail_id for sample in samples], np.int64)
        # From here on, samples are numbered in the order of their rail_ids, as lines list them.
        places = np.argsort(np.argsort(rail_ids)).astype(np.uint32)
        lines = JunctionLines(np.sort(rail_ids).tolist(), self.introns)
        is_good = np.array([number in good for number in range(len(self._samples))])
        is_good = np.append(is_good, np.ones(len(self.matches.earlier), np.bool_))
        runs = [*self.spill.runs, *self._earlier_runs()]
        for chrom in _genome_order(runs, self.data.assembly):
            self._report("merging", lines.row_count, 0)
            batches = (
                complete_records(
                    records.at(is_good[records.sample]).with_samples(places), chrom, genome
                )
                for records in merged_batches(runs, chrom, batch=batch)
            )
            yield from lines.texts(chrom, batches)

    def _earlier_runs(self) -> Iterator[Run]:
        if self._earlier is not None:
            self._report(f"reading {self._earlier.name}", 0, 0)
            rail_ids = [sample.rail_id for sample in self.matches.earlier]
            yield from earlier_runs(self._earlier, rail_ids, len(self._samples), self._folder)

    def _notices(self, problems: Mapping[str, str]) -> Iterator[str]:
        if self._earlier is not None:
            yield from self._earlier.named_notices()
        for name, reason in problems.items():
            yield f"left out: {name}: {reason}"
        if self.matches.rows_without_file:
            yield _rows_notice(self.matches)
        for file in self.spill.files:
            yield from (f"{file.name}: {remark}" for remark in file.remarks)
        without_reads = sum(file.without_reads for file in self.spill.files)
        if without_reads:
            yield f"junctions of samples with 0 reads, which were left out: {without_reads:,}"


def _introns(transcripts: Sequence[Transcript]) -> Iterator[tuple[str, str, int, int]]:
    for transcript in transcripts:
        for start, end in transcript.introns():
            yield transcript.chrom, transcript.strand, start, end


def _genome_order(runs: Sequence[Run], assembly: str | None) -> list[str]:
    """The chromosomes of all runs: primary ones in genome order, then the others by name."""
    primary = list(chromosome_lengths(assembly or _HUMAN))
    places = {chrom: place for place, chrom in enumerate(primary)}
    chroms = {chrom for run in runs for chrom in run.stretches}
    return sorted(chroms, key=lambda chrom: (places.get(chrom, len(places)), chrom))


def _written(path: Path, lines: Iterable[str]) -> Path:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    return path


def _refusal(names: Sequence[str], some_good: bool) -> str:
    files = f"{len(names)} files" if len(names) > 1 else "1 file"
    few = ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
    hint = "; --skip-bad leaves them out and goes on" if some_good else ""
    return f"{files} cannot be used ({few}), and nothing was loaded{hint}"


def _rows_notice(matches: Matches) -> str:
    samples = matches.rows_without_file
    few = ", ".join(samples[:_MOST_NAMED]) + (", …" if len(samples) > _MOST_NAMED else "")
    rows, were = (f"{len(samples)} samples", "were") if len(samples) > 1 else ("1 sample", "was")
    return f"{rows} of the metadata without a junction file {were} left out: {few}"
