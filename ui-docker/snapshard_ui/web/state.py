"""The state of the page: every state has a URL, and every URL is a state."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from flask import url_for
from pydantic import ConfigDict, Field
from werkzeug.datastructures import MultiDict

from snapshard.match import Match
from snapshard_ui.api import Flag, Params, plus_strand
from snapshard_ui.web.table_order import SORT_PATTERN, aria_sort, next_sort


class FilterInput(NamedTuple):
    """An input of a form for filters of one operator: their columns, and the values that it can show. A
    value for several columns has their parts in this order, with `-` between them.
    """

    columns: tuple[str, ...]
    operator: str
    values: str = r"\d+"

    def filters(self, value: str) -> list[str]:
        """The filters of a value."""
        parts = value.split("-") if len(self.columns) > 1 else [value]
        # A URL typed by hand may have fewer parts than the input has columns, or more.
        pairs = zip(self.columns, parts, strict=False)
        return [f"{column}{self.operator}{part.strip()}" for column, part in pairs]

    def shown(self, filters: Sequence[str]) -> dict[str, str]:
        """The filters that the input shows, each with its value: the first of each column; none
        unless there is one for every column.
        """
        values: dict[str, str] = {}
        for column in self.columns:
            form = re.compile(rf"\s*{column}\s*{self.operator}\s*({self.values})\s*")
            matches = (form.fullmatch(text) for text in filters)
            match = next(filter(None, matches), None)
            if match is None:
                return {}
            values[match[0]] = match[1]
        return values


INPUTS = {
    "min_samples": FilterInput(("samples_count",), ">=", r"\d+|\d+(?:\.\d+)?\s?%"),
    "min_reads": FilterInput(("coverage_sum",), ">="),
    "max_length": FilterInput(("length",), "<="),
    "only_class": FilterInput(("class",), "=", "[A-Z]+"),
    "only_motif": FilterInput(("left_motif", "right_motif"), "=", "[A-Z]{2}"),
    "only_strand": FilterInput(("strand",), "=", "[-+?]"),
}
"""The inputs of forms that stand for filters, by their names."""
_FORM_ONLY = ("in", "column", "operator", "value", *INPUTS)


class State(Params):
    """The state of the page; unknown parameters, such as those that mail programs add, are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    compilation: str | None = None
    release: str | None = None
    q: str | None = None
    match: Match = Match.OVERLAP
    filter: list[str] = []  # noqa: RUF012  # a pydantic model copies its defaults
    group: list[str] = []  # noqa: RUF012
    sample_ids: str = ""
    rows: Annotated[int, Field(ge=1, le=1_000)] = 100
    after: str | None = None
    page: Annotated[int, Field(ge=1, lt=10**9)] = 1
    junction: str | None = None
    transcript: str | None = None
    sort: Annotated[str, Field(pattern=SORT_PATTERN)] = ""
    unit: Literal["reads", "cpm"] = "reads"
    samples_page: Annotated[int, Field(ge=1, lt=10**6)] = 1
    allow_partial: Flag = False

    @property
    def page_token(self) -> str | None:
        return self.after

    def url(self, **changes: Any) -> str:
        """The URL of this state with changes; parameters with their default are left out."""
        state = self.model_copy(update=changes)
        pairs: list[tuple[str, object]] = []
        for name, field in State.model_fields.items():
            value = getattr(state, name)
            if value != field.default:
                # Defaults are left out, so that equal states have equal, short URLs.
                values = value if isinstance(value, list) else [value]
                pairs += [(name, _text(value)) for value in values]
        return f"{url_for('pages.page')}?{urlencode(pairs)}"

    def fresh(self, **changes: Any) -> str:
        """The URL of a changed search: its first page, without evidence."""
        return self.url(**{"after": None, "page": 1, "junction": None, **changes})

    def sorted_by(self, column: str) -> str:
        """The URL after a click on the heading of a column."""
        return self.url(sort=next_sort(self.sort, column))

    def aria_sort(self, column: str) -> str:
        """The value of `aria-sort` of the heading of a column, or an empty text."""
        return aria_sort(self.sort, column)

    @property
    def asks(self) -> bool:
        """True if the page lists junctions; an empty search box lists all of them."""
        return self.q is not None or bool(self.filter or self.group or self.sample_ids)

    @property
    def quick(self) -> dict[str, str]:
        """The values of the inputs that stand for filters."""
        values = {name: item.shown(self.filter).values() for name, item in INPUTS.items()}
        return {name: "-".join(parts) for name, parts in values.items() if parts}

    @property
    def other_filters(self) -> list[str]:
        """The filters that no input shows."""
        # An input shows one filter; a second one for the same column is returned.
        shown = {text for item in INPUTS.values() for text in item.shown(self.filter)}
        return [text for text in self.filter if text not in shown]

    def without(self, text: str) -> str:
        """The URL without one of the filters."""
        return self.fresh(filter=[other for other in self.filter if other != text])


def from_form(form: MultiDict[str, str]) -> State | None:
    """The state of a submitted form; None for the URL of a state. Raises pydantic's ValidationError."""
    if not any(name in form for name in _FORM_ONLY):
        return None
    values: dict[str, Any] = {
        name: form[name].strip()
        for name in form
        if name in State.model_fields and form[name].strip()
    }
    values["q"] = form.get("q", "").strip()
    values["filter"] = list(dict.fromkeys([*form.getlist("filter"), *_new_filters(form)]))
    values["group"] = [name for name in form.getlist("group") if name]
    compilation, _, release = form.get("in", "").partition("/")
    values |= {
        name: text
        for name, text in {"compilation": compilation, "release": release}.items()
        if text
    }
    return State.model_validate(values)


def _new_filters(form: MultiDict[str, str]) -> list[str]:
    quick_filters = [
        plus_strand(text)
        for name, item in INPUTS.items()
        if form.get(name, "").strip()
        for text in item.filters(form[name].strip())
    ]
    # A browser sends these inputs in rows, and leaves none out; strict would fail on a URL typed by hand.
    inputs = zip(
        form.getlist("column"), form.getlist("operator"), form.getlist("value"), strict=False
    )
    other_filters = [
        plus_strand(column + symbol + value.strip())
        for column, symbol, value in inputs
        if column or value.strip()
    ]
    return quick_filters + other_filters


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
