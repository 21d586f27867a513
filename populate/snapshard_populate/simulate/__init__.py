"""Simulated compilations: computer-generated junctions, genes and samples with the distributions of
GTEx, in Snaptron's file layout.

None of the data come from real samples; every file says so if its format has room for it. `plan`
decides how many rows and genes each stretch of the genome gets; `genes` and `junctions` draw where
they lie, `coverage` which samples have them and with how many reads; `lines`, `expression`,
`bases`, `samples` and `transcripts` write the files.
"""

from snapshard_populate.simulate.compilation import simulate
from snapshard_populate.simulate.distributions import (
    ANNOTATED,
    COUNTS,
    LEVELS,
    MOTIFS,
    NOVEL,
    ONE_SIDE,
    SKIP,
)
from snapshard_populate.simulate.genes import simulate_genes
from snapshard_populate.simulate.genome import CHROMOSOMES, MEGABASE, Chromosome
from snapshard_populate.simulate.junctions import simulate_junctions
from snapshard_populate.simulate.lines import junction_lines, segment_chunks, segment_lines
from snapshard_populate.simulate.plan import FIRST_RAIL_ID, Plan, Segment, apportion
from snapshard_populate.simulate.samples import group_lines, sample_lines, type_lines
from snapshard_populate.simulate.tissues import TISSUES, Tissue, simulate_tissues
from snapshard_populate.simulate.transcripts import gff3_line, simulate_transcripts
from snapshard_populate.simulate.vocabulary import Vocabulary

__all__ = [
    "ANNOTATED",
    "CHROMOSOMES",
    "COUNTS",
    "FIRST_RAIL_ID",
    "LEVELS",
    "MEGABASE",
    "MOTIFS",
    "NOVEL",
    "ONE_SIDE",
    "SKIP",
    "TISSUES",
    "Chromosome",
    "Plan",
    "Segment",
    "Tissue",
    "Vocabulary",
    "apportion",
    "gff3_line",
    "group_lines",
    "junction_lines",
    "sample_lines",
    "segment_chunks",
    "segment_lines",
    "simulate",
    "simulate_genes",
    "simulate_junctions",
    "simulate_tissues",
    "simulate_transcripts",
    "type_lines",
]
