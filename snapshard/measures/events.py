"""Splicing events: which junctions of a query's rows are those of inclusion, and which of exclusion.

Pure: no database is used here. Positions are 1-based and closed; those of a junction are the first
and last base of its intron, those of an exon its own first and last base. So a junction into an exon
ends one base before it, and a junction out of it starts one base after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from snapshard.errors import BadQuery
from snapshard.measures.splicing import SampleSums, sums_of_rows
from snapshard.name import JunctionName, name_prefix
from snapshard.pairs import Integers
from snapshard.region import Region
from snapshard.rows import Rows

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Exon:
    """An exon by its first and last base, on a strand; None means any strand."""

    region: Region
    strand: str | None = None

    def __str__(self) -> str:
        return str(self.region) + (f":{self.strand}" if self.strand else "")


@dataclass(frozen=True)
class Junctions:
    """Junctions with their whole rows, as arrays: chromosome, first and last base, strand."""

    rows: Rows
    assembly: str | None

    @cached_property
    def chroms(self) -> list[str]:
        """The chromosome of every junction."""
        return [text.decode() for text in self.rows.texts("chromosome")] if self.rows.text else []

    @cached_property
    def starts(self) -> Integers:
        """The first base of every junction's intron."""
        return self.rows.integers("start") if self.rows.text else np.empty(0, np.int64)

    @cached_property
    def ends(self) -> Integers:
        """The last base of every junction's intron."""
        return self.rows.integers("end") if self.rows.text else np.empty(0, np.int64)

    @cached_property
    def strands(self) -> NDArray[np.str_]:
        """The strand of every junction."""
        texts = self.rows.texts("strand") if self.rows.text else []
        return np.array([text.decode() for text in texts], np.str_)

    def names(self, mask: Mask) -> tuple[str, ...]:
        """The stable names of these junctions."""
        prefix = name_prefix(self.assembly)
        return tuple(
            f"{prefix}{self.chroms[row]}:{self.starts[row]}-{self.ends[row]}:{self.strands[row]}"
            for row in np.flatnonzero(mask).tolist()
        )

    def on(self, name: JunctionName) -> Mask:
        """The junctions with the first and last base of a name, and its strand if it has one."""
        chrom = np.array(self.chroms, np.str_) == name.region.chrom
        exact: Mask = chrom & (self.starts == name.region.start) & (self.ends == name.region.end)
        return exact & self.on_strand(name.strand)

    def on_strand(self, strand: str | None) -> Mask:
        """The junctions on a strand; all without one, or for a sign other than + and -."""
        if strand is None or strand not in "+-":
            return np.ones(len(self.starts), np.bool_)
        return np.asarray(self.strands == strand)

    def sums(self, mask: Mask) -> SampleSums:
        """The reads of every sample over these junctions."""
        return sums_of_rows(
            self.rows.pairs, np.flatnonzero(mask).tolist() if self.rows.text else ()
        )


@dataclass(frozen=True)
class Side:
    """The junctions of inclusion or of exclusion, and the number of them that one transcript has."""

    junctions: tuple[str, ...]
    size: int
    reads: SampleSums


@dataclass(frozen=True)
class Event:
    """A splicing event. `kind` is junctions, cassette exon, mutually exclusive exons, donor or
    acceptor.
    """

    name: str
    kind: str
    inclusion: Side
    exclusion: Side


def chain_size(spans: Iterable[tuple[int, int]]) -> int:
    """The number of junctions in the longest chain of junctions that do not overlap; at least 1.

    Between two junctions of a chain lies an exon of at least one base.

    >>> chain_size([(100, 200), (251, 300)]), chain_size([(100, 200), (150, 200)])
    (2, 1)
    """
    size, last = 0, -1
    # Taking the junction that ends first leaves most room for the others.
    for start, end in sorted(spans, key=lambda span: span[1]):
        if start > last + 1 or not size:
            size, last = size + 1, end
    return max(size, 1)


def junction_event(
    junctions: Junctions, include: Sequence[JunctionName], exclude: Sequence[JunctionName]
) -> Event:
    """The event of two sets of junctions. Junctions without a row have no reads.

    Raises BadQuery if a junction is in both sets, or if they are not all of one chromosome.
    """
    for junction in (*include, *exclude):
        if junction.region.chrom != include[0].region.chrom:
            raise BadQuery("exclude", str(junction), f"a junction of {include[0].region.chrom}")
    inclusion, exclusion = (_any_of(junctions, names) for names in (include, exclude))
    common = junctions.names(inclusion & exclusion)
    if common:
        raise BadQuery("exclude", common[0], "a junction that include does not have")
    name = " ".join([*map(str, include), "/", *map(str, exclude)])
    return Event(
        name,
        "junctions",
        _side(junctions, inclusion, chain_size(map(_span, include))),
        _side(junctions, exclusion, chain_size(map(_span, exclude))),
    )


def cassette_event(junctions: Junctions, exon: Exon) -> Event:
    """The event of a cassette exon.

    Inclusion: the junctions that end one base before the exon, and those that start one base after
    it. Exclusion: the junctions that start where one of the former starts and end where one of the
    latter ends. Sizes: 2 and 1.
    """
    into, out_of = _flanks(junctions, exon)
    skips = np.isin(junctions.starts, junctions.starts[into])
    skips &= np.isin(junctions.ends, junctions.ends[out_of])
    skips &= junctions.on_strand(exon.strand)
    return Event(
        str(exon),
        "cassette exon",
        _side(junctions, into | out_of, 2),
        _side(junctions, skips, 1),
    )


def exclusive_event(junctions: Junctions, first: Exon, second: Exon) -> Event:
    """The event of two mutually exclusive exons: inclusion has the first, exclusion the second.

    Each has the junctions into it and out of it, if the other exon has a junction from the same start
    or to the same end. Sizes: 2 and 2. Raises BadQuery if the exons overlap.
    """
    if first.region.chrom != second.region.chrom or _overlap(first.region, second.region):
        raise BadQuery("exon", str(second), f"an exon beside {first}, on its chromosome")
    (into1, out_of1), (into2, out_of2) = (_flanks(junctions, exon) for exon in (first, second))
    starts = np.intersect1d(junctions.starts[into1], junctions.starts[into2])
    ends = np.intersect1d(junctions.ends[out_of1], junctions.ends[out_of2])
    from_start, to_end = np.isin(junctions.starts, starts), np.isin(junctions.ends, ends)
    sides = [
        _side(junctions, (into & from_start) | (out_of & to_end), 2)
        for into, out_of in ((into1, out_of1), (into2, out_of2))
    ]
    return Event(f"{first} / {second}", "mutually exclusive exons", *sides)


def site_events(junctions: Junctions, kind: str, *, limit: int) -> list[Event]:
    """An event for each junction of a donor or an acceptor, up to a limit, the one with most reads
    first.

    Inclusion: the junction. Exclusion: all other junctions of the site. Sizes: 1 and 1.
    """
    if not junctions.rows.text:
        return []
    everywhere = np.ones(len(junctions.starts), np.bool_)
    total = junctions.sums(everywhere)
    order = np.argsort(-junctions.rows.pairs.sums(), kind="stable")
    events: list[Event] = []
    for row in order[:limit].tolist():
        itself = np.arange(len(everywhere)) == row
        inclusion = _side(junctions, itself, 1)
        # Subtracting is quicker than adding up the others for each junction again.
        others = SampleSums(total.samples, total.reads - inclusion.reads.of(total.samples))
        exclusion = Side(junctions.names(~itself), 1, others)
        events.append(Event(inclusion.junctions[0], kind, inclusion, exclusion))
    return events


def _side(junctions: Junctions, mask: Mask, size: int) -> Side:
    return Side(junctions.names(mask), size, junctions.sums(mask))


def _any_of(junctions: Junctions, names: Sequence[JunctionName]) -> Mask:
    mask = np.zeros(len(junctions.starts), np.bool_)
    for name in names:
        mask |= junctions.on(name)
    return mask


def _flanks(junctions: Junctions, exon: Exon) -> tuple[Mask, Mask]:
    """The junctions into an exon, and those out of it."""
    strand = junctions.on_strand(exon.strand)
    into: Mask = strand & (junctions.ends == exon.region.start - 1)
    out_of: Mask = strand & (junctions.starts == exon.region.end + 1)
    return into, out_of


def _span(name: JunctionName) -> tuple[int, int]:
    return name.region.start, name.region.end


def _overlap(first: Region, second: Region) -> bool:
    return first.start <= second.end and second.start <= first.end
