"""The junctions of a splice site, by the role that the site has for them."""

import orjson
from flask import Response

from snapshard.filters import Filter
from snapshard.match import Match
from snapshard.name import name_prefix, parse_site
from snapshard.query import Query
from snapshard.rows import Rows
from snapshard_ui.api.junction_lookup import read_summaries
from snapshard_ui.api.junction_page import check_limit
from snapshard_ui.api.models.responses import SiteAnswer
from snapshard_ui.api.params import SiteParams
from snapshard_ui.api.queries import check_chromosome
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.render import JsonObjects

_ROLES = {
    (Match.START, "+"): "donor",
    (Match.END, "+"): "acceptor",
    (Match.START, "-"): "acceptor",
    (Match.END, "-"): "donor",
}
"""The role of a base in the junctions that start or end at it, by their strand."""


@on_release("/splice-sites/<site>", params=SiteParams, model=SiteAnswer)
def splice_site(request: ReleaseRequest[SiteParams], site: str) -> Response:
    """The junctions that use a splice site, by the role that the site has for them.

    The site is the first or last base of their intron, such as chr2:71548830:+.
    """
    limit = request.params.limit
    check_limit(limit)
    base, strand = parse_site(site, request.release.assembly)
    base = check_chromosome(request.index, request.release, base)
    roles: dict[str, list[orjson.Fragment]] = {"donor": [], "acceptor": [], "unknown": []}
    filters = (Filter("strand", "=", strand),) if strand else ()
    for match in (Match.START, Match.END):
        query = Query((base,), match=match, filters=filters)
        # Three roles: above 3 * limit rows at least one role exceeds the limit.
        rows = read_summaries(request.index, request.release, query, limit=3 * limit + 1)
        for text, row_strand in zip(_objects(rows), rows.texts("strand"), strict=True):
            role = role_of(match, row_strand.decode())
            roles[role].append(orjson.Fragment(text))
    name = f"{name_prefix(request.release.assembly)}{base.chrom}:{base.start}"
    return release_response(
        request.release,
        site=f"{name}:{strand}" if strand else name,
        truncated=any(len(junctions) > limit for junctions in roles.values()),
        **{role: junctions[:limit] for role, junctions in roles.items()},
    )


def role_of(match: Match, strand: str | None) -> str:
    """The role of a junction's first base (Match.START) or last base (Match.END) on a strand: donor,
    acceptor, or unknown.
    """
    return _ROLES.get((match, strand or ""), "unknown")


def _objects(rows: Rows) -> list[bytes]:
    if not rows.text:
        return []
    objects = JsonObjects([CHOOSABLE[name] for name in rows.columns], exact=True)
    return objects.write(rows, b"\n").split(b"\n")
