"""The exons of a transcript after some of its introns were replaced.

Positions are on the transcript's own axis: as in the genome on +, negated on -, so that they ascend
in the direction of transcription on both strands. Spans include both ends.
"""

from collections.abc import Collection, Iterable, Sequence

from snapshard.transcripts.transcript import Span, introns_between

Spans = list[Span]


def on_axis(spans: Iterable[Span], strand: str) -> Spans:
    """Ascending spans on the axis of transcription. The function is its own inverse."""
    if strand != "-":
        return list(spans)
    return [(-end, -start) for start, end in reversed(list(spans))]


def splice(exons: Sequence[Span], introns: Sequence[Span], retained: Collection[int] = ()) -> Spans:
    """The exons that remain if `introns` are spliced out of a transcript, and of its own introns those
    that agree with them and whose number (from 1) is not retained.

    An own intron is given up if it contains a base of a new intron or one of the two bases beside it,
    which are in exons. Exons that touch are one.
    """
    transcript_introns = [
        intron
        for number, intron in enumerate(introns_between(exons), 1)
        if number not in retained
        and intron[0] <= intron[1]
        and not any(conflict(intron, other) for other in introns)
    ]
    spliced: Spans = []
    start = exons[0][0]
    for first, last in sorted([*transcript_introns, *introns]):
        spliced.append((start, first - 1))
        start = last + 1
    return [*spliced, (start, exons[-1][1])]


def conflict(intron: Span, other: Span) -> bool:
    """Whether two introns cannot be in one transcript: they overlap, or there is no exon between."""
    return intron[0] <= other[1] + 1 and intron[1] >= other[0] - 1


def clip(spans: Iterable[Span], first: int, last: int) -> Spans:
    """The parts of spans from first to last."""
    parts = ((max(start, first), min(end, last)) for start, end in spans)
    return [(start, end) for start, end in parts if start <= end]


def length(spans: Iterable[Span]) -> int:
    """The number of bases of spans."""
    return sum(end - start + 1 for start, end in spans)


def shared_length(spans: Sequence[Span], others: Sequence[Span]) -> int:
    """The number of bases that both have; the spans of each ascend and do not overlap."""
    shared = number = 0
    for start, end in spans:
        while number < len(others) and others[number][1] < start:
            number += 1
        # The last of the others that overlaps this span may also overlap the next one.
        while number < len(others) and others[number][1] <= end:
            shared += length(clip([others[number]], start, end))
            number += 1
        if number < len(others):
            shared += length(clip([others[number]], start, end))
    return shared


def first_bases(spans: Iterable[Span], count: int) -> list[int]:
    """The first positions, up to `count`."""
    bases: list[int] = []
    for start, end in spans:
        bases += range(start, min(end, start + count - len(bases) - 1) + 1)
    return bases


def last_bases(spans: Sequence[Span], count: int) -> list[int]:
    """The last positions, up to `count`, the very last one first."""
    mirrored = first_bases(((-end, -start) for start, end in reversed(spans)), count)
    return [-base for base in mirrored]
