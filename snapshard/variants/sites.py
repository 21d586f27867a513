"""The splice sites near a variant, and the other events that junctions show there. docs/variants.md is
generated from these docstrings, and tests run their examples.

In the examples `transcript` is on + with the exons 101-200, 301-360 and 501-600, and `junctions` are
201-300 in 90 samples, 205-300 in 4, 201-500 in 7 and 361-500 in 80.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from snapshard.errors import BadQuery
from snapshard.region import Region
from snapshard.transcripts import Transcript
from snapshard.transcripts.spliced import Spans, on_axis
from snapshard.transcripts.transcript import introns_between

WINDOW = 50
CRYPTIC_RANGE = 600
MOST_SKIPPED = 2


class EventKind(StrEnum):
    """What a junction does beside a splice site."""

    SKIPPING = "exon skipping"
    CRYPTIC_DONOR = "cryptic donor"
    CRYPTIC_ACCEPTOR = "cryptic acceptor"
    OTHER_DONOR = "alternative donor"
    OTHER_ACCEPTOR = "alternative acceptor"


_KINDS = {
    ("donor", False): EventKind.CRYPTIC_DONOR,
    ("donor", True): EventKind.OTHER_DONOR,
    ("acceptor", False): EventKind.CRYPTIC_ACCEPTOR,
    ("acceptor", True): EventKind.OTHER_ACCEPTOR,
}


@dataclass(frozen=True)
class Thresholds:
    """How far from the variant sites are looked for (`window`), how far from a site a cryptic one
    (`cryptic_range`), both in bases; how many exons an event skips at most; and in how many samples a
    junction is at least.
    """

    window: int = WINDOW
    cryptic_range: int = CRYPTIC_RANGE
    most_skipped: int = MOST_SKIPPED
    min_samples: int = 1

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0:
                raise BadQuery(name, value, "a number of at least 0")


@dataclass(frozen=True)
class Spliced:
    """A junction: first and last base of its intron, its strand, its samples and reads, and whether its
    pair of ends, its first and its last base are annotated. `line` is its row.
    """

    start: int
    end: int
    strand: str
    samples: int
    reads: int
    annotated: bool = False
    left_annotated: bool = False
    right_annotated: bool = False
    line: bytes = b""

    @property
    def donor(self) -> int:
        """The first base of the intron in the direction of transcription."""
        return self.end if self.strand == "-" else self.start

    @property
    def acceptor(self) -> int:
        """The last base of the intron in the direction of transcription."""
        return self.start if self.strand == "-" else self.end


@dataclass(frozen=True)
class TranscriptSite:
    """An annotated site of a transcript: the exon that it ends (donor) or begins (acceptor), counted
    from 1, and the other end of its intron.
    """

    transcript: Transcript
    exon: int
    partner: int


@dataclass(frozen=True)
class NearbySite:
    """A donor or acceptor near a variant, by the first or last base of its introns.

    `place` is where the variant's nearest base lies: -1 is the last base before the border of exon and
    intron in the direction of transcription, +1 the first behind it, so that +5 of a donor and -3 of an
    acceptor are in the intron. `distance` is the number of bases from the site's own base, 0 for that
    base. `annotated`: by the transcripts, or by a junction of the release that ends there.
    """

    position: int
    strand: str
    role: str
    annotated: bool
    place: int
    distance: int


@dataclass(frozen=True)
class SpliceEvent:
    """Another junction beside a site, and what it does there.

    `skipped_exons` are numbers of the transcript's exons, None without a transcript. `moved` is how many
    bases an alternative or cryptic site lies downstream of the site, negative if upstream; None for skipping.
    """

    kind: EventKind
    junction: Spliced
    skipped_exons: tuple[int, ...] | None = None
    moved: int | None = None


def nearby_sites(
    variant: Region, junctions: Iterable[Spliced], transcripts: Sequence[Transcript], window: int
) -> list[NearbySite]:
    """The donors and acceptors within so many bases of a variant: ends of junctions, and annotated sites
    of transcripts although no sample uses them. Annotated ones come first, then nearer ones.

    Rule: the distance of a site is the smallest number of bases between a base of the variant and the
    first base of the intron (donor) or its last (acceptor). Junctions of unknown strand have no sites.

    >>> [(site.position, site.role, site.annotated, site.place, site.distance)
    ...  for site in nearby_sites(Region("chr1", 203, 203), junctions, [transcript], 50)]
    [(201, 'donor', True, 3, 2), (205, 'donor', False, -2, 2)]
    """
    annotated: dict[tuple[int, str, str], bool] = {}
    for position, strand, role in _annotated_sites(transcripts):
        annotated[position, strand, role] = True
    for junction in junctions:
        if junction.strand not in ("+", "-"):
            continue
        left, right = ("donor", "acceptor") if junction.strand == "+" else ("acceptor", "donor")
        for position, role, flag in (
            (junction.start, left, junction.left_annotated),
            (junction.end, right, junction.right_annotated),
        ):
            key = position, junction.strand, role
            annotated[key] = annotated.get(key, False) or flag
    sites = [_site(variant, *key, annotated=flag) for key, flag in annotated.items()]
    return sorted(
        (site for site in sites if site.distance <= window),
        key=lambda site: (not site.annotated, site.distance, site.position, site.strand, site.role),
    )


def transcript_sites(site: NearbySite, transcripts: Sequence[Transcript]) -> TranscriptSite | None:
    """The site in the first transcript that has it; None if none has."""
    sign = -1 if site.strand == "-" else 1
    for transcript in transcripts:
        if transcript.strand != site.strand:
            continue
        for number, (first, last) in enumerate(_introns(transcript), 1):
            donor, acceptor = sign * first, sign * last
            if site.role == "donor" and donor == site.position:
                return TranscriptSite(transcript, number, acceptor)
            if site.role == "acceptor" and acceptor == site.position:
                return TranscriptSite(transcript, number + 1, donor)
    return None


def events_at(
    site: NearbySite,
    junctions: Sequence[Spliced],
    annotation: TranscriptSite | None,
    thresholds: Thresholds,
) -> list[SpliceEvent]:
    """What junctions show beside a site instead of its own use: junctions that are not annotated, the
    one of most samples first, then of most reads; then the annotated ones in the same order.

    Rule: a cryptic donor (acceptor) is the end of a junction whose other end is a partner of the site,
    at most `cryptic_range` bases from the site, and not annotated; an annotated end there is an
    alternative donor (acceptor), unless it is the donor (acceptor) of another exon of the transcript.
    The partner is the other end of the site's intron in
    the transcript; of a site in no transcript, the other ends of all junctions that use it.
    An exon is skipped by a junction from a donor of the transcript to an acceptor of it over the exon
    of the site, with at most `most_skipped` exons between. For a site in no transcript, a junction
    skips it if one end is a partner and the site lies between its ends, further away than a cryptic one.

    Source: R. Dawes et al., SpliceVault predicts the precise nature of variant-associated mis-splicing,
    Nature Genetics 55 (2023) 324-332: unannotated events beside an annotated site, ranked by
    samples, with up to 2 skipped exons and cryptic sites within 600 bases. Annotated junctions, which
    follow here without a rank, and sites in no transcript are additions.

    >>> [donor, cryptic] = nearby_sites(Region("chr1", 203, 203), junctions, [transcript], 50)
    >>> place = transcript_sites(donor, [transcript])
    >>> [(str(event.kind), event.junction.samples, event.skipped_exons, event.moved)
    ...  for event in events_at(donor, junctions, place, Thresholds())]
    [('cryptic donor', 4, None, 4)]
    >>> [(str(event.kind), event.junction.samples, event.moved)
    ...  for event in events_at(cryptic, junctions, None, Thresholds())]
    [('alternative donor', 90, -4)]
    """
    strand = [junction for junction in junctions if junction.strand == site.strand]
    if annotation is None:
        partners = _partners(site, strand)
        events = [
            _spanning(site, junction, partners, thresholds)
            or _cryptic(site, junction, partners, thresholds)
            for junction in strand
        ]
    else:
        donors, acceptors = _numbered_sites(annotation.transcript)
        site_ends = donors if site.role == "donor" else acceptors
        events = [
            _cryptic(site, junction, {annotation.partner}, thresholds)
            if role_end(site, junction) not in site_ends
            else _skipping(junction, annotation, donors, acceptors, thresholds)
            for junction in strand
        ]
    return sorted(
        filter(None, events),
        key=lambda event: (event.junction.annotated, *by_support(event.junction)),
    )


def event_bases(
    site: NearbySite,
    junctions: Iterable[Spliced],
    annotation: TranscriptSite | None,
    thresholds: Thresholds,
) -> set[int]:
    """The bases at one of which every junction of `events_at` starts or ends: the site's partners, and
    the donors of the exons before a skipped one. `junctions` are those that use the site.
    """
    if annotation is None:
        return _partners(site, (row for row in junctions if row.strand == site.strand))
    sign = -1 if site.strand == "-" else 1
    first = max(1, annotation.exon - thresholds.most_skipped)
    introns = _introns(annotation.transcript)[first - 1 : annotation.exon - 1]
    return {annotation.partner, *(sign * donor for donor, _ in introns)}


def by_support(junction: Spliced) -> tuple[int, int, int, int]:
    """A key by which the junction of most samples, then of most reads, comes first."""
    return -junction.samples, -junction.reads, junction.start, junction.end


def role_end(site: NearbySite, junction: Spliced) -> int:
    """The end of a junction that has the site's role."""
    return junction.donor if site.role == "donor" else junction.acceptor


def other_end(site: NearbySite, junction: Spliced) -> int:
    """The end of a junction that has the other role."""
    return junction.acceptor if site.role == "donor" else junction.donor


def _introns(transcript: Transcript) -> Spans:
    """The introns on the axis of transcription."""
    return introns_between(on_axis(transcript.exons, transcript.strand))


def _annotated_sites(transcripts: Iterable[Transcript]) -> Iterable[tuple[int, str, str]]:
    for transcript in transcripts:
        if transcript.strand not in ("+", "-"):
            continue
        sign = -1 if transcript.strand == "-" else 1
        for first, last in _introns(transcript):
            if first <= last:
                yield sign * first, transcript.strand, "donor"
                yield sign * last, transcript.strand, "acceptor"


def _site(variant: Region, position: int, strand: str, role: str, *, annotated: bool) -> NearbySite:
    nearest = min(max(position, variant.start), variant.end)
    downstream = (nearest - position) * (-1 if strand == "-" else 1)
    # There is no 0: the border lies before the base of a donor and behind that of an acceptor.
    shift = int(downstream >= 0) if role == "donor" else -int(downstream <= 0)
    place = downstream + shift
    return NearbySite(position, strand, role, annotated, place, abs(nearest - position))


def _partners(site: NearbySite, junctions: Iterable[Spliced]) -> set[int]:
    return {
        other_end(site, junction)
        for junction in junctions
        if role_end(site, junction) == site.position
    }


def _cryptic(
    site: NearbySite, junction: Spliced, partners: set[int], thresholds: Thresholds
) -> SpliceEvent | None:
    moved = (role_end(site, junction) - site.position) * (-1 if site.strand == "-" else 1)
    if other_end(site, junction) not in partners or not moved:
        return None
    if abs(moved) > thresholds.cryptic_range:
        return None
    is_left = (site.role == "donor") == (site.strand == "+")
    is_annotated = junction.left_annotated if is_left else junction.right_annotated
    return SpliceEvent(_KINDS[site.role, is_annotated], junction, moved=moved)


def _numbered_sites(transcript: Transcript) -> tuple[dict[int, int], dict[int, int]]:
    """The exon that each donor ends, and the exon that each acceptor begins."""
    sign = -1 if transcript.strand == "-" else 1
    introns = list(enumerate(_introns(transcript), 1))
    donors = {sign * first: number for number, (first, _) in introns}
    return donors, {sign * last: number + 1 for number, (_, last) in introns}


def _skipping(
    junction: Spliced,
    annotation: TranscriptSite,
    donors: dict[int, int],
    acceptors: dict[int, int],
    thresholds: Thresholds,
) -> SpliceEvent | None:
    before, after = donors.get(junction.donor), acceptors.get(junction.acceptor)
    if before is None or after is None or not before < annotation.exon < after:
        return None
    skipped_exons = tuple(range(before + 1, after))
    if len(skipped_exons) > thresholds.most_skipped:
        return None
    return SpliceEvent(EventKind.SKIPPING, junction, skipped_exons)


def _spanning(
    site: NearbySite, junction: Spliced, partners: set[int], thresholds: Thresholds
) -> SpliceEvent | None:
    distance = abs(role_end(site, junction) - site.position)
    if other_end(site, junction) not in partners or distance <= thresholds.cryptic_range:
        return None
    if not junction.start <= site.position <= junction.end:
        return None
    return SpliceEvent(EventKind.SKIPPING, junction)
