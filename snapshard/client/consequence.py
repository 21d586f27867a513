"""The consequence of junctions with the sequence of a FASTA file on this machine."""

from pathlib import Path
from typing import Any

from snapshard.genome import Genome
from snapshard.transcripts import Transcript, consequence_of, stop_of
from snapshard.transcripts.answer import consequence_members


def with_sequence(response: dict[str, Any], fasta: Path) -> dict[str, Any]:
    """The server's response with the stop codon that the FASTA file shows. Raises MissingExtra, and
    BadSource for a file that cannot be read or lacks the transcript.
    """
    if response["transcript"] is None:
        return response
    result = consequence_of(
        _transcript(response["transcript"]),
        [(junction["start"], junction["end"]) for junction in response["junctions"]],
        retained=response["consequence"]["retained_introns"],
    )
    stop = stop_of(result, Genome(fasta).bases)
    return {**response, "consequence": consequence_members(result, stop)}


def _transcript(members: dict[str, Any]) -> Transcript:
    cds, tags = members["cds"], members["tags"]
    return Transcript(
        members["transcript_id"],
        members["gene_id"],
        members["symbol"],
        members["chromosome"],
        members["start"],
        members["end"],
        members["strand"],
        tuple((start, end) for start, end in members["exons"]),
        None if cds is None else (cds[0], cds[1]),
        tags=None if tags is None else tuple(tags),
    )
