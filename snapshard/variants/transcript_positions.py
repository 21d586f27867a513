"""Positions of HGVS in a transcript as positions in the genome."""

from snapshard.errors import BadQuery
from snapshard.region import Region
from snapshard.transcripts import INCOMPLETE_END, INCOMPLETE_START, Span, Transcript
from snapshard.transcripts.spliced import clip, length, on_axis
from snapshard.variants.hgvs import CodingName, CodingPosition
from snapshard.variants.variant import Variant, reverse_complement


def genome_position(transcript: Transcript, position: CodingPosition, *, kind: str = "c") -> int:
    """The base of the genome (1-based) at a position of a transcript.

    Rule: the bases of the exons are numbered in the direction of transcription. c.1 is the first base
    of the start codon, c.-1 the base before it (there is no 0), c.*1 the base behind the stop codon;
    n.1 is the first base of the transcript. c.X+n is the n-th base of the intron behind X, which must
    be the last base of its exon; c.X-n is the n-th base before X, which must be the first of its exon.

    Source: HGVS nomenclature, numbering (https://hgvs-nomenclature.org/stable/background/numbering/).

    Raises BadQuery for a position beyond the transcript, an offset that does not start at an end of
    an exon or is longer than the intron, and a c. position in a transcript without a coding sequence
    or whose start (or, for c.*, stop) codon the annotation does not know.

    In the example `transcript` is on + with the exons 101-200, 301-360 and 501-600, coding from 151 to
    552.

    >>> places = [(50,), (51,), (50, 4), (51, -4), (1, 0, "-"), (2, 0, "*")]
    >>> [genome_position(transcript, CodingPosition(*place)) for place in places]
    [200, 301, 204, 297, 150, 554]
    """
    sign = -1 if transcript.strand == "-" else 1
    exons = on_axis(transcript.exons, transcript.strand)
    number = _number(transcript, exons, position, kind)
    name = f"{transcript.transcript_id}:{kind}.{position}"
    for exon_number, (first, last) in enumerate(exons):
        if number <= last - first:
            base = first + number
            _check_offset(exons, exon_number, base, position.offset, name)
            return sign * (base + position.offset)
        number -= last - first + 1
    raise BadQuery("variant", name, f"a position inside {transcript.transcript_id}")


def genome_variant(transcript: Transcript, name: CodingName) -> Variant:
    """The bases of a variant that is named by its place in a transcript; what it states about them
    becomes that of +. Raises BadQuery, as genome_position does, and for a range that is reversed.
    """
    first = genome_position(transcript, name.first, kind=name.kind)
    last = genome_position(transcript, name.last, kind=name.kind)
    reference, alternate = name.reference, name.alternate
    if transcript.strand == "-":
        first, last = last, first
        reference, alternate = reverse_complement(reference), reverse_complement(alternate)
    if first > last:
        raise BadQuery("variant", name.text, "a range whose end is not before its start")
    if reference and first == last:
        # Several bases at one position are written by some tools; they are those from there on.
        extra = len(reference) - 1
        first, last = (first - extra, last) if transcript.strand == "-" else (first, last + extra)
    if reference and len(reference) != last - first + 1:
        expected = f"{last - first + 1} reference bases, which the range has"
        raise BadQuery("variant", name.text, expected)
    return Variant(Region(transcript.chrom, first, last), reference, alternate)


def _number(transcript: Transcript, exons: list[Span], position: CodingPosition, kind: str) -> int:
    """How many bases of exons precede the position's base. Raises BadQuery for one before the first."""
    name = f"{transcript.transcript_id}:{kind}.{position}"
    number = position.base - 1
    if kind == "c":
        number = _coding_number(transcript, exons, position, name)
    if number < 0:
        raise BadQuery("variant", name, f"a position inside {transcript.transcript_id}")
    return number


def _coding_number(
    transcript: Transcript, exons: list[Span], position: CodingPosition, name: str
) -> int:
    if transcript.cds is None or transcript.strand not in ("+", "-"):
        expected = f"an n. position: {transcript.transcript_id} has no coding sequence"
        raise BadQuery("variant", name, expected)
    codon, tag = ("stop", INCOMPLETE_END) if position.zone == "*" else ("start", INCOMPLETE_START)
    if tag in (transcript.tags or ()):
        expected = f"another transcript: the annotation does not know the {codon} codon of this one"
        raise BadQuery("variant", name, expected)
    [(first, last)] = on_axis([transcript.cds], transcript.strand)
    start = length(clip(exons, exons[0][0], first - 1))
    coding = length(clip(exons, exons[0][0], last))
    match position.zone:
        case "-":
            return start - position.base
        case "*":
            return coding + position.base - 1
        case _ if start + position.base > coding:
            expected = f"a coding base, c.1 to c.{coding - start}; c.* counts behind the stop codon"
            raise BadQuery("variant", name, expected)
        case _:
            return start + position.base - 1


def _check_offset(exons: list[Span], number: int, base: int, offset: int, name: str) -> None:
    """Raises BadQuery unless an offset starts at the end of its exon and stays in the intron."""
    if not offset:
        return
    first, last = exons[number]
    neighbour = number + (1 if offset > 0 else -1)
    if base != (last if offset > 0 else first):
        end = "last" if offset > 0 else "first"
        expected = f"an offset from the {end} base of an exon; is it another version's position?"
        raise BadQuery("variant", name, expected)
    if not 0 <= neighbour < len(exons):
        raise BadQuery("variant", name, "an offset into an intron: there is none on this side")
    size = (exons[neighbour][0] - last if offset > 0 else first - exons[neighbour][1]) - 1
    if abs(offset) > size:
        raise BadQuery("variant", name, f"an offset into the intron, which has {size} bases")
