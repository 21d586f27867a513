"""The compilation of the benchmark: a part of a simulated GTEx, written once into a folder as files
in Snaptron's layout.

It holds all rows of chr1:1-25,000,000 and, of every chromosome (chr1 after that window), the first
rows up to a limit, at the density of the scale. At GTEx's own density the window holds 618,870 rows
over 9,662 samples.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path

import pysam

from analysis.measuring import write_whole
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
"""The region on which the ancestor was measured, and to which the bars refer."""
FREQUENT = 100
"""The ancestor's threshold for junctions of interest, in samples; rows above it hold most of the
bytes.
"""
GTEX = 100.0
"""The scale of GTEx itself: a scale is a percentage of its density."""
_FIRST_ROWS = 36_000
"""Rows of each other chromosome at GTEx's density; chr1 then holds less than half of all rows."""


@dataclass(frozen=True)
class Compilation:
    """A folder of files with their numbers of rows and bytes: in total, in the window, and in the
    window's rows of at least FREQUENT samples.
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
        """The file of rows in genome order, uncompressed."""
        return self.folder / "junctions.tsv"

    @property
    def indexed(self) -> Path:
        """The file of the same rows, block-gzipped, with a tabix index."""
        return self.folder / "indexed" / "junctions.bgz"

    @property
    def counts(self) -> dict[str, float]:
        """The scale and the numbers of rows and bytes."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}

    @property
    def facts(self) -> dict[str, float]:
        """The facts about it in a result file."""
        return self.counts | {"samples": SAMPLES}


def make_compilation(folder: Path, scale: float) -> Compilation:
    """The compilation of a scale, generated if the folder does not hold it yet."""
    description = folder / "compilation.json"
    if not description.exists():
        folder.mkdir(parents=True, exist_ok=True)
        facts = {
            "name": "sim",
            "display_name": "Simulated",
            "assembly": "GRCh38",
            "simulated": True,
            **_write(folder, scale).facts,
        }
        write_whole(description, json.dumps(facts, indent=1) + "\n")
    facts = json.loads(description.read_text())
    return Compilation(folder, **{name: facts[name] for name in Compilation(folder, scale).counts})


def _write(folder: Path, scale: float) -> Compilation:
    plan = Plan(round(FULL_SIZE * scale / GTEX), SAMPLES, SEED)
    (folder / "samples.tsv").write_text("".join(sample_lines(plan)))
    (folder / "samples.groups.tsv").write_text("".join(group_lines(plan)))
    transcripts = takewhile(
        lambda transcript: transcript.chromosome == WINDOW.chrom, simulate_transcripts(plan)
    )
    genes = [transcript for transcript in transcripts if transcript.number == 1]
    (folder / "gencode.gff3").write_text("".join(["##gff-version 3\n", *map(gff3_line, genes)]))
    (folder / "indexed").mkdir(exist_ok=True)
    compilation = Compilation(folder, scale)
    target = str(compilation.indexed)
    with (
        compilation.text.open("wb") as text,
        pysam.BGZFile(target, "wb1", None) as indexed,  # type: ignore[arg-type]
    ):
        for lines, inside in _lines(plan, most=max(1, round(_FIRST_ROWS * scale / GTEX))):
            text.write(lines)
            indexed.write(lines)
            compilation = _counted(compilation, lines, inside=inside)
    pysam.tabix_index(
        target,
        force=True,
        seq_col=1,
        start_col=2,
        end_col=3,
        zerobased=False,
        keep_original=True,
    )
    return compilation


def _counted(compilation: Compilation, lines: bytes, *, inside: bool) -> Compilation:
    rows = Rows(lines)
    counts = {"rows": len(rows), "text_bytes": len(lines)}
    if inside:
        frequent = rows.where(rows.integers("samples_count") >= FREQUENT)
        counts |= {"window_rows": len(rows), "window_bytes": len(lines)}
        counts |= {"frequent_rows": len(frequent), "frequent_bytes": len(frequent.text)}
    totals = {name: getattr(compilation, name) + count for name, count in counts.items()}
    return replace(compilation, **totals)


def _lines(plan: Plan, *, most: int) -> Iterator[tuple[bytes, bool]]:
    """Yields complete lines in genome order, each with True if they start in the window."""
    tissues, words = simulate_tissues(plan), Vocabulary(plan.samples)
    counts: dict[str, int] = {}
    for segment in plan.segments:
        chunks = segment_lines(plan, segment, tissues, words)
        if _is_window(segment):
            yield from ((lines, True) for lines in chunks)
            continue
        name = segment.chromosome.name
        # The next chunk is simulated only if the limit is not reached.
        while counts.get(name, 0) < most:
            chunk = next(chunks, None)
            if chunk is None:
                break
            lines = chunk.splitlines(keepends=True)[: most - counts.get(name, 0)]
            counts[name] = counts.get(name, 0) + len(lines)
            yield b"".join(lines), False


def _is_window(segment: Segment) -> bool:
    return (segment.chromosome.name, segment.end) == (WINDOW.chrom, WINDOW.end)
