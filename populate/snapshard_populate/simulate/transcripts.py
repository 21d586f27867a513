"""Files that name simulated genes and transcripts: refFlat, GFF3, GTF and UCSC's canonical
transcripts.

Symbols (SIMG00001) and accessions are invented: no gene has such a symbol, and Ensembl has assigned
no ENSG99… numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from snapshard_populate.simulate.genes import Genes, simulate_genes
from snapshard_populate.simulate.plan import Plan

SOURCE = "simulated"


@dataclass(frozen=True)
class SimulatedTranscript:
    """One transcript; `exons` are (start, end) in order, 1-based and closed; `coding` is the span
    of its CDS or None.

    `gene` counts all genes of the compilation from 0, `number` the gene's transcripts from 1; 1 is
    the canonical one.
    """

    gene: int
    number: int
    chromosome: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    coding: tuple[int, int] | None

    @property
    def start(self) -> int:
        """First base."""
        return self.exons[0][0]

    @property
    def end(self) -> int:
        """Last base."""
        return self.exons[-1][1]

    @property
    def name(self) -> str:
        """Accession with a version, in Ensembl's form."""
        return f"ENST99{self.gene * 100 + self.number:09d}.1"


def symbol(gene: int) -> str:
    """Symbol of a gene, which counts from 0 along the genome."""
    return f"SIMG{gene + 1:05d}"


def gene_id(gene: int) -> str:
    """Identifier with a version, in Ensembl's form."""
    return f"ENSG99{gene + 1:09d}.{1 + gene % 14}"


def gene_type(exons: int) -> str:
    """GENCODE's type of a simulated gene: genes with introns are protein_coding, others lincRNA."""
    return "protein_coding" if exons > 1 else "lincRNA"


def simulate_transcripts(plan: Plan) -> Iterator[SimulatedTranscript]:
    """All transcripts, gene by gene in genome order, the canonical one of each first."""
    for segment in plan.segments:
        genes = simulate_genes(plan, segment)
        skipping = np.flatnonzero(genes.right == genes.left + 2)
        by_gene = genes.exon_gene[genes.left[skipping]]
        for gene in range(len(genes)):
            skipped = (genes.left[skipping[by_gene == gene]] + 1).tolist() if len(skipping) else []
            for number, exon in enumerate((None, *skipped), 1):
                yield _transcript(
                    genes,
                    gene,
                    exon,
                    number=number,
                    first=segment.first_gene,
                    on=segment.chromosome.name,
                )


def _transcript(
    genes: Genes, gene: int, skipped: int | None, *, number: int, first: int, on: str
) -> SimulatedTranscript:
    """The transcript of all exons of a gene of a segment but one, or of all; the segment's first
    gene has number `first`.
    """
    which = [
        i
        for i in range(int(genes.first_exon[gene]), int(genes.first_exon[gene + 1]))
        if i != skipped
    ]
    exons = tuple((int(genes.exon_start[i]), int(genes.exon_end[i])) for i in which)
    coding = None
    if len(exons) > 1:
        # The coding span starts and ends inside exons, so that untranslated regions occur.
        coding = (sum(exons[0]) // 2, sum(exons[-1]) // 2)
    return SimulatedTranscript(
        first + gene, number, on, "+-"[int(genes.strand[gene])], exons, coding
    )


def ref_flat_line(transcript: SimulatedTranscript) -> str:
    """UCSC refFlat: symbol, transcript, chromosome, strand, then 0-based starts and exclusive ends;
    a transcript without a CDS has an empty one.
    """
    return "\t".join((symbol(transcript.gene), *_ucsc_columns(transcript))) + "\n"


def canonical_line(transcript: SimulatedTranscript) -> str:
    """UCSC's canonical transcript: id, cluster, bin, then as refFlat, a score and the symbol."""
    accession = f"sim{transcript.gene + 1}"
    columns = (
        accession,
        str(transcript.gene + 1),
        "0",
        *_ucsc_columns(transcript),
        "0",
        symbol(transcript.gene),
    )
    return "\t".join(columns) + "\n"


def _ucsc_columns(transcript: SimulatedTranscript) -> tuple[str, ...]:
    start, end = transcript.start - 1, transcript.end
    # UCSC writes an empty span at the end of a transcript that has no coding sequence.
    coding = (transcript.coding[0] - 1, transcript.coding[1]) if transcript.coding else (end, end)
    return (
        transcript.name,
        transcript.chromosome,
        transcript.strand,
        *map(str, (start, end, *coding, len(transcript.exons))),
        "".join(f"{first - 1}," for first, _ in transcript.exons),
        "".join(f"{last}," for _, last in transcript.exons),
    )


def gff3_line(transcript: SimulatedTranscript) -> str:
    """GENCODE's line of the gene, from its canonical transcript, which spans it."""
    identity = gene_id(transcript.gene)
    type_ = gene_type(len(transcript.exons))
    attributes = (
        f"ID={identity};gene_id={identity};gene_type={type_};gene_name={symbol(transcript.gene)}"
    )
    return _feature(transcript, "gene", attributes)


def gtf_line(transcript: SimulatedTranscript) -> str:
    """Snaptron's line of a transcript: CDS span and exons in the attributes, 1-based and closed."""
    coding = "{}-{}".format(*transcript.coding) if transcript.coding else "NA"
    exons = ",".join(f"{first}-{last}" for first, last in transcript.exons)
    return _feature(
        transcript,
        "transcript",
        f'transcript_id "{transcript.name}";cds_span "{coding}";exons "{exons}";',
    )


def _feature(transcript: SimulatedTranscript, kind: str, attributes: str) -> str:
    place = transcript.chromosome, SOURCE, kind, str(transcript.start), str(transcript.end)
    return "\t".join((*place, ".", transcript.strand, ".", attributes)) + "\n"
