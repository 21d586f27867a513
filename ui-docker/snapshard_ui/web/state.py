"""The state of the page: every state has a URL, and every URL is a state."""

import re
from typing import Annotated, Any
from urllib.parse import urlencode

from flask import url_for
from pydantic import ConfigDict, Field
from werkzeug.datastructures import MultiDict

from snapshard.match import Match
from snapshard_ui.api import Flag, Params, plus_strand

QUICK = {"min_samples": "samples_count", "min_reads": "coverage_sum"}
"""Inputs of the form for filters with >=, with their columns."""
_FORM_ONLY = ("in", "column", "operator", "value", *QUICK)


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

    @property
    def asks(self) -> bool:
        """True if the page lists junctions; an empty search box lists all of them."""
        return self.q is not None or bool(self.filter or self.group or self.sample_ids)

    @property
    def quick(self) -> dict[str, str]:
        """The values of the quick inputs."""
        values: dict[str, str] = {}
        for text in self.filter:
            for name, column in QUICK.items():
                value = _at_least(text, column)
                if name not in values and value:
                    values[name] = value
        return values

    @property
    def other_filters(self) -> list[str]:
        """The filters that are not in the quick inputs."""
        # One filter per quick input is shown there; a second one for the same column stays visible here.
        texts = list(self.filter)
        for name, value in self.quick.items():
            texts = [text for text in texts if _at_least(text, QUICK[name]) != value]
        return texts

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
    values["group"] = form.getlist("group")
    compilation, _, release = form.get("in", "").partition("/")
    values |= {
        name: text
        for name, text in {"compilation": compilation, "release": release}.items()
        if text
    }
    return State.model_validate(values)


def _new_filters(form: MultiDict[str, str]) -> list[str]:
    quick_filters = [
        f"{column}>={form[name].strip()}"
        for name, column in QUICK.items()
        if form.get(name, "").strip()
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


def _at_least(text: str, column: str) -> str | None:
    match = re.fullmatch(rf"\s*{column}\s*>=\s*(\d+)\s*", text)
    return match[1] if match else None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
