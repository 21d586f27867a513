"""Variants: the splice sites near one, their junctions, and the other events there."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response

from snapshard.catalog import StoredTranscript, find_transcript, transcripts_over
from snapshard.errors import BadQuery, BadSource, MissingExtra
from snapshard.genome import genome_of
from snapshard.index import Index
from snapshard.measures import SiteReport, read_variant_sites
from snapshard.name import name_prefix
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.transcripts import Frame, Transcript, consequence_of
from snapshard.variants import (
    SpliceEvent,
    Thresholds,
    Variant,
    genome_variant,
    parse_variant,
)
from snapshard_ui.api.models.variants import VariantAnswer, VariantParams
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.columns import CHOOSABLE, DEFAULT
from snapshard_ui.render import JsonObjects

Members = dict[str, Any]


@on_release("/variants/<variant>", params=VariantParams, model=VariantAnswer, also=(300,))
def variant_sites(request: ReleaseRequest[VariantParams], variant: str) -> Response:
    """The splice sites near a variant, their junctions, and what else the data show there.

    The variant is a position such as chr2-71549340-A-G, chr2:71549340A>G or chr2:71549340, or a place
    in a transcript such as NM_003494.4:c.1053+5G>A. Other events (exon skipping, cryptic sites) that are
    not annotated are ranked by samples, then by reads; annotated ones follow. It never classifies a variant.
    """
    return release_response(request.release, **find_variant_sites(request, variant))


def find_variant_sites(request: ReleaseRequest[VariantParams], variant: str) -> Members:
    """The members of the response about a variant. Raises BadQuery, NotFound and Ambiguous."""
    params, index, release = request.params, request.index, request.release
    place, transcript = find_variant(index, release, variant)
    if params.transcript is not None:
        transcript = find_transcript(index.catalog, release, params.transcript).transcript
    region = check_chromosome(index, release, place.region)
    reference = check_reference(index, release, place, variant)
    thresholds = Thresholds(
        params.window, params.cryptic_range, params.most_skipped, params.min_samples
    )
    reports, site_count = read_variant_sites(
        index,
        release,
        region,
        _transcripts(index, release, place, transcript, params.window),
        thresholds,
        columns=DEFAULT,
        limit=params.sites,
    )
    return {
        "variant": _variant_members(place, transcript if params.transcript is None else None),
        "reference": reference,
        "thresholds": vars(thresholds),
        "summary": _summary(place, reports, thresholds),
        "truncated": site_count > len(reports) or _is_long(reports, params.limit),
        "site_count": site_count,
        "sites": [_site_members(report, release, region, params.limit) for report in reports],
    }


def find_variant(index: Index, release: Release, text: str) -> tuple[Variant, Transcript | None]:
    """The variant that a text stands for in a release, and the transcript through which an HGVS name was
    placed. Raises BadQuery; NotFound and Ambiguous for the transcript.
    """
    name = parse_variant(text, release.assembly)
    if isinstance(name, Variant):
        return name, None
    transcript = find_transcript(index.catalog, release, name.transcript).transcript
    return genome_variant(transcript, name), transcript


def check_reference(index: Index, release: Release, variant: Variant, text: str) -> Members:
    """Whether the stated reference bases are those of the server's FASTA of the assembly. Raises BadQuery
    if they are not: the position is then one of another assembly, or of another transcript version.
    """
    region = variant.region
    try:
        genome = genome_of(release.assembly, index.settings.fasta)
        bases = None if genome is None else genome.bases(region.chrom, region.start, region.end)
    except (BadSource, MissingExtra) as exc:
        reason = exc.reason if isinstance(exc, BadSource) else str(exc)
        return _reference(None, "not checked", f"the server's FASTA: {reason}")
    if variant.reference is None:
        return _reference(bases, "not stated")
    if bases is None:
        return _reference(None, "not checked", "the server has no FASTA of the assembly")
    if bases != variant.reference:
        expected = (
            f"a variant of {release.assembly}, which has {bases} at {region} (the variant states"
            f" {variant.reference}): lift a position of another assembly over (--chain), and compare"
            " the version of a transcript"
        )
        raise BadQuery("variant", text, expected)
    return _reference(bases, "matches")


def _reference(bases: str | None, status: str, reason: str | None = None) -> Members:
    return {"status": status, "bases": bases, "reason": reason}


def _transcripts(
    index: Index, release: Release, variant: Variant, first: Transcript | None, window: int
) -> list[Transcript]:
    """The transcripts near a variant, the preferred one first; before them the one of the request."""
    region = variant.region
    around = Region(region.chrom, max(1, region.start - window), region.end + window)
    near: Sequence[StoredTranscript] = transcripts_over(index.catalog, release, around)
    ordered = [stored.transcript for stored in near]
    if first is not None and first.chrom == region.chrom:
        ordered.insert(0, first)
    return ordered


def _variant_members(variant: Variant, transcript: Transcript | None) -> Members:
    return {
        "name": str(variant),
        "chromosome": variant.region.chrom,
        "start": variant.region.start,
        "end": variant.region.end,
        "reference": variant.reference,
        "alternate": variant.alternate,
        "transcript_id": None if transcript is None else transcript.transcript_id,
    }


def _summary(variant: Variant, reports: Sequence[SiteReport], thresholds: Thresholds) -> str:
    """The nearest annotated site and the first event that is not annotated, in a sentence."""
    report = next((report for report in reports if report.site.annotated), None)
    if report is None:
        return f"no annotated splice site within {thresholds.window} bases of {variant}"
    site = report.site
    sentence = f"{variant} is at {site.place:+d} of the {site.role} {site.position}"
    if report.annotation:
        transcript = report.annotation.transcript
        sentence += (
            f", exon {report.annotation.exon} of {transcript.symbol} {transcript.transcript_id}"
        )
    if not report.events or report.events[0].junction.annotated:
        return f"{sentence}; no unannotated event is seen beside it"
    event = report.events[0]
    samples = event.junction.samples
    return (
        f"{sentence}; of the unannotated events, most samples ({samples:,}) have"
        f" {_event_text(event)}"
    )


def _event_text(event: SpliceEvent) -> str:
    if event.skipped_exons:
        exons = ", ".join(map(str, event.skipped_exons))
        return f"skipping of exon{'s' * (len(event.skipped_exons) > 1)} {exons}"
    if event.moved is None:
        return str(event.kind)
    direction = "downstream" if event.moved > 0 else "upstream"
    return f"the {event.kind} {abs(event.moved)} bases {direction}"


def _is_long(reports: Sequence[SiteReport], limit: int) -> bool:
    return any(max(len(report.junctions), len(report.events)) > limit for report in reports)


def _site_members(report: SiteReport, release: Release, region: Region, limit: int) -> Members:
    site, place = report.site, report.annotation
    base = f"{name_prefix(release.assembly)}{region.chrom}:{site.position}:{site.strand}"
    events = report.events[:limit]
    return {
        "site": base,
        **vars(site),
        "transcript": place
        and {
            "transcript_id": place.transcript.transcript_id,
            "symbol": place.transcript.symbol,
            "exon": place.exon,
        },
        "junction_count": len(report.junctions),
        "junctions": _objects([junction.line for junction in report.junctions[:limit]]),
        "event_count": len(report.events),
        "events": [
            _event_members(rank, event, report, row)
            for rank, (event, row) in enumerate(
                zip(events, _objects([event.junction.line for event in events]), strict=True), 1
            )
        ],
    }


def _event_members(
    rank: int, event: SpliceEvent, report: SiteReport, row: orjson.Fragment
) -> Members:
    return {
        "rank": None if event.junction.annotated else rank,
        "kind": event.kind,
        "skipped_exons": event.skipped_exons and list(event.skipped_exons),
        "moved": event.moved,
        "frame": _frame(event, report),
        "junction": row,
    }


def _frame(event: SpliceEvent, report: SiteReport) -> Frame | None:
    """What becomes of the transcript's frame; None without one, or if the junction leaves it."""
    if report.annotation is None:
        return None
    transcript = report.annotation.transcript
    start, end = event.junction.start, event.junction.end
    if not (transcript.exons[0][0] < start and end < transcript.exons[-1][1]):
        return None
    return consequence_of(transcript, [(start, end)]).frame


def _objects(lines: Sequence[bytes]) -> list[orjson.Fragment]:
    """Rows of the default columns as JSON objects."""
    if not lines:
        return []
    objects = JsonObjects([CHOOSABLE[name] for name in DEFAULT], exact=True)
    texts = objects.write(Rows(b"".join(lines), DEFAULT), b"\n").split(b"\n")
    return [orjson.Fragment(text) for text in texts]
