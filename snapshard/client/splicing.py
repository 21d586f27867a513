"""The splicing measures of the API: the records of each response, and their columns (docs/splicing.md)."""

from dataclasses import dataclass

from snapshard.client.errors import AnswerError
from snapshard.errors import BadQuery


@dataclass(frozen=True)
class Measure:
    """A measure: its required parameters, the member of the response with its records, their columns."""

    required: tuple[str, ...]
    records: str
    columns: tuple[str, ...]


_ROW = (
    "snaptron_id",
    "chromosome",
    "start",
    "end",
    "strand",
    "samples_count",
    "coverage_sum",
    "coverage_avg",
    "coverage_median",
)
_MERGED = (*_ROW, "samples")
MEASURES = {
    "inclusion-ratio": Measure(("a", "b"), "samples", ("rail_id", "a", "b", "ratio")),
    "psi": Measure(
        ("inclusion1", "inclusion2", "exclusion"),
        "samples",
        ("rail_id", "inclusion1", "inclusion2", "exclusion", "psi"),
    ),
    "shared": Measure(("query",), "samples", ("rail_id",)),
    "tissues": Measure(("query", "field"), "tissues", ("value", "n", "N", "fraction")),
    "exons": Measure(("query",), "exons", ("chromosome", "start", "end", "left_id", "right_id")),
    "union": Measure(("query", "other"), "rows", _MERGED),
    "intersection": Measure(("query", "other"), "rows", _MERGED),
    "normalised": Measure(("query", "normalise"), "rows", _MERGED),
}


def measure_of(name: str) -> Measure:
    """The measure of this name. Raises BadQuery, which lists them."""
    if name not in MEASURES:
        raise BadQuery("measure", name, f"one of {', '.join(MEASURES)}")
    return MEASURES[name]


def records_of(measure: Measure, response: dict[str, object]) -> list[dict[str, object]]:
    """The records of a response. Records that are a single value become objects with one member."""
    records = response[measure.records]
    if not isinstance(records, list):
        raise AnswerError(
            200, {"detail": f"expected a list in {measure.records!r}, got {records!r}"}
        )
    return [
        record if isinstance(record, dict) else {measure.columns[0]: record} for record in records
    ]
