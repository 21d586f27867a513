"""Responses as pandas DataFrames, with the types of the column table and of the samples file."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from snapshard.client.annotate import AnnotatedLines
from snapshard.client.compare import comparison_columns, comparison_records
from snapshard.client.psi import GROUP_COLUMNS, SAMPLE_COLUMNS, psi_records
from snapshard.junction import COLUMNS, NAME, SUMMARY, ColumnType
from snapshard.rows import Rows
from snapshard.wire import BACKGROUND_PREFIX, ROLES

JUNCTION = (*SUMMARY, "class", NAME)
"""The columns of a junction if none were selected."""
KEYS = ("snaptron_id", "chromosome", "start", "end", "strand")
"""The columns that identify the junction of a tidy row or a matrix row."""
_TYPES = {column.name: column.type for column in COLUMNS}
_DTYPES = {
    ColumnType.INTEGER: "int64",
    ColumnType.DECIMAL: "float64",
    ColumnType.TEXT: "str",
    ColumnType.FLAG: "str",
}
_NULLABLE = {"source_dataset_id": "Int64"}
_FIELD_DTYPES = {"integer": "Int64", "decimal": "float64", "text": "str"}
_COUNT = re.compile(f"{BACKGROUND_PREFIX}(?:n|N|reads)(?:_.*)?|{BACKGROUND_PREFIX}rank")
"""The columns of an annotated file that hold whole numbers or NA."""
_MISSING = ("", "NA")
_NUMBER = r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?"


def junction_frame(rows: Rows, about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction, in genome order, with `about` in attrs.

    Positions are 1-based: the first and the last base of the intron.
    """
    dtypes = {
        name: _NULLABLE.get(name) or _DTYPES[_TYPES.get(name, ColumnType.TEXT)]
        for name in rows.columns
    }
    number_columns = [name for name, dtype in dtypes.items() if dtype != "str"]
    frame = _read(rows, dtypes, {name: [""] for name in number_columns})
    frame.attrs.update(about)
    return frame


def tidy_frame(rows: Rows, about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction and sample with reads: the junction's keys, rail_id and coverage (reads)."""
    keys = junction_frame(rows.select(KEYS), about)
    pairs = rows.pairs
    frame = keys.take(np.asarray(pairs.row_of)).reset_index(drop=True)
    frame["rail_id"] = pairs.samples
    frame["coverage"] = pairs.coverages
    frame.attrs.update(about)
    return frame


def annotated_frame(annotated: AnnotatedLines) -> pd.DataFrame:
    """A row per row of the response; the file's own columns as pandas reads them. `attrs` describe
    the data and have the notes.
    """
    text = b"".join(annotated.lines())
    frame = pd.read_csv(io.BytesIO(text), sep=annotated.separator.decode(), low_memory=False)
    counts = [name for name in frame.columns if _COUNT.fullmatch(name)]
    frame[counts] = frame[counts].astype("Int64")
    frame.attrs.update(annotated.about, notes=list(annotated.notes))
    return frame


def sample_frame(rows: Rows, types: Mapping[str, str], about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per sample, indexed by rail_id.

    Types are integer, decimal and text. A field with a value that does not fit its type stays text.
    """
    frame = _read(rows, dict.fromkeys(rows.columns, "str"), {})
    for name in rows.columns:
        frame[name] = _typed(frame[name], _FIELD_DTYPES[types.get(name, "text")])
    frame.attrs.update(about)
    return frame.set_index("rail_id") if "rail_id" in frame else frame


def _typed(column: "pd.Series[Any]", dtype: str) -> "pd.Series[Any]":
    if dtype == "str":
        return column
    # A single value such as "90+" makes the whole field text: dropping it would lose data silently,
    # and so would pandas, which takes "nan" and "007" for numbers.
    values = column[~column.isin(_MISSING)]
    if not values.str.fullmatch(_NUMBER).all():
        return column
    try:
        return pd.to_numeric(column.mask(column.isin(_MISSING))).astype(dtype)
    except (ValueError, TypeError, OverflowError):
        return column


def _read(rows: Rows, dtypes: Mapping[str, str], missing: Mapping[str, list[str]]) -> pd.DataFrame:
    if not rows.text:
        return pd.DataFrame({name: pd.Series(dtype=dtypes[name]) for name in rows.columns})
    # Fields are verbatim: a quotation mark is a character, and NA in a text column is a value.
    frame: pd.DataFrame = pd.read_csv(
        io.BytesIO(rows.text),
        sep="\t",
        names=list(rows.columns),
        dtype=dict(dtypes),
        quoting=csv.QUOTE_NONE,
        keep_default_na=False,
        na_values=missing,
    )
    return frame


def record_frame(
    records: Sequence[Mapping[str, Any]], columns: Sequence[str], about: Mapping[str, Any]
) -> pd.DataFrame:
    """A row per record, with these members as columns."""
    frame = pd.DataFrame.from_records(list(map(dict, records)), columns=list(columns))
    frame.attrs.update(about)
    return frame


def batch_frame(responses: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A row per requested name, or one per strand: asked, found, error, then the columns of a
    junction.

    The columns of a junction are empty for a name that was not found; `error` says why a text is no
    name.
    """
    records: list[dict[str, Any]] = []
    for response in responses:
        for result in response["results"]:
            error = (result.get("error") or {}).get("detail")
            leading = {"asked": result["name"], "found": result["found"], "error": error}
            records += [{**leading, **junction} for junction in result["junctions"] or [{}]]
    about = responses[0]["about"] if responses else {}
    return _junction_records_frame(records, ("asked", "found", "error"), about)


def site_frame(response: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction that uses the site: the role of the site, then the junction's columns."""
    records: list[dict[str, Any]] = []
    for role in ROLES:
        records += [{"role": role, **junction} for junction in response[role]]
    about = {
        **response["about"],
        "site": response["site"],
        "truncated": response["truncated"],
    }
    return _junction_records_frame(records, ("role",), about)


def _junction_records_frame(
    records: Sequence[Mapping[str, Any]],
    leading_columns: Sequence[str],
    about: Mapping[str, Any],
) -> pd.DataFrame:
    """JSON objects of junctions, with some other columns first.

    Whole numbers are nullable, because a row may be without a junction.
    """
    members: set[str] = set().union(*records)
    junction_columns = [name for name in JUNCTION if name in members]
    columns = [*leading_columns, *junction_columns]
    frame = pd.DataFrame.from_records(list(map(dict, records)), columns=columns)
    for name in junction_columns:
        if _TYPES.get(name) is ColumnType.INTEGER:
            frame[name] = frame[name].astype("Int64")
    frame.attrs.update(about)
    return frame


_EVIDENCE = {
    "group": "object",
    "long_name": "object",
    "n": "Int64",
    "N": "Int64",
    "reads": "Int64",
    "median": "float64",
    "max": "Int64",
    "average": "float64",
    "cpm_median": "float64",
    "cpm_maximum": "float64",
    "cpm_average": "float64",
    "read_share": "float64",
    "accessible": "boolean",
    "verdict": "object",
    "upper_bound": "float64",
    "informative": "Int64",
    "at_least_10": "Int64",
    "at_least_20": "Int64",
    "start_median": "float64",
    "end_median": "float64",
    "gene_median": "float64",
    "expression_median": "float64",
}
"""Columns of evidence with their types."""


def evidence_frame(response: Mapping[str, Any]) -> pd.DataFrame:
    """A row per group, indexed by its name: n of N samples, the fraction n / N, reads and their share
    of all reads, median, max, average, CPM (median, maximum, average), the verdict with its upper
    bound, and the coverage of the junction's place.

    All other members of the response are in attrs.
    """
    records = [_flat(group) for group in response["groups"]]
    frame = pd.DataFrame.from_records(records, columns=list(_EVIDENCE)).set_index("group")
    frame = frame.astype({name: kind for name, kind in _EVIDENCE.items() if kind != "object"})
    frame.insert(3, "fraction", (frame["n"] / frame["N"]).astype("float64"))
    frame.attrs.update(response["about"])
    for name, value in response.items():
        if name not in ("about", "groups"):
            frame.attrs[name] = value
    return frame


def _flat(group: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a group with those of its CPM and coverage beside them."""
    cpm = {f"cpm_{name}": value for name, value in (group["cpm"] or {}).items()}
    return {**group, **cpm, **(group["coverage"] or {})}


def psi_frame(response: Mapping[str, Any], *, samples: bool) -> pd.DataFrame:
    """A row per event and group or, with samples, per event and informative sample.

    All members of the response but these records are in attrs.
    """
    member, columns = ("samples", SAMPLE_COLUMNS) if samples else ("groups", GROUP_COLUMNS)
    records = psi_records(response, member)
    frame = pd.DataFrame.from_records(records, columns=list(columns))
    decimals = ("psi", "low", "high", "q1", "median", "q3")
    frame = frame.astype({name: "float64" for name in columns if name in decimals})
    events = [
        {name: value for name, value in event.items() if name not in ("groups", "samples")}
        for event in response["events"]
    ]
    members = {name: value for name, value in response.items() if name not in ("about", "events")}
    frame.attrs.update({**response["about"], **members, "events": events})
    return frame


def comparison_frame(response: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction that was tested. All members of the response but these are in attrs."""
    columns = comparison_columns(response)
    frame = pd.DataFrame.from_records(comparison_records(response), columns=list(columns))
    decimals = [name for name in columns[2:] if not name.startswith("n ")]
    frame = frame.astype(dict.fromkeys(decimals, "float64"))
    members = {name: value for name, value in response.items() if name not in ("about", "rows")}
    frame.attrs.update({**response["about"], **members})
    return frame
