"""Genes of a published release by name, by the rules of the catalog (catalog/gene_search.py)."""

from collections.abc import Iterable

import pyarrow as pa

from snapshard.catalog import Gene, merged_loci, places_of, unicode_forms
from snapshard.errors import NotFound

_COLUMNS = ("gene_id", "symbol", "chromosome", "start", "end", "strand")


def gene_places(genes: pa.Table, transcripts: pa.Table, name: str) -> list[Gene]:
    """The places of the gene with this symbol, or this id with or without version, in genome order.
    In a release without the gene, its transcripts stand for it.

    Raises NotFound; Ambiguous, with the choices, if several genes have the name.
    """
    for form in unicode_forms(name):
        candidates = [gene for gene in _records(genes) if _has_name(gene, form)]
        have_ids = bool(candidates)
        if not candidates:
            symbol = form.upper()
            candidates = [g for g in _records(transcripts) if g.symbol.upper() == symbol]
        if candidates:
            exact = [gene for gene in candidates if form in (gene.symbol, gene.gene_id)]
            return places_of(name, merged_loci(exact or candidates), have_ids=have_ids)
    raise NotFound("gene", name)


def _has_name(gene: Gene, name: str) -> bool:
    upper, gene_id = name.upper(), gene.gene_id.upper()
    return upper in (gene.symbol.upper(), gene_id) or gene_id.startswith(f"{upper}.")


def _records(table: pa.Table) -> Iterable[Gene]:
    columns = [table.column(name).to_pylist() for name in _COLUMNS]
    sources = table.column("source").to_pylist()
    biotypes = (
        table.column("biotype").to_pylist()
        if "biotype" in table.column_names
        else [""] * len(table)
    )
    return [Gene(*fields) for fields in zip(*columns, biotypes, sources, strict=True)]
