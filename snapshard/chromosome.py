"""Names of chromosomes: one function gives a chromosome its one name, whether it is stored or
queried.

The names of an assembly's chromosomes and contigs, and their lengths, are in `chromosomes.tsv` beside
this module, with their sources.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from snapshard.assembly import grc_name, is_primary, read_table
from snapshard.errors import BadRegion

HLA_FORM = r"HLA-[A-Z0-9]+\*\d+(?::\d+){0,3}[NLSCAQ]?"
"""The form of a sequence of an HLA allele, with up to four fields (https://hla.alleles.org/nomenclature).
These are the only names with colons.
"""
CHROM_FORM = rf"(?:{HLA_FORM}|[A-Za-z0-9][A-Za-z0-9_.*|#\-]*)"
"""The form of a chromosome's name, as a regular expression."""
CHROM_EXPECTED = "a chromosome name such as chr2, of letters, digits and _ . - * | #"
_CHROM = re.compile(CHROM_FORM)
_HLA = re.compile(HLA_FORM)
_ODD = re.compile(r"[^A-Za-z0-9_.*|#\-]|^[^A-Za-z0-9]")
_PLAIN = re.compile(r"(?i)(?:chr)?([1-9]\d?|[XY]|MT?)")
_VERSIONED = re.compile(r"([a-z]{1,2}_?\d{5,}|[a-z]{4,6}\d{8,})(?:\.(\d+))?")


@dataclass(frozen=True)
class _Table:
    """The chromosomes of an assembly: names by all spellings in small letters, and lengths by name."""

    names: dict[str, str]
    lengths: dict[str, int]


@lru_cache(1 << 14)
def chromosome_name(text: str, assembly: str | None) -> str:
    """The one name of a chromosome in an assembly: `chr2` for `2`, `Chr2`, and, in GRCh38,
    `NC_000002.12`; `chrM` for `MT`; `chr1_KI270706v1_random` for `KI270706.1`.

    Names are UCSC's. If the assembly is unknown (None), only the plain spellings and the accessions of
    primary chromosomes have another name; in an assembly without a table only the plain spellings.
    Any other name is returned unchanged. Raises BadRegion for an accession that has another version
    in this assembly, or belongs to another one.
    """
    key = text.lower()
    if assembly is None:
        return _plain_name(text) or _primary_accessions().get(key, text)
    table = _tables().get(grc_name(assembly))
    if table is None:
        name = _plain_name(text)
    else:
        name = table.names.get(key) or table.names.get(key.removeprefix("chr_"))
    if name is None:
        _check_accession(text, assembly)
    return name or text


def chromosome_length(chrom: str, assembly: str | None) -> int | None:
    """The length in bases of a chromosome by its one name; None if it is not known."""
    table = _tables().get(grc_name(assembly)) if assembly else None
    return table.lengths.get(chrom) if table else None


def chromosome_lengths(assembly: str) -> dict[str, int]:
    """The lengths in bases of an assembly's primary chromosomes, in genome order; empty for an
    assembly without a table.
    """
    table = _tables().get(grc_name(assembly))
    lengths = table.lengths if table else {}
    return {chrom: length for chrom, length in lengths.items() if is_primary(chrom)}


def is_chromosome(text: str) -> bool:
    """Whether a text has the form of a chromosome's name."""
    return _CHROM.fullmatch(text) is not None


def is_hla(text: str) -> bool:
    """Whether a text is the name of an HLA allele's sequence, such as `HLA-A*01:01:01:01`."""
    return _HLA.fullmatch(text) is not None


def odd_character(text: str) -> str:
    """The first character that keeps a text from being a chromosome's name; empty if there is none."""
    match = _ODD.search(text)
    return match[0] if match and not is_chromosome(text) else ""


def _plain_name(text: str) -> str | None:
    match = _PLAIN.fullmatch(text)
    return None if match is None else "chr" + match[1].upper().replace("MT", "M")


def _check_accession(text: str, assembly: str) -> None:
    """Raises BadRegion for an accession of another version or assembly."""
    match = _VERSIONED.fullmatch(text.lower())
    if not match:
        return
    for other, table in _tables().items():
        if text.lower() in table.names:
            raise BadRegion(text, f"a chromosome of {assembly}, but this is {_of(text, other)}")
    if grc_name(assembly) not in _tables():
        return
    if versioned := _unversioned(grc_name(assembly)).get(match[1]):
        raise BadRegion(text, f"{versioned}, which is {_of(versioned, assembly)}")


def _of(accession: str, assembly: str) -> str:
    return f"{_tables()[grc_name(assembly)].names[accession.lower()]} of {assembly}"


@cache
def _unversioned(assembly: str) -> dict[str, str]:
    """An assembly's accessions, in capitals, by the accession in small letters without its version."""
    matches = [(key, _VERSIONED.fullmatch(key)) for key in _tables()[assembly].names]
    return {match[1]: key.upper() for key, match in matches if match and match[2]}


@cache
def _primary_accessions() -> dict[str, str]:
    """The names of primary chromosomes by their accessions in small letters, of all assemblies."""
    return {
        key: name
        for table in _tables().values()
        for key, name in table.names.items()
        if is_primary(name) and _VERSIONED.fullmatch(key)
    }


@cache
def _tables() -> dict[str, _Table]:
    """The table of every assembly by its name at the Genome Reference Consortium."""
    tables: dict[str, _Table] = {}
    for assembly, name, length, *others in read_table("chromosomes.tsv"):
        table = tables.setdefault(assembly, _Table({}, {}))
        table.lengths[name] = int(length)
        spellings = [name, *(others[0].split(",") if others else ())]
        if plain := _plain_name(name):
            spellings += [plain, plain.removeprefix("chr")]
        if name == "chrM":
            spellings += ["MT", "chrMT"]
        table.names.update({spelling.lower(): name for spelling in spellings})
    return tables
