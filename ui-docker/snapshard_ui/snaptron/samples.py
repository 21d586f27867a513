"""Responses of the endpoint of sample metadata. [12.1]"""

from collections.abc import Iterator

import numpy as np

from snapshard.catalog import ALL, ReleaseFacts
from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.junction import NAMES
from snapshard.release import Release
from snapshard_ui.snaptron.query_text import SnaptronQuery
from snapshard_ui.snaptron.records import parse_ids, sample_ids
from snapshard_ui.snaptron.rfilters import ID
from snapshard_ui.snaptron.row_formats import Heading, header
from snapshard_ui.snaptron.sfilters import parse_sfilters, searchable

_SCORE = "Lucene TF-IDF Score"
_LETTER = "S"


def sample_pieces(index: Index, facts: ReleaseFacts, query: SnaptronQuery) -> Iterator[bytes]:
    """The samples with the query's ids, or those that match its filters; nothing without either.
    Raises BadQuery or NotFound.
    """
    _check(query)
    # `sids` selects nothing here, but its groups must exist.
    sample_ids(index, facts.release, query.sids)
    if query.ids:
        yield from _samples_by_id(facts, query)
    elif query.sfilters:
        yield from _matching_samples(facts, query)


def _check(query: SnaptronQuery) -> None:
    """Raises BadQuery for parameters of other endpoints. `fields` may name columns of junctions; it
    has no effect here.
    """
    misplaced = query.names & {"regions", "rfilters"}
    if misplaced or ID in query.text:
        raise BadQuery("parameter", min(misplaced, default=ID), "one of ids, sfilter, header")
    unknown = [name for name in query.fields if name not in NAMES]
    if unknown and not query.counts_only:
        raise BadQuery(
            "fields", unknown[0], "a column of junctions; samples always have all columns"
        )


def whole_file(facts: ReleaseFacts) -> Iterator[bytes]:
    """The samples file as it was loaded."""
    pieces = facts.samples.mapped.pieces()
    names, newline, rows = next(pieces).partition(b"\n")
    yield Heading(names + newline)
    yield rows
    yield from pieces


def change_time(release: Release) -> str:
    """The time when the release was published, in seconds since 1970, as a line.

    It grows with a rollback, too, so clients notice every change of the samples.
    """
    time = release.published or release.created
    return f"{time.timestamp():.6f}\n"


def _samples_by_id(facts: ReleaseFacts, query: SnaptronQuery) -> Iterator[bytes]:
    """A header, whatever `header` says (quirk 15), and a line per id, ascending; all fields of an
    unknown id are NA.
    """
    samples = facts.samples
    yield Heading(header((*samples.names, ALL)))
    names = query.sample_fields.split(",") if query.sample_fields else (*samples.names, ALL)
    for rail_id in sorted(set(parse_ids(query.ids))):
        row = samples.find(rail_id)
        if row is None:
            yield _sample_line(facts, str(rail_id), *["NA"] * (len(names) - 1))
        else:
            yield _sample_line(facts, *_sample_fields(row, query))


def _sample_fields(row: bytes, query: SnaptronQuery) -> list[str]:
    """The fields of a row, or those that `sample_fields` lists. Raises BadQuery for a number that
    is too high.
    """
    fields = row.decode("utf-8", "surrogateescape").split("\t")
    if not query.sample_fields:
        return fields
    numbers = [int(number) for number in query.sample_fields.split(",")]
    if max(numbers) >= len(fields):
        raise BadQuery("sample_fields", max(numbers), f"numbers below {len(fields)}")
    return [fields[number] for number in numbers]


def _matching_samples(facts: ReleaseFacts, query: SnaptronQuery) -> Iterator[bytes]:
    search = facts.search
    matches = search.find(searchable(parse_sfilters(query.sfilters), search))
    if query.header:
        yield Heading(header((_SCORE, *search.samples.names, ALL)))
    for row, score in zip(matches.indexes.tolist(), matches.scores.tolist(), strict=True):
        # The original computes scores as 32-bit floats and writes their shortest form.
        text = search.samples.row(row).decode("utf-8", "surrogateescape")
        yield _sample_line(facts, str(np.float32(score)), text)


def _sample_line(facts: ReleaseFacts, *texts: str) -> bytes:
    """A line of texts; its first column is the compilation, even if the query has a group."""
    line = "\t".join((f"{facts.release.title}:{_LETTER}", *texts))
    return line.encode("utf-8", "surrogateescape") + b"\n"
