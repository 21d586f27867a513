"""Questions that find something in what is loaded: for the page's start, and beside every operation
of the API's description.
"""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from snapshard.catalog import genes_by_prefix
from snapshard.errors import SnapshardError
from snapshard.filters import Filter
from snapshard.measures import NORMALISATIONS
from snapshard.query import Query
from snapshard.release import Release
from snapshard_ui.runtime import current_index

_PLACE = ("chromosome", "start", "end", "strand")
_FEW = "3"
"""Rows of an example, where it may say how many."""
Values = dict[str, list[str]]
"""Name of a parameter: values that it may have."""


@dataclass(frozen=True)
class ExampleJunction:
    """A junction that a tenth of the samples have."""

    chrom: str
    start: int
    end: int
    strand: str

    @property
    def span(self) -> str:
        """Its first and last base."""
        return f"{self.chrom}:{self.start}-{self.end}"

    @property
    def around(self) -> str:
        """A region that it lies in, as people write it."""
        return f"{self.chrom}:{max(1, self.start - 50_000):,}-{self.end + 50_000:,}"

    def name(self, release: Release) -> str:
        """Its stable name."""
        return f"{release.assembly}:{self.span}:{self.strand}"


def a_gene(release: Release) -> str | None:
    """The symbol of a gene; None for a release without genes."""
    genes = genes_by_prefix(current_index().catalog, release, "", limit=1)
    return genes[0].symbol if genes else None


def some_junctions(release: Release, *, count: int) -> list[ExampleJunction]:
    """The first junctions that a tenth of the samples have."""
    few = max(1, (release.sample_count or 10) // 10)
    asked = Query(filters=(Filter("samples_count", ">=", str(few)),))
    rows = [
        row
        for part in current_index().summaries(release, asked, columns=_PLACE, limit=count)
        for row in part.lines()
    ]
    cells = [row.decode().rstrip("\n").split("\t") for row in rows]
    return [
        ExampleJunction(chrom, int(start), int(end), strand) for chrom, start, end, strand in cells
    ]


def values_of(release: Release) -> Values:
    """What parameters may be asked with in this release; fewer while a shard is away, or where
    there are no samples or genes.
    """
    found: Values = {
        "compilation": [release.compilation],
        "release": [release.name],
        "other": [release.compilation],
    }
    for add in (_of_genes, _of_junctions, _of_samples):
        with suppress(SnapshardError):
            found |= add(release)
    return found


def url(path: str, names: list[str], values: Values) -> str | None:
    """The address of an operation: its path, and those of the query's parameters that are named;
    None if a value is not known.
    """
    if not all(name in values for name in [*in_path(path), *names]):
        return None
    for name in in_path(path):
        path = path.replace("{" + name + "}", quote(values[name][0], safe=":+"))
    pairs = [(name, value) for name in names for value in values[name]]
    return path + (f"?{urlencode(pairs, safe=':,')}" if pairs else "")


def in_path(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _of_genes(release: Release) -> Values:
    gene = a_gene(release)
    return {"gene": [gene], "prefix": [gene[:3]]} if gene else {}


def _of_junctions(release: Release) -> Values:
    places = some_junctions(release, count=2)
    if not places:
        return {}
    first, last = places[0], places[-1]
    queries = {"query": [first.span, last.span], "a": [first.span], "b": [last.span]}
    exon = {"inclusion1": [first.span], "inclusion2": [last.span], "exclusion": [last.span]}
    site = f"{first.chrom}:{first.start}:{first.strand}"
    return {
        "region": [first.around],
        "name": [first.name(release)],
        "site": [site],
        "limit": [_FEW],
        **queries,
        **exon,
    }


def _of_samples(release: Release) -> Values:
    types = current_index().facts.of(release).types
    texts = [name for name, kind in types.items() if kind == "t"]
    groups = [group for group in current_index().facts.of(release).groups if len(group.members)]
    found = {"group": [groups[0].name], "rail_id": [str(groups[0].members[0])]} if groups else {}
    if texts:
        found["field"] = ["SMTS" if "SMTS" in texts else texts[0]]
    by_name: list[str] = [name for name, how in NORMALISATIONS.items() if how.field in types]
    return found | ({"normalise": by_name[:1]} if by_name else {})
