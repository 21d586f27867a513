"""Genes: by the start of their name, and one by its name."""

from flask import Response

from snapshard.catalog import gene_members, gene_places, genes_by_prefix, placed_gene_members
from snapshard_ui.api.models.responses import GeneAnswer, GeneList
from snapshard_ui.api.params import GeneParams, NoParams
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release


@on_release("/genes", params=GeneParams, model=GeneList)
def genes(request: ReleaseRequest[GeneParams]) -> Response:
    """Genes whose symbol or ID starts with `prefix` (case-insensitive)."""
    prefix, limit = request.params.prefix, request.params.limit
    # One gene more than the limit shows whether the list is truncated.
    matches = genes_by_prefix(request.index.catalog, request.release, prefix, limit=limit + 1)
    return release_response(
        request.release,
        truncated=len(matches) > limit,
        genes=[gene_members(gene) for gene in matches[:limit]],
    )


@on_release("/genes/<gene>", params=NoParams, model=GeneAnswer, also=(300,))
def one_gene(request: ReleaseRequest[NoParams], gene: str) -> Response:
    """A gene by symbol, or by ID with or without version.

    If several genes have the name, the response is a 300 with the choices.
    """
    places = gene_places(request.index.catalog, request.release, gene)
    return release_response(request.release, gene=placed_gene_members(places))
