"""Genes: by the beginning of their name, and one by its name."""

from flask import Response

from snapshard.catalog import gene_members, gene_places, genes_by_prefix
from snapshard.errors import Ambiguous
from snapshard_ui.api.models.responses import GeneAnswer, GeneList, about_release
from snapshard_ui.api.params import GeneParams, NoParams
from snapshard_ui.api.routes import ReleaseRequest, on_release


@on_release("/genes", params=GeneParams, answer=GeneList)
def genes(asked: ReleaseRequest[GeneParams]) -> Response:
    """Genes whose symbol or id begins so, in any case."""
    limit = asked.params.limit
    found = genes_by_prefix(
        asked.index.catalog, asked.release, asked.params.prefix, limit=limit + 1
    )
    return about_release(
        asked.release,
        truncated=len(found) > limit,
        genes=[gene_members(gene) for gene in found[:limit]],
    )


@on_release("/genes/<gene>", params=NoParams, answer=GeneAnswer, also=(300,))
def one_gene(asked: ReleaseRequest[NoParams], gene: str) -> Response:
    """A gene by symbol, or by id with or without version; 300 with the choices if it has several
    places.
    """
    places = [
        gene_members(place) for place in gene_places(asked.index.catalog, asked.release, gene)
    ]
    if len(places) > 1:
        raise Ambiguous("gene", gene, places)
    return about_release(asked.release, gene=places[0])
