"""Answers of the endpoint of sample metadata. [12.1]"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from snapshard.described import Described
from snapshard.errors import BadQuery
from snapshard.sample_search import ALL, parse_sample_filter
from snapshard_ui.snaptron.asked import Asked
from snapshard_ui.snaptron.layouts import header, line

_SCORE = "Lucene TF-IDF Score"
_LETTER = "S"


def answer(described: Described, asked: Asked) -> Iterator[bytes]:
    """The samples of these ids, or those that the filters find; nothing if neither is given. Raises BadQuery."""
    wrong = asked.names & {"regions", "rfilters", "fields"}
    if wrong:
        raise BadQuery("parameter", sorted(wrong)[0], "one that samples have: ids, sfilter, header")
    if asked.ids:
        yield from _by_id(described, asked)
    elif asked.sfilters:
        yield from _found(described, asked)


def whole_file(described: Described) -> Iterator[bytes]:
    """The samples file as it was loaded."""
    return described.samples.mapped.parts()


def changed(described: Described) -> str:
    """When the samples last changed, in seconds since 1970: when their release was published."""
    when = described.release.published or described.release.created
    return f"{when.timestamp():.6f}\n"


def _by_id(described: Described, asked: Asked) -> Iterator[bytes]:
    """A header, whatever `header` says (quirk 15), and a line per id, ascending; unknown ones are NA throughout."""
    samples = described.samples
    yield header((*samples.names, ALL))
    for text in asked.ids:
        if not text.isdecimal() or len(text) > 18:
            raise BadQuery("ids", text, "whole numbers")
    unknown = b"\tNA" * len(samples.names)
    for rail_id in sorted({int(text) for text in asked.ids}):
        row = samples.find(rail_id)
        yield _written(described, b"%d" % rail_id + unknown if row is None else row, asked)


def _found(described: Described, asked: Asked) -> Iterator[bytes]:
    filters = [parse_sample_filter(text) for text in asked.sfilters]
    search = described.search
    found = search.find(filters)
    if asked.header:
        yield header((_SCORE, *search.samples.names, ALL))
    for place, score in zip(found.places.tolist(), found.scores.tolist(), strict=True):
        yield _written(described, search.samples.row(place), asked, before=(_score_text(score),))


def _written(described: Described, row: bytes, asked: Asked, *, before: Sequence[str] = ()) -> bytes:
    texts: Iterable[str] = row.decode("utf-8", "surrogateescape").split("\t")
    if asked.sample_fields:
        fields = list(texts)
        wanted = (int(number) for number in asked.sample_fields.split(","))
        texts = [fields[number] for number in wanted if number < len(fields)]
    return line(asked.group or f"{described.release.title}:{_LETTER}", *before, *texts)


def _score_text(score: float) -> str:
    return str(np.float32(score))
