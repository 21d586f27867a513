"""The formats of answers: one line of a table each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import request
from werkzeug.exceptions import NotAcceptable

from snapshard.errors import BadQuery
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


@dataclass(frozen=True)
class Format:
    """A way to write rows. With `columns` the format decides what it is made of, else the request
    does.
    """

    name: str
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
FORMATS = {
    one.name: one
    for one in (
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
            "an object a line; the first says what the answer is",
            NdjsonWriter,
        ),
        Format(
            "tsv",
            "text/tab-separated-values",
            "tsv",
            "tab-separated lines under a line of names",
            tsv_writer,
        ),
        Format("csv", "text/csv", "csv", "comma-separated lines under a line of names", csv_writer),
        Format(
            "bed6",
            _BED,
            "bed",
            "introns in BED6: 0-based start, end not included",
            _bed6,
            BED_COLUMNS,
        ),
        Format(
            "bed12",
            _BED,
            "bed12",
            "two one-base anchors with the intron as the gap between them",
            _bed12,
            BED_COLUMNS,
        ),
        Format(
            "igv",
            _BED,
            "igv",
            "BED6 whose names hold attributes for igv.js; reads as label and width",
            _igv,
            BED_COLUMNS,
        ),
        Format(
            "parquet",
            _PARQUET,
            "parquet",
            "samples as lists of rail_id and coverage",
            _parquet,
            binary=True,
        ),
        Format(
            "arrow", _ARROW, "arrow", "Arrow IPC stream; samples as in Parquet", _arrow, binary=True
        ),
    )
}
BY_SUFFIX = {one.suffix: one for one in FORMATS.values()} | FORMATS
TABLES = tuple(name for name, one in FORMATS.items() if not one.columns)
"""Formats that can hold any columns."""


def chosen_format(
    name: str | None, suffix: str | None, *, among: tuple[str, ...] = tuple(FORMATS)
) -> Format:
    """The format that `?format=` names, else the suffix of the path, else the Accept header; JSON
    if none of them says.

    Raises BadQuery, or NotAcceptable for an Accept header that no format satisfies.
    """
    if name is not None:
        if name not in among:
            raise BadQuery("format", name, f"one of {', '.join(among)}")
        return FORMATS[name]
    if suffix is not None:
        if suffix not in BY_SUFFIX or BY_SUFFIX[suffix].name not in among:
            raise BadQuery(
                "suffix", suffix, f"one of {', '.join(FORMATS[one].suffix for one in among)}"
            )
        return BY_SUFFIX[suffix]
    return _acceptable(among)


def _acceptable(among: tuple[str, ...]) -> Format:
    if not request.accept_mimetypes:
        return FORMATS["json"]
    types = {FORMATS[one].media_type: FORMATS[one] for one in reversed(among)}
    ordered = ["application/json", *[media for media in types if media != "application/json"]]
    found = request.accept_mimetypes.best_match(ordered)
    if found is None:
        raise NotAcceptable(f"Accept: expected one of {', '.join(ordered)}; ?format= chooses too")
    return types[found]
