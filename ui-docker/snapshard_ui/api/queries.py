"""From checked parameters to the library's query."""

import hashlib
from dataclasses import replace

from snapshard.catalog import gene_region
from snapshard.errors import BadQuery, NotFound
from snapshard.filters import parse_filter
from snapshard.index import Index
from snapshard.junction import parse_id
from snapshard.pairs import SampleSet
from snapshard.query import Query, RowAddress, intervals_to_ask
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard_ui.api.params import Output, Selection
from snapshard_ui.api.tokens import parse_token
from snapshard_ui.columns import DEFAULT, TIDY_DEFAULT, Choice, Shape
from snapshard_ui.render.formats import Format


def selected(index: Index, release: Release, params: Selection) -> Query:
    """The query. Raises BadQuery, NotFound for a gene, group, chromosome or row that is not there,
    Ambiguous for a gene name.
    """
    regions = [known_region(index, release, parse_region(text)) for text in params.region]
    regions += [gene_region(index.catalog, release, name) for name in params.gene]
    if regions and params.ids:
        raise BadQuery(
            "ids", ",".join(map(str, params.ids[:5])), "ids, or regions and genes, not both"
        )
    return Query(
        regions=tuple(regions),
        ids=tuple(params.ids) or None,
        match=params.match,
        filters=tuple(parse_filter(text) for text in params.filter),
        samples=_samples(index, release, params),
        after=_place(index, release, params.after),
    )


def known_region(index: Index, release: Release, region: Region) -> Region:
    """The region. Raises NotFound if the release has no such chromosome: an empty answer would hide
    a slip of the pen.
    """
    if (
        region.chrom not in release.named
        and region.chrom not in index.facts.of(release).other_chromosomes
    ):
        known = [interval.chrom for interval in release.intervals if interval.chrom != "*"]
        raise NotFound("chromosome", region.chrom, ", ".join(dict.fromkeys(known)))
    return region


def _samples(index: Index, release: Release, params: Selection) -> SampleSet | None:
    if not params.sample_ids and not params.group:
        return None
    return SampleSet({*params.sample_ids, *index.facts.of(release).group_members(params.group)})


def _place(index: Index, release: Release, after: str | None) -> RowAddress | None:
    if after is None:
        return None
    snaptron_id = parse_id(after)
    return index.row_address(
        release, parse_token(after).row if snaptron_id is None else snaptron_id
    )


def chosen(params: Output, form: Format) -> Choice:
    """What the answer shows. Raises BadQuery where format, columns and shape do not go together."""
    if form.columns:
        if params.columns or params.samples or params.shape is Shape.TIDY:
            expected = (
                "one with free columns (tsv, csv, ndjson, json, parquet, arrow) for columns,"
                " samples and tidy"
            )
            raise BadQuery("format", form.name, expected)
        return Choice(form.columns)
    columns = tuple(params.columns) or (TIDY_DEFAULT if params.shape is Shape.TIDY else DEFAULT)
    if params.samples and "samples" not in columns:
        columns = (*columns, "samples")
    return Choice(columns, params.shape)


def reachable(index: Index, release: Release, query: Query) -> tuple[Release, list[str]]:
    """The release without the intervals whose shards do not answer now, and the names of those
    shards.
    """
    asked = dict.fromkeys(interval.shard for interval in intervals_to_ask(query, release))
    missing = [state.name for state in index.states(list(asked)) if not state.up]
    kept = tuple(interval for interval in release.intervals if interval.shard not in missing)
    return replace(release, intervals=kept), missing


def normalised(query: Query) -> str:
    """The query in one spelling, however it was written: what caches compare."""
    samples = hashlib.sha256(query.samples.ids.tobytes()).hexdigest() if query.samples else ""
    parts = [
        *map(str, query.regions),
        *map(str, query.filters),
        query.match,
        query.ids,
        samples,
        query.after,
        query.kind,
    ]
    return repr(parts)
