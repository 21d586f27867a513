"""The matrices of recount3's studies: `RR` (junctions), `ID` (samples) and `MM` (MatrixMarket, the reads).

Source of the formats: https://rna.recount.bio/docs/raw-files.html; https://math.nist.gov/MatrixMarket/formats.html.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from snapshard.errors import BadSource

_TEXTS = ("annotated", "left_motif", "right_motif", "left_annotated", "right_annotated")
JUNCTION = pa.schema(
    [
        ("chromosome", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("length", pa.int32()),
        ("strand", pa.string()),
        *[(name, pa.string()) for name in _TEXTS],
    ]
)
CELL = pa.schema([*JUNCTION, ("rail_id", pa.int64()), ("reads", pa.int64())])
"""A row per junction and sample of a study. Positions are 1-based and closed, of the intron."""
_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True)
class Study:
    """The path of a study's files without `.MM.gz`, `.RR.gz` and `.ID.gz`."""

    path: str

    def cells(self) -> Iterator[pa.RecordBatch]:
        """The cells of the matrix with the columns of CELL, in the order of MM, a part at a time. The
        junctions of the study are in memory. Raises BadSource for files that do not fit together.
        """
        junctions = self._table("RR", JUNCTION)
        samples = self._table("ID", pa.schema([("rail_id", pa.int64())])).column("rail_id")
        with gzip.open(f"{self.path}.MM.gz", "rb") as file:
            self._check_size(file, len(junctions), len(samples))
            yield from self._read_cells(file, junctions, samples)

    def _read_cells(
        self, file: gzip.GzipFile, junctions: pa.Table, samples: pa.ChunkedArray
    ) -> Iterator[pa.RecordBatch]:
        names = ["row", "column", "reads"]
        reader = pacsv.open_csv(
            file,
            read_options=pacsv.ReadOptions(column_names=names, block_size=_CHUNK_BYTES),
            parse_options=pacsv.ParseOptions(delimiter=" "),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.int64())),
        )
        for batch in reader:
            # MatrixMarket counts from 1.
            table = junctions.take(pc.subtract(batch.column("row"), 1))
            table = table.append_column(
                "rail_id", samples.take(pc.subtract(batch.column("column"), 1))
            )
            table = table.append_column("reads", batch.column("reads"))
            yield from table.cast(CELL).to_batches()

    def _table(self, part: str, schema: pa.Schema) -> pa.Table:
        path = f"{self.path}.{part}.gz"
        try:
            return pacsv.read_csv(
                path,
                parse_options=pacsv.ParseOptions(delimiter="\t", quote_char=False),
                convert_options=pacsv.ConvertOptions(
                    column_types=schema, include_columns=schema.names, strings_can_be_null=False
                ),
            )
        except (OSError, pa.ArrowInvalid, KeyError) as exc:
            raise BadSource(path, str(exc)) from exc

    def _check_size(self, file: gzip.GzipFile, junctions: int, samples: int) -> None:
        """Reads the head of MM and compares it with the other files."""
        line = next(line for line in file if not line.startswith(b"%"))
        if line.split()[:2] != [b"%d" % junctions, b"%d" % samples]:
            raise BadSource(
                f"{self.path}.MM.gz",
                f"expected {junctions} junctions and {samples} samples as in RR and ID,"
                f" got {line.decode(errors='replace').strip()!r}",
            )


def find_studies(folder: Path) -> list[Study]:
    """The studies with a matrix in a folder, by name. Raises BadSource if there is none."""
    studies = [Study(str(path).removesuffix(".MM.gz")) for path in sorted(folder.glob("*.MM.gz"))]
    if not studies:
        raise BadSource(str(folder), "expected recount3's files *.MM.gz, *.RR.gz and *.ID.gz")
    return studies
