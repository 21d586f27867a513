"""Files with the counts of all samples.

- recount3's matrix: `RR` (junctions), `ID` (samples) and `MM` (MatrixMarket, column by column). Source:
  https://rna.recount.bio/docs/raw-files.html; https://math.nist.gov/MatrixMarket/formats.html.
- LeafCutter's perind_numers.counts: a column per sample. Junctions of a strand that share an end are
  a cluster; LeafCutter's own filters are not applied. Source: leafcutter/clustering/
  leafcutter_cluster_regtools.py.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from snapshard.rows import Rows
from snapshard.tool_files.counts import columns_of, sample_counts, samples_of, write_gzip

_ROW_COLUMNS = (
    "chromosome",
    "start",
    "end",
    "length",
    "strand",
    "annotated",
    "left_motif",
    "right_motif",
    "left_annotated",
    "right_annotated",
)


def write_recount3(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """The three files of a matrix, `junctions.MM.gz`, `.RR.gz` and `.ID.gz`."""
    samples = samples_of(rows, names)
    pairs = rows.pairs
    columns = np.searchsorted(samples, pairs.samples)
    order = np.lexsort((pairs.row_of, columns))
    cells = (pairs.row_of[order] + 1, columns[order] + 1, pairs.coverages[order])
    entries = np.stack(cells, axis=1).tolist()
    head = f"%%MatrixMarket matrix coordinate integer general\n%\n{len(rows)} {len(samples)} {len(entries)}\n"
    texts = {
        "MM": head + "".join(f"{row} {column} {reads}\n" for row, column, reads in entries),
        "RR": "\t".join(_ROW_COLUMNS) + "\n" + rows.select(_ROW_COLUMNS).text.decode(),
        "ID": "rail_id\n" + "".join(f"{sample}\n" for sample in samples.tolist()),
    }
    return [write_gzip(folder / f"junctions.{part}.gz", text) for part, text in texts.items()]


def write_leafcutter(folder: Path, rows: Rows, names: Mapping[int, str]) -> list[Path]:
    """The file `junctions_perind_numers.counts.gz`; blanks in names of samples become `_`."""
    samples = samples_of(rows, names)
    counts = sample_counts(rows, samples)
    columns = columns_of(rows, ("chromosome", "start", "end", "strand"))
    junctions = [
        (chrom, int(start), int(end), strand)
        for chrom, start, end, strand in zip(*columns, strict=True)
    ]
    clusters = _clusters(junctions)
    header = [names.get(sample, str(sample)).replace(" ", "_") for sample in samples.tolist()]
    lines = [" ".join(["chrom", *header])]
    for junction, cluster, cells in zip(junctions, clusters, counts.tolist(), strict=True):
        chrom, start, end, strand = junction
        sign = strand if strand in "+-" else "NA"
        lines.append(
            " ".join([f"{chrom}:{start - 1}:{end + 1}:clu_{cluster}_{sign}", *map(str, cells)])
        )
    return [write_gzip(folder / "junctions_perind_numers.counts.gz", "\n".join(lines) + "\n")]


def _clusters(junctions: list[tuple[str, int, int, str]]) -> list[int]:
    """The number of each junction's cluster, from 1."""
    parents = list(range(len(junctions)))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    first: dict[tuple[str, str, str, int], int] = {}
    for number, (chrom, start, end, strand) in enumerate(junctions):
        for key in ((chrom, strand, "start", start), (chrom, strand, "end", end)):
            parents[root(number)] = root(first.setdefault(key, number))
    roots = [root(number) for number in range(len(junctions))]
    numbers = {of_cluster: number for number, of_cluster in enumerate(dict.fromkeys(roots), 1)}
    return [numbers[of_cluster] for of_cluster in roots]
