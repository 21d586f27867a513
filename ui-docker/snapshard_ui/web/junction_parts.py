"""What the junction view says beside the evidence: the splice sites, near misses of an absent junction,
other compilations, and the consequence for a transcript.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from snapshard.errors import SnapshardError
from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.name import JunctionName
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api import (
    ConsequenceParams,
    ReleaseRequest,
    find_consequence,
    on_strand,
    read_summaries,
    role_of,
)
from snapshard_ui.render import FORMATS
from snapshard_ui.runtime import current_index
from snapshard_ui.web.links import Link

NEAR = 10
"""Bases by which both ends of a near junction may differ."""
_MOST_ROWS = 5
_MOST_READ = 1_000
"""Junctions of a splice site whose reads are summed."""


@dataclass(frozen=True)
class SiteJunction:
    """A junction of a splice site: its samples and reads."""

    name: str
    samples: int
    reads: int


@dataclass(frozen=True)
class SpliceSite:
    """One end of the junction: the role and the position of the site, the junctions there that have
    most reads, the junction itself among them, and the number of further ones. `own_reads` are those
    of the junction itself, and `reads` those of all junctions of the site.
    """

    role: str
    position: int
    junctions: Sequence[SiteJunction]
    others: int
    own_reads: int
    reads: int


@dataclass(frozen=True)
class NearJunction:
    """A junction whose ends differ by a few bases; positive: to the right in the genome."""

    name: str
    start_offset: int
    end_offset: int
    samples: int
    reads: int


@dataclass(frozen=True)
class ElsewhereRow:
    """The junction in another compilation: seen in n of N samples, or the reason why it is unknown."""

    compilation: str
    url: str
    samples: int = 0
    sample_count: int | None = None
    reads: int = 0
    reason: str = ""


def splice_sites(release: Release, name: JunctionName) -> list[SpliceSite]:
    """Both sites of a junction, its first base first. Raises as `read_summaries` does."""
    region = name.region
    return [
        _site(release, name, Match.START, region.start),
        _site(release, name, Match.END, region.end),
    ]


def _site(release: Release, name: JunctionName, match: Match, base: int) -> SpliceSite:
    strand = name.strand if name.strand in ("+", "-") else None
    filters = (Filter("strand", "=", strand),) if strand else ()
    query = Query((Region(name.region.chrom, base, base),), match=match, filters=filters)
    rows = _rows(read_summaries(current_index(), release, query, limit=_MOST_READ))
    junctions = [
        SiteJunction(text, samples, reads)
        for text, _, _, samples, reads in sorted(rows, key=lambda row: -row[-1])
    ]
    own = [junction for junction in junctions if junction.name == str(name)]
    listed = [
        junction
        for place, junction in enumerate(junctions)
        if place < _MOST_ROWS or junction in own
    ]
    return SpliceSite(
        role_of(match, strand),
        base,
        listed,
        others=len(junctions) - len(listed),
        own_reads=sum(junction.reads for junction in own),
        reads=sum(junction.reads for junction in junctions),
    )


def near_junctions(release: Release, name: JunctionName) -> list[NearJunction]:
    """The junctions on the strand whose ends both differ by at most NEAR bases, the nearest first.
    Raises as `read_summaries` does.
    """
    region = name.region
    window = Region(region.chrom, max(1, region.start - NEAR), region.end + NEAR)
    shortest = max(1, region.end - region.start + 1 - 2 * NEAR)
    filters = [Filter("length", ">=", str(shortest))]
    if name.strand in ("+", "-"):
        filters.append(Filter("strand", "=", str(name.strand)))
    query = Query((window,), match=Match.CONTAINS, filters=tuple(filters))
    junctions = [
        NearJunction(text, start - region.start, end - region.end, samples, reads)
        for text, start, end, samples, reads in _rows(
            read_summaries(current_index(), release, query, limit=_MOST_READ)
        )
    ]
    near = [
        junction
        for junction in junctions
        if max(abs(junction.start_offset), abs(junction.end_offset)) <= NEAR
        and (junction.start_offset or junction.end_offset)
    ]
    return sorted(near, key=lambda each: (abs(each.start_offset) + abs(each.end_offset), each.name))


def near_remark(junctions: Sequence[NearJunction]) -> str:
    """What the near junctions suggest about an absent one."""
    if not junctions:
        return f"No junction has both ends within {NEAR} bases of it"
    first = junctions[0]
    offsets = (first.start_offset, first.end_offset)
    if offsets in ((1, 0), (0, 1), (1, 1), (-1, -1), (0, -1), (-1, 0)):
        return (
            "A junction differs by one base: check the coordinates, which are 1-based with both ends"
            " included; a BED file has the first base less one, and some tools name the exon bases"
            " beside the intron"
        )
    if 0 in offsets:
        return (
            "A junction with one end in common uses a splice site a few bases away at the other end"
        )
    return "A junction has both ends a few bases away; one of the two may be aligned differently"


def elsewhere(release: Release, name: JunctionName) -> list[ElsewhereRow]:
    """The junction in the other compilations of the same assembly."""
    return [
        _elsewhere_row(other, name)
        for other in current_index().catalog.compilations()
        if other.compilation != release.compilation and other.assembly == release.assembly
    ]


def _elsewhere_row(other: Release, name: JunctionName) -> ElsewhereRow:
    url = url_for("pages.page", compilation=other.compilation, junction=str(name))
    query = Query((name.region,), match=Match.EXACT)
    try:
        rows = on_strand(read_summaries(current_index(), other, query, limit=_MOST_READ), name)
    except SnapshardError as exc:
        return ElsewhereRow(other.compilation, url, reason=str(exc))
    values = _rows(rows)
    samples = max((samples for *_, samples, _ in values), default=0)
    reads = sum(reads for *_, reads in values)
    return ElsewhereRow(other.compilation, url, samples, other.sample_count, reads)


def consequence(release: Release, name: JunctionName) -> dict[str, Any]:
    """What the junction means for a transcript, as the API reports it. Raises as
    `find_consequence` does.
    """
    params = ConsequenceParams.model_validate({"junction": [str(name)]})
    return find_consequence(ReleaseRequest(current_index(), release, params, FORMATS["json"]))


def splicevault_links(release: Release, answer: dict[str, Any]) -> list[Link]:
    """SpliceVault's events beside the annotated sites that a junction uses (GRCh38, Ensembl and RefSeq
    transcripts).

    Source of the address: SpliceVault's own guide to deep links (gene_id, tx_id, exon, site).
    """
    consequence = answer["consequence"]
    if release.simulated or not consequence or release.assembly not in ("GRCh38", "hg38"):
        return []
    transcript = answer["transcript"]
    return [
        splicevault_link(
            transcript["symbol"], transcript["transcript_id"], site["exon"], site["role"]
        )
        for site in consequence["sites"]
        if not site["moved"]
    ]


def splicevault_link(symbol: str, transcript_id: str, exon: int, role: str) -> Link:
    """The events beside the donor or acceptor of an exon in SpliceVault."""
    pairs = {
        "gene_id": symbol,
        # SpliceVault knows transcripts without their versions.
        "tx_id": transcript_id.partition(".")[0],
        "exon": exon,
        "site": {"donor": "D", "acceptor": "A"}[role],
    }
    url = f"https://kidsneuro.shinyapps.io/splicevault?{urlencode(pairs)}"
    title = f"Unannotated events at the {role} of exon {exon} of {transcript_id} in SpliceVault"
    return Link(f"SpliceVault ({role})", url, title)


def or_reason(read: Callable[[], Any]) -> tuple[Any, str]:
    """A part of the view, or None and the reason why it cannot be shown."""
    try:
        return read(), ""
    except SnapshardError as exc:
        return None, str(exc)


def _rows(rows: Rows) -> list[tuple[str, int, int, int, int]]:
    """Name, start, end, samples and reads of each row."""
    if not rows.text:
        return []
    numbers = [
        rows.integers(name).tolist() for name in ("start", "end", "samples_count", "coverage_sum")
    ]
    names = [text.decode() for text in rows.texts("name")]
    return list(zip(names, *numbers, strict=True))
