"""The formats of responses, one entry of a table each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from snapshard_ui.render.arrow import ArrowWriter
from snapshard_ui.render.delimited import (
    BED_COLUMNS,
    bed6_line,
    bed12_line,
    bed_writer,
    csv_writer,
    igv_line,
    tsv_writer,
)
from snapshard_ui.render.writer import JsonWriter, NdjsonWriter, Sheet, Writer

FormatName = Literal["json", "ndjson", "tsv", "csv", "bed6", "bed12", "igv", "parquet", "arrow"]
"""The names of FORMATS, for the types of parameters; a test compares the two."""
TableName = Literal["json", "ndjson", "tsv", "csv", "parquet", "arrow"]
"""The names of TABLES."""


@dataclass(frozen=True)
class Format:
    """A way to write rows. A format with `columns` decides what it shows; otherwise the request
    does.
    """

    name: FormatName
    media_type: str
    suffix: str
    meaning: str
    writer: Callable[[Sheet], Writer]
    columns: tuple[str, ...] = ()
    binary: bool = False


_BED = "text/x-bed"
_PARQUET, _ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
_bed6, _bed12, _igv = (partial(bed_writer, line=line) for line in (bed6_line, bed12_line, igv_line))
_parquet, _arrow = partial(ArrowWriter, parquet=True), partial(ArrowWriter, parquet=False)
_TABLE = (
    Format(
        "json",
        "application/json",
        "json",
        "one object: about, count, truncated, next, rows",
        JsonWriter,
    ),
    Format(
        "ndjson",
        "application/x-ndjson",
        "ndjson",
        "one object per line; the first describes the response",
        NdjsonWriter,
    ),
    Format(
        "tsv",
        "text/tab-separated-values",
        "tsv",
        "tab-separated values with a header line",
        tsv_writer,
    ),
    Format("csv", "text/csv", "csv", "comma-separated values with a header line", csv_writer),
    Format(
        "bed6",
        _BED,
        "bed",
        "introns in BED6: start 0-based, end not included",
        _bed6,
        BED_COLUMNS,
    ),
    Format(
        "bed12",
        _BED,
        "bed12",
        "two one-base anchors; the gap between them is the intron",
        _bed12,
        BED_COLUMNS,
    ),
    Format(
        "igv",
        _BED,
        "igv",
        "BED6 whose names hold attributes for igv.js; reads set label and width",
        _igv,
        BED_COLUMNS,
    ),
    Format(
        "parquet",
        _PARQUET,
        "parquet",
        "Parquet file; samples are lists of rail_id and coverage",
        _parquet,
        binary=True,
    ),
    Format(
        "arrow", _ARROW, "arrow", "Arrow IPC stream; samples as in Parquet", _arrow, binary=True
    ),
)
FORMATS: dict[str, Format] = {form.name: form for form in _TABLE}
BY_SUFFIX: dict[str, Format] = {form.suffix: form for form in _TABLE} | FORMATS
"""Formats by the suffix of a path, which may also be the format's name."""
TABLES = tuple(name for name, form in FORMATS.items() if not form.columns)
"""The formats that can hold any columns."""
