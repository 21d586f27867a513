"""The parts of a page: each holds an answer of the API, or the problem that it told instead."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from flask import Response
from pydantic import ValidationError

from snapshard.catalog import gene_members, genes_by_prefix
from snapshard.errors import SnapshardError
from snapshard.junction import NAME
from snapshard.name import parse_name
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard_ui.api.evidence import junction_evidence
from snapshard_ui.api.junction_page import junction_page
from snapshard_ui.api.params import JunctionParams, NoParams
from snapshard_ui.api.routes import ReleaseRequest
from snapshard_ui.http import problem_details
from snapshard_ui.openapi.examples import a_gene, some_junctions
from snapshard_ui.render.formats import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.links import (
    Link,
    Snippet,
    downloads,
    evidence_snippets,
    links_out,
    snippets,
    tidy_download,
)
from snapshard_ui.web.search_text import Meaning, Pairs, api_pairs, meaning
from snapshard_ui.web.state import State
from snapshard_ui.web.words import group_rows, matching

PLACE = ("chromosome", "start", "end", "strand")
COLUMNS = (
    NAME,
    *PLACE,
    "length",
    *("left_motif", "right_motif", "class"),
    *("samples_count", "coverage_sum", "coverage_avg", "coverage_median"),
)
"""What the table shows."""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    answer: dict[str, Any] = field(default_factory=dict)
    problem: dict[str, Any] | None = None
    words: str = ""
    heading: str = ""
    junction: str | None = None
    exactly: str | None = None
    scale: int = 100
    downloads: list[Link] = field(default_factory=list)
    tidy: str = ""
    snippets: list[Snippet] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    choices: list[Link] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status of the part."""
        return int(self.problem["status"]) if self.problem else 200


def results(release: Release, state: State) -> Section:
    """The junctions that the state asks for."""
    understood: list[Meaning] = []

    def ask() -> Section:
        found = meaning(current_index(), release, state.q or "")
        understood.append(found)
        pairs = api_pairs(found, state)
        answer = _json(
            junction_page(
                ReleaseRequest(current_index(), release, _params(pairs, state), FORMATS["json"])
            )
        )
        region = parse_region(found.regions[0]) if len(found.regions) == 1 else None
        return Section(
            answer,
            words=found.words,
            heading=matching(answer, first=(state.page - 1) * state.rows + 1),
            junction=found.junction,
            exactly=_exactly(release, found, region),
            downloads=downloads(release, pairs),
            tidy=tidy_download(release, pairs),
            snippets=snippets(release, pairs),
            links=links_out(release, region, []) if region else _gene_links(release, found),
        )

    section = _told(ask)
    if section.problem is None:
        return section
    junction = understood[0].junction if understood else None
    genes = understood[0].genes if understood else []
    return replace(
        section, junction=junction, choices=_choices(release, state, section.problem, genes)
    )


def evidence(release: Release, state: State, name: str) -> Section:
    """The evidence of a junction."""

    def ask() -> Section:
        answer = _json(
            junction_evidence(
                ReleaseRequest(current_index(), release, NoParams(), FORMATS["json"]), name
            )
        )
        groups, end = group_rows(answer["groups"])
        region = parse_name(answer["name"], release.assembly).region
        return Section(
            {**answer, "groups": groups, "region": region},
            words=answer["summary"],
            scale=end,
            snippets=evidence_snippets(release, answer["name"]),
            links=links_out(release, region, []),
        )

    section = _told(ask)
    if section.problem is None:
        return section
    return replace(section, choices=_choices(release, state, section.problem, []))


def examples(release: Release, state: State) -> list[Link]:
    """Searches that find something in this release: a gene, a region, a junction; fewer while a
    shard is away.
    """
    found: list[Link] = []
    with suppress(SnapshardError):
        gene = a_gene(release)
        found += [Link(gene, state.fresh(q=gene), "a gene")] if gene else []
        for place in some_junctions(release, count=1):
            name = place.name(release)
            found += [
                Link(place.around, state.fresh(q=place.around), "a region"),
                Link(name, state.fresh(q=name), "a junction"),
            ]
    return found


def _told(ask: Callable[[], Section]) -> Section:
    """The section, or what went wrong with it in the words of the API."""
    try:
        return ask()
    except (SnapshardError, ValidationError) as error:
        return Section(problem=problem_details(error).members())


def _json(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(response.get_data())
    return found


def _params(pairs: Pairs, state: State) -> JunctionParams:
    values: dict[str, Any] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    many = {
        name
        for name, field in JunctionParams.model_fields.items()
        if isinstance(field.default, list)
    }
    given = {name: found if name in many else found[0] for name, found in values.items()}
    return JunctionParams.model_validate(
        {
            **given,
            "after": state.after,
            "limit": state.rows,
            "count": "estimated",
            "columns": list(COLUMNS),
        }
    )


def _exactly(release: Release, found: Meaning, region: Region | None) -> str | None:
    """The name of the junction that a region would be, for those who meant one."""
    return (
        f"{release.assembly}:{region}"
        if region and not found.junction and "-" in str(region)
        else None
    )


def _gene_links(release: Release, found: Meaning) -> list[Link]:
    if len(found.genes) != 1 or len(found.pairs) != 1:
        return []
    genes = genes_by_prefix(current_index().catalog, release, found.genes[0], limit=1)
    return [
        link
        for gene in genes
        for link in links_out(release, Region(gene.chrom, gene.start, gene.end), found.genes)
    ]


def _choices(
    release: Release, state: State, problem: dict[str, Any], genes: list[str]
) -> list[Link]:
    """What the person may have meant: the places of a gene, the strands of a junction, genes that
    begin alike.
    """
    if problem.get("choices") and "name" in problem["choices"][0]:
        return [Link(one["name"], state.url(junction=one["name"])) for one in problem["choices"]]
    found = problem.get("choices", [])
    if problem["status"] == 404 and genes:
        found = _alike(release, genes[0])
    return [_gene_choice(one, state) for one in found]


def _gene_choice(gene: dict[str, Any], state: State) -> Link:
    place = f"{gene['chromosome']}:{gene['start']}-{gene['end']}"
    return Link(
        gene["symbol"],
        state.fresh(q=place),
        f"{gene['gene_id']} {gene['biotype']}, {place} {gene['strand']}",
    )


def _alike(release: Release, name: str) -> list[dict[str, object]]:
    for length in range(min(len(name) - 1, 12), 0, -1):
        found = genes_by_prefix(current_index().catalog, release, name[:length], limit=5)
        if found:
            return [gene_members(gene) for gene in found]
    return []
