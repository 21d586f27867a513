"""The table of the samples that have a junction, with their metadata and reads, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flask import url_for

from snapshard.catalog import ReleaseFacts
from snapshard.junction import Column, ColumnType
from snapshard.measures import sample_sums
from snapshard.name import JunctionName
from snapshard.pairs import Integers
from snapshard.release import Release
from snapshard_ui.api import find_junctions, library_sizes, sample_rows
from snapshard_ui.runtime import current_index
from snapshard_ui.web.state import State

ROWS = 25
"""Samples of a page."""
_FIRST_FIELDS = 5


@dataclass(frozen=True)
class SampleRow:
    """A sample with the junction: its reads, reads per million reads of its library (None if the size
    of its library is unknown), its first fields, and the view of it.
    """

    sample: int
    reads: int
    cpm: float | None
    fields: Sequence[str]
    url: str


@dataclass(frozen=True)
class JunctionSamples:
    """A page of the samples of a junction, those with most reads first: the names of the fields, the
    rows, the number of all samples, and the URLs of the neighbouring pages, empty without one.
    """

    fields: Sequence[str]
    rows: Sequence[SampleRow]
    first: int
    count: int
    previous: str
    next: str


def junction_samples(release: Release, state: State, name: JunctionName) -> JunctionSamples:
    """The page of the state. Raises as `find_junctions` does."""
    index = current_index()
    _, stored = find_junctions(index, release, str(name))
    sums = sample_sums([stored] if stored.text else [])
    has_reads = sums.reads > 0
    samples, reads = sums.samples[has_reads], sums.reads[has_reads]
    order = np.lexsort((samples, -reads))
    first = (state.samples_page - 1) * ROWS
    chosen = order[first : first + ROWS]
    cpms = np.full(len(chosen), np.nan)
    names: list[str] = []
    texts: list[list[str]] = [[] for _ in chosen]
    if release.sample_count is not None:
        names, texts = _metadata(index.facts.of(release), samples[chosen])
        sizes = library_sizes(index, release, None)
        if sizes is not None:
            cpms = reads[chosen] * 1e6 / sizes.of(samples[chosen])
    return JunctionSamples(
        names,
        [
            SampleRow(sample, count, None if cpm != cpm else cpm, fields, _url(release, sample))
            for sample, count, cpm, fields in zip(
                samples[chosen].tolist(), reads[chosen].tolist(), cpms.tolist(), texts, strict=True
            )
        ],
        first,
        len(samples),
        _page_url(state, state.samples_page - 1) if first else "",
        _page_url(state, state.samples_page + 1) if first + ROWS < len(samples) else "",
    )


def _metadata(facts: ReleaseFacts, samples: Integers) -> tuple[list[str], list[list[str]]]:
    """The first fields of the samples file but the id, and their values for each sample."""
    names = [name for name in facts.samples.names if name != "rail_id"][:_FIRST_FIELDS]
    places = {number: place for place, number in enumerate(facts.samples.ids.tolist())}
    columns = [Column(name, ColumnType.TEXT, "") for name in names]
    texts: list[list[str]] = []
    for sample in samples.tolist():
        place = places.get(sample)
        lines = [] if place is None else list(sample_rows(facts, [place], columns).lines())
        cells = lines[0].rstrip(b"\n").split(b"\t") if lines else [b""] * len(names)
        texts.append([cell.decode("utf-8", "replace") for cell in cells])
    return names, texts


def _url(release: Release, sample: int) -> str:
    return url_for(
        "pages.samples_view",
        compilation=release.compilation,
        release=release.name,
        filter=f"rail_id={sample}",
    )


def _page_url(state: State, page: int) -> str:
    return f"{state.url(samples_page=page)}#junction-samples"
