"""The sections of a page, made from the values that the API's responses are made of. A section
holds its results, or the problem that prevented them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from pydantic import ValidationError

from snapshard.catalog import gene_loci, gene_members
from snapshard.errors import SnapshardError
from snapshard.junction import NAME, Column, ColumnType
from snapshard.name import name_prefix
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api import (
    EvidenceParams,
    JunctionParams,
    Page,
    ReleaseRequest,
    VariantParams,
    find_evidence,
    find_page,
    find_variant_sites,
)
from snapshard_ui.http import current_record, problem_details
from snapshard_ui.openapi import Snippet, a_gene, some_junctions
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.explanation import similar_genes
from snapshard_ui.web.links import (
    Link,
    downloads,
    evidence_snippets,
    links_out,
    sheet_links,
    snippets,
    tidy_download,
    variant_links,
    variant_snippets,
)
from snapshard_ui.web.picture import PagePicture, page_picture
from snapshard_ui.web.search_text import Meaning, Pairs, api_pairs, meaning
from snapshard_ui.web.state import State
from snapshard_ui.web.table_order import sort_rows
from snapshard_ui.web.tracks import track_snippets
from snapshard_ui.web.words import group_rows, matching

COLUMNS = (
    NAME,
    *("chromosome", "start", "end", "strand"),
    "length",
    *("left_motif", "right_motif", "class"),
    *("samples_count", "coverage_sum", "coverage_avg", "coverage_median"),
)
"""The columns of the table."""
_MOST_EVENTS = 5
"""Junctions and events of a splice site that the page lists."""


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    answer: dict[str, Any] = field(default_factory=dict)
    """The results under the names of the API's members, as the templates show them."""
    problem: dict[str, Any] | None = None
    words: str = ""
    conclusion: str = ""
    heading: str = ""
    junction: str | None = None
    variant: str | None = None
    exactly: str | None = None
    scale: int = 100
    downloads: list[Link] = field(default_factory=list)
    tidy: str = ""
    snippets: list[Snippet] = field(default_factory=list)
    tracks: list[Snippet] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    choices: list[Link] = field(default_factory=list)
    picture: PagePicture | None = None
    is_sortable: bool = False
    """Whether the table has all rows: only then its order can be that of a column."""

    @property
    def status(self) -> int:
        """The HTTP status of the section."""
        return int(self.problem["status"]) if self.problem else 200


def results(release: Release, state: State) -> Section:
    """The junctions that the state selects."""
    interpretation: Meaning | None = None

    # The interpretation is kept outside, because an error after it still needs it for suggestions.
    def search() -> Section:
        nonlocal interpretation
        interpretation = meaning(current_index(), release, state.q or "")
        pairs = api_pairs(interpretation, state)
        params = _params(pairs, state)
        page = find_page(ReleaseRequest(current_index(), release, params, FORMATS["json"]))
        # The page reports its rows to the log, as a response of the API does.
        record = current_record()
        record.rows, record.truncated = page.row_count, bool(page.members["truncated"])
        has_all = not (state.after or page.members["truncated"])
        rows = _table_rows(page)
        answer = {**page.members, "rows": sort_rows(rows, state.sort) if has_all else rows}
        picture = page_picture(release, state, pairs)
        window = picture.window if picture else None
        regions = interpretation.regions
        region = parse_region(regions[0], release.assembly) if len(regions) == 1 else None
        return Section(
            answer,
            words=interpretation.words,
            is_sortable=has_all,
            heading=matching(answer, first=(state.page - 1) * state.rows + 1),
            junction=interpretation.junction,
            variant=interpretation.variant,
            exactly=_region_as_junction(release, interpretation, region),
            downloads=downloads(release, pairs),
            tidy=tidy_download(release, pairs),
            snippets=snippets(release, pairs),
            links=links_out(release, region, [])
            if region
            else _gene_links(release, interpretation),
            picture=picture,
            tracks=track_snippets(release, window, pairs) if window else [],
        )

    section = _section_or_problem(search)
    if section.problem is None:
        return section
    # A problem after the text was understood can still offer what the text was about.
    genes = interpretation.genes if interpretation else []
    return replace(
        section,
        junction=interpretation.junction if interpretation else None,
        choices=_choices(release, state, section.problem, genes),
    )


def evidence(release: Release, state: State, name: str) -> Section:
    """The evidence for a junction."""

    def measure() -> Section:
        params = EvidenceParams.model_validate({})
        result = find_evidence(current_index(), release, name, params)
        members = result.members()
        groups, scale = group_rows(members["groups"])
        region = result.name.region
        return Section(
            {**members, "groups": groups, "region": region},
            words=result.summary,
            conclusion=result.conclusion,
            scale=scale,
            downloads=sheet_links(release, str(result.name)),
            snippets=evidence_snippets(release, str(result.name)),
            links=links_out(release, region, []),
        )

    section = _section_or_problem(measure)
    if section.problem is None:
        return section
    return replace(section, choices=_choices(release, state, section.problem, []))


def variant_sites(release: Release, state: State, text: str) -> Section:
    """The splice sites near a variant, their junctions, and the other events there."""

    def find() -> Section:
        params = VariantParams.model_validate({"limit": _MOST_EVENTS})
        request = ReleaseRequest(current_index(), release, params, FORMATS["json"])
        # Rows are fragments of JSON, which templates cannot read.
        members = orjson.loads(orjson.dumps(find_variant_sites(request, text)))
        return Section(
            members,
            words=members["summary"],
            snippets=variant_snippets(release, text),
            links=variant_links(release, members["variant"]),
        )

    section = _section_or_problem(find)
    if section.problem is None:
        return section
    return replace(section, choices=_choices(release, state, section.problem, []))


def examples(release: Release, state: State) -> list[Link]:
    """Searches with results in this release: a gene, a region, a junction; fewer while a shard is
    unavailable.
    """
    links: list[Link] = []
    with suppress(SnapshardError):
        gene = a_gene(release)
        if gene:
            links.append(Link(gene, state.fresh(q=gene), "a gene"))
        for junction in some_junctions(release, count=1):
            region, name = junction.around(release), junction.name(release)
            links.append(Link(region, state.fresh(q=region), "a region"))
            links.append(Link(name, state.fresh(q=name), "a junction"))
    return links


def _section_or_problem(make_section: Callable[[], Section]) -> Section:
    """The section, or the problem in the words of the API."""
    try:
        return make_section()
    except (SnapshardError, ValidationError) as error:
        return Section(problem=problem_details(error).members())


def _table_rows(page: Page) -> list[dict[str, object]]:
    """The rows of a page as Python values by column name."""
    if not page.rows.text:
        return []
    names = [column.name for column in page.columns]
    columns = [_column_values(page.rows, column) for column in page.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _column_values(rows: Rows, column: Column) -> Sequence[object]:
    if column.type is ColumnType.INTEGER:
        integers: list[int] = rows.integers(column.name).tolist()
        return integers
    if column.type is ColumnType.DECIMAL:
        decimals: list[float] = rows.decimals(column.name).tolist()
        return decimals
    return [text.decode("utf-8", "replace") for text in rows.texts(column.name)]


def _params(pairs: Pairs, state: State) -> JunctionParams:
    """The parameters of the table's page. Raises pydantic's ValidationError."""
    texts: dict[str, list[str]] = {}
    for name, value in pairs:
        texts.setdefault(name, []).append(value)
    values: dict[str, object] = {}
    for name, parameter in JunctionParams.model_fields.items():
        if name in texts:
            repeatable = isinstance(parameter.default, list)
            values[name] = texts[name] if repeatable else texts[name][0]
    values |= {
        "after": state.after,
        "limit": state.rows,
        "count": "estimated",
        "columns": list(COLUMNS),
    }
    return JunctionParams.model_validate(values)


def _region_as_junction(
    release: Release, interpretation: Meaning, region: Region | None
) -> str | None:
    """The name of the junction with exactly the coordinates of the region, in case it was meant."""
    # A single position or a whole chromosome cannot be a junction.
    if region is None or interpretation.junction:
        return None
    if region.start == region.end or str(region) == region.chrom:
        return None
    return f"{name_prefix(release.assembly)}{region}"


def _gene_links(release: Release, interpretation: Meaning) -> list[Link]:
    genes = interpretation.genes
    if len(genes) != 1 or len(interpretation.pairs) != 1:
        return []
    gene = gene_loci(current_index().catalog, release, genes[0])[0]
    return links_out(release, Region(gene.chrom, gene.start, gene.end), genes)


def _choices(
    release: Release, state: State, problem: dict[str, Any], genes: list[str]
) -> list[Link]:
    """Alternatives to what was not found or is ambiguous: genes of the same name, strands of a
    junction, genes with a similar name.
    """
    choices = problem.get("choices", [])
    if choices and "name" in choices[0]:
        return [Link(choice["name"], state.url(junction=choice["name"])) for choice in choices]
    if problem["status"] == 404 and genes:
        choices = [gene_members(gene) for gene in similar_genes(release, genes[0])]
    return [_gene_choice(gene, state) for gene in choices]


def _gene_choice(gene: dict[str, Any], state: State) -> Link:
    region = f"{gene['chromosome']}:{gene['start']}-{gene['end']}"
    title = f"{gene['gene_id']} {gene['biotype']}, {region} {gene['strand']}"
    return Link(gene["symbol"], state.fresh(q=region), title)
