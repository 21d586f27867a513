"""The compilation that is measured on: a cut of a simulated GTEx, written once into a folder as
files of Snaptron's layout.

All rows of chr1:1-25,000,000 and, of every chromosome (chr1 behind that window), its first rows up
to a cap, at the density that the scale says. At GTEx's own the window holds 618,870 rows over 9,662
samples.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path

import pysam

from analysis.source import FULL_SIZE, SAMPLES, SEED
from snapshard.region import Region
from snapshard.rows import Rows
from snapshard_populate.simulate import (
    Plan,
    Segment,
    Vocabulary,
    gff3_line,
    group_lines,
    sample_lines,
    segment_lines,
    simulate_tissues,
    simulate_transcripts,
)

WINDOW = Region("chr1", 1, 25_000_000)
"""What the ancestor was measured on, and the bars speak of."""
FREQUENT = 100
"""Samples from which on the ancestor called a junction worth a look: rows of so many hold most of
the bytes.
"""
GTEX = 100.0
"""The scale of GTEx itself: scales are percentages of its density."""
_FIRST_ROWS = (
    36_000  # of each other chromosome at GTEx's density: chr1 then holds less than half of all rows
)


@dataclass(frozen=True)
class Compilation:
    """A folder of files, and how much is in them: in all, in the window, and in its rows of
    FREQUENT samples or more.
    """

    folder: Path
    scale: float
    rows: int = 0
    text_bytes: int = 0
    window_rows: int = 0
    window_bytes: int = 0
    frequent_rows: int = 0
    frequent_bytes: int = 0

    @property
    def text(self) -> Path:
        """The rows as lines, in genome order, uncompressed."""
        return self.folder / "junctions.tsv"

    @property
    def indexed(self) -> Path:
        """The same block-gzipped, its tabix index beside it."""
        return self.folder / "indexed" / "junctions.bgz"

    @property
    def counts(self) -> dict[str, float]:
        """The scale, and how much is in the files."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}

    @property
    def facts(self) -> dict[str, float]:
        """What a result file says of it."""
        return self.counts | {"samples": SAMPLES}


def make_compilation(folder: Path, scale: float) -> Compilation:
    """The compilation of a scale, made if the folder does not hold it yet."""
    description = folder / "compilation.json"
    if not description.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = _write(folder, scale)
        says = {
            "name": "sim",
            "display_name": "Simulated",
            "assembly": "GRCh38",
            "simulated": True,
            **made.facts,
        }
        description.write_text(json.dumps(says, indent=1) + "\n")
    says = json.loads(description.read_text())
    return Compilation(folder, **{name: says[name] for name in Compilation(folder, scale).counts})


def _write(folder: Path, scale: float) -> Compilation:
    plan = Plan(round(FULL_SIZE * scale / GTEX), SAMPLES, SEED)
    (folder / "samples.tsv").write_text("".join(sample_lines(plan)))
    (folder / "samples.groups.tsv").write_text("".join(group_lines(plan)))
    genes = (
        one
        for one in takewhile(lambda one: one.chromosome == WINDOW.chrom, simulate_transcripts(plan))
        if one.number == 1
    )
    (folder / "gencode.gff3").write_text("".join(["##gff-version 3\n", *map(gff3_line, genes)]))
    (folder / "indexed").mkdir(exist_ok=True)
    made = Compilation(folder, scale)
    with made.text.open("wb") as text, pysam.BGZFile(str(made.indexed), "wb1", None) as indexed:  # type: ignore[arg-type]
        for lines, inside in _lines(plan, most=max(1, round(_FIRST_ROWS * scale / GTEX))):
            text.write(lines)
            indexed.write(lines)
            made = _counted(made, lines, inside=inside)
    pysam.tabix_index(
        str(made.indexed),
        force=True,
        seq_col=1,
        start_col=2,
        end_col=3,
        zerobased=False,
        keep_original=True,
    )
    return made


def _counted(made: Compilation, lines: bytes, *, inside: bool) -> Compilation:
    rows = Rows(lines)
    counts = {"rows": len(rows), "text_bytes": len(lines)}
    if inside:
        frequent = rows.where(rows.integers("samples_count") >= FREQUENT)
        counts |= {"window_rows": len(rows), "window_bytes": len(lines)}
        counts |= {"frequent_rows": len(frequent), "frequent_bytes": len(frequent.text)}
    return replace(made, **{name: getattr(made, name) + more for name, more in counts.items()})


def _lines(plan: Plan, *, most: int) -> Iterator[tuple[bytes, bool]]:
    """Whole lines in genome order, and whether they are the window's (those that start in it)."""
    tissues, words = simulate_tissues(plan), Vocabulary(plan.samples)
    taken: dict[str, int] = {}
    for segment in plan.segments:
        chunks = segment_lines(plan, segment, tissues, words)
        if _is_window(segment):
            yield from ((lines, True) for lines in chunks)
            continue
        name = segment.chromosome.name
        while (rest := most - taken.get(name, 0)) > 0 and (chunk := next(chunks, None)) is not None:
            lines = chunk.splitlines(keepends=True)[:rest]
            taken[name] = taken.get(name, 0) + len(lines)
            yield b"".join(lines), False


def _is_window(segment: Segment) -> bool:
    return (segment.chromosome.name, segment.end) == (WINDOW.chrom, WINDOW.end)
