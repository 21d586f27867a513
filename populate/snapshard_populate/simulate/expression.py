"""Simulated reads of whole genes and of their exons, as lines of genes and exons files."""

from collections.abc import Iterator

import numpy as np

from snapshard_populate.simulate.coverage import Sampler
from snapshard_populate.simulate.distributions import Floats, Integers
from snapshard_populate.simulate.genes import Genes, simulate_genes
from snapshard_populate.simulate.plan import Plan, Segment
from snapshard_populate.simulate.tissues import simulate_tissues
from snapshard_populate.simulate.transcripts import gene_id, gene_type, symbol
from snapshard_populate.simulate.vocabulary import Vocabulary

# Each feature may be in every sample, so few are drawn at once to bound memory.
FEATURES_AT_ONCE = 64
# Log odds that a sample expresses a gene: at level 0, and per unit of the level.
EXPRESSED = (-1.0, 1.5)
# Logarithm of the mean reads per pair: at level 0, and per unit of the level.
READS = (4.5, 1.2)


def gene_lines(plan: Plan) -> Iterator[bytes]:
    """Chunks of lines of a genes file: 17 columns by position as junctions, ids from 0, in genome
    order.
    """
    tissues, words = simulate_tissues(plan), Vocabulary(plan.samples)
    for segment in plan.segments:
        genes = simulate_genes(plan, segment)
        sampler = Sampler(tissues, genes, plan.generator("gene coverage", segment.number))
        heads = [_gene_head(genes, gene, segment) for gene in range(len(genes))]
        gene = np.arange(len(genes))
        yield from _lines(sampler, words, heads, gene, np.ones(len(genes)))


def exon_lines(plan: Plan) -> Iterator[bytes]:
    """Chunks of lines of an exons file: every exon of every gene's main transcript, in order of
    start within a chromosome.
    """
    tissues, words = simulate_tissues(plan), Vocabulary(plan.samples)
    before = 0
    for segment in plan.segments:
        genes = simulate_genes(plan, segment)
        sampler = Sampler(tissues, genes, plan.generator("exon coverage", segment.number))
        # Genes may overlap, so exons in the order of genes need not ascend.
        order = np.lexsort((genes.exon_end, genes.exon_start))
        heads = [
            _exon_head(genes, exon, segment, before + rank)
            for rank, exon in enumerate(order.tolist())
        ]
        gene = genes.exon_gene[order]
        part = (genes.exon_end - genes.exon_start + 1)[order] / genes.bases[gene]
        yield from _lines(sampler, words, heads, gene, part)
        before += len(order)


def _lines(
    sampler: Sampler, words: Vocabulary, heads: list[str], gene: Integers, part: Floats
) -> Iterator[bytes]:
    """Lines of features that are a part of these genes' bases."""
    level = sampler.genes.level[gene]
    share = 1 / (1 + np.exp(-(EXPRESSED[0] + EXPRESSED[1] * level)))
    count = np.maximum(1, share * len(sampler.tissues.of)).astype(np.int64)
    excess = part * np.exp(READS[0] + READS[1] * level)
    for first in range(0, len(heads), FEATURES_AT_ONCE):
        here = slice(first, first + FEATURES_AT_ONCE)
        coverage = sampler.draw(count=count[here], gene=gene[here], excess=excess[here])
        yield words.lines(heads[here], coverage)


def _gene_head(genes: Genes, gene: int, segment: Segment) -> str:
    exons = int(genes.first_exon[gene + 1] - genes.first_exon[gene])
    number = segment.first_gene + gene
    label = f"{gene_id(number)}:{symbol(number)}:{gene_type(exons)}:{genes.bases[gene]}"
    place = segment.chromosome.name, int(genes.start[gene]), int(genes.end[gene])
    return _head(number, place, int(genes.strand[gene]), f"{exons}\t{label}")


def _exon_head(genes: Genes, exon: int, segment: Segment, id_: int) -> str:
    gene = int(genes.exon_gene[exon])
    exons = int(genes.first_exon[gene + 1] - genes.first_exon[gene])
    number = segment.first_gene + gene
    start, end = int(genes.exon_start[exon]), int(genes.exon_end[exon])
    label = f"{gene_id(number)}:{symbol(number)}:{gene_type(exons)}:{end - start + 1}"
    return _head(id_, (segment.chromosome.name, start, end), int(genes.strand[gene]), f"1\t{label}")


def _head(id_: int, place: tuple[str, int, int], strand: int, exons_and_label: str) -> str:
    """The eleven columns before the samples; annotated and motifs are empty (1-based, closed)."""
    chromosome, start, end = place
    position = f"{chromosome}\t{start}\t{end}\t{end - start + 1}\t{'+-'[strand]}"
    return f"{id_}\t{position}\t\t\t\t{exons_and_label}\t"
