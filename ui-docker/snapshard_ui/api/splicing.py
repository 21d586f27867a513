"""Splicing measures over the API: queries of junctions in, the library's definitions out
(docs/splicing.md).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from flask import Response

from snapshard.errors import BadQuery
from snapshard.filters import parse_filter
from snapshard.index import Index
from snapshard.match import Match
from snapshard.measures import (
    NORMALISATIONS,
    SampleSums,
    find_exons,
    junction_inclusion_ratio,
    normalised,
    percent_spliced_in,
    sample_sums,
    shared_samples,
    tissue_specificity,
    union,
)
from snapshard.query import Query
from snapshard.region import parse_region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.models.responses import about_release, json_response
from snapshard_ui.api.models.splicing import (
    MATCHES,
    ExonAnswer,
    ExonParams,
    InclusionAnswer,
    InclusionParams,
    JoinedAnswer,
    MergedAnswer,
    NormalisedParams,
    PsiAnswer,
    PsiParams,
    SharedAnswer,
    SharedParams,
    TissueAnswer,
    TissueParams,
    UnionParams,
)
from snapshard_ui.api.queries import known_region
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.runtime import current_index


@on_release("/splicing/inclusion-ratio", params=InclusionParams, answer=InclusionAnswer)
def inclusion_ratio(asked: ReleaseRequest[InclusionParams]) -> Response:
    """How much more each sample uses the junctions of group B than those of group A (JIR)."""
    found = junction_inclusion_ratio(
        _sums(asked, asked.params.a), _sums(asked, asked.params.b), min_count=asked.params.min_count
    )
    columns = (found.samples.tolist(), found.a.tolist(), found.b.tolist(), found.ratio.tolist())
    return about_release(asked.release, samples=_records(("rail_id", "a", "b", "ratio"), columns))


@on_release("/splicing/psi", params=PsiParams, answer=PsiAnswer)
def psi(asked: ReleaseRequest[PsiParams]) -> Response:
    """The fraction of transcripts that include a cassette exon, per sample (PSI)."""
    params = asked.params
    sums = (
        _sums(asked, texts) for texts in (params.inclusion1, params.inclusion2, params.exclusion)
    )
    found = percent_spliced_in(*sums, min_count=params.min_count)
    names = ("rail_id", "inclusion1", "inclusion2", "exclusion", "psi")
    arrays = (found.samples, found.inclusion1, found.inclusion2, found.exclusion, found.psi)
    return about_release(
        asked.release, samples=_records(names, [array.tolist() for array in arrays])
    )


@on_release("/splicing/shared", params=SharedParams, answer=SharedAnswer)
def shared(asked: ReleaseRequest[SharedParams]) -> Response:
    """The samples that have reads in the first query and in a later one (SSC)."""
    samples = shared_samples([_sums(asked, [text]) for text in asked.params.query]).tolist()
    return about_release(asked.release, count=len(samples), samples=samples)


@on_release("/splicing/tissues", params=TissueParams, answer=TissueAnswer)
def tissues(asked: ReleaseRequest[TissueParams]) -> Response:
    """In which tissues the junctions occur together: n of N samples."""
    samples = shared_samples([_sums(asked, [text]) for text in asked.params.query])
    labels = dict(_labels(asked.release, asked.params.field))
    found = tissue_specificity(samples, labels)
    members = [
        {"value": one.tissue, "n": one.n, "N": one.total, "fraction": one.fraction} for one in found
    ]
    return about_release(asked.release, field=asked.params.field, tissues=members)


@on_release("/splicing/exons", params=ExonParams, answer=ExonAnswer)
def exons(asked: ReleaseRequest[ExonParams]) -> Response:
    """What may be exons between the junctions of a region."""
    params = asked.params
    found = find_exons(
        _rows(asked.index, asked.release, params.query),
        shortest=params.shortest,
        longest=params.longest,
    )
    some = list(islice(found, params.limit + 1))
    columns = [
        (one.chrom, one.start, one.end, one.left_id, one.right_id) for one in some[: params.limit]
    ]
    names = ("chromosome", "start", "end", "left_id", "right_id")
    members = [dict(zip(names, one, strict=True)) for one in columns]
    return about_release(asked.release, truncated=len(some) > params.limit, exons=members)


@on_release("/splicing/union", params=UnionParams, answer=JoinedAnswer)
def in_any(asked: ReleaseRequest[UnionParams]) -> Response:
    """The junctions that any of the compilations has, each once."""
    return _joined(asked, union(_of_all(asked)))


@on_release("/splicing/intersection", params=UnionParams, answer=JoinedAnswer)
def in_all(asked: ReleaseRequest[UnionParams]) -> Response:
    """The junctions that all of the compilations have, each once."""
    return _joined(asked, union(_of_all(asked), in_all=True))


@on_release("/splicing/normalised", params=NormalisedParams, answer=MergedAnswer)
def comparable(asked: ReleaseRequest[NormalisedParams]) -> Response:
    """Junctions whose coverages are made comparable between samples, by recount's way or by
    junction coverage.
    """
    how, sizes = NORMALISATIONS[asked.params.normalise], _sizes(asked)
    parts = _rows(asked.index, asked.release, asked.params.query)
    rows = chain.from_iterable(_merged(normalised(part, sizes, how)) for part in parts)
    return about_release(asked.release, rows=list(rows))


def _sums(asked: ReleaseRequest[Any], texts: Sequence[str]) -> SampleSums:
    return sample_sums(_rows(asked.index, asked.release, texts))


def _of_all(asked: ReleaseRequest[UnionParams]) -> list[list[Rows]]:
    return [_rows(asked.index, release, asked.params.query) for release in _read(asked)]


def _read(asked: ReleaseRequest[UnionParams]) -> list[Release]:
    """The releases that go in, the one asked first; one that is named twice counts once."""
    return list({release.schema: release for release in (asked.release, *asked.others)}.values())


def _joined(asked: ReleaseRequest[UnionParams], rows: Rows) -> Response:
    about = {
        **asked.release.provenance(),
        "others": [other.provenance() for other in _read(asked)[1:]],
    }
    return json_response({"about": about, "rows": _merged(rows)})


def _rows(index: Index, release: Release, texts: Sequence[str]) -> list[Rows]:
    """The junctions of queries, with samples. Raises BadQuery where they are more than one answer
    may hold.
    """
    left, found = index.settings.max_rows, []
    for text in texts:
        for rows in index.rows(release, _query(index, release, text), limit=left + 1):
            left -= len(rows)
            found.append(rows)
        if left < 0:
            raise BadQuery(
                "query", text, f"queries of at most {index.settings.max_rows} junctions together"
            )
    return found


def _query(index: Index, release: Release, text: str) -> Query:
    region, *rest = [piece.strip() for piece in text.split(";")]
    matches = [piece for piece in rest if piece in MATCHES]
    filters = [parse_filter(piece) for piece in rest if piece not in MATCHES and piece]
    if len(matches) > 1:
        raise BadQuery("query", text, f"one of {', '.join(Match)}")
    match = Match(matches[0]) if matches else Match.EXACT
    return Query(
        (known_region(index, release, parse_region(region)),), match=match, filters=tuple(filters)
    )


def _labels(release: Release, field: str, *, parameter: str = "field") -> Iterator[tuple[int, str]]:
    """What a field says of every sample. Raises NotFound without a samples file, BadQuery for an
    unknown field.
    """
    samples = current_index().facts.of(release).samples
    if field not in samples.names:
        raise BadQuery(parameter, field, f"one of {', '.join(samples.names)}")
    texts = (text.decode("utf-8", "replace") for texts in samples.column(field) for text in texts)
    return zip(samples.ids.tolist(), texts, strict=True)


def _sizes(asked: ReleaseRequest[NormalisedParams]) -> dict[int, float]:
    """Every sample's size. Raises NotFound without a samples file, BadQuery where it does not have
    the field.
    """
    params, usual = asked.params, NORMALISATIONS[asked.params.normalise].field
    if params.size is None and usual not in current_index().facts.of(asked.release).samples.names:
        expected = (
            f"samples with the field {usual} (those of {asked.release.compilation} have none),"
            " or size= with theirs"
        )
        raise BadQuery("normalise", params.normalise, expected)
    return {
        sample: _number(text)
        for sample, text in _labels(asked.release, params.size or usual, parameter="size")
    }


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _records(names: Sequence[str], columns: Iterable[Sequence[object]]) -> list[dict[str, object]]:
    return [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=True)]


def _merged(rows: Rows) -> list[dict[str, object]]:
    if not rows.text:
        return []
    bounds = rows.pairs.rows.tolist()
    pairs = list(zip(rows.pairs.samples.tolist(), rows.pairs.coverages.tolist(), strict=True))
    columns: dict[str, Sequence[object]] = {
        name: [text.decode() for text in rows.texts(name)] for name in _TEXTS
    }
    columns |= {name: rows.integers(name).tolist() for name in _INTEGERS}
    columns |= {name: rows.decimals(name).tolist() for name in ("coverage_avg", "coverage_median")}
    columns["samples"] = [pairs[first:last] for first, last in pairwise(bounds)]
    return _records(tuple(columns), columns.values())


_TEXTS = ("snaptron_id", "chromosome", "strand")
_INTEGERS = ("start", "end", "samples_count", "coverage_sum")
