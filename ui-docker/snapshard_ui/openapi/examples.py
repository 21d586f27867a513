"""Example requests that return results from the compilations that are loaded: for the page's start,
and beside every operation of the API's description.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from snapshard.catalog import genes_by_prefix
from snapshard.chromosome import chromosome_length
from snapshard.errors import SnapshardError
from snapshard.filters import Filter
from snapshard.measures import NORMALISATIONS
from snapshard.name import name_prefix
from snapshard.query import Query
from snapshard.region import LAST_BASE
from snapshard.release import Release
from snapshard_ui.runtime import current_index

_COLUMNS = ("chromosome", "start", "end", "strand")
_LIMIT = "3"
"""Rows of an example, if the operation has a limit."""
Values = dict[str, list[str]]
"""Values by the name of the parameter."""


@dataclass(frozen=True)
class ExampleJunction:
    """A junction in at least a tenth of the samples."""

    chrom: str
    start: int
    end: int
    strand: str

    @property
    def span(self) -> str:
        """Its first and last base, as a region."""
        return f"{self.chrom}:{self.start}-{self.end}"

    @property
    def site(self) -> str:
        """The splice site at its first base."""
        return f"{self.chrom}:{self.start}:{self.strand}"

    def around(self, release: Release) -> str:
        """A region that contains it, with thousands separators."""
        last = chromosome_length(self.chrom, release.assembly) or LAST_BASE
        return f"{self.chrom}:{max(1, self.start - 50_000):,}-{min(last, self.end + 50_000):,}"

    def name(self, release: Release) -> str:
        """Its stable name."""
        return f"{name_prefix(release.assembly)}{self.span}:{self.strand}"


def a_gene(release: Release) -> str | None:
    """The symbol of a gene; None for a release without genes."""
    genes = genes_by_prefix(current_index().catalog, release, "", limit=1)
    return genes[0].symbol if genes else None


def some_junctions(release: Release, *, count: int) -> list[ExampleJunction]:
    """The first junctions in at least a tenth of the samples."""
    least = max(1, (release.sample_count or 10) // 10)
    query = Query(filters=(Filter("samples_count", ">=", str(least)),))
    junctions: list[ExampleJunction] = []
    for rows in current_index().summaries(release, query, columns=_COLUMNS, limit=count):
        for line in rows.lines():
            chrom, start, end, strand = line.decode().rstrip("\n").split("\t")
            junctions.append(ExampleJunction(chrom, int(start), int(end), strand))
    return junctions


def values_of(release: Release) -> Values:
    """Values for the parameters of requests to this release.

    Some are absent while a shard is unavailable, or if the release has no samples or genes.
    """
    values: Values = {
        "compilation": [release.compilation],
        "release": [release.name],
        "other": [release.compilation],
    }
    for values_from in (_gene_values, _junction_values, _sample_values):
        with suppress(SnapshardError):
            values |= values_from(release)
    return values


def url(path: str, names: list[str], values: Values) -> str | None:
    """The path with its values and the query parameters of these names; None if a value is
    missing.
    """
    if not all(name in values for name in [*path_parameters(path), *names]):
        return None
    for name in path_parameters(path):
        path = path.replace("{" + name + "}", quote(values[name][0], safe=":+"))
    query = urlencode({name: values[name] for name in names}, doseq=True, safe=":,")
    return path + (f"?{query}" if query else "")


def path_parameters(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return re.findall(r"\{(\w+)\}", path)


def _gene_values(release: Release) -> Values:
    gene = a_gene(release)
    return {"gene": [gene], "prefix": [gene[:3]]} if gene else {}


def _junction_values(release: Release) -> Values:
    junctions = some_junctions(release, count=2)
    if not junctions:
        return {}
    first, last = junctions[0], junctions[-1]
    queries = {"query": [first.span, last.span], "a": [first.span], "b": [last.span]}
    exon = {"inclusion1": [first.span], "inclusion2": [last.span], "exclusion": [last.span]}
    return {
        "region": [first.around(release)],
        "name": [first.name(release)],
        "junction": [first.name(release)],
        "site": [first.site],
        "measure": ["prevalence"],
        "variant": [f"{first.chrom}:{first.start}"],
        "chromosome": [first.chrom],
        "zoom": ["0"],
        "x": ["0"],
        "limit": [_LIMIT],
        **queries,
        **exon,
    }


def _sample_values(release: Release) -> Values:
    facts = current_index().facts.of(release)
    text_fields = [name for name, letter in facts.types.items() if letter == "t"]
    groups = [group for group in facts.groups if len(group.members)]
    values: Values = {}
    if groups:
        values |= {"group": [groups[0].name], "rail_id": [str(groups[0].members[0])]}
    if text_fields:
        values["field"] = ["SMTS" if "SMTS" in text_fields else text_fields[0]]
    for name, normalisation in NORMALISATIONS.items():
        if normalisation.field in facts.types:
            return values | {"normalise": [name]}
    return values
