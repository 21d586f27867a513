"""What a search text means, in words, for the line below the search box."""

from pydantic import ValidationError
from werkzeug.wrappers import Response

from snapshard.catalog import Gene, gene_loci, genes_by_prefix
from snapshard.errors import NotFound, SnapshardError
from snapshard.region import LAST_BASE, Region, parse_region
from snapshard.release import Release
from snapshard_ui.api import json_response, read_params
from snapshard_ui.runtime import current_index
from snapshard_ui.web.layout import blueprint, named_release
from snapshard_ui.web.search_text import meaning
from snapshard_ui.web.state import State

_MOST_SUGGESTIONS = 5


@blueprint.get("/explanation")
def text_explanation() -> Response:
    """The meaning of the text `q` in a release, in words: while it is typed, before it is searched."""
    state = read_params(State)
    release = named_release(state)
    text = (state.q or "").strip()
    words = explanation(release, text) if release and text else ""
    response = json_response({"words": words})
    response.headers["Cache-Control"] = "no-cache"
    return response


def explanation(release: Release, text: str) -> str:
    """The meaning of a text in words, or what is wrong with it and what comes near."""
    try:
        interpretation = meaning(current_index(), release, text)
        if not interpretation.genes:
            regions = [parse_region(region, release.assembly) for region in interpretation.regions]
            whole = interpretation.junction or interpretation.variant or len(regions) != 1
            return (
                interpretation.words if whole else _region_words(interpretation.words, regions[0])
            )
        return "; ".join(_gene_words(release, name) for name in interpretation.genes)
    except (SnapshardError, ValidationError) as error:
        return str(error)


def similar_genes(release: Release, name: str) -> list[Gene]:
    """Genes that share the longest possible start with the name, which no gene has."""
    # Gene symbols have up to a dozen letters; longer prefixes of a typing error find nothing.
    for length in range(min(len(name) - 1, 12), 0, -1):
        genes = genes_by_prefix(
            current_index().catalog, release, name[:length], limit=_MOST_SUGGESTIONS
        )
        if genes:
            return genes
    return []


def _region_words(words: str, region: Region) -> str:
    if region.end == LAST_BASE:
        return words
    return f"{words}, {region.end - region.start + 1:,} bases"


def _gene_words(release: Release, name: str) -> str:
    catalog = current_index().catalog
    try:
        loci = gene_loci(catalog, release, name)
    except NotFound:
        genes = genes_by_prefix(catalog, release, name, limit=_MOST_SUGGESTIONS)
        symbols = [gene.symbol or gene.gene_id for gene in genes or similar_genes(release, name)]
        near = f"; similar: {', '.join(dict.fromkeys(symbols))}" if symbols else ""
        return f"no gene is called {name}{near}"
    places = ", ".join(f"{gene.chrom}:{gene.start:,}-{gene.end:,} {gene.strand}" for gene in loci)
    return (
        f"gene {name} at {places}" if len(loci) == 1 else f"{len(loci)} places of {name}: {places}"
    )
