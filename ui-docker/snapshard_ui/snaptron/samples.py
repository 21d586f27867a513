"""Answers of the endpoint of sample metadata. [12.1]"""

from collections.abc import Iterator

import numpy as np

from snapshard.catalog import ALL, ReleaseFacts
from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.junction import NAMES
from snapshard.release import Release
from snapshard_ui.snaptron.asked import Asked
from snapshard_ui.snaptron.layouts import Heading, header
from snapshard_ui.snaptron.records import wanted_samples, whole_numbers
from snapshard_ui.snaptron.rfilters import ID
from snapshard_ui.snaptron.sfilters import parse_sfilters

_SCORE = "Lucene TF-IDF Score"
_LETTER = "S"


def answer(index: Index, described: ReleaseFacts, asked: Asked) -> Iterator[bytes]:
    """The samples of these ids, or those that the filters find; nothing if neither is given. Raises
    BadQuery or NotFound.
    """
    _check(asked)
    wanted_samples(index, described.release, asked.sids)
    if asked.ids:
        yield from _by_id(described, asked)
    elif asked.sfilters:
        yield from _found(described, asked)


def _check(asked: Asked) -> None:
    """Refuses what only other endpoints have. Columns of junctions may be named; they choose
    nothing here.
    """
    wrong = asked.names & {"regions", "rfilters"}
    if wrong or ID in asked.text:
        raise BadQuery(
            "parameter", min(wrong, default=ID), "one that samples have: ids, sfilter, header"
        )
    unknown = [name for name in asked.fields if name not in NAMES]
    if unknown and not asked.counts_only:
        raise BadQuery("fields", unknown[0], "columns of junctions; of samples all columns come")


def whole_file(described: ReleaseFacts) -> Iterator[bytes]:
    """The samples file as it was loaded."""
    parts = described.samples.mapped.pieces()
    names, newline, rest = next(parts).partition(b"\n")
    yield Heading(names + newline)
    yield rest
    yield from parts


def changed(release: Release) -> str:
    """When the samples last changed, in seconds since 1970: when the release began to be served. A
    rollback is a change, too.
    """
    when = release.published or release.created
    return f"{when.timestamp():.6f}\n"


def _by_id(described: ReleaseFacts, asked: Asked) -> Iterator[bytes]:
    """A header, whatever `header` says (quirk 15), and a line per id, ascending; unknown ones are
    NA throughout.
    """
    samples = described.samples
    yield Heading(header((*samples.names, ALL)))
    chosen = asked.sample_fields.split(",") if asked.sample_fields else (*samples.names, ALL)
    for rail_id in sorted(set(whole_numbers(asked.ids))):
        row = samples.find(rail_id)
        unknown = [str(rail_id), *["NA"] * (len(chosen) - 1)]
        yield _written(described, *(unknown if row is None else _chosen(row, asked)))


def _chosen(row: bytes, asked: Asked) -> list[str]:
    """The fields of a row, or those whose numbers were asked for. Raises BadQuery for a number that
    is too high.
    """
    fields = row.decode("utf-8", "surrogateescape").split("\t")
    if not asked.sample_fields:
        return fields
    numbers = [int(number) for number in asked.sample_fields.split(",")]
    if max(numbers) >= len(fields):
        raise BadQuery("sample_fields", max(numbers), f"numbers below {len(fields)}")
    return [fields[number] for number in numbers]


def _found(described: ReleaseFacts, asked: Asked) -> Iterator[bytes]:
    search = described.search
    found = search.find(parse_sfilters(asked.sfilters))
    if asked.header:
        yield Heading(header((_SCORE, *search.samples.names, ALL)))
    for place, score in zip(found.indexes.tolist(), found.scores.tolist(), strict=True):
        yield _written(
            described,
            _score_text(score),
            search.samples.row(place).decode("utf-8", "surrogateescape"),
        )


def _written(described: ReleaseFacts, *texts: str) -> bytes:
    """A line of texts, with the compilation in front whatever group there is."""
    return (
        "\t".join((f"{described.release.title}:{_LETTER}", *texts)).encode(
            "utf-8", "surrogateescape"
        )
        + b"\n"
    )


def _score_text(score: float) -> str:
    return str(np.float32(score))
