"""Code and addresses that show the junctions of a search as a track of igv.js and of the UCSC browser."""

import json
from urllib.parse import quote, urlencode

from snapshard.assembly import ucsc_name
from snapshard.region import Region
from snapshard.release import Release
from snapshard_ui.openapi import Snippet
from snapshard_ui.web.links import base_url
from snapshard_ui.web.search_text import Pairs

_CONDITIONS = ("filter", "group", "sample_ids")
"""The parameters of a search that hold in every window."""
_VISIBLE_BASES = 1_000_000
"""Bases of the largest window for which igv.js requests junctions."""
_UCSC = "https://genome.ucsc.edu/cgi-bin/hgTracks"
_IGV = r"""
igv.createBrowser(document.getElementById("igv"), {{
  genome: {genome},
  locus: {locus},
  tracks: [{{
    name: {name},
    type: "junction",
    visibilityWindow: {visible},
    sourceType: "custom",
    source: {{
      // igv.js has fractions of bases, from 0 and without the last; the API has bases from 1 to the last.
      url: ({{ chr, start, end }}) => {address} + `${{chr}}:${{Math.floor(start) + 1}}-${{Math.ceil(end)}}`,
      parser: (text) => text.split("\n").filter((line) => /^[^#]/.test(line)).map((line) => {{
        const [chr, start, end, name, score, strand] = line.split("\t");
        const attributes = Object.fromEntries(name.split(";").map((pair) => pair.split("=")));
        return {{ chr, start: Number(start), end: Number(end), score: Number(score), strand, attributes }};
      }}),
    }},
  }}],
}});
"""


def track_snippets(release: Release, window: Region, pairs: Pairs) -> list[Snippet]:
    """A track for igv.js, which requests each window that it shows, and the address of the UCSC browser
    that loads the junctions of this window; none if the assembly is not known.
    """
    if release.assembly is None:
        return []
    genome = ucsc_name(release.assembly)
    conditions = [pair for pair in pairs if pair[0] in _CONDITIONS]
    export = f"{base_url(release, server=True)}/junctions:export"
    text = f"{window.chrom}:{window.start}-{window.end}"
    igv = _IGV.lstrip().format(
        genome=json.dumps(genome),
        locus=json.dumps(text),
        name=json.dumps(f"{release.compilation} {release.name}"),
        visible=_VISIBLE_BASES,
        address=json.dumps(f"{export}.igv?{urlencode([*conditions, ('region', '')])}"),
    )
    track = f"{export}.bed12?{urlencode([*conditions, ('region', text)])}"
    position = f"db={genome}&position={quote(text, safe=':')}"
    ucsc = f"{_UCSC}?{position}&hgct_customText={quote(track, safe='')}"
    return [Snippet("igv.js", igv), Snippet("UCSC", ucsc)]
