"""Snaptron's `all_transcripts.gtf`: one line per transcript, with its coding span and its exons in the
attributes.

Positions are 1-based and closed, in the attributes as well.
"""

import re
from collections.abc import Iterator

from snapshard.errors import BadRow
from snapshard.transcripts import Span, Transcript
from snapshard_populate.formats.gff import parse_gtf_attributes, parse_whole_number
from snapshard_populate.reading import ErrorBudget, Source, Spellings

_SPAN = re.compile(r"(\d+)-(\d+)")
_REQUIRED = ("transcript_id", "cds_span", "exons")


def read_transcripts(
    source: Source, *, errors: ErrorBudget, spellings: Spellings | None = None
) -> Iterator[Transcript]:
    """Yields the transcripts in the order of the file; their `source` is the second column, the
    annotations that contain them.
    """
    spellings = spellings or Spellings(None)
    for number, line in source.lines(errors):
        if not line or line.startswith("#"):
            continue
        try:
            yield _parse_transcript(line, spellings)
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))


def _parse_transcript(line: str, spellings: Spellings) -> Transcript:
    fields = line.split("\t")
    if len(fields) != 9 or fields[2] != "transcript":
        raise ValueError(
            f"expected a GTF line of 9 columns, the third `transcript`, got {line[:80]!r}"
        )
    attributes = parse_gtf_attributes(fields[8])
    missing = set(_REQUIRED) - attributes.keys()
    if missing:
        raise ValueError(
            "expected attributes transcript_id, cds_span and exons, "
            f"but there is no {', no '.join(sorted(missing))}"
        )
    return Transcript(
        attributes["transcript_id"],
        attributes.get("gene_id", ""),
        attributes.get("gene_name", ""),
        spellings.rename(fields[0]),
        parse_whole_number(fields[3]),
        parse_whole_number(fields[4]),
        fields[6],
        tuple(_parse_span(text) for text in attributes["exons"].split(",")),
        None if attributes["cds_span"] == "NA" else _parse_span(attributes["cds_span"]),
        fields[1],
    )


def _parse_span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"expected start-end such as 60-900, got {text!r}")
    return int(match[1]), int(match[2])
