"""UCSC's transcript tables: refFlat, and the canonical transcripts as Snaptron stores them.

Columns: https://genome.ucsc.edu/FAQ/FAQformat.html#format9. Positions in the tables are 0-based and
half-open; `_closed` converts them.
"""

from collections.abc import Iterator, Sequence

from snapshard.errors import BadRow
from snapshard.transcripts import Span, Transcript
from snapshard_populate.formats.gff import parse_whole_number
from snapshard_populate.reading import ErrorBudget, Source, Spellings

_REFFLAT = (
    "symbol",
    "transcript",
    "chromosome",
    "strand",
    "start",
    "end",
    "cds_start",
    "cds_end",
    "exons",
    "starts",
    "ends",
)
_CANONICAL = ("ucsc_id", "cluster", "bin", *_REFFLAT[1:], "score", "symbol")


def read_refflat(
    source: Source, *, errors: ErrorBudget, spellings: Spellings | None = None
) -> Iterator[Transcript]:
    """Yields the transcripts of a refFlat table, in its order; the symbol is also the gene id, which
    the table lacks.
    """
    return _read(source, _REFFLAT, errors, spellings or Spellings(None))


def read_canonical(
    source: Source, *, errors: ErrorBudget, spellings: Spellings | None = None
) -> Iterator[Transcript]:
    """Yields the transcripts of `ucsc_known_canonical_transcript.tsv`, in its order."""
    return _read(source, _CANONICAL, errors, spellings or Spellings(None))


def _read(
    source: Source, columns: Sequence[str], errors: ErrorBudget, spellings: Spellings
) -> Iterator[Transcript]:
    for number, line in source.lines(errors):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        try:
            if len(fields) != len(columns):
                raise ValueError(
                    f"expected {len(columns)} tab-separated columns ({', '.join(columns)}), "
                    f"got {len(fields)}"
                )
            yield _transcript(dict(zip(columns, fields, strict=True)), spellings)
        except ValueError as error:
            errors.spend(BadRow(source.name, number, str(error)))


def _transcript(row: dict[str, str], spellings: Spellings) -> Transcript:
    start, end = _closed(row["start"], row["end"])
    coding: Span | None = None
    # UCSC writes an empty span if there is no coding sequence.
    if row["cds_start"] != row["cds_end"]:
        coding = _closed(row["cds_start"], row["cds_end"])
    return Transcript(
        row["transcript"],
        row["symbol"],
        row["symbol"],
        spellings.rename(row["chromosome"]),
        start,
        end,
        row["strand"],
        _exons(row),
        coding,
    )


def _exons(row: dict[str, str]) -> tuple[Span, ...]:
    starts = row["starts"].removesuffix(",").split(",")
    ends = row["ends"].removesuffix(",").split(",")
    if not len(starts) == len(ends) == parse_whole_number(row["exons"]):
        raise ValueError(
            f"expected {row['exons']} exons, got {len(starts)} starts and {len(ends)} ends"
        )
    return tuple(sorted(_closed(start, end) for start, end in zip(starts, ends, strict=True)))


def _closed(start: str, end: str) -> Span:
    """The 1-based closed span of a 0-based half-open one."""
    return parse_whole_number(start) + 1, parse_whole_number(end)
