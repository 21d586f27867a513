"""Genes and transcripts from GTF and GFF3, of GENCODE, Ensembl and RefSeq.

GTF (https://mblab.wustl.edu/GTF22.html) has attributes `key "value";`, GFF3 (gff3.md of
https://github.com/The-Sequence-Ontology/Specifications) `key=value;`. Both are 1-based with both
ends included.
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
_IS_GFF3 = re.compile(r'\s*[^\s"=;]+=')
_ID_PREFIX = re.compile(r"^(?:gene|transcript|rna)[:-]")
_TRANSCRIPT_TYPE = re.compile(r".*(?:transcript|RNA|_segment)")
_CODING = ("CDS", "stop_codon")


@dataclass(frozen=True)
class Annotation:
    """The genes and transcripts of one file, each in the order in which the file first names them."""

    genes: tuple[Gene, ...]
    transcripts: tuple[Transcript, ...]


@dataclass(frozen=True)
class _Feature:
    """One line; its attributes are taken apart only if somebody asks."""

    number: int
    chrom: str
    source: str
    type: str
    start: int
    end: int
    strand: str
    text: str

    @cached_property
    def attributes(self) -> dict[str, str]:
        return (
            parse_gff3_attributes(self.text)
            if _IS_GFF3.match(self.text)
            else parse_gtf_attributes(self.text)
        )

    def first(self, *names: str) -> str:
        """The first of these attributes that says something, without the prefixes that Ensembl and
        RefSeq put before ids.
        """
        return next(
            (
                _ID_PREFIX.sub("", self.attributes[name])
                for name in names
                if self.attributes.get(name)
            ),
            "",
        )

    def parents(self) -> list[str]:
        """The transcripts that an exon or coding part belongs to."""
        found = _GTF_TRANSCRIPT.search(self.text) or _GFF3_PARENT.search(self.text)
        return found[1].split(",") if found else []


@dataclass
class _Parts:
    """What was gathered for one transcript: its own line, if there is one, and its parts."""

    own: _Feature | None = None
    exons: list[_Feature] = field(default_factory=list)
    coding: list[Span] = field(default_factory=list)


def read_annotation(source: Source, *, errors: ErrorBudget) -> Annotation:
    """The genes and transcripts of a GTF or GFF3 file; which of the two it is, the attributes tell.

    A transcript without a line of its own (as in old GTF) is made of its exons, a gene without one
    of its transcripts. Stop codons count as coding, as they do in UCSC's tables. Bad lines are
    spent on the error budget.
    """
    genes: dict[tuple[str, str], Gene] = {}
    parts: dict[tuple[str, str], _Parts] = {}
    for feature in _features(source, errors):
        if feature.type.endswith("gene"):
            gene = _gene(feature)
            genes[gene.gene_id, gene.chrom] = gene
        else:
            _gather(feature, parts)
    transcripts = tuple(_transcripts(parts, genes, source.name, errors))
    made = {key: gene for key, gene in _genes_of(transcripts).items() if key not in genes}
    return Annotation((*genes.values(), *made.values()), transcripts)


def parse_gtf_attributes(text: str) -> dict[str, str]:
    """The attributes of a GTF line; of one that comes several times, such as `tag`, the last."""
    return {key: quoted or bare for key, quoted, bare in _GTF_ATTRIBUTE.findall(text)}


def parse_gff3_attributes(text: str) -> dict[str, str]:
    """The attributes of a GFF3 line, percent-decoded."""
    return {key: unquote(value) for key, value in _GFF3_ATTRIBUTE.findall(text)}


def parse_whole_number(text: str) -> int:
    """The whole number that the text is. Raises ValueError, which quotes it."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected a whole number, got {text[:80]!r}")
    return int(text)


def _features(source: Source, errors: ErrorBudget) -> Iterator[_Feature]:
    for number, line in source.lines():
        if line.startswith("##FASTA"):
            return
        if not line or line.startswith("#"):
            continue
        try:
            feature = _feature(number, line.split("\t"))
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))
        else:
            if feature is not None:
                yield feature


def _feature(number: int, fields: list[str]) -> _Feature | None:
    """The line as a feature; None if it is of a type that says nothing of genes and transcripts."""
    if len(fields) != _COLUMNS:
        raise ValueError(f"expected {_COLUMNS} tab-separated columns, got {len(fields)}")
    chrom, source, kind, start, end, _, strand, _, attributes = fields
    if (
        kind not in ("exon", *_CODING)
        and not kind.endswith("gene")
        and not _TRANSCRIPT_TYPE.fullmatch(kind)
    ):
        return None
    feature = _Feature(
        number,
        chromosome_name(chrom),
        source,
        kind,
        parse_whole_number(start),
        parse_whole_number(end),
        strand,
        attributes,
    )
    if not 1 <= feature.start <= feature.end:
        raise ValueError(f"expected 1 <= start <= end, got {start} and {end}")
    if kind in ("exon", *_CODING) and not feature.parents():
        raise ValueError(
            f"expected a transcript_id (GTF) or Parent (GFF3) of the {kind}, got {attributes[:80]!r}"
        )
    if kind.endswith("gene") and not feature.first("gene_id", "ID"):
        raise ValueError(
            f"expected a gene_id (GTF) or ID (GFF3) of the gene, got {attributes[:80]!r}"
        )
    _check_strand(feature)
    return feature


def _check_strand(feature: _Feature) -> None:
    Gene("", "", feature.chrom, feature.start, feature.end, feature.strand)


def _gather(feature: _Feature, parts: dict[tuple[str, str], _Parts]) -> None:
    if feature.type not in ("exon", *_CODING):
        name = feature.attributes.get("ID") or feature.attributes.get("transcript_id", "")
        parts.setdefault((name, feature.chrom), _Parts()).own = feature
        return
    for parent in feature.parents():
        part = parts.setdefault((parent, feature.chrom), _Parts())
        if feature.type == "exon":
            part.exons.append(feature)
        else:
            part.coding.append((feature.start, feature.end))


def _gene(feature: _Feature) -> Gene:
    gene_id = feature.first("gene_id", "ID")
    symbol = feature.first("gene_name", "gene", "Name") or gene_id
    biotype = feature.first("gene_type", "gene_biotype", "biotype")
    return Gene(
        gene_id,
        symbol,
        feature.chrom,
        feature.start,
        feature.end,
        feature.strand,
        biotype,
        feature.source,
    )


def _transcripts(
    parts: dict[tuple[str, str], _Parts],
    genes: dict[tuple[str, str], Gene],
    name: str,
    errors: ErrorBudget,
) -> Iterator[Transcript]:
    for (parent, _), part in parts.items():
        if not part.exons:
            continue
        line = part.own or part.exons[0]
        try:
            yield _transcript(parent, part, line, genes)
        except ValueError as error:
            errors.spend(BadRow(name, line.number, str(error)))


def _transcript(
    parent: str, part: _Parts, line: _Feature, genes: dict[tuple[str, str], Gene]
) -> Transcript:
    exons = tuple(sorted((exon.start, exon.end) for exon in part.exons))
    gene_id = line.first("gene_id", "Parent") if part.own else line.first("gene_id", "gene")
    gene = genes.get((gene_id, line.chrom))
    start, end = (line.start, line.end) if part.own else (exons[0][0], max(end for _, end in exons))
    return Transcript(
        (part.own.first("transcript_id") if part.own else "") or _ID_PREFIX.sub("", parent),
        gene_id,
        line.first("gene_name", "gene") or (gene.symbol if gene else gene_id),
        line.chrom,
        start,
        end,
        line.strand,
        exons,
        (min(start for start, _ in part.coding), max(end for _, end in part.coding))
        if part.coding
        else None,
        line.source,
    )


def _genes_of(transcripts: tuple[Transcript, ...]) -> dict[tuple[str, str], Gene]:
    """Genes that span their transcripts."""
    genes: dict[tuple[str, str], Gene] = {}
    for one in transcripts:
        new = Gene(
            one.gene_id, one.symbol, one.chrom, one.start, one.end, one.strand, source=one.source
        )
        old = genes.get((one.gene_id, one.chrom), new)
        genes[one.gene_id, one.chrom] = replace(
            old, start=min(old.start, new.start), end=max(old.end, new.end)
        )
    return genes
