"""A consequence as the members of a JSON object, and as a sentence; the server and the client write the
same.
"""

from collections.abc import Sequence
from typing import Any

from snapshard.transcripts.consequence import (
    FRAME_MEANINGS,
    Consequence,
    Frame,
    Place,
    UsedSite,
)
from snapshard.transcripts.stop import Stop, StopKind

ASSUMES_SPLICING = "every other intron of the transcript is spliced as annotated"
ASSUMES_LONGER_EXON = (
    "; a site inside an intron lengthens its exon: if it is an end of a new exon instead, name both"
    " junctions of that exon"
)


def consequence_members(consequence: Consequence, stop: Stop) -> dict[str, Any]:
    """The members of a consequence in a JSON object; positions are 1-based, both ends included."""
    longer = ASSUMES_LONGER_EXON if consequence.ends_in_an_intron else ""
    return {
        "summary": summary(consequence, stop),
        "annotated": consequence.is_annotated,
        "skipped_exons": list(consequence.skipped_exons),
        "retained_introns": list(consequence.retained_introns),
        "inside_exon": consequence.inside_exon,
        "inside_intron": consequence.inside_intron,
        "sites": [_site_members(site) for site in consequence.sites],
        "inserted_bases": consequence.inserted,
        "removed_bases": consequence.removed,
        "coding_change": consequence.coding_change,
        "frame": str(consequence.frame),
        "frame_meaning": FRAME_MEANINGS[consequence.frame],
        "stop": {
            "kind": str(stop.kind),
            "codon": stop.codon,
            "position": stop.position,
            "exon": stop.exon,
            "to_last_junction": stop.to_last_junction,
            "reason": stop.reason,
        },
        "exons": [list(exon) for exon in consequence.exons],
        "assumes": ASSUMES_SPLICING + longer,
    }


def summary(consequence: Consequence, stop: Stop) -> str:
    """The consequence in one sentence; a statement about the transcript, not about a variant."""
    name = consequence.transcript.transcript_id
    if consequence.is_annotated:
        return f"{name} has these introns: nothing changes"
    changes = [*_exon_changes(consequence), *map(_move, _moved_sites(consequence))]
    frame = _frame(consequence)
    return f"{name}: " + "; ".join([*changes, frame, *_stop(stop)])


def _site_members(site: UsedSite) -> dict[str, Any]:
    return {
        "role": site.role,
        "position": site.position,
        "exon": site.exon,
        "place": str(site.place),
        "moved": site.moved,
    }


def _exon_changes(consequence: Consequence) -> list[str]:
    changes: list[str] = []
    if consequence.skipped_exons:
        changes.append(f"skips {_numbered('exon', consequence.skipped_exons)}")
    if consequence.retained_introns:
        changes.append(f"retains {_numbered('intron', consequence.retained_introns)}")
    if consequence.inside_exon:
        changes.append(f"removes {consequence.removed} bases inside exon {consequence.inside_exon}")
    if consequence.inside_intron:
        changes.append(f"splices only a part of intron {consequence.inside_intron}")
    return changes


def _moved_sites(consequence: Consequence) -> list[UsedSite]:
    # The two ends of an intron inside an exon are no moved sites of that exon.
    if consequence.inside_exon:
        return []
    return [site for site in consequence.sites if site.moved]


def _move(site: UsedSite) -> str:
    direction = "downstream" if site.moved > 0 else "upstream"
    intron = site.exon if site.role == "donor" else site.exon - 1
    place = f"exon {site.exon}" if site.place is Place.EXON else f"intron {intron}"
    plural = "" if abs(site.moved) == 1 else "s"
    return (
        f"{site.role} of exon {site.exon} moves {abs(site.moved)} base{plural} {direction},"
        f" into {place}"
    )


def _numbered(noun: str, numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"{noun} {numbers[0]}"
    if len(numbers) == numbers[-1] - numbers[0] + 1:
        return f"{noun}s {numbers[0]}-{numbers[-1]}"
    return f"{noun}s {', '.join(map(str, numbers))}"


def _frame(consequence: Consequence) -> str:
    match consequence.frame:
        case Frame.UNCHANGED:
            return "coding sequence unchanged"
        case Frame.KEPT | Frame.LOST as frame:
            return f"frame {frame} ({consequence.coding_change:+d} coding bases)"
        case frame:
            return str(frame)


def _stop(stop: Stop) -> list[str]:
    match stop.kind:
        case StopKind.PREMATURE:
            return [f"premature stop codon {stop.codon} in exon {stop.exon} of the new transcript"]
        case StopKind.ANNOTATED:
            return ["translation ends at the annotated stop codon"]
        case StopKind.DOWNSTREAM:
            return [
                f"translation ends downstream of the annotated stop codon, at codon {stop.codon}"
            ]
        case StopKind.NONE:
            return ["no stop codon before the end of the transcript"]
        case _:
            return [] if stop.reason is None else [f"premature stop unknown: {stop.reason}"]
