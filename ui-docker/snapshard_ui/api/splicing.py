"""Splicing measures over the API: the library's definitions (docs/splicing.md), applied to the
junctions that queries find.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from flask import Response

from snapshard.errors import BadQuery
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
from snapshard.pairs import Integers
from snapshard.query import Query
from snapshard.release import Release
from snapshard.rows import Rows
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
from snapshard_ui.api.params import plus_strand
from snapshard_ui.api.queries import find_filter, find_region
from snapshard_ui.api.responses import json_response, release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release

_TEXTS = ("snaptron_id", "chromosome", "strand")
_INTEGERS = ("start", "end", "samples_count", "coverage_sum")
_DECIMALS = ("coverage_avg", "coverage_median")


@on_release("/splicing/inclusion-ratio", params=InclusionParams, model=InclusionAnswer)
def inclusion_ratio(request: ReleaseRequest[InclusionParams]) -> Response:
    """The relative use of the junctions of group B and group A in each sample (JIR)."""
    params = request.params
    ratios = junction_inclusion_ratio(
        _sums(request, params.a), _sums(request, params.b), min_count=params.min_count
    )
    arrays = (ratios.samples, ratios.a, ratios.b, ratios.ratio)
    samples = _records(("rail_id", "a", "b", "ratio"), [array.tolist() for array in arrays])
    return release_response(request.release, samples=samples)


@on_release("/splicing/psi", params=PsiParams, model=PsiAnswer)
def psi(request: ReleaseRequest[PsiParams]) -> Response:
    """The fraction of transcripts that include a cassette exon, per sample (PSI)."""
    params = request.params
    result = percent_spliced_in(
        _sums(request, params.inclusion1),
        _sums(request, params.inclusion2),
        _sums(request, params.exclusion),
        min_count=params.min_count,
    )
    names = ("rail_id", "inclusion1", "inclusion2", "exclusion", "psi")
    arrays = (result.samples, result.inclusion1, result.inclusion2, result.exclusion, result.psi)
    samples = _records(names, [array.tolist() for array in arrays])
    return release_response(request.release, samples=samples)


@on_release("/splicing/shared", params=SharedParams, model=SharedAnswer)
def shared(request: ReleaseRequest[SharedParams]) -> Response:
    """The samples that have reads in the first query and in a later one (SSC)."""
    samples = _shared_samples(request, request.params).tolist()
    return release_response(request.release, count=len(samples), samples=samples)


@on_release("/splicing/tissues", params=TissueParams, model=TissueAnswer)
def tissues(request: ReleaseRequest[TissueParams]) -> Response:
    """The tissues in which the junctions occur together: n of N samples."""
    samples = _shared_samples(request, request.params)
    labels = dict(_labels(request.index, request.release, request.params.field))
    members = [
        {"value": row.tissue, "n": row.n, "N": row.total, "fraction": row.fraction}
        for row in tissue_specificity(samples, labels)
    ]
    return release_response(request.release, field=request.params.field, tissues=members)


@on_release("/splicing/exons", params=ExonParams, model=ExonAnswer)
def exons(request: ReleaseRequest[ExonParams]) -> Response:
    """Candidate exons between the junctions of a region."""
    params = request.params
    candidates = find_exons(
        _read_rows(request.index, request.release, params.query),
        shortest=params.shortest,
        longest=params.longest,
    )
    # One exon more than the limit shows whether the list is truncated.
    first_exons = list(islice(candidates, params.limit + 1))
    members = [
        {
            "chromosome": exon.chrom,
            "start": exon.start,
            "end": exon.end,
            "left_id": exon.left_id,
            "right_id": exon.right_id,
        }
        for exon in first_exons[: params.limit]
    ]
    truncated = len(first_exons) > params.limit
    return release_response(request.release, truncated=truncated, exons=members)


@on_release("/splicing/union", params=UnionParams, model=JoinedAnswer)
def in_any(request: ReleaseRequest[UnionParams]) -> Response:
    """The junctions that any of the compilations has, each once."""
    return _joined_response(request, union(_rows_by_release(request)))


@on_release("/splicing/intersection", params=UnionParams, model=JoinedAnswer)
def in_all(request: ReleaseRequest[UnionParams]) -> Response:
    """The junctions that all of the compilations have, each once."""
    return _joined_response(request, union(_rows_by_release(request), in_all=True))


@on_release("/splicing/normalised", params=NormalisedParams, model=MergedAnswer)
def comparable(request: ReleaseRequest[NormalisedParams]) -> Response:
    """Junctions with coverages that are comparable between samples.

    They are normalised as recount does, or by junction coverage.
    """
    normalisation = NORMALISATIONS[request.params.normalise]
    sizes = _sample_sizes(request)
    parts = _read_rows(request.index, request.release, request.params.query)
    members = [_junction_members(normalised(part, sizes, normalisation)) for part in parts]
    return release_response(request.release, rows=list(chain.from_iterable(members)))


def _sums(request: ReleaseRequest[Any], texts: Sequence[str]) -> SampleSums:
    return sample_sums(_read_rows(request.index, request.release, texts))


def _shared_samples(request: ReleaseRequest[Any], params: SharedParams) -> Integers:
    return shared_samples([_sums(request, [text]) for text in params.query])


def _rows_by_release(request: ReleaseRequest[UnionParams]) -> list[list[Rows]]:
    query = request.params.query
    return [_read_rows(request.index, release, query) for release in _releases(request)]


def _releases(request: ReleaseRequest[UnionParams]) -> list[Release]:
    """The releases to join, that of the URL first; one that is named twice counts once."""
    releases = (request.release, *request.others)
    return list({release.schema: release for release in releases}.values())


def _joined_response(request: ReleaseRequest[UnionParams], rows: Rows) -> Response:
    others = [other.provenance() for other in _releases(request)[1:]]
    about = {**request.release.provenance(), "others": others}
    return json_response({"about": about, "rows": _junction_members(rows)})


def _read_rows(index: Index, release: Release, texts: Sequence[str]) -> list[Rows]:
    """The junctions of queries, with samples. Raises BadQuery if there are more than a page may
    have.
    """
    max_rows, parts = index.settings.max_rows, []
    remaining = max_rows
    for text in texts:
        # One row more than remain shows that there are too many.
        for rows in index.rows(release, _parse_query(index, release, text), limit=remaining + 1):
            remaining -= len(rows)
            parts.append(rows)
        if remaining < 0:
            raise BadQuery("query", text, f"queries of at most {max_rows} junctions together")
    return parts


def _parse_query(index: Index, release: Release, text: str) -> Query:
    region_text, *conditions = [plus_strand(part).strip() for part in text.split(";")]
    matches = [condition for condition in conditions if condition in MATCHES]
    filters = [
        find_filter(index, release, condition, sample_count=release.sample_count)
        for condition in conditions
        if condition and condition not in MATCHES
    ]
    if len(matches) > 1:
        raise BadQuery("query", text, f"one of {', '.join(Match)}")
    match = Match(matches[0]) if matches else Match.EXACT
    region = find_region(index, release, region_text)
    return Query((region,), match=match, filters=tuple(filters))


def _labels(
    index: Index, release: Release, field: str, *, parameter: str = "field"
) -> Iterator[tuple[int, str]]:
    """The rail_id and the value of a field of every sample. Raises NotFound without a samples file,
    BadQuery for an unknown field.
    """
    samples = index.facts.of(release).samples
    if field not in samples.names:
        raise BadQuery(parameter, field, f"one of {', '.join(samples.names)}")
    cells = chain.from_iterable(samples.column(field))
    texts = (cell.decode("utf-8", "replace") for cell in cells)
    return zip(samples.ids.tolist(), texts, strict=True)


def _sample_sizes(request: ReleaseRequest[NormalisedParams]) -> dict[int, float]:
    """The size of every sample. Raises NotFound without a samples file, BadQuery if it lacks the
    field.
    """
    params, index, release = request.params, request.index, request.release
    default_field = NORMALISATIONS[params.normalise].field
    if params.size is None and default_field not in index.facts.of(release).samples.names:
        raise BadQuery(
            "normalise",
            params.normalise,
            f"samples with the field {default_field} ({release.compilation} has none),"
            " or another field as size=",
        )
    labels = _labels(index, release, params.size or default_field, parameter="size")
    return {sample: _number(text) for sample, text in labels}


def _number(text: str) -> float:
    """The number; 0, which means an unknown size, for any other text."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _records(names: Sequence[str], columns: Iterable[Sequence[object]]) -> list[dict[str, object]]:
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _junction_members(rows: Rows) -> list[dict[str, object]]:
    if not rows.text:
        return []
    bounds = rows.pairs.rows.tolist()
    pairs = list(zip(rows.pairs.samples.tolist(), rows.pairs.coverages.tolist(), strict=True))
    columns: dict[str, Sequence[object]] = {}
    for name in _TEXTS:
        columns[name] = [text.decode() for text in rows.texts(name)]
    for name in _INTEGERS:
        columns[name] = rows.integers(name).tolist()
    for name in _DECIMALS:
        columns[name] = rows.decimals(name).tolist()
    columns["samples"] = [pairs[first:last] for first, last in pairwise(bounds)]
    return _records(tuple(columns), columns.values())
