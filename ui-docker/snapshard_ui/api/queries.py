"""Checked parameters as the library's queries, and the rows that they find."""

from collections.abc import Iterator
from dataclasses import replace

from snapshard.catalog import gene_regions
from snapshard.chromosome import chromosome_length, chromosome_name
from snapshard.errors import BadQuery, NotFound
from snapshard.filters import Filter, parse_filter
from snapshard.index import Index
from snapshard.junction import parse_id
from snapshard.pairs import SampleSet
from snapshard.query import Query, RowAddress, intervals_to_ask
from snapshard.region import LAST_BASE, Region, parse_region
from snapshard.release import OTHERS, Release
from snapshard.rows import Rows
from snapshard_ui.api.params import OutputParams, SelectionParams
from snapshard_ui.api.tokens import parse_token
from snapshard_ui.columns import DEFAULT, TIDY_DEFAULT, Projection, Shape
from snapshard_ui.render import Format


def build_query(index: Index, release: Release, params: SelectionParams) -> Query:
    """The query. Raises BadQuery; NotFound for an unknown gene, group, chromosome or row; Ambiguous
    for a gene name with several genes.
    """
    regions = [find_region(index, release, text) for text in params.region]
    for name in params.gene:
        regions += gene_regions(index.catalog, release, name)
    if regions and params.ids:
        raise BadQuery(
            "ids", ",".join(map(str, params.ids[:5])), "ids, or regions and genes, not both"
        )
    samples = _samples(index, release, params)
    sample_count = release.sample_count if samples is None else len(samples)
    return Query(
        regions=tuple(regions),
        ids=tuple(params.ids) or None,
        match=params.match,
        filters=tuple(
            find_filter(index, release, text, sample_count=sample_count) for text in params.filter
        ),
        samples=samples,
        after=_row_address(index, release, params.after),
    )


def find_region(index: Index, release: Release, text: str) -> Region:
    """The region that a text names in a release. Raises BadRegion, and as `check_chromosome` does."""
    return check_chromosome(index, release, parse_region(text, release.assembly))


def remarks_on(release: Release, query: Query) -> list[str]:
    """What a response must say about its query: regions that reach beyond the end of a chromosome."""
    remarks: list[str] = []
    for region in query.regions:
        name = chromosome_name(region.chrom, release.assembly)
        length = chromosome_length(name, release.assembly)
        if length is not None and length < region.end < LAST_BASE:
            remarks.append(f"{region} reaches beyond base {length:,}, where {name} ends")
    return remarks


def find_filter(index: Index, release: Release, text: str, *, sample_count: int | None) -> Filter:
    """The filter that a text states; a per cent of samples is one of `sample_count`. Raises BadQuery,
    also for a chromosome that the release does not have: `chromosome!=` a misspelling would match
    everything.
    """
    condition = parse_filter(text, sample_count=sample_count)
    if condition.names_chromosome and index.facts.of(release).chromosome(condition.value) is None:
        raise BadQuery("filter chromosome", condition.value, _chromosomes(release))
    return condition


def check_chromosome(index: Index, release: Release, region: Region) -> Region:
    """The region, on the name under which the release holds its chromosome. Raises NotFound if the
    release does not have it: an empty response would hide a misspelling.
    """
    facts = index.facts.of(release)
    if facts.chromosome(region.chrom) is not None:
        return facts.stored_region(region)
    raise NotFound("chromosome", region.chrom, _chromosomes(release))


def _chromosomes(release: Release) -> str:
    """The chromosomes with intervals of their own, for messages."""
    chromosomes = [interval.chrom for interval in release.intervals if interval.chrom != OTHERS]
    return ", ".join(dict.fromkeys(chromosomes))


def _samples(index: Index, release: Release, params: SelectionParams) -> SampleSet | None:
    if not params.sample_ids and not params.group:
        return None
    facts = index.facts.of(release)
    if params.sample_ids:
        facts.check_samples(params.sample_ids, "sample_ids")
    return SampleSet({*params.sample_ids, *facts.group_members(params.group)})


def _row_address(index: Index, release: Release, after: str | None) -> RowAddress | None:
    if after is None:
        return None
    snaptron_id = parse_id(after)
    if snaptron_id is None:
        snaptron_id = parse_token(after).row
    return index.row_address(release, snaptron_id)


def build_projection(params: OutputParams, form: Format) -> Projection:
    """The columns and shape of the response. Raises BadQuery if they do not go with the format."""
    if form.columns:
        if params.columns or params.samples or params.shape is Shape.TIDY:
            raise BadQuery(
                "format",
                form.name,
                "tsv, csv, ndjson, json, parquet or arrow with columns, samples or shape=tidy",
            )
        return Projection(form.columns)
    columns = tuple(params.columns) or (TIDY_DEFAULT if params.shape is Shape.TIDY else DEFAULT)
    if params.samples and "samples" not in columns:
        columns = (*columns, "samples")
    return Projection(columns, params.shape)


def find_rows(
    index: Index, release: Release, query: Query, projection: Projection, limit: int | None = None
) -> Iterator[Rows]:
    """The matching rows with at least the columns of the response, lazily, in genome order; with a
    limit also the id by which a page ends.
    """
    if not projection.reads_stored_columns(query):
        return index.rows(release, query, limit=limit)
    columns = projection.page_columns if limit else projection.columns
    return index.summaries(release, query, columns=columns, limit=limit)


def reachable_release(index: Index, release: Release, query: Query) -> tuple[Release, list[str]]:
    """The release without the intervals of unavailable shards, and the names of those shards."""
    # Only shards that the query needs: others may be unavailable without harm.
    shards = dict.fromkeys(interval.shard for interval in intervals_to_ask(query, release))
    missing = [state.name for state in index.states(list(shards)) if not state.up]
    intervals = tuple(interval for interval in release.intervals if interval.shard not in missing)
    return replace(release, intervals=intervals), missing
