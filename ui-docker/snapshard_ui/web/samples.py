"""The view of the samples: search over their metadata, values of a field, and a table. What it finds
can be taken to the search for junctions.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from flask import url_for
from pydantic import ConfigDict, Field
from werkzeug.wrappers import Response

from snapshard.catalog import ReleaseFacts
from snapshard.junction import Column, ColumnType
from snapshard.release import Release
from snapshard_ui.api import (
    Params,
    SampleParams,
    field_values,
    matching_samples,
    read_params,
    sample_rows,
)
from snapshard_ui.runtime import current_index
from snapshard_ui.web.layout import blueprint, named_release, view_response
from snapshard_ui.web.links import Link, base_url, sample_snippets
from snapshard_ui.web.state import State

ROWS = 100
"""Samples of a page."""
_FIRST_FIELDS = 6
_MOST_VALUES = 30
MOST_TAKEN = 1_000
"""Samples that the search for junctions takes in its URL."""


class SamplesState(Params):
    """The state of the view; unknown parameters are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    compilation: str | None = None
    release: str | None = None
    q: str = ""
    filter: list[str] = []  # noqa: RUF012  # a pydantic model copies its defaults
    field: str = ""
    page: Annotated[int, Field(ge=1, lt=10**6)] = 1

    @property
    def filters(self) -> list[str]:
        """The conditions without empty inputs of the form."""
        return list(dict.fromkeys(text.strip() for text in self.filter if text.strip()))

    def url(self, **changes: object) -> str:
        """The URL of this state with changes; without them its page and what is empty are left out."""
        values = {
            "compilation": self.compilation,
            "release": self.release,
            "q": self.q.strip(),
            "filter": self.filters,
            "field": self.field,
            **changes,
        }
        pairs = {name: value for name, value in values.items() if value}
        return f"{url_for('pages.samples_view')}?{urlencode(pairs, doseq=True)}"


@dataclass(frozen=True)
class SampleTable:
    """A page of the samples that match: names of fields, rows, and the number of all that match."""

    fields: list[str]
    rows: list[list[str]]
    matching: int
    first: int


@blueprint.get("/samples")
def samples_view() -> Response:
    """The samples that match words and conditions, and the values of a field."""
    state = read_params(SamplesState)
    page = State(compilation=state.compilation, release=state.release)
    release = named_release(page)
    if release is None:
        return view_response("samples.html", page, {"release": None})
    facts = current_index().facts.of(release)
    params = SampleParams(q=[state.q] if state.q.strip() else [], filter=state.filters)
    indexes = matching_samples(facts, params)
    content = {
        "release": release,
        "permanent": state.url(
            compilation=release.compilation, release=release.name, page=state.page
        ),
        "asked": state,
        "table": _table(facts, state, indexes),
        "all_fields": list(facts.types),
        "values": _values(facts, state, indexes),
        "junctions": _junctions_url(facts, page, indexes),
        "comparison": _comparison_url(facts, release, indexes),
        "downloads": _downloads(release, state),
        "snippets": sample_snippets(release, state.q, state.filters),
        "most_taken": MOST_TAKEN,
        "page_size": ROWS,
    }
    return view_response("samples.html", page, content)


def _table(facts: ReleaseFacts, state: SamplesState, indexes: list[int]) -> SampleTable:
    """The page's samples with the first fields, and the fields that the conditions are about."""
    names = list(facts.samples.names)
    wanted = [name for name in names if any(text.startswith(name) for text in state.filters)]
    shown = list(dict.fromkeys([*names[:_FIRST_FIELDS], *wanted, *filter(None, [state.field])]))
    columns = [Column(name, ColumnType.TEXT, "") for name in shown if name in names]
    first = (state.page - 1) * ROWS
    rows = sample_rows(facts, indexes[first : first + ROWS], columns)
    texts = [
        [cell.decode("utf-8", "replace") for cell in line.rstrip(b"\n").split(b"\t")]
        for line in rows.lines()
    ]
    return SampleTable([column.name for column in columns], texts, len(indexes), first)


def _values(facts: ReleaseFacts, state: SamplesState, indexes: list[int]) -> list[Link]:
    """The most frequent values of the chosen field in the samples that match; each leads to those that
    have it.
    """
    if not state.field:
        return []
    values = field_values(facts, state.field)
    counts = Counter(values[index] for index in indexes)
    links = []
    for value, count in counts.most_common(_MOST_VALUES):
        text = value.decode("utf-8", "replace")
        if text:
            url = state.url(filter=[*state.filters, f"{state.field}={text}"])
            links.append(Link(text, url, f"{count:,}"))
    return links


def _junctions_url(facts: ReleaseFacts, page: State, indexes: list[int]) -> str:
    """The search for junctions in these samples; empty if there are none or too many for a URL."""
    if not 0 < len(indexes) <= MOST_TAKEN:
        return ""
    return page.fresh(sample_ids=",".join(map(str, facts.samples.ids[indexes].tolist())), q="")


def _comparison_url(facts: ReleaseFacts, release: Release, indexes: list[int]) -> str:
    """The comparison of these samples with all others; empty if there are none, too many for a URL,
    or no others.
    """
    if not 0 < len(indexes) <= MOST_TAKEN or len(indexes) == len(facts.samples.ids):
        return ""
    ids = ",".join(map(str, facts.samples.ids[indexes].tolist()))
    cohort = f"these samples:samples={ids}"
    return url_for(
        "pages.compare",
        compilation=release.compilation,
        release=release.name,
        cohort=cohort,
    )


def _downloads(release: Release, state: SamplesState) -> list[Link]:
    """All samples that match, as tables with every field."""
    pairs: list[tuple[str, str | int]] = [("filter", text) for text in state.filters]
    if state.q.strip():
        pairs.append(("q", state.q.strip()))
    pairs.append(("limit", current_index().settings.max_rows))
    address = f"{base_url(release, server=False)}/samples"
    return [
        Link(suffix.upper(), f"{address}.{suffix}?{urlencode(pairs)}")
        for suffix in ("tsv", "csv", "json")
    ]
