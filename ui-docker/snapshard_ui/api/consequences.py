"""What junctions mean for a transcript."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from snapshard.catalog import (
    StoredTranscript,
    find_transcript,
    transcript_members,
    transcripts_over,
)
from snapshard.errors import BadQuery, BadSource, MissingExtra
from snapshard.genome import genome_of
from snapshard.index import Index
from snapshard.name import JunctionName
from snapshard.region import Region
from snapshard.release import Release
from snapshard.transcripts import Consequence, Span, Stop, StopKind, consequence_of, stop_of
from snapshard.transcripts.answer import consequence_members
from snapshard_ui.api.junction_lookup import find_junction
from snapshard_ui.api.models.consequences import ConsequenceAnswer, ConsequenceParams
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release

_MOST_OTHERS = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Junctions:
    """Junctions of one request, on one chromosome and strand; a strand of None may be either."""

    names: tuple[JunctionName, ...]
    found: tuple[bool, ...]

    @property
    def spans(self) -> list[Span]:
        """The first and last base of each intron."""
        return [(name.region.start, name.region.end) for name in self.names]

    @property
    def strand(self) -> str | None:
        """The strand that the junctions have; None if it is not known."""
        strands = {name.strand for name in self.names if name.strand in ("+", "-")}
        return next(iter(strands), None)

    @property
    def hull(self) -> Region:
        """From the exon base before the first junction to the exon base behind the last."""
        starts, ends = zip(*self.spans, strict=True)
        return Region(self.names[0].region.chrom, max(1, min(starts) - 1), max(ends) + 1)


@on_release("/consequence", params=ConsequenceParams, model=ConsequenceAnswer, also=(300,))
def consequence(request: ReleaseRequest[ConsequenceParams]) -> Response:
    """What junctions and retained introns mean for a transcript: exons, frame, premature stop.

    It says which exons are skipped, how far a donor or an acceptor moves, whether the reading frame is
    kept, and, if the server has the sequence of the genome, where translation ends. It never
    classifies a variant.
    """
    return release_response(request.release, **find_consequence(request))


def find_consequence(request: ReleaseRequest[ConsequenceParams]) -> dict[str, Any]:
    """The JSON members of a consequence, except `about`. Raises as `find_junction` and
    `find_transcript` do, and BadQuery for junctions that cannot be of one transcript.
    """
    params, index, release = request.params, request.index, request.release
    junctions = _find_junctions(index, release, params.junction)
    stored, others = _choose(index, release, junctions, params)
    members = [
        {
            "name": str(name),
            "start": name.region.start,
            "end": name.region.end,
            "found": found,
        }
        for name, found in zip(junctions.names, junctions.found, strict=True)
    ]
    if stored is None:
        return {
            "junctions": members,
            "transcript": None,
            "other_transcripts": [],
            "consequence": None,
            "reason": "no transcript of this release has exon bases on both sides of every junction",
        }
    result = consequence_of(stored.transcript, junctions.spans, retained=params.retained)
    return {
        "junctions": members,
        "transcript": _members_with_exons(stored, named=params.transcript is not None),
        "other_transcripts": others[:_MOST_OTHERS],
        "consequence": consequence_members(result, find_stop(index, release, result)),
        "reason": None,
    }


def find_stop(index: Index, release: Release, consequence: Consequence) -> Stop:
    """Where translation ends, by the server's FASTA of the release's assembly; unknown, with the
    reason, if there is none or it cannot be read.
    """
    try:
        genome = genome_of(release.assembly, index.settings.fasta)
        return stop_of(consequence, None if genome is None else genome.bases)
    except (BadSource, MissingExtra) as exc:
        _log.warning("%s", exc)
        reason = exc.reason if isinstance(exc, BadSource) else str(exc)
        return Stop(StopKind.UNKNOWN, reason=f"the server's FASTA: {reason}")


def _find_junctions(index: Index, release: Release, texts: Sequence[str]) -> _Junctions:
    names: list[JunctionName] = []
    has_samples: list[bool] = []
    for text in texts:
        name, rows = find_junction(index, release, text)
        check_chromosome(index, release, name.region)
        names.append(name)
        has_samples.append(bool(rows.text))
    chroms = {name.region.chrom for name in names}
    strands = {name.strand for name in names if name.strand in ("+", "-")}
    if len(chroms) > 1 or len(strands) > 1:
        expected = "junctions of one transcript, on one chromosome and strand"
        raise BadQuery("junction", ", ".join(map(str, names)), expected)
    return _Junctions(tuple(names), tuple(has_samples))


def _choose(
    index: Index, release: Release, junctions: _Junctions, params: ConsequenceParams
) -> tuple[StoredTranscript | None, list[str]]:
    """The transcript of the request, or else the preferred one that contains the junctions; and the
    ids of others that contain them.
    """
    stored: StoredTranscript | None = None
    if params.transcript is not None:
        stored = find_transcript(index.catalog, release, params.transcript)
        _check_locus(stored, junctions)
        if not junctions.names:
            return stored, []
    elif params.retained or not junctions.names:
        expected = "a transcript, whose introns have these numbers; or junctions"
        raise BadQuery("transcript", None, expected)
    matches = [
        match
        for match in transcripts_over(
            index.catalog, release, junctions.hull, strand=junctions.strand
        )
        if _contains(match, junctions.hull)
    ]
    if stored is None and matches:
        stored = matches[0]
    main_id = None if stored is None else stored.transcript.transcript_id
    ids = [match.transcript.transcript_id for match in matches]
    return stored, [transcript_id for transcript_id in ids if transcript_id != main_id]


def _contains(match: StoredTranscript, hull: Region) -> bool:
    exons, strand = match.transcript.exons, match.transcript.strand
    return strand in ("+", "-") and exons[0][0] <= hull.start and hull.end <= exons[-1][1]


def _check_locus(stored: StoredTranscript, junctions: _Junctions) -> None:
    transcript = stored.transcript
    for name in junctions.names:
        if name.region.chrom != transcript.chrom or (
            name.strand in ("+", "-") and name.strand != transcript.strand
        ):
            expected = f"a junction on {transcript.chrom}, strand {transcript.strand}, as"
            raise BadQuery("junction", str(name), f"{expected} {transcript.transcript_id} is")


def _members_with_exons(stored: StoredTranscript, *, named: bool) -> dict[str, object]:
    tags = stored.transcript.tags
    return {
        **transcript_members(stored),
        "exons": [list(exon) for exon in stored.transcript.exons],
        "tags": None if tags is None else list(tags),
        "chosen_by": "the request" if named else stored.reason,
    }
