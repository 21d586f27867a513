"""The sequence of a genome, from a FASTA file."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from snapshard.assembly import are_same_assembly
from snapshard.errors import BadSetting, BadSource, MissingExtra

EXTRA = "genome"
"""The extra that installs the reader of FASTA files."""


class Genome:
    """A FASTA file of a genome; its index (`.fai`) is written beside it if there is none.

    Raises BadSource for a file that cannot be read, MissingExtra without the extra `genome`.
    """

    def __init__(self, path: Path) -> None:
        try:
            from pyfaidx import Fasta, FastaIndexingError, FastaNotFoundError
        except ModuleNotFoundError as exc:
            raise MissingExtra("reading a FASTA file", str(exc.name), EXTRA) from exc
        self.path = path
        try:
            self._fasta: Any = Fasta(str(path), as_raw=True, sequence_always_upper=True)
        except (FastaNotFoundError, FastaIndexingError, OSError, ImportError, ValueError) as exc:
            expected = "expected a FASTA file of a genome, not compressed, beside which its index"
            raise BadSource(str(path), f"{expected} can be written: {exc}") from exc

    def bases(self, chrom: str, first: int, last: int) -> str:
        """The bases from first to last (1-based, both included), on + and in capitals. Raises
        BadSource if the file does not have them.
        """
        name = next((name for name in _names(chrom) if name in self._fasta), None)
        if name is None:
            raise BadSource(str(self.path), f"has no sequence {chrom}")
        text: str = self._fasta[name][first - 1 : last]
        if len(text) != last - first + 1:
            size = len(self._fasta[name])
            reason = f"{name} has {size:,} bases, but {first:,}-{last:,} was needed"
            raise BadSource(str(self.path), f"{reason}: is it of another assembly?")
        return text


def _names(chrom: str) -> tuple[str, ...]:
    """The names that a chromosome may have in a FASTA file: UCSC's and Ensembl's."""
    bare = chrom.removeprefix("chr")
    return (chrom, {"M": "MT"}.get(bare, bare), "chr" + chrom)


@lru_cache(8)
def _open(path: Path) -> Genome:
    return Genome(path)


def parse_fasta_setting(text: str) -> dict[str, Path]:
    """The FASTA file of each assembly: `GRCh38=/data/hg38.fa,GRCh37=/data/hg19.fa`. Raises BadSetting."""
    paths: dict[str, Path] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        assembly, equals, path = entry.partition("=")
        if not (assembly.strip() and equals and path.strip()):
            expected = "ASSEMBLY=FILE such as GRCh38=/data/hg38.fa, separated by commas"
            raise BadSetting("SNAPSHARD_FASTA", entry, expected)
        paths[assembly.strip()] = Path(path.strip())
    return paths


def genome_of(assembly: str | None, setting: str) -> Genome | None:
    """The genome of an assembly; None if the setting names no file for it."""
    for name, path in parse_fasta_setting(setting).items():
        if assembly and are_same_assembly(name, assembly):
            return _open(path)
    return None
