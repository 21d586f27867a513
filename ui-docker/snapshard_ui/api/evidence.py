"""A junction's evidence, and the junctions of a splice site."""

import re

import orjson
from flask import Response

from snapshard.errors import BadQuery
from snapshard.filters import Filter
from snapshard.index import Index
from snapshard.match import Match
from snapshard.measures import Detection, Evidence, measure_evidence
from snapshard.pairs import Integers, parse_pairs
from snapshard.query import Query
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.junction_lookup import named
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.responses import EvidenceAnswer, SiteAnswer, about_release
from snapshard_ui.api.params import NoParams, SiteParams
from snapshard_ui.api.queries import known_region
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.columns import CHOOSABLE, DEFAULT, with_columns
from snapshard_ui.render.json_text import JsonObjects

_SITE = re.compile(r"(?:[^:\s]+:)?(?P<chrom>[^:\s]+):(?P<position>[\d,]+)(?::(?P<strand>[+\-?]))?")
_ROLES = {
    (Match.START, "+"): "donor",
    (Match.END, "+"): "acceptor",
    (Match.START, "-"): "acceptor",
    (Match.END, "-"): "donor",
}


@on_release("/junctions/<name>/evidence", params=NoParams, answer=EvidenceAnswer, also=(300,))
def junction_evidence(asked: ReleaseRequest[NoParams], name: str) -> Response:
    """Whether the junction is seen: in n of N samples, with how many reads, over all and per group;
    0 of N if it is absent.
    """
    found, rows = named(asked.index, asked.release, name)
    known_region(asked.index, asked.release, found.region)
    samples, coverages = _pairs(rows)
    groups = asked.index.facts.of(asked.release).groups
    answer = measure_evidence(
        samples, coverages, sample_count=asked.release.sample_count, groups=groups
    )
    return about_release(
        asked.release,
        name=str(found),
        found=bool(rows.text),
        **_annotation(rows, asked.release),
        seen=_seen(answer.overall),
        groups=[
            {"group": group.name, "long_name": group.long_name, **_seen(seen)}
            for group, seen in answer.groups
        ],
        same_start=_sharing(
            asked, _base(found.region.chrom, found.region.start), Match.START, rows
        ),
        same_end=_sharing(asked, _base(found.region.chrom, found.region.end), Match.END, rows),
        summary=_sentence(str(found), answer),
    )


@on_release("/splice-sites/<site>", params=SiteParams, answer=SiteAnswer)
def splice_site(asked: ReleaseRequest[SiteParams], site: str) -> Response:
    """The junctions whose intron begins or ends at a base such as chr2:71548830:+, by the role that
    the site has for them.
    """
    check_limit(asked.params.limit)
    base, strand = _parse_site(site)
    known_region(asked.index, asked.release, base)
    roles: dict[str, list[orjson.Fragment]] = {"donor": [], "acceptor": [], "unknown": []}
    limit, filters = asked.params.limit, (Filter("strand", "=", strand),) if strand else ()
    for match in (Match.START, Match.END):
        # More than these are more than the limit in one of the three roles.
        rows = _at(
            asked.index,
            asked.release,
            Query((base,), match=match, filters=filters),
            limit=3 * limit + 1,
        )
        for text, own in zip(_objects(rows), rows.texts("strand"), strict=True):
            roles[_ROLES.get((match, own.decode()), "unknown")].append(orjson.Fragment(text))
    name = ":".join(
        [asked.release.assembly, base.chrom, str(base.start), *([strand] if strand else [])]
    )
    cut = {role: found[:limit] for role, found in roles.items()}
    return about_release(
        asked.release,
        site=name,
        truncated=any(len(found) > limit for found in roles.values()),
        **cut,
    )


def _parse_site(text: str) -> tuple[Region, str | None]:
    found = _SITE.fullmatch(text.strip())
    if not found:
        raise BadQuery(
            "site",
            text,
            "chromosome:position such as chr2:71548830, with :+ or :- to name the strand",
        )
    return parse_region(f"{found['chrom']}:{found['position']}"), found["strand"]


def _base(chrom: str, position: int) -> Region:
    return Region(chrom, position, position)


def _at(index: Index, release: Release, query: Query, *, limit: int) -> Rows:
    parts = index.summaries(release, query, columns=DEFAULT, limit=limit)
    return Rows(b"".join(part.text for part in parts), DEFAULT)


def _objects(rows: Rows) -> list[bytes]:
    if not rows.text:
        return []
    return (
        JsonObjects([CHOOSABLE[name] for name in rows.columns], exact=True)
        .write(rows, b"\n")
        .split(b"\n")
    )


def _pairs(rows: Rows) -> tuple[Integers, Integers]:
    pairs = rows.pairs if rows.text else parse_pairs([])
    return pairs.samples, pairs.coverages


def _annotation(rows: Rows, release: Release) -> dict[str, object]:
    names = ("snaptron_id", "class", "left_motif", "right_motif")
    if not rows.text:
        return dict.fromkeys(names)
    number, *texts = [column[0].decode() for column in with_columns(rows, names, release).cells()]
    return dict(zip(names, [int(number), *texts], strict=True))


def _sharing(
    asked: ReleaseRequest[NoParams], base: Region, match: Match, own: Rows
) -> dict[str, int]:
    """The others at a base, as many as a page may hold; the junction itself may be among those that
    are read.
    """
    most = asked.index.settings.max_rows
    rows = _at(asked.index, asked.release, Query((base,), match=match), limit=most + 2)
    if not rows.text:
        return {"junctions": 0, "reads": 0, "truncated": False}
    reads = rows.integers("coverage_sum")
    if own.text:
        reads = reads[rows.integers("snaptron_id") != own.integers("snaptron_id")[0]]
    return {
        "junctions": len(reads[:most]),
        "reads": int(reads[:most].sum()),
        "truncated": len(reads) > most,
    }


def _seen(detection: Detection) -> dict[str, object]:
    return {
        "n": detection.samples,
        "N": detection.sample_count,
        "reads": detection.reads,
        "median": detection.median,
        "max": detection.maximum,
    }


def _sentence(name: str, answer: Evidence) -> str:
    of = (
        "an unknown number of"
        if answer.overall.sample_count is None
        else f"{answer.overall.sample_count:,}"
    )
    reads = f", {answer.overall.reads:,} reads" if answer.overall.samples else ""
    return f"{name} is seen in {answer.overall.samples:,} of {of} samples{reads}"
