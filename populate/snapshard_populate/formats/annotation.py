"""Genes and transcripts from GTF and GFF3, of GENCODE, Ensembl and RefSeq.

One id may stand at several places of a chromosome: the parts of a gene that is spliced together
from several transcripts (rps12), or the copies of a transcript that was mapped twice. Each place
stays a gene or transcript of its own, in the order of the file. What lies between two places
belongs to neither.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from snapshard.catalog import Gene
from snapshard.errors import BadRow
from snapshard.transcripts import Span, Transcript
from snapshard_populate.formats.gff import CODING, Feature, plain_id, read_features
from snapshard_populate.reading import ErrorBudget, Source, Spellings

Key = tuple[str, str]
"""Id and chromosome: Ensembl gives the genes of chrX and chrY that are alike the same ids."""


@dataclass(frozen=True)
class Annotation:
    """The genes and transcripts of one file, each in the order in which the file first names them."""

    genes: tuple[Gene, ...]
    transcripts: tuple[Transcript, ...]

    def __len__(self) -> int:
        return len(self.genes) + len(self.transcripts)


Place = tuple[int, int, str]
"""First and last base, and strand."""


@dataclass
class _Lines:
    """What the lines with one id say: those of the feature itself, its exons with their numbers, its
    coding parts, and the first line of a part. A place that occurs twice counts once.

    Most lines are exons, so only their places are kept.
    """

    own: dict[Place, Feature] = field(default_factory=dict)
    exons: dict[Place, str] = field(default_factory=dict)
    coding: dict[Place, str] = field(default_factory=dict)
    first_part: Feature | None = None

    def add_part(self, feature: Feature) -> None:
        parts = self.coding if feature.type in CODING else self.exons
        parts.setdefault(feature.place, feature.exon_number)
        self.first_part = self.first_part or feature


@dataclass(frozen=True)
class _Copy:
    """A transcript at one of its places: the line that describes it, whether that is its own, its
    exons and its coding span.
    """

    line: Feature
    is_own: bool
    exons: tuple[Span, ...]
    strand: str
    cds: Span | None


def read_annotation(
    source: Source, *, errors: ErrorBudget, spellings: Spellings | None = None
) -> Annotation:
    """The genes and transcripts of a GTF or GFF3 file; the attributes tell which of the two it is.

    A feature that is the parent of exons is a transcript, whatever its type is called. A transcript
    without a line of its own (as in old GTF) is derived from its exons, and a gene without one from
    its transcripts. Stop codons count as coding, as in UCSC's tables. Bad lines are spent on the
    error budget.
    """
    gene_lines: dict[Key, dict[Place, Feature]] = {}
    genes_by_id: dict[Key, dict[Place, Feature]] = {}
    by_id: dict[Key, _Lines] = {}
    for feature in read_features(source, errors=errors, spellings=spellings):
        if feature.is_part:
            for parent in feature.parents():
                by_id.setdefault((parent, feature.chrom), _Lines()).add_part(feature)
        elif feature.is_gene:
            for index, name in ((gene_lines, feature.gene_id), (genes_by_id, feature.key)):
                index.setdefault((name, feature.chrom), {}).setdefault(feature.place, feature)
        else:
            lines = by_id.setdefault((feature.key, feature.chrom), _Lines())
            lines.own.setdefault(feature.place, feature)
    genes = {key: [_gene(line) for line in lines.values()] for key, lines in gene_lines.items()}
    for key, lines in by_id.items():
        # In GFF3, exons may refer to their gene without a transcript between the two.
        lines.own = lines.own or genes_by_id.get(key, {})
    transcripts = tuple(_transcripts(by_id, genes, source.name, errors))
    unnamed = [item for item in transcripts if (item.gene_id, item.chrom) not in genes]
    all_genes = [gene for places in genes.values() for gene in places]
    return Annotation((*all_genes, *_genes_of(unnamed)), transcripts)


def _gene(feature: Feature) -> Gene:
    return Gene(
        feature.gene_id,
        feature.first("gene_name", "gene", "Name") or feature.gene_id,
        feature.chrom,
        *feature.place,
        feature.first("gene_type", "gene_biotype", "biotype"),
        feature.source,
    )


def _transcripts(
    by_id: dict[Key, _Lines], genes: dict[Key, list[Gene]], name: str, errors: ErrorBudget
) -> Iterator[Transcript]:
    for (transcript_id, _), lines in by_id.items():
        for copy in _copies(lines):
            try:
                yield _transcript(transcript_id, copy, genes)
            except ValueError as error:
                errors.spend(BadRow(name, copy.line.number, str(error)))


def _copies(lines: _Lines) -> Iterator[_Copy]:
    """Yields a transcript at each of its places. A transcript without exons has its coding parts as
    exons.
    """
    if lines.first_part is None:
        return
    exons, features = lines.exons or lines.coding, list(lines.own.values())
    if len(features) == 1:
        yield _copy(features[0], True, exons, features[0].strand, lines)
        return
    remaining_exons = dict(exons)
    for line in features:
        if within := {
            place: remaining_exons.pop(place) for place in exons if _is_within(place, line)
        }:
            yield _copy(line, True, within, line.strand, lines)
    for strand, places in _divided(remaining_exons):
        yield _copy(lines.first_part, False, places, strand, lines)


def _copy(line: Feature, is_own: bool, exons: Iterable[Place], strand: str, lines: _Lines) -> _Copy:
    spans = tuple(sorted((start, end) for start, end, _ in exons))
    first, last = spans[0][0], max(end for _, end in spans)
    coding = [(start, end) for start, end, _ in lines.coding if first <= start <= end <= last]
    cds = (min(start for start, _ in coding), max(end for _, end in coding)) if coding else None
    return _Copy(line, is_own, spans, strand, cds)


def _is_within(place: Place, line: Feature) -> bool:
    start, end, strand = place
    return strand == line.strand and line.start <= start and end <= line.end


def _divided(exons: Mapping[Place, str]) -> Iterator[tuple[str, list[Place]]]:
    """Yields the exons of one transcript apart: by strand, and by copy, since another copy begins
    with an exon number that occurs again.
    """
    copies: dict[tuple[str, int], list[Place]] = {}
    occurrences: Counter[tuple[str, str]] = Counter()
    for place, number in exons.items():
        strand = place[2]
        copies.setdefault((strand, occurrences[strand, number] if number else 0), []).append(place)
        occurrences[strand, number] += 1
    for (strand, _), places in copies.items():
        yield strand, places


def _transcript(key: str, copy: _Copy, genes: dict[Key, list[Gene]]) -> Transcript:
    line, start, end = copy.line, copy.exons[0][0], max(end for _, end in copy.exons)
    if copy.is_own:
        start, end = line.start, line.end
    transcript_id = (line.first("transcript_id") if copy.is_own else "") or plain_id(key)
    gene_id = line.gene_id or line.first("gene") or transcript_id
    gene = genes.get((gene_id, line.chrom))
    return Transcript(
        transcript_id,
        gene_id,
        line.first("gene_name", "gene") or (gene[0].symbol if gene else gene_id),
        line.chrom,
        start,
        end,
        copy.strand,
        copy.exons,
        copy.cds,
        line.source,
        line.tags(),
    )


def _genes_of(transcripts: Iterable[Transcript]) -> Iterator[Gene]:
    """Yields the genes of transcripts: overlapping transcripts of one id and strand are one place."""
    places: dict[tuple[str, str, str], list[Gene]] = {}
    for transcript in transcripts:
        gene = Gene(
            transcript.gene_id,
            transcript.symbol,
            transcript.chrom,
            transcript.start,
            transcript.end,
            transcript.strand,
            source=transcript.source,
        )
        genes = places.setdefault((gene.gene_id, gene.chrom, gene.strand), [])
        # The transcript may overlap several places, which it then joins.
        overlapping_genes = [
            other for other in genes if other.start <= gene.end and gene.start <= other.end
        ]
        widened = replace(
            (overlapping_genes or [gene])[0],
            start=min(locus.start for locus in [gene, *overlapping_genes]),
            end=max(locus.end for locus in [gene, *overlapping_genes]),
        )
        genes[:] = [other for other in genes if other not in overlapping_genes] + [widened]
    for genes in places.values():
        yield from genes
