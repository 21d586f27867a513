"""A simulated compilation as a folder of files in Snaptron's own layout."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pysam

from snapshard.catalog import file_names
from snapshard_populate.simulate.bases import base_header, base_lines
from snapshard_populate.simulate.expression import exon_lines, gene_lines
from snapshard_populate.simulate.lines import junction_lines
from snapshard_populate.simulate.plan import Plan
from snapshard_populate.simulate.samples import group_lines, sample_lines, type_lines
from snapshard_populate.simulate.transcripts import (
    canonical_line,
    gff3_line,
    gtf_line,
    ref_flat_line,
    simulate_transcripts,
)

NAME = "sim"
SIMULATED = "simulated by snapshard; nothing here was measured"

Progress = Callable[[str, int, int], None]
"""Called with the file, the number of lines written, and their total (0: unknown)."""


def _silent(file: str, written: int, total: int) -> None:
    """Reports nothing."""


def simulate(
    folder: Path, *, junctions: int, samples: int, seed: int, progress: Progress = _silent
) -> None:
    """Writes a compilation with these numbers of junctions and samples; creates the folder if needed.

    Files of the same names are replaced; `compilation.json`, which describes the others, is removed
    first and written last. The same numbers and seed give the same bytes (with the same release of
    numpy and zlib). Raises BadSetting.
    """
    plan = Plan(junctions, samples, seed)
    folder.mkdir(parents=True, exist_ok=True)
    description = folder / "compilation.json"
    description.unlink(missing_ok=True)
    _write_samples(folder, plan)
    _write_transcripts(folder, plan)
    _write_indexed(folder / "genes.bgz", gene_lines(plan), progress, total=plan.genes)
    _write_indexed(folder / "exons.bgz", exon_lines(plan), progress, total=0)
    rows = junction_lines(junctions=junctions, samples=samples, seed=seed)
    _write_indexed(folder / "junctions.bgz", rows, progress, total=junctions)
    (folder / file_names.BASES_HEADER).write_text(base_header(plan))
    _write_indexed(
        folder / "bases.tsv.bgz",
        (line.encode() for line in base_lines(plan)),
        progress,
        total=0,
        bases=True,
    )
    description.write_text(json.dumps(_description(plan), indent=2) + "\n")


def _description(plan: Plan) -> dict[str, object]:
    return {
        "name": NAME,
        "display_name": "Simulated",
        "assembly": "GRCh38",
        "simulated": True,
        "junctions": plan.junctions,
        "samples": plan.samples,
        "seed": plan.seed,
        "genes": plan.genes,
        "description": SIMULATED,
    }


def _write_samples(folder: Path, plan: Plan) -> None:
    _write(folder / file_names.SAMPLES, sample_lines(plan))
    _write(folder / file_names.SAMPLE_TYPES, type_lines())
    _write(folder / file_names.GROUPS, group_lines(plan))


def _write_transcripts(folder: Path, plan: Plan) -> None:
    """Four files from one pass each: simulating genes is cheap, holding them all is not."""
    _write(folder / file_names.REFFLAT, map(ref_flat_line, simulate_transcripts(plan)))
    _write(folder / file_names.TRANSCRIPTS, map(gtf_line, simulate_transcripts(plan)))
    canonical = (transcript for transcript in simulate_transcripts(plan) if transcript.number == 1)
    _write(folder / file_names.CANONICAL, map(canonical_line, canonical))
    genes = (
        gff3_line(transcript) for transcript in simulate_transcripts(plan) if transcript.number == 1
    )
    _write(
        folder / file_names.ANNOTATION,
        ("##gff-version 3\n", f"#description: {SIMULATED}\n", *genes),
    )


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="ascii", newline="") as file:
        file.writelines(lines)


def _write_indexed(
    path: Path, chunks: Iterable[bytes], progress: Progress, *, total: int, bases: bool = False
) -> None:
    """Whole lines, block-gzipped, with a tabix index beside them; bases have no id column and start
    at 0.

    Level 1 (htslib's mode `wb1`, unknown to the stub) compresses seven times as fast as the usual 6
    and to an eighth more.
    """
    line_count = 0
    with pysam.BGZFile(str(path), "wb1", None) as file:  # type: ignore[arg-type]
        for chunk in chunks:
            file.write(chunk)
            line_count += chunk.count(b"\n")
            progress(path.name, line_count, total)
    column = 0 if bases else 1
    pysam.tabix_index(
        str(path),
        force=True,
        seq_col=column,
        start_col=column + 1,
        end_col=column + 2,
        zerobased=bases,
        keep_original=True,
    )
