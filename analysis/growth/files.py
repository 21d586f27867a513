"""The source files: junctions (bgzip, indexed), samples, groups, genes.

They are written once; the junctions of a smaller compilation are the beginning of a larger one's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pysam

from analysis.growth.compilations import Compilation
from analysis.source import SEED
from snapshard_populate.simulate import (
    Plan,
    gff3_line,
    group_lines,
    junction_lines,
    sample_lines,
    simulate_transcripts,
    type_lines,
)

_PIECE = 4 << 20


@dataclass(frozen=True)
class Files:
    """The paths of the files of a compilation."""

    junctions: Path
    samples: Path
    sample_types: Path
    groups: Path
    annotation: Path

    @classmethod
    def of(cls, size: Compilation, folder: Path) -> "Files":
        """The paths of the files below the folder; the files need not exist."""
        common = folder / f"{size.full}x{size.samples}"
        names = ("samples.tsv", "samples.types.tsv", "samples.groups.tsv", "gencode.gff3")
        return cls(common / f"first-{size.rows}.bgz", *[common / name for name in names])


def write_files(size: Compilation, folder: Path) -> Files:
    """The files of a compilation; existing files are kept."""
    files, plan = Files.of(size, folder), Plan(size.full, size.samples, SEED)
    files.junctions.parent.mkdir(parents=True, exist_ok=True)
    if not files.annotation.exists():
        _write(files.samples, sample_lines(plan))
        _write(files.sample_types, type_lines())
        _write(files.groups, group_lines(plan))
        _write(files.annotation, _gene_lines(plan, size.rows))
    if not files.junctions.exists():
        paths = files.junctions.parent.glob("first-*.bgz")
        longer = [path for path in paths if _rows(path) > size.rows]
        if longer:
            chunks = _text(longer[0])
        else:
            chunks = junction_lines(junctions=size.full, samples=size.samples, seed=SEED)
        _write_junctions(files.junctions, _first(chunks, size.rows))
    return files


def _rows(path: Path) -> int:
    return int(path.stem.removeprefix("first-"))


def _gene_lines(plan: Plan, rows: int) -> Iterator[str]:
    """The GFF3 lines of the genes on the segments of the first rows."""
    last = max(
        segment.first_gene + segment.genes for segment in plan.segments if segment.first_row < rows
    )
    yield "##gff-version 3\n"
    covered = takewhile(lambda transcript: transcript.gene < last, simulate_transcripts(plan))
    yield from (gff3_line(transcript) for transcript in covered if transcript.number == 1)


def _first(chunks: Iterable[bytes], rows: int) -> Iterator[bytes]:
    """The first lines of chunks of complete lines."""
    for chunk in chunks:
        count = chunk.count(b"\n")
        if count >= rows:
            yield b"".join(chunk.splitlines(keepends=True)[:rows])
            return
        yield chunk
        rows -= count


def _text(path: Path) -> Iterator[bytes]:
    """The text of a bgzip file, in chunks of complete lines."""
    tail = b""
    with pysam.BGZFile(str(path), "rb", None) as file:
        while piece := file.read(_PIECE):
            lines, end, tail = (tail + piece).rpartition(b"\n")
            yield lines + end


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        file.writelines(lines)


def _write_junctions(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes under another name until the file is complete and indexed."""
    part = path.with_suffix(".part")
    with pysam.BGZFile(str(part), "wb1", None) as file:
        for chunk in chunks:
            file.write(chunk)
    pysam.tabix_index(str(part), force=True, seq_col=1, start_col=2, end_col=3, keep_original=True)
    part.with_name(part.name + ".tbi").rename(path.with_name(path.name + ".tbi"))
    part.rename(path)
