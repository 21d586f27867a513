"""Genome assemblies: the names of one assembly, its chromosomes and their lengths.

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


def is_primary(chrom: str) -> bool:
    """Whether a chromosome is a primary one, not a contig, patch or alternate locus."""
    return _PRIMARY.fullmatch(chrom) is not None


def grc_name(assembly: str) -> str:
    """The name that the Genome Reference Consortium gives to an assembly: GRCh38 for hg38; an
    unknown name is returned unchanged.
    """
    return _grc_names().get(assembly, assembly)


def ucsc_name(assembly: str) -> str:
    """The name that UCSC gives to an assembly: hg38 for GRCh38; an unknown name is returned
    unchanged.
    """
    ucsc_names = {grc: ucsc for ucsc, grc in _grc_names().items()}
    return ucsc_names.get(assembly, assembly)


def are_same_assembly(first: str, second: str) -> bool:
    """Whether two names mean one assembly, ignoring case: hg38 and GRCh38 do."""
    return _plain_name(first) == _plain_name(second)


def chromosome_lengths(assembly: str) -> dict[str, int]:
    """The lengths in bases of an assembly's primary chromosomes, in genome order; empty for an
    assembly without lengths in the table.
    """
    chromosomes = [record for record in _records() if record[:2] == ("chromosome", assembly)]
    return {chrom: int(length) for _, _, chrom, length in chromosomes}


def _plain_name(assembly: str) -> str:
    lowered = assembly.lower()
    return _grc_names().get(lowered, lowered).lower()


@cache
def _grc_names() -> dict[str, str]:
    """The name of every assembly by its name at UCSC."""
    return {record[2]: record[1] for record in _records() if record[0] == "assembly"}


@cache
def _records() -> tuple[tuple[str, ...], ...]:
    lines = files(__package__).joinpath("assemblies.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if not line.startswith("#"))
