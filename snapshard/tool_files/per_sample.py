"""Files with the junctions of one sample each.

- STAR's SJ.out.tab: all reads are written as uniquely mapped, and the maximum overhang, which a release
  does not know, as 0. Source: STAR manual 2.7, section 4.4.
- regtools' BED12: the anchors, which a release does not know, have one base. Source: regtools,
  docs/commands/junctions-extract.md.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from snapshard.rows import Rows
from snapshard.tool_files.counts import columns_of

_STAR_STRANDS = {"+": 1, "-": 2}
_STAR_MOTIFS = {"GTAG": 1, "CTAC": 2, "GCAG": 3, "CTGC": 4, "ATAC": 5, "GTAT": 6}
_COLUMNS = (
    "chromosome",
    "start",
    "end",
    "strand",
    "left_motif",
    "right_motif",
    "annotated",
    "snaptron_id",
)
Junction = Mapping[str, str]


def write_star(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """A SJ.out.tab for each sample, its junctions in genome order."""
    return _write(folder, rows, names, ".SJ.out.tab", _star_line)


def write_regtools(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """A BED12 for each sample, as `regtools junctions extract` writes it."""
    return _write(folder, rows, names, ".junc", _regtools_line)


def _write(
    folder: Path,
    rows: Rows,
    names: Mapping[int, str],
    suffix: str,
    line: Callable[[Junction, int], str],
) -> list[Path]:
    lines: dict[int, list[str]] = {rail_id: [] for rail_id in names}
    for junction, sample, reads in _counts(rows):
        lines.setdefault(sample, []).append(line(junction, reads))
    paths: list[Path] = []
    for rail_id, of_sample in sorted(lines.items()):
        path = folder / f"{names.get(rail_id, rail_id)}{suffix}"
        path.write_text("".join(of_sample), encoding="utf-8")
        paths.append(path)
    return paths


def _counts(rows: Rows) -> Iterator[tuple[Junction, int, int]]:
    """Yields each junction, sample and reads above 0."""
    columns = columns_of(rows, _COLUMNS)
    junctions = [dict(zip(_COLUMNS, cells, strict=True)) for cells in zip(*columns, strict=True)]
    pairs = rows.pairs
    numbers = (pairs.row_of.tolist(), pairs.samples.tolist(), pairs.coverages.tolist())
    for row, sample, reads in zip(*numbers, strict=True):
        if reads:
            yield junctions[row], sample, reads


def _star_line(junction: Junction, reads: int) -> str:
    motif = _STAR_MOTIFS.get((junction["left_motif"] + junction["right_motif"]).upper(), 0)
    strand = _STAR_STRANDS.get(junction["strand"], 0)
    place = "\t".join((junction["chromosome"], junction["start"], junction["end"]))
    return f"{place}\t{strand}\t{motif}\t{int(junction['annotated'] != '0')}\t{reads}\t0\t0\n"


def _regtools_line(junction: Junction, reads: int) -> str:
    first, last = int(junction["start"]), int(junction["end"])
    strand = junction["strand"] if junction["strand"] in "+-" else "?"
    span = f"{junction['chromosome']}\t{first - 2}\t{last + 1}"
    name = f"JUNC{int(junction['snaptron_id']):08d}"
    blocks = f"{first - 2}\t{last + 1}\t255,0,0\t2\t1,1\t0,{last - first + 2}"
    return f"{span}\t{name}\t{reads}\t{strand}\t{blocks}\n"
