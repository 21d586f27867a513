"""Transcripts of a release by id, by the name of their gene, or by position; and which of them to use
if none was named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from snapshard.assembly import is_primary
from snapshard.catalog.catalog import Catalog
from snapshard.errors import Ambiguous, BadQuery, NotFound
from snapshard.region import Region
from snapshard.release import Release
from snapshard.transcripts import ENSEMBL_CANONICAL, MANE_SELECT, REFSEQ_SELECT, Transcript

# A release that was loaded before tags were stored lacks the column; to_jsonb then gives null.
_SELECT = """
SELECT transcript_id, gene_id, symbol, chromosome, start, "end", strand, exon_starts, exon_ends,
       cds_start, cds_end, source, to_jsonb(transcript) -> 'tags', file
FROM {}.transcript WHERE cardinality(exon_starts) > 0 AND
"""
_BY_ID = sql.SQL(
    _SELECT
    + "(upper(transcript_id) = %(name)s OR upper(transcript_id) LIKE %(versions)s) ORDER BY number"
)
_BY_GENE = sql.SQL(
    _SELECT
    + "(upper(symbol) = %(name)s OR upper(gene_id) = %(name)s OR upper(gene_id) LIKE %(versions)s)"
    + " ORDER BY number"
)
_BY_REGION = sql.SQL(
    _SELECT + 'chromosome = %(chrom)s AND start <= %(end)s AND "end" >= %(start)s ORDER BY number'
)
_FILES = ("annotation", "refflat", "transcripts", "canonical")
"""The kinds of files with transcripts, the most detailed first: a transcript of several files is taken
from the first of them.
"""
_MARKS = {
    MANE_SELECT: "MANE Select",
    ENSEMBL_CANONICAL: "Ensembl canonical",
    REFSEQ_SELECT: "RefSeq Select",
}
_UCSC = "UCSC canonical"
MARKS = (*_MARKS.values(), _UCSC)
"""The marks of a gene's main transcript, the preferred one first."""
_VERSION = re.compile(r"(.+)\.\d+")
_NOT_MARKED = (
    "a transcript id, such as {}: no transcript of {} is marked MANE Select or canonical here{}"
)
_OLD = " (it was loaded before such tags were stored; load the annotation again)"


@dataclass(frozen=True)
class StoredTranscript:
    """A transcript of a release and its marks, the preferred one first."""

    transcript: Transcript
    marks: tuple[str, ...]

    @property
    def preference(self) -> tuple[object, ...]:
        """A key by which the preferred transcript of several comes first: its best mark, then coding
        bases, exons and id.
        """
        transcript = self.transcript
        mark = MARKS.index(self.marks[0]) if self.marks else len(MARKS)
        return (mark, -_coding_bases(transcript), -len(transcript.exons), transcript.transcript_id)

    @property
    def reason(self) -> str:
        """Why it is preferred."""
        return self.marks[0] if self.marks else "longest coding sequence"


def find_transcript(catalog: Catalog, release: Release, name: str) -> StoredTranscript:
    """The transcript with an id, with or without its version, or the main transcript of a gene by its
    symbol or id (see MARKS).

    Raises NotFound; BadQuery for another version of a stored transcript, and for a gene none of whose
    transcripts is marked; Ambiguous, with the choices, if there are several.
    """
    matches = _read(catalog, release, _BY_ID, **_patterns(name))
    if matches:
        return _only(name, _of_version(name, matches))
    stem = _VERSION.fullmatch(name)
    if stem and (others := _read(catalog, release, _BY_ID, **_patterns(stem[1]))):
        return _only(name, _of_version(name, others))
    return _only(name, _main(name, _read(catalog, release, _BY_GENE, **_patterns(name))))


def transcripts_over(
    catalog: Catalog, release: Release, region: Region, strand: str | None = None
) -> list[StoredTranscript]:
    """The transcripts that overlap a region, the preferred one first; with a strand, those on it."""
    matches = _read(
        catalog, release, _BY_REGION, chrom=region.chrom, start=region.start, end=region.end
    )
    return sorted(
        (match for match in matches if strand is None or match.transcript.strand == strand),
        key=lambda match: match.preference,
    )


def _of_version(name: str, matches: Sequence[StoredTranscript]) -> list[StoredTranscript]:
    """The transcripts of exactly this name; if it has a version, also of one stored without any."""
    exact = [match for match in matches if match.transcript.transcript_id.upper() == name.upper()]
    stem = _VERSION.fullmatch(name)
    if exact or stem is None:
        return exact or list(matches)
    unversioned = [
        match for match in matches if match.transcript.transcript_id.upper() == stem[1].upper()
    ]
    if not unversioned:
        stored = ", ".join(match.transcript.transcript_id for match in matches)
        expected = (
            f"the version of this release, {stored}: another version may have other positions"
        )
        raise BadQuery("transcript", name, expected)
    return unversioned


def _main(name: str, matches: Sequence[StoredTranscript]) -> list[StoredTranscript]:
    """The transcripts of a gene with the best mark that any has."""
    if not matches:
        return []
    marked = [match for match in matches if match.marks]
    if not marked:
        ids = ", ".join(sorted({match.transcript.transcript_id for match in matches})[:10])
        old = all(match.transcript.tags is None for match in matches)
        raise BadQuery("transcript", name, _NOT_MARKED.format(ids, name, _OLD if old else ""))
    best = min(MARKS.index(match.marks[0]) for match in marked)
    return [match for match in marked if MARKS.index(match.marks[0]) == best]


def _only(name: str, matches: Sequence[StoredTranscript]) -> StoredTranscript:
    if not matches:
        raise NotFound("transcript", name)
    # A transcript on an alternate locus too means the one on the primary chromosome.
    primary = [match for match in matches if is_primary(match.transcript.chrom)]
    choices = primary or list(matches)
    if len(choices) > 1:
        raise Ambiguous("transcript", name, [transcript_members(choice) for choice in choices])
    return choices[0]


def transcript_members(stored: StoredTranscript) -> dict[str, object]:
    """The members of a transcript in a JSON response."""
    transcript = stored.transcript
    return {
        "transcript_id": transcript.transcript_id,
        "gene_id": transcript.gene_id,
        "symbol": transcript.symbol,
        "chromosome": transcript.chrom,
        "start": transcript.start,
        "end": transcript.end,
        "strand": transcript.strand,
        "exon_count": len(transcript.exons),
        "cds": list(transcript.cds) if transcript.cds else None,
        "marks": list(stored.marks) if transcript.tags is not None or stored.marks else None,
    }


def _patterns(name: str) -> dict[str, str]:
    literal = name.upper().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return {"name": name.upper(), "versions": literal + ".%"}


def _read(
    catalog: Catalog, release: Release, statement: sql.SQL, **values: object
) -> list[StoredTranscript]:
    with catalog.connect() as connection:
        query = statement.format(sql.Identifier(release.schema))
        records = connection.execute(query, values).fetchall()
    canonical = {(record[0], record[3]) for record in records if record[-1] == "canonical"}
    records.sort(key=lambda record: _FILES.index(record[-1]))
    # The first file that has a transcript wins; Python dictionaries keep the first insertion's place.
    by_locus: dict[tuple[Any, ...], StoredTranscript] = {}
    for record in records:
        transcript = _transcript(record)
        key = transcript.transcript_id.upper(), transcript.chrom
        marks = [mark for tag, mark in _MARKS.items() if tag in (transcript.tags or ())]
        if (record[0], record[3]) in canonical:
            marks.append(_UCSC)
        by_locus.setdefault(key, StoredTranscript(transcript, tuple(marks)))
    return list(by_locus.values())


def _transcript(record: Sequence[Any]) -> Transcript:
    *columns, starts, ends, cds_start, cds_end, source, tags, _ = record
    exons = tuple(zip(starts, ends, strict=True))
    cds = None if cds_start is None else (cds_start, cds_end)
    stored_tags = None if tags is None else tuple(tags)
    values = (*columns, exons, cds, source, stored_tags)
    return Transcript(*values)


def _coding_bases(transcript: Transcript) -> int:
    if transcript.cds is None:
        return 0
    first, last = transcript.cds
    return sum(max(0, min(end, last) - max(start, first) + 1) for start, end in transcript.exons)
