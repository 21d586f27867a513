"""Genes: by the start of their name, and one by its name."""

from flask import Response

from snapshard.catalog import gene_loci, gene_members, genes_by_prefix
from snapshard.errors import Ambiguous
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
    loci = gene_loci(request.index.catalog, request.release, gene)
    choices = [gene_members(locus) for locus in loci]
    if len(choices) > 1:
        raise Ambiguous("gene", gene, choices)
    return release_response(request.release, gene=choices[0])
