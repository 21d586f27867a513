"""The evidence for a junction, and the junctions of a splice site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from flask import Response

from snapshard.column_values import ANY_STRAND, strand_sign
from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.index import Index
from snapshard.junction import STRANDS
from snapshard.match import Match
from snapshard.measures import Detection, Evidence, measure_evidence, sample_sums
from snapshard.name import JunctionName, name_prefix, without_assembly
from snapshard.query import Query
from snapshard.region import Region, parse_region, plain_dashes
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.junction_lookup import check_one, find_junctions
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.responses import EvidenceAnswer, SiteAnswer
from snapshard_ui.api.params import NoParams, SiteParams
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.columns import CHOOSABLE, DEFAULT, with_columns
from snapshard_ui.render import JsonObjects

_SITE = re.compile(r"(?P<place>[^;\s]+:[\d,]+)(?::(?P<strand>\S))?")
_ROLES = {
    (Match.START, "+"): "donor",
    (Match.END, "+"): "acceptor",
    (Match.START, "-"): "acceptor",
    (Match.END, "-"): "donor",
}
"""The role of a base in the junctions that start or end at it, by their strand."""
_ANNOTATION = ("snaptron_id", "class", "left_motif", "right_motif")


@dataclass(frozen=True)
class JunctionEvidence:
    """The evidence for one junction: its counts, and the other junctions at its two ends."""

    name: JunctionName
    exists: bool
    annotation: Mapping[str, object]
    evidence: Evidence
    same_start: Mapping[str, int]
    same_end: Mapping[str, int]

    @property
    def summary(self) -> str:
        """The evidence in one sentence."""
        overall = self.evidence.overall
        count = overall.sample_count
        of = "an unknown number of" if count is None else f"{count:,}"
        reads = f", {overall.reads:,} reads" if overall.samples else ""
        return f"{self.name} is seen in {overall.samples:,} of {of} samples{reads}"

    def members(self) -> dict[str, Any]:
        """The evidence as JSON members."""
        groups = [
            {"group": group.name, "long_name": group.long_name, **_counts(detection)}
            for group, detection in self.evidence.groups
        ]
        return {
            "name": str(self.name),
            "found": self.exists,
            **self.annotation,
            "seen": _counts(self.evidence.overall),
            "groups": groups,
            "same_start": self.same_start,
            "same_end": self.same_end,
            "summary": self.summary,
        }


@on_release("/junctions/<name>/evidence", params=NoParams, model=EvidenceAnswer, also=(300,))
def junction_evidence(request: ReleaseRequest[NoParams], name: str) -> Response:
    """The samples and reads with a junction, in all samples and per group.

    An absent junction has 0 of N samples.
    """
    evidence = find_evidence(request.index, request.release, name)
    return release_response(request.release, **evidence.members())


def find_evidence(index: Index, release: Release, text: str) -> JunctionEvidence:
    """The evidence for the junction with this name or number. With the sign of any strand it is that
    of the junctions on all strands together: the samples that have one of them, and all their reads.

    Raises as `find_junctions` does, Ambiguous for a name without strand that several junctions have,
    and NotFound for an unknown chromosome.
    """
    name, rows = find_junctions(index, release, text)
    if name.strand is None:
        check_one(text, rows, release)
    region = check_chromosome(index, release, name.region)
    sums = sample_sums([rows] if rows.text else [])
    evidence = measure_evidence(
        sums.samples,
        sums.reads,
        sample_count=release.sample_count,
        groups=index.facts.of(release).groups,
    )
    first_base = Region(region.chrom, region.start, region.start)
    last_base = Region(region.chrom, region.end, region.end)
    return JunctionEvidence(
        name,
        exists=bool(rows.text),
        annotation=_annotation(rows, release),
        evidence=evidence,
        same_start=_neighbours(index, release, Query((first_base,), match=Match.START), rows),
        same_end=_neighbours(index, release, Query((last_base,), match=Match.END), rows),
    )


@on_release("/splice-sites/<site>", params=SiteParams, model=SiteAnswer)
def splice_site(request: ReleaseRequest[SiteParams], site: str) -> Response:
    """The junctions that use a splice site, by the role that the site has for them.

    The site is the first or last base of their intron, such as chr2:71548830:+.
    """
    limit = request.params.limit
    check_limit(limit)
    base, strand = _parse_site(site, request.release)
    base = check_chromosome(request.index, request.release, base)
    roles: dict[str, list[orjson.Fragment]] = {"donor": [], "acceptor": [], "unknown": []}
    filters = (Filter("strand", "=", strand),) if strand else ()
    for match in (Match.START, Match.END):
        query = Query((base,), match=match, filters=filters)
        # Three roles: above 3 * limit rows at least one role exceeds the limit.
        rows = _read_rows(request.index, request.release, query, limit=3 * limit + 1)
        for text, row_strand in zip(_objects(rows), rows.texts("strand"), strict=True):
            role = _ROLES.get((match, row_strand.decode()), "unknown")
            roles[role].append(orjson.Fragment(text))
    name = f"{name_prefix(request.release.assembly)}{base.chrom}:{base.start}"
    return release_response(
        request.release,
        site=f"{name}:{strand}" if strand else name,
        truncated=any(len(junctions) > limit for junctions in roles.values()),
        **{role: junctions[:limit] for role, junctions in roles.items()},
    )


def _parse_site(text: str, release: Release) -> tuple[Region, str | None]:
    """The base, and the strand if the text chooses one of the two."""
    match = _SITE.fullmatch(plain_dashes(text))
    strand = strand_sign(match["strand"]) if match and match["strand"] else ANY_STRAND[0]
    if not match or strand not in STRANDS:
        raise BadQuery(
            "site",
            text,
            "chromosome:position such as chr2:71548830, with :+ or :- to choose the strand",
        )
    place = without_assembly("site", match["place"], text, release.assembly)
    base = parse_region(place, release.assembly)
    return base, strand if strand in "+-" else None


def _read_rows(index: Index, release: Release, query: Query, *, limit: int) -> Rows:
    parts = index.summaries(release, query, columns=DEFAULT, limit=limit)
    return Rows(b"".join(part.text for part in parts), DEFAULT)


def _objects(rows: Rows) -> list[bytes]:
    if not rows.text:
        return []
    objects = JsonObjects([CHOOSABLE[name] for name in rows.columns], exact=True)
    return objects.write(rows, b"\n").split(b"\n")


def _annotation(rows: Rows, release: Release) -> dict[str, object]:
    """The id, class and motifs of the rows; None for what they do not have in common."""
    if not rows.text:
        return dict.fromkeys(_ANNOTATION)
    cells = with_columns(rows, _ANNOTATION, release).cells()
    number, *texts = [column[0].decode() if len(set(column)) == 1 else None for column in cells]
    return dict(zip(_ANNOTATION, [None if number is None else int(number), *texts], strict=True))


def _neighbours(index: Index, release: Release, query: Query, junction: Rows) -> dict[str, int]:
    """The other junctions that a query finds, up to the size of a page; `junction` are the rows to
    leave out.
    """
    limit = index.settings.max_rows
    # The junction itself, on each strand, may be among them, and one more row shows whether there
    # are more.
    rows = _read_rows(index, release, query, limit=limit + len(junction) + 1)
    if not rows.text:
        return {"junctions": 0, "reads": 0, "truncated": False}
    reads = rows.integers("coverage_sum")
    if junction.text:
        reads = reads[~np.isin(rows.integers("snaptron_id"), junction.integers("snaptron_id"))]
    return {
        "junctions": len(reads[:limit]),
        "reads": int(reads[:limit].sum()),
        "truncated": len(reads) > limit,
    }


def _counts(detection: Detection) -> dict[str, object]:
    return {
        "n": detection.samples,
        "N": detection.sample_count,
        "reads": detection.reads,
        "median": detection.median,
        "max": detection.maximum,
    }
