"""The lines of GTF and GFF3 that describe genes, transcripts and their parts.

GTF (https://mblab.wustl.edu/GTF22.html) has attributes `key "value";`, GFF3 (gff3.md of
https://github.com/The-Sequence-Ontology/Specifications) `key=value;`. Positions of both are 1-based
and closed. Programs that write GTF leave out quotes or the last semicolon, or write blanks for tabs;
all of this is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote

from snapshard.catalog import Gene
from snapshard.errors import BadRow
from snapshard.transcripts import TAGS
from snapshard_populate.reading import ErrorBudget, Source, Spellings

CODING = ("CDS", "stop_codon")
_PARTS = ("exon", *CODING)
_COLUMNS = 9
_GTF_VALUE = r"""(?:"([^"]*)"|'([^']*)'|([^;"']*[^\s;"']))"""
_GTF_ATTRIBUTE = re.compile(rf"""([^\s"';=]+)\s+{_GTF_VALUE}\s*(?:;|$)""")
_GFF3_ATTRIBUTE = re.compile(r"\s*([^=;]+)=([^;]*)")
_GTF_TRANSCRIPT = re.compile(rf"\btranscript_id\s+{_GTF_VALUE}")
_GFF3_PARENT = re.compile(r"(?:^|;)\s*Parent\s*=([^;]+)")
_EXON_NUMBER = re.compile(r"""\bexon_number[\s=]+["']?([0-9]+)""")
# A blank follows a key in GTF, `=` in GFF3; file names do not always tell them apart.
_IS_GFF3 = re.compile(r'\s*[^\s"=;]+\s*=')
_TAG = re.compile(r"""(?:^|[;\s])tag(?:\s*=|\s+)["']?([^"';]+)""")
_ID_PREFIX = re.compile(r"^(?:gene|transcript|rna)[:-]")
# In GTF every line has the id of its transcript, so only the type shows which line is the
# transcript's own. The Sequence Ontology has dozens of such types: mRNA, lnc_RNA, V_gene_segment.
_GTF_TRANSCRIPT_TYPE = re.compile(r".*(?:transcript.*|RNA|_segment)")
_NOT_FEATURES = ("#", "track", "browser")


@dataclass(frozen=True)
class Feature:
    """One line: a gene, a transcript, or an exon or coding part of transcripts."""

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
        """The attributes as strings, decoded."""
        if self.is_gff3:
            return parse_gff3_attributes(self.text)
        return parse_gtf_attributes(self.text)

    @property
    def is_gff3(self) -> bool:
        """Whether the line has the attributes of GFF3, or else those of GTF."""
        return _IS_GFF3.match(self.text) is not None

    @property
    def is_gene(self) -> bool:
        """Whether this is a gene, such as `gene` or `ncRNA_gene`."""
        return self.type.endswith("gene")

    @property
    def is_part(self) -> bool:
        """Whether this is an exon or a coding part."""
        return self.type in _PARTS

    @property
    def place(self) -> tuple[int, int, str]:
        """First and last base, and strand."""
        return self.start, self.end, self.strand

    @property
    def key(self) -> str:
        """The id by which the parts of a transcript refer to it."""
        return self.attributes.get("ID") or self.attributes.get("transcript_id", "")

    def first(self, *names: str) -> str:
        """The first of these attributes that has a value, else ''; without the prefixes that Ensembl
        and RefSeq put before ids.
        """
        values = (self.attributes.get(name, "") for name in names)
        return plain_id(next(filter(None, values), ""))

    @property
    def exon_number(self) -> str:
        """The number of an exon in its transcript, or ''."""
        match = _EXON_NUMBER.search(self.text)
        return match[1] if match else ""

    @property
    def gene_id(self) -> str:
        """The id of the gene that this is, or that this transcript or part belongs to; else ''."""
        if self.is_gene:
            return self.first("gene_id", "ID")
        parents = [] if self.is_part else self.parents()
        return self.first("gene_id") or plain_id((parents or [""])[0])

    def parents(self) -> list[str]:
        """The ids that this line refers to: of an exon its transcripts, of a transcript its gene."""
        if self.is_gff3:
            match = _GFF3_PARENT.search(self.text)
            # A comma within an id is percent-encoded, so the list is divided before it is decoded.
            ids = match[1].split(",") if match else []
            return [_plain(text) for text in ids if _plain(text)]
        match = _GTF_TRANSCRIPT.search(self.text)
        return list(filter(None, match.groups())) if match else []

    def tags(self) -> tuple[str, ...]:
        """The values of the attribute `tag` that are stored. GTF repeats the attribute, GFF3 lists
        values with commas.
        """
        values = ",".join(_TAG.findall(self.text)).replace(" ", "_").split(",")
        return tuple(tag for tag in TAGS if tag in values)


def read_features(
    source: Source, *, errors: ErrorBudget, spellings: Spellings | None = None
) -> Iterator[Feature]:
    """Yields the lines that may describe genes, transcripts and their parts, in the order of the
    file. In GFF3 that is every line with an ID: only its exons show which one is a transcript.

    Bad lines are spent on the error budget.
    """
    spellings = spellings or Spellings(None)
    for number, line in source.lines(errors):
        # A GFF3 file may end with sequences, whose lines are not features.
        if line.startswith("##FASTA"):
            return
        if not line.strip() or line.startswith(_NOT_FEATURES):
            continue
        try:
            feature = _parse_feature(number, _columns(line), spellings)
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))
        else:
            if feature is not None:
                yield feature


def parse_gtf_attributes(text: str) -> dict[str, str]:
    """The attributes of a GTF line; if one occurs several times, such as `tag`, its last value."""
    return {key: max(values, key=len) for key, *values in _GTF_ATTRIBUTE.findall(text)}


def parse_gff3_attributes(text: str) -> dict[str, str]:
    """The attributes of a GFF3 line, percent-decoded."""
    return {_plain(key): _plain(value) for key, value in _GFF3_ATTRIBUTE.findall(text)}


def parse_whole_number(text: str) -> int:
    """The whole number that the text is. Raises ValueError, which quotes the text."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"expected a whole number, got {text[:80]!r}")
    return int(text)


def plain_id(text: str) -> str:
    """An id without the prefix that Ensembl and RefSeq put before it."""
    return _ID_PREFIX.sub("", text)


def _plain(text: str) -> str:
    return unquote(text.strip().strip('"'))


def _columns(line: str) -> list[str]:
    fields = line.rstrip().split("\t")
    return line.split(None, _COLUMNS - 1) if len(fields) == 1 else fields


def _parse_feature(number: int, fields: list[str], spellings: Spellings) -> Feature | None:
    """The line as a feature; None for types that do not describe genes and transcripts."""
    if len(fields) != _COLUMNS:
        raise ValueError(f"expected {_COLUMNS} tab-separated columns, got {len(fields)}")
    chrom, source, type_, start, end, _, strand, _, attributes = fields
    name = spellings.rename(chrom)
    feature = Feature(number, name, source, type_, 0, 0, strand, attributes.strip())
    if not (feature.is_gene or feature.is_part or _may_be_transcript(feature)):
        return None
    feature = replace(feature, start=parse_whole_number(start), end=parse_whole_number(end))
    _check(feature)
    return feature


def _may_be_transcript(feature: Feature) -> bool:
    if feature.is_gff3:
        return "ID=" in feature.text or "ID =" in feature.text
    return _GTF_TRANSCRIPT_TYPE.fullmatch(feature.type) is not None


def _check(feature: Feature) -> None:
    """Raises ValueError for a feature that cannot be used."""
    if not 1 <= feature.start <= feature.end:
        raise ValueError(f"expected 1 <= start <= end, got {feature.start} and {feature.end}")
    text = repr(feature.text[:80])
    if feature.is_part and not feature.parents():
        raise ValueError(
            f"expected a transcript_id (GTF) or Parent (GFF3) of the {feature.type}, got {text}"
        )
    if feature.is_gene and not feature.gene_id:
        raise ValueError(f"expected a gene_id (GTF) or ID (GFF3) of the gene, got {text}")
    # The constructor raises ValueError for a bad strand, here while the line number is known.
    Gene("", "", feature.chrom, *feature.place)
