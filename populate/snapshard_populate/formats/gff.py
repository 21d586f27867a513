"""Genes and transcripts from GTF and GFF3, of GENCODE, Ensembl and RefSeq.

GTF (https://mblab.wustl.edu/GTF22.html) has attributes `key "value";`, GFF3 (gff3.md of
https://github.com/The-Sequence-Ontology/Specifications) `key=value;`. Positions of both are 1-based
and closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import unquote

from snapshard.catalog import Gene, Span, Transcript
from snapshard.errors import BadRow
from snapshard.region import chromosome_name
from snapshard_populate.reading import ErrorBudget, Source

_COLUMNS = 9
_GTF_ATTRIBUTE = re.compile(r'([^\s";=]+)\s+(?:"([^"]*)"|([^\s";]+))\s*(?:;|$)')
_GFF3_ATTRIBUTE = re.compile(r"\s*([^=;]+)=([^;]*)")
_GTF_TRANSCRIPT = re.compile(r'\btranscript_id "([^"]+)"')
_GFF3_PARENT = re.compile(r"\bParent=([^;]+)")
# A blank follows a key in GTF, `=` in GFF3; file names do not always tell them apart.
_IS_GFF3 = re.compile(r'\s*[^\s"=;]+=')
_ID_PREFIX = re.compile(r"^(?:gene|transcript|rna)[:-]")
# The Sequence Ontology has dozens of transcript types: mRNA, lnc_RNA, V_gene_segment and others.
_TRANSCRIPT_TYPE = re.compile(r".*(?:transcript|RNA|_segment)")
_CODING = ("CDS", "stop_codon")
Key = tuple[str, str]
"""Id and chromosome: Ensembl gives the genes of chrX and chrY that are alike the same ids."""


@dataclass(frozen=True)
class Annotation:
    """The genes and transcripts of one file, each in the order in which the file first names them."""

    genes: tuple[Gene, ...]
    transcripts: tuple[Transcript, ...]


@dataclass(frozen=True)
class _Feature:
    """One line."""

    number: int
    chrom: str
    source: str
    type: str
    start: int
    end: int
    strand: str
    text: str

    # Parsing the attributes takes most of the time, and the exons, most of the lines, need only
    # their parents.
    @cached_property
    def attributes(self) -> dict[str, str]:
        if _IS_GFF3.match(self.text):
            return parse_gff3_attributes(self.text)
        return parse_gtf_attributes(self.text)

    def first(self, *names: str) -> str:
        """The first of these attributes that has a value, else ''; without the prefixes that Ensembl
        and RefSeq put before ids.
        """
        values = (self.attributes.get(name, "") for name in names)
        return _ID_PREFIX.sub("", next(filter(None, values), ""))

    def parents(self) -> list[str]:
        """The transcripts that an exon or coding part belongs to."""
        match = _GTF_TRANSCRIPT.search(self.text) or _GFF3_PARENT.search(self.text)
        return match[1].split(",") if match else []


@dataclass
class _TranscriptParts:
    """The lines of one transcript: its own line, if there is one, its exons and coding parts."""

    line: _Feature | None = None
    exons: list[_Feature] = field(default_factory=list)
    coding: list[Span] = field(default_factory=list)


def read_annotation(source: Source, *, errors: ErrorBudget) -> Annotation:
    """The genes and transcripts of a GTF or GFF3 file; the attributes tell which of the two it is.

    A transcript without a line of its own (as in old GTF) is derived from its exons, and a gene
    without one from its transcripts. Stop codons count as coding, as in UCSC's tables. Bad lines are
    spent on the error budget.
    """
    genes: dict[Key, Gene] = {}
    parts: dict[Key, _TranscriptParts] = {}
    for feature in _features(source, errors):
        if feature.type.endswith("gene"):
            gene = _gene(feature)
            genes[gene.gene_id, gene.chrom] = gene
        else:
            _add_part(feature, parts)
    transcripts = tuple(_transcripts(parts, genes, source.name, errors))
    derived = {key: gene for key, gene in _genes_of(transcripts).items() if key not in genes}
    return Annotation((*genes.values(), *derived.values()), transcripts)


def parse_gtf_attributes(text: str) -> dict[str, str]:
    """The attributes of a GTF line; if one occurs several times, such as `tag`, its last value."""
    return {key: quoted or bare for key, quoted, bare in _GTF_ATTRIBUTE.findall(text)}


def parse_gff3_attributes(text: str) -> dict[str, str]:
    """The attributes of a GFF3 line, percent-decoded."""
    return {key: unquote(value) for key, value in _GFF3_ATTRIBUTE.findall(text)}


def parse_whole_number(text: str) -> int:
    """The whole number that the text is. Raises ValueError, which quotes the text."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected a whole number, got {text[:80]!r}")
    return int(text)


def _features(source: Source, errors: ErrorBudget) -> Iterator[_Feature]:
    for number, line in source.lines():
        # A GFF3 file may end with sequences, whose lines are not features.
        if line.startswith("##FASTA"):
            return
        if not line or line.startswith("#"):
            continue
        try:
            feature = _parse_feature(number, line.split("\t"))
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))
        else:
            if feature is not None:
                yield feature


def _parse_feature(number: int, fields: list[str]) -> _Feature | None:
    """The line as a feature; None for types that do not describe genes and transcripts."""
    if len(fields) != _COLUMNS:
        raise ValueError(f"expected {_COLUMNS} tab-separated columns, got {len(fields)}")
    chrom, source, type_, start, end, _, strand, _, attributes = fields
    is_gene, is_part = type_.endswith("gene"), type_ in ("exon", *_CODING)
    if not (is_gene or is_part or _TRANSCRIPT_TYPE.fullmatch(type_)):
        return None
    first, last = parse_whole_number(start), parse_whole_number(end)
    feature = _Feature(
        number, chromosome_name(chrom), source, type_, first, last, strand, attributes
    )
    if not 1 <= first <= last:
        raise ValueError(f"expected 1 <= start <= end, got {first} and {last}")
    if is_part and not feature.parents():
        raise ValueError(
            f"expected a transcript_id (GTF) or Parent (GFF3) of the {type_}, "
            f"got {attributes[:80]!r}"
        )
    if is_gene and not feature.first("gene_id", "ID"):
        raise ValueError(
            f"expected a gene_id (GTF) or ID (GFF3) of the gene, got {attributes[:80]!r}"
        )
    # The constructor raises ValueError for a bad strand, here while the line number is known.
    Gene("", "", feature.chrom, first, last, strand)
    return feature


def _add_part(feature: _Feature, parts: dict[Key, _TranscriptParts]) -> None:
    if feature.type not in ("exon", *_CODING):
        # In GFF3, exons refer to the ID of their transcript with its prefix, so the prefix stays.
        name = feature.attributes.get("ID") or feature.attributes.get("transcript_id", "")
        parts.setdefault((name, feature.chrom), _TranscriptParts()).line = feature
        return
    for parent in feature.parents():
        transcript = parts.setdefault((parent, feature.chrom), _TranscriptParts())
        if feature.type == "exon":
            transcript.exons.append(feature)
        else:
            transcript.coding.append((feature.start, feature.end))


def _gene(feature: _Feature) -> Gene:
    gene_id = feature.first("gene_id", "ID")
    return Gene(
        gene_id,
        feature.first("gene_name", "gene", "Name") or gene_id,
        feature.chrom,
        feature.start,
        feature.end,
        feature.strand,
        feature.first("gene_type", "gene_biotype", "biotype"),
        feature.source,
    )


def _transcripts(
    parts: dict[Key, _TranscriptParts], genes: dict[Key, Gene], name: str, errors: ErrorBudget
) -> Iterator[Transcript]:
    for (parent, _), transcript in parts.items():
        if not transcript.exons:
            continue
        line = transcript.line or transcript.exons[0]
        try:
            yield _transcript(parent, transcript, line, genes)
        except ValueError as error:
            errors.spend(BadRow(name, line.number, str(error)))


def _transcript(
    parent: str, parts: _TranscriptParts, line: _Feature, genes: dict[Key, Gene]
) -> Transcript:
    exons = tuple(sorted((exon.start, exon.end) for exon in parts.exons))
    coding: Span | None = None
    if parts.coding:
        coding = min(start for start, _ in parts.coding), max(end for _, end in parts.coding)
    if parts.line:
        transcript_id = line.first("transcript_id")
        gene_id = line.first("gene_id", "Parent")
        start, end = line.start, line.end
    else:
        transcript_id = ""
        gene_id = line.first("gene_id", "gene")
        start, end = exons[0][0], max(end for _, end in exons)
    gene = genes.get((gene_id, line.chrom))
    return Transcript(
        transcript_id or _ID_PREFIX.sub("", parent),
        gene_id,
        line.first("gene_name", "gene") or (gene.symbol if gene else gene_id),
        line.chrom,
        start,
        end,
        line.strand,
        exons,
        coding,
        line.source,
    )


def _genes_of(transcripts: tuple[Transcript, ...]) -> dict[Key, Gene]:
    """The genes of transcripts, each as long as its transcripts together."""
    genes: dict[Key, Gene] = {}
    for transcript in transcripts:
        key = transcript.gene_id, transcript.chrom
        start, end = transcript.start, transcript.end
        gene = genes.get(key)
        if gene is None:
            genes[key] = Gene(
                transcript.gene_id,
                transcript.symbol,
                transcript.chrom,
                start,
                end,
                transcript.strand,
                source=transcript.source,
            )
        else:
            genes[key] = replace(gene, start=min(gene.start, start), end=max(gene.end, end))
    return genes
