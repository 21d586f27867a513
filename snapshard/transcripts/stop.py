"""The first stop codon of a transcript with other junctions, from the sequence of the genome."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from snapshard.transcripts.consequence import Consequence, Frame
from snapshard.transcripts.spliced import Spans, clip, length, on_axis, splice
from snapshard.transcripts.transcript import INCOMPLETE_START, Transcript

Bases = Callable[[str, int, int], str]
"""The bases of a chromosome from a first to a last position (1-based, both included), on + and in
capitals.
"""
_CODON = 3
_STOPS = ("TAA", "TAG", "TGA")
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")


class StopKind(StrEnum):
    """Where translation ends, compared with the annotated stop codon."""

    PREMATURE = "premature"
    ANNOTATED = "annotated"
    DOWNSTREAM = "downstream"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stop:
    """Where translation from the annotated start codon ends.

    `codon` counts from the start codon, which is 1. `position` is the first base of the stop codon,
    `exon` the number of its exon in the new transcript. `to_last_junction` is the number of bases from
    the last base of the stop codon to the last exon-exon junction; negative if the junction comes
    first, None without a junction. `reason` states why the stop is unknown.
    """

    kind: StopKind
    codon: int | None = None
    position: int | None = None
    exon: int | None = None
    to_last_junction: int | None = None
    reason: str | None = None


def stop_of(consequence: Consequence, bases: Bases | None) -> Stop:
    """Where translation of the new transcript ends.

    Rule: the new exons are read in codons from the first base of the annotated start codon with the
    standard genetic code. The first stop codon (TAA, TAG, TGA) is premature if its first base is
    upstream of that of the annotated one. The variant itself is not in the sequence.

    It is unknown without a sequence (`bases` is None), for a transcript that is not coding or whose
    start codon is lost or not annotated, and if the annotated coding sequence does not read from its
    start to its stop in this sequence: the FASTA is then of another assembly, or a TGA codes for
    selenocysteine.

    In the example `bases` are those of a genome that has the start codon ATG at 151, the stop codon TAA
    at 550, GTAA at 201, and C everywhere else.

    >>> stop = stop_of(consequence_of(transcript, [(205, 300)]), bases)
    >>> str(stop.kind), stop.codon, stop.position, stop.exon, stop.to_last_junction
    ('premature', 18, 202, 1, 60)
    """
    transcript = consequence.transcript
    if reason := _unknown(consequence, bases):
        return Stop(StopKind.UNKNOWN, reason=reason)
    assert bases is not None
    assert transcript.cds is not None
    exons = on_axis(transcript.exons, transcript.strand)
    [coding] = on_axis([transcript.cds], transcript.strand)
    annotated_stop = _first_stop(transcript, splice(exons, []), coding[0], bases)
    # Some tables do not count the stop codon as coding: then it follows the coding span.
    coding_length = length(clip(exons, *coding))
    if annotated_stop is None or _CODON * annotated_stop not in (
        coding_length,
        coding_length + _CODON,
    ):
        reason = _UNREADABLE.format(transcript.transcript_id)
        return Stop(StopKind.UNKNOWN, reason=reason)
    after = on_axis(consequence.exons, transcript.strand)
    return _compare(transcript, splice(exons, []), after, coding[0], annotated_stop, bases)


_UNREADABLE = (
    "the coding sequence of {} does not read from its start codon to its stop codon in this FASTA:"
    " another assembly, or a stop codon that codes for selenocysteine"
)


def _unknown(consequence: Consequence, bases: Bases | None) -> str | None:
    transcript = consequence.transcript
    if consequence.frame is Frame.NOT_CODING:
        return f"{transcript.transcript_id} is not coding"
    if bases is None:
        return "no FASTA of the genome was given (the server's SNAPSHARD_FASTA, or --fasta)"
    if consequence.frame is Frame.NO_START:
        return "the start codon is lost; where translation starts is not known"
    if INCOMPLETE_START in (transcript.tags or ()):
        return f"the annotation does not know the start codon of {transcript.transcript_id}"
    return None


def _compare(
    transcript: Transcript,
    before: Spans,
    after: Spans,
    start: int,
    annotated_stop: int,
    bases: Bases,
) -> Stop:
    """The stop of the new exons (`after`), compared with codon number `own` of the old ones."""
    codon = _first_stop(transcript, after, start, bases)
    if codon is None:
        return Stop(StopKind.NONE)
    own_position = _position(clip(before, start, before[-1][1]), _CODON * (annotated_stop - 1))
    position = _position(clip(after, start, after[-1][1]), _CODON * (codon - 1))
    kind = StopKind.ANNOTATED
    if position != own_position:
        kind = StopKind.PREMATURE if position < own_position else StopKind.DOWNSTREAM
    last = _position(clip(after, start, after[-1][1]), _CODON * codon - 1)
    return Stop(
        kind,
        codon,
        abs(position),
        1 + sum(end < position for _, end in after),
        _to_last_junction(after, last),
    )


def _to_last_junction(exons: Spans, last: int) -> int | None:
    if len(exons) == 1:
        return None
    before = length(clip(exons, exons[0][0], last))
    return length(exons[:-1]) - before


def _first_stop(transcript: Transcript, exons: Spans, start: int, bases: Bases) -> int | None:
    """The number of the first stop codon, read from a position on; None if there is none."""
    text = "".join(
        _read(transcript, first, last, bases) for first, last in clip(exons, start, exons[-1][1])
    )
    codons = (text[at : at + _CODON] for at in range(0, len(text) - _CODON + 1, _CODON))
    return next((number for number, codon in enumerate(codons, 1) if codon in _STOPS), None)


def _read(transcript: Transcript, first: int, last: int, bases: Bases) -> str:
    """The bases of a span on the axis, in the direction of transcription."""
    if transcript.strand == "-":
        return bases(transcript.chrom, -last, -first).translate(_COMPLEMENT)[::-1]
    return bases(transcript.chrom, first, last)


def _position(exons: Spans, offset: int) -> int:
    """The position that so many bases of exons precede."""
    for first, last in exons:
        if offset <= last - first:
            return first + offset
        offset -= last - first + 1
    raise ValueError(f"expected an offset within the exons, got {offset} bases beyond them")
