"""What junctions and retained introns mean for a transcript. docs/consequences.md is generated from
these docstrings, and tests run their examples.

In the examples `transcript` is on + with the exons 101-200, 301-360 and 501-600; it is coding from 151
to 552.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from snapshard.errors import BadQuery
from snapshard.transcripts.spliced import (
    Spans,
    clip,
    conflict,
    first_bases,
    last_bases,
    length,
    on_axis,
    shared_length,
    splice,
)
from snapshard.transcripts.transcript import (
    INCOMPLETE_END,
    INCOMPLETE_START,
    Span,
    Transcript,
    introns_between,
)

_CODON = 3


class Frame(StrEnum):
    """What becomes of the reading frame."""

    UNCHANGED = "unchanged"
    KEPT = "kept"
    LOST = "lost"
    NO_START = "start codon lost"
    NO_STOP = "stop codon lost"
    NOT_CODING = "not coding"


FRAME_MEANINGS = {
    Frame.UNCHANGED: "the coding sequence has the same bases",
    Frame.KEPT: "the coding sequence grows or shrinks by a multiple of 3 bases",
    Frame.LOST: "the coding sequence grows or shrinks by another number of bases",
    Frame.NO_START: "the three bases of the start codon are not all in exons, one after the other",
    Frame.NO_STOP: "the same for the three bases of the stop codon",
    Frame.NOT_CODING: "the transcript has no coding sequence",
}


class Place(StrEnum):
    """Where a transcript has the last exon base beside a donor or an acceptor."""

    ANNOTATED = "annotated"
    EXON = "exon"
    INTRON = "intron"


@dataclass(frozen=True)
class UsedSite:
    """One end of a junction in a transcript.

    `position` is the first or last base of the intron. `exon` is the number of the exon that the site
    ends or begins; `moved` is how many bases it lies downstream of the annotated site of that exon,
    negative if upstream, and 0 if it is that site.
    """

    role: str
    position: int
    exon: int
    place: Place
    moved: int


@dataclass(frozen=True)
class Consequence:
    """The transcript with these junctions and retained introns instead of its own.

    Numbers of exons and introns count from 1 in the direction of transcription. `exons` are the new
    exons, ascending in the genome. `coding_change` is the change of the length of the coding sequence,
    None if the transcript is not coding. `inside_exon` and `inside_intron` are set if both ends of a
    junction lie inside the same exon or intron.
    """

    transcript: Transcript
    sites: tuple[UsedSite, ...]
    skipped_exons: tuple[int, ...]
    retained_introns: tuple[int, ...]
    inside_exon: int | None
    inside_intron: int | None
    inserted: int
    removed: int
    coding_change: int | None
    frame: Frame
    exons: tuple[Span, ...]

    @property
    def is_annotated(self) -> bool:
        """Whether the transcript has these introns already."""
        return not self.inserted and not self.removed

    @property
    def ends_in_an_intron(self) -> bool:
        """Whether a site lies in an intron, so that it may be an end of a new exon."""
        return any(site.place is Place.INTRON for site in self.sites)


def consequence_of(
    transcript: Transcript, junctions: Sequence[Span] = (), *, retained: Sequence[int] = ()
) -> Consequence:
    """The consequence of junctions (first and last base of their introns) and of retained introns
    (their numbers) for a transcript.

    Rule: the junctions' introns are spliced out. An intron of the transcript is given up if it is
    retained, or if it contains a base of a junction's intron or of the two bases beside it; every
    other intron stays. An exon is skipped if it lies inside a junction's intron. A donor belongs to the
    last exon that begins before it, an acceptor to the first exon that ends after it; how far it moved
    is counted from the annotated site of that exon. A site in an intron therefore lengthens its exon by
    that part of the intron. If it is an end of a new exon (a pseudoexon), name both of its junctions.

    Frame: with C the number of exon bases from the first base of the start codon to the last base of
    the stop codon, the frame is kept if C changes by a multiple of 3. An annotation with the tag
    cds_start_NF or cds_end_NF does not know the start or the stop codon, which is then not checked.

    Source: positions and frame as in SpliceVault (R. Dawes et al., SpliceVault predicts the precise
    nature of variant-associated mis-splicing, Nature Genetics 55 (2023) 324-332), without its rule
    that the length of an event alone decides the frame: what lies outside of the coding sequence does
    not count. This is a statement about the transcript, never a classification of a variant.

    Raises BadQuery for a junction that is not inside the transcript, for junctions that exclude each
    other, and for a number that no intron has.

    >>> skipping = consequence_of(transcript, [(201, 500)])
    >>> skipping.skipped_exons, skipping.coding_change, str(skipping.frame)
    ((2,), -60, 'kept')
    >>> cryptic = consequence_of(transcript, [(205, 300)])
    >>> [(site.role, site.exon, str(site.place), site.moved) for site in cryptic.sites]
    [('donor', 1, 'intron', 4), ('acceptor', 2, 'annotated', 0)]
    >>> cryptic.coding_change, str(cryptic.frame)
    (4, 'lost')
    >>> retention = consequence_of(transcript, retained=[2])
    >>> retention.inserted, str(retention.frame), retention.exons
    (140, 'lost', ((101, 200), (301, 600)))
    """
    exons = on_axis(transcript.exons, transcript.strand)
    introns = on_axis(sorted(junctions), transcript.strand)
    _check(transcript, exons, introns, retained)
    before, after = splice(exons, []), splice(exons, introns, retained)
    sites = _sites(exons, introns, transcript.strand)
    pairs = list(zip(sites[::2], sites[1::2], strict=True))
    change, frame = _coding_change(transcript, before, after)
    shared = shared_length(before, after)
    return Consequence(
        transcript,
        tuple(sites),
        _skipped(exons, introns),
        tuple(sorted(set(retained))),
        next((donor.exon for donor, acceptor in pairs if _in_exon(donor, acceptor)), None),
        next((donor.exon for donor, acceptor in pairs if _in_intron(donor, acceptor)), None),
        length(after) - shared,
        length(before) - shared,
        change,
        frame,
        tuple(on_axis(after, transcript.strand)),
    )


def _check(transcript: Transcript, exons: Spans, introns: Spans, retained: Sequence[int]) -> None:
    if transcript.strand not in ("+", "-"):
        expected = "a transcript on + or -"
        raise BadQuery("transcript", f"{transcript.transcript_id} on {transcript.strand}", expected)
    first, last = transcript.exons[0][0], transcript.exons[-1][1]
    name = transcript.transcript_id
    for start, end in on_axis(introns, transcript.strand):
        if not (first < start and end < last):
            expected = f"a junction between exon bases of {name}, inside {first}-{last}"
            raise BadQuery("junction", f"{start}-{end}", expected)
    for intron, following in pairwise(introns):
        if conflict(intron, following):
            expected = "junctions of one transcript, with an exon between each two"
            raise BadQuery("junction", _texts(introns, transcript.strand), expected)
    transcript_introns = introns_between(exons)
    for number in retained:
        if not 1 <= number <= len(transcript_introns):
            raise BadQuery(
                "retained", number, f"an intron of {name}, 1 to {len(transcript_introns)}"
            )
        if any(conflict(transcript_introns[number - 1], intron) for intron in introns):
            raise BadQuery("retained", number, "an intron that no junction replaces")


def _texts(introns: Spans, strand: str) -> str:
    return ", ".join(f"{start}-{end}" for start, end in on_axis(introns, strand))


def _sites(exons: Spans, introns: Spans, strand: str) -> list[UsedSite]:
    """The donor and the acceptor of each junction, one after the other."""
    sign = -1 if strand == "-" else 1
    sites: list[UsedSite] = []
    for first, last in introns:
        number = sum(start < first for start, _ in exons)
        moved = first - 1 - exons[number - 1][1]
        place = _place(moved, in_exon=moved < 0)
        sites.append(UsedSite("donor", sign * first, number, place, moved))
        number = 1 + sum(end <= last for _, end in exons)
        moved = last + 1 - exons[number - 1][0]
        place = _place(moved, in_exon=moved > 0)
        sites.append(UsedSite("acceptor", sign * last, number, place, moved))
    return sites


def _place(moved: int, *, in_exon: bool) -> Place:
    if not moved:
        return Place.ANNOTATED
    return Place.EXON if in_exon else Place.INTRON


def _in_exon(donor: UsedSite, acceptor: UsedSite) -> bool:
    in_exons = donor.place is Place.EXON and acceptor.place is Place.EXON
    return in_exons and donor.exon == acceptor.exon


def _in_intron(donor: UsedSite, acceptor: UsedSite) -> bool:
    in_introns = donor.place is Place.INTRON and acceptor.place is Place.INTRON
    return in_introns and donor.exon + 1 == acceptor.exon


def _skipped(exons: Spans, introns: Spans) -> tuple[int, ...]:
    return tuple(
        number
        for number, (start, end) in enumerate(exons, 1)
        if any(first <= start and end <= last for first, last in introns)
    )


def _coding_change(transcript: Transcript, before: Spans, after: Spans) -> tuple[int | None, Frame]:
    """The change of the number of coding bases, and what becomes of the frame."""
    if transcript.cds is None:
        return None, Frame.NOT_CODING
    [coding] = on_axis([transcript.cds], transcript.strand)
    old, new = clip(before, *coding), clip(after, *coding)
    change = length(new) - length(old)
    if old == new:
        return change, Frame.UNCHANGED
    tags = transcript.tags or ()
    if INCOMPLETE_START not in tags and first_bases(old, _CODON) != first_bases(new, _CODON):
        return change, Frame.NO_START
    if INCOMPLETE_END not in tags and last_bases(old, _CODON) != last_bases(new, _CODON):
        return change, Frame.NO_STOP
    return change, Frame.KEPT if change % _CODON == 0 else Frame.LOST
