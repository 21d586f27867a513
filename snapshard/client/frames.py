"""Answers as pandas DataFrames whose columns have the types that the column table and the samples
file say.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from snapshard.junction import COLUMNS, NAME, SUMMARY, ColumnType
from snapshard.rows import Rows

_KINDS = {column.name: column.type for column in COLUMNS}
DEFAULT = (*SUMMARY, "class", NAME)
"""The columns of a junction where none were chosen."""
_DTYPES = {
    ColumnType.INTEGER: "int64",
    ColumnType.DECIMAL: "float64",
    ColumnType.TEXT: "str",
    ColumnType.FLAG: "str",
}
_NULLABLE = {"source_dataset_id": "Int64"}
_FIELD_DTYPES = {"integer": "Int64", "decimal": "float64", "text": "str"}
_MISSING = ("", "NA")
GENE = ("gene_id", "symbol", "chromosome", "start", "end", "strand", "biotype", "source")
GROUP = ("group", "long_name", "sample_count")
FIELD = ("name", "type")
FACET = ("value", "count")
SHARD = ("name", "up", "milliseconds", "reason", "releases")
KEYS = ("snaptron_id", "chromosome", "start", "end", "strand")
"""The columns that say which junction a tidy row or a matrix row is about."""


def junction_frame(rows: Rows, about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction, in genome order; positions are 1-based, first and last base of the
    intron. `about` goes to attrs.
    """
    kinds = {
        name: _NULLABLE.get(name) or _DTYPES[_KINDS.get(name, ColumnType.TEXT)]
        for name in rows.columns
    }
    numbers = [name for name, kind in kinds.items() if kind != "str"]
    frame = _read(rows, kinds, {name: [""] for name in numbers})
    frame.attrs.update(about)
    return frame


def tidy_frame(rows: Rows, about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction and sample that has it: the junction's keys, rail_id and coverage (reads)."""
    keys = junction_frame(rows.select(KEYS), about)
    pairs = rows.pairs
    frame = keys.take(np.asarray(pairs.row_of)).reset_index(drop=True)
    frame["rail_id"] = pairs.samples
    frame["coverage"] = pairs.coverages
    frame.attrs.update(about)
    return frame


def sample_frame(rows: Rows, types: Mapping[str, str], about: Mapping[str, Any]) -> pd.DataFrame:
    """A row per sample, indexed by rail_id. Types: integer, decimal, text; a field that breaks its
    type stays text.
    """
    frame = _read(rows, dict.fromkeys(rows.columns, "str"), {})
    for name in rows.columns:
        frame[name] = _typed(frame[name], _FIELD_DTYPES[types.get(name, "text")])
    frame.attrs.update(about)
    return frame.set_index("rail_id") if "rail_id" in frame else frame


def _typed(column: "pd.Series[Any]", dtype: str) -> "pd.Series[Any]":
    if dtype == "str":
        return column
    try:
        return pd.to_numeric(column.mask(column.isin(_MISSING))).astype(dtype)
    except (ValueError, TypeError):
        return column


def _read(rows: Rows, dtypes: Mapping[str, str], missing: Mapping[str, list[str]]) -> pd.DataFrame:
    if not rows.text:
        return pd.DataFrame({name: pd.Series(dtype=dtypes[name]) for name in rows.columns})
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
    """A row per record, its members as columns."""
    frame = pd.DataFrame.from_records([dict(one) for one in records], columns=list(columns))
    frame.attrs.update(about)
    return frame


def batch_frame(answers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A row per name asked, or one per strand; columns asked, found, then those of a junction,
    empty where there is none.
    """
    records = [
        {"asked": result["name"], "found": result["found"], **junction}
        for answer in answers
        for result in answer["results"]
        for junction in result["junctions"] or [{}]
    ]
    return _member_frame(records, ("asked", "found"), answers[0]["about"] if answers else {})


def site_frame(answer: Mapping[str, Any]) -> pd.DataFrame:
    """A row per junction that uses the site, the role of the site before its columns."""
    roles = ("donor", "acceptor", "unknown")
    records = [{"role": role, **junction} for role in roles for junction in answer[role]]
    return _member_frame(
        records,
        ("role",),
        {**answer["about"], "site": answer["site"], "truncated": answer["truncated"]},
    )


def _member_frame(
    records: Sequence[Mapping[str, Any]], first: Sequence[str], about: Mapping[str, Any]
) -> pd.DataFrame:
    """Records of junctions as JSON has them, some columns before theirs; whole numbers where a row
    may have none.
    """
    columns = [*first, *[name for name in DEFAULT if any(name in one for one in records)]]
    frame = pd.DataFrame.from_records([dict(one) for one in records], columns=columns)
    for name in columns[len(first) :]:
        if _KINDS.get(name) is ColumnType.INTEGER:
            frame[name] = frame[name].astype("Int64")
    frame.attrs.update(about)
    return frame


def evidence_frame(answer: Mapping[str, Any]) -> pd.DataFrame:
    """A row per group, indexed by its name: in n of N samples, the fraction n / N, reads; the rest
    of the answer in attrs.
    """
    columns = ["group", "long_name", "n", "N", "reads", "median", "max"]
    frame = pd.DataFrame.from_records(answer["groups"], columns=columns).set_index("group")
    frame = frame.astype(
        {"n": "Int64", "N": "Int64", "reads": "Int64", "median": "float64", "max": "Int64"}
    )
    frame.insert(3, "fraction", (frame["n"] / frame["N"]).astype("float64"))
    frame.attrs.update(
        answer["about"],
        **{name: value for name, value in answer.items() if name not in ("about", "groups")},
    )
    return frame
