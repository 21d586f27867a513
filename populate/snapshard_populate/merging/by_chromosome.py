"""The records of introns, a chromosome at a time, under the one name of each chromosome."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from snapshard.chromosome import chromosome_length
from snapshard.junction_files import BadCell, Introns
from snapshard_populate.merging.file_facts import FileFacts
from snapshard_populate.merging.records import (
    MOST_READS,
    STRANDS,
    Records,
    motif_numbers,
    pack_keys,
)
from snapshard_populate.reading import Spellings

_CODES = np.zeros(256, np.int64)
_CODES[[ord(strand) for strand in STRANDS]] = range(len(STRANDS))


def records_by_chromosome(
    introns: Introns, samples: NDArray[np.uint32], facts: FileFacts, *, assembly: str | None
) -> Iterator[tuple[str, Records]]:
    """Yields the records of the introns that have reads, a chromosome at a time; `samples` are the
    numbers of their files.

    Names and ends of chromosomes are added to the facts. Raises BadCell for an intron without a number
    of reads, of a chromosome of another assembly, or behind the end of its chromosome.
    """
    names = list(dict.fromkeys(introns.chroms))
    codes = {name: code for code, name in enumerate(names)}
    code_of = np.array([codes[name] for name in introns.chroms], np.uint16)
    strands = _CODES[np.frombuffer("".join(introns.strands).encode(), np.uint8)]
    keys = pack_keys(introns.starts, introns.ends, strands)
    motifs = motif_numbers(introns.motifs or [""] * len(introns))
    _check_reads(introns)
    for name, code in codes.items():
        at = np.flatnonzero(code_of == code)
        chrom = _chromosome(introns, int(at[0]), assembly)
        facts.chromosomes.setdefault(name, chrom)
        last = int(at[introns.ends[at].argmax()])
        facts.ends[chrom] = max(facts.ends.get(chrom, 0), int(introns.ends[last]))
        _check_end(introns, last, chrom, assembly)
        at = at[introns.reads[at] > 0]
        yield chrom, Records(keys[at], samples[at], introns.reads[at].astype(np.uint32), motifs[at])


def _check_reads(introns: Introns) -> None:
    bad = np.flatnonzero((introns.reads < 0) | (introns.reads > MOST_READS))
    if len(bad):
        raise BadCell(
            int(introns.rows[bad[0]]),
            f"expected a number of reads up to {MOST_READS}; if a column of the table has it, name it: "
            "--column reads=COLUMN",
        )


def _chromosome(introns: Introns, number: int, assembly: str | None) -> str:
    try:
        return Spellings(assembly).rename(introns.chroms[number])
    except ValueError as error:
        raise BadCell(int(introns.rows[number]), str(error)) from error


def _check_end(introns: Introns, number: int, chrom: str, assembly: str | None) -> None:
    length, last = chromosome_length(chrom, assembly), int(introns.ends[number])
    if length is not None and last > length:
        raise BadCell(
            int(introns.rows[number]),
            f"expected junctions of {assembly}, where {chrom} has {length:,} bases, got one that ends "
            f"at {last:,}: is it of another assembly?",
        )
