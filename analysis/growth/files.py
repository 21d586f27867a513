"""The files that are loaded: junctions (bgzip, indexed), samples, groups, genes. Written once;
short ones begin long ones.
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
    """Where they are, and how much text the junctions are."""

    junctions: Path
    samples: Path
    sample_types: Path
    groups: Path
    annotation: Path

    @classmethod
    def of(cls, one: Compilation, folder: Path) -> "Files":
        """The files of a compilation under the folder, whether they are there or not."""
        common = folder / f"{one.full}x{one.samples}"
        names = ("samples.tsv", "samples.types.tsv", "samples.groups.tsv", "gencode.gff3")
        return cls(common / f"first-{one.rows}.bgz", *[common / name for name in names])


def write_files(one: Compilation, folder: Path) -> Files:
    """The files of a compilation; those that are there are kept."""
    files, plan = Files.of(one, folder), Plan(one.full, one.samples, SEED)
    files.junctions.parent.mkdir(parents=True, exist_ok=True)
    if not files.annotation.exists():
        _write(files.samples, sample_lines(plan))
        _write(files.sample_types, type_lines())
        _write(files.groups, group_lines(plan))
        _write(files.annotation, _gene_lines(plan, one.rows))
    if not files.junctions.exists():
        longer = [
            path for path in files.junctions.parent.glob("first-*.bgz") if _rows(path) > one.rows
        ]
        chunks = (
            _text(longer[0])
            if longer
            else junction_lines(junctions=one.full, samples=one.samples, seed=SEED)
        )
        _write_junctions(files.junctions, _first(chunks, one.rows))
    return files


def _rows(path: Path) -> int:
    return int(path.stem.removeprefix("first-"))


def _gene_lines(plan: Plan, rows: int) -> Iterator[str]:
    """Genes of the segments that the first rows lie on."""
    last = max(
        segment.first_gene + segment.genes for segment in plan.segments if segment.first_row < rows
    )
    yield "##gff-version 3\n"
    covered = takewhile(lambda transcript: transcript.gene < last, simulate_transcripts(plan))
    yield from (gff3_line(transcript) for transcript in covered if transcript.number == 1)


def _first(chunks: Iterable[bytes], rows: int) -> Iterator[bytes]:
    """The first lines of chunks of whole lines."""
    for chunk in chunks:
        count = chunk.count(b"\n")
        if count >= rows:
            yield b"".join(chunk.splitlines(keepends=True)[:rows])
            return
        yield chunk
        rows -= count


def _text(path: Path) -> Iterator[bytes]:
    """The text of a bgzip file, whole lines at a time."""
    rest = b""
    with pysam.BGZFile(str(path), "rb", None) as file:
        while piece := file.read(_PIECE):
            whole, end, rest = (rest + piece).rpartition(b"\n")
            yield whole + end


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        file.writelines(lines)


def _write_junctions(path: Path, chunks: Iterable[bytes]) -> None:
    """Under another name until it is whole and has its index."""
    part = path.with_suffix(".part")
    with pysam.BGZFile(str(part), "wb1", None) as file:
        for chunk in chunks:
            file.write(chunk)
    pysam.tabix_index(str(part), force=True, seq_col=1, start_col=2, end_col=3, keep_original=True)
    part.with_name(part.name + ".tbi").rename(path.with_name(path.name + ".tbi"))
    part.rename(path)
