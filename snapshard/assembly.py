"""Genome assemblies: the names of one assembly, and the form of primary chromosomes.

The facts are in `assemblies.tsv` beside this module, with their sources.
"""

import re
from functools import cache
from importlib.resources import files

PRIMARY = "chr[12]?[0-9XYM]"
"""The form of primary chromosomes' names as a regular expression, for Python and PostgreSQL. This is
Snaptron's form: it also matches names that no human assembly has, such as chr0 and chr29.
"""
_PRIMARY = re.compile(PRIMARY)
_PATCH = re.compile(r"\.p\d+$")
_VERSIONS = re.compile(r"(.+\.)(\d+)-(\d+)")


def is_primary(chrom: str) -> bool:
    """Whether a chromosome is a primary one, not a contig, patch or alternate locus."""
    return _PRIMARY.fullmatch(chrom) is not None


def grc_name(assembly: str) -> str:
    """The name that the Genome Reference Consortium gives to an assembly, ignoring case and patches:
    GRCh38 for hg38, grch38 and GRCh38.p14; an unknown name is returned unchanged.
    """
    return _grc_names().get(_PATCH.sub("", assembly.strip().lower()), assembly)


def ucsc_name(assembly: str) -> str:
    """The name that UCSC gives to an assembly: hg38 for GRCh38 and GRCh38.p14; an unknown name is
    returned unchanged.
    """
    return _ucsc_names().get(grc_name(assembly), assembly)


def are_same_assembly(first: str, second: str) -> bool:
    """Whether two names mean the same coordinates: hg38, GRCh38 and GRCh38.p14 do. Case is ignored."""
    return _plain_name(first) == _plain_name(second)


def is_assembly(text: str) -> bool:
    """Whether a text is a name of an assembly in the table."""
    return grc_name(text) in _ucsc_names()


def read_table(name: str) -> list[list[str]]:
    """The tab-separated lines of a table beside this module, without its comments."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def _plain_name(assembly: str) -> str:
    return _PATCH.sub("", grc_name(assembly).strip().lower())


@cache
def _ucsc_names() -> dict[str, str]:
    """UCSC's name of every assembly by its name at the Genome Reference Consortium."""
    return {grc: names.split(",")[0] for grc, names, _ in read_table("assemblies.tsv")}


@cache
def _grc_names() -> dict[str, str]:
    """The name of every assembly by all its names in small letters."""
    grc_names: dict[str, str] = {}
    for grc, names, accessions in read_table("assemblies.tsv"):
        for name in (grc, *names.split(","), *_versions(accessions)):
            grc_names[name.lower()] = grc
    return grc_names


def _versions(accessions: str) -> list[str]:
    """Every version of the accessions `GCA_000001405.15-29,…`."""
    ranges = [_VERSIONS.fullmatch(text) for text in accessions.split(",")]
    return [
        f"{match[1]}{version}"
        for match in ranges
        if match
        for version in range(int(match[2]), int(match[3]) + 1)
    ]
