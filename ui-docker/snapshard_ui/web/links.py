"""Where a page leads: downloads, lines for programs, and other sites that know the same place."""

import json
import shlex
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import request

from snapshard.assembly import grc_name
from snapshard.region import Region
from snapshard.release import Release
from snapshard_ui.api import PREFIX
from snapshard_ui.web.search_text import Pairs

DOWNLOADS = {"TSV": "tsv", "CSV": "csv", "BED": "bed", "Parquet": "parquet", "JSON": "json"}
"""What the page offers, and the suffix of each."""


@dataclass(frozen=True)
class Link:
    """Somewhere to go."""

    name: str
    url: str
    title: str = ""


@dataclass(frozen=True)
class Snippet:
    """A line or two for a program, to be copied."""

    language: str
    text: str


@dataclass(frozen=True)
class _Site:
    """A genome browser: its address with {chrom}, {plain} (without chr), {start} and {end}, by
    assembly.
    """

    name: str
    addresses: dict[str, str]


_SITES = (
    _Site(
        "UCSC",
        {
            "GRCh38": "https://genome.ucsc.edu/cgi-bin/hgTracks?db=hg38&position={chrom}:{start}-{end}",
            "GRCh37": "https://genome.ucsc.edu/cgi-bin/hgTracks?db=hg19&position={chrom}:{start}-{end}",
        },
    ),
    _Site(
        "gnomAD",
        {
            "GRCh38": "https://gnomad.broadinstitute.org/region/{plain}-{start}-{end}?dataset=gnomad_r4",
            "GRCh37": "https://gnomad.broadinstitute.org/region/{plain}-{start}-{end}?dataset=gnomad_r2_1",
        },
    ),
    _Site(
        "Ensembl",
        {
            "GRCh38": "https://www.ensembl.org/Homo_sapiens/Location/View?r={plain}:{start}-{end}",
            "GRCh37": "https://grch37.ensembl.org/Homo_sapiens/Location/View?r={plain}:{start}-{end}",
        },
    ),
)


def base_url(release: Release, *, server: bool) -> str:
    """The release's address in the API: versioned, so that it always answers the same; with the
    server's own address in front.
    """
    root = request.url_root.rstrip("/") if server else request.script_root
    return (
        f"{root}{PREFIX}/compilations/{quote(release.compilation)}/releases/{quote(release.name)}"
    )


def downloads(release: Release, pairs: Pairs) -> list[Link]:
    """All that match, in each of the formats that the page offers."""
    query = f"?{urlencode(pairs)}" if pairs else ""
    return [
        Link(name, f"{base_url(release, server=False)}/junctions:export.{suffix}{query}")
        for name, suffix in DOWNLOADS.items()
    ]


def tidy_download(release: Release, pairs: Pairs) -> str:
    """All that match with every sample that has them, a row per junction and sample."""
    return f"{base_url(release, server=False)}/junctions:export.tsv?{urlencode([*pairs, ('shape', 'tidy')])}"


def snippets(release: Release, pairs: Pairs) -> list[Snippet]:
    """The same question for curl, Python and R."""
    url = f"{base_url(release, server=True)}/junctions:export.tsv" + (
        f"?{urlencode(pairs)}" if pairs else ""
    )
    return [
        Snippet("curl", f"curl {shlex.quote(url)}"),
        Snippet("Python", _python(release, f"junctions({_arguments(pairs)})")),
        Snippet("R", f'junctions <- read.delim({json.dumps(url)}, comment.char = "#", quote = "")'),
    ]


def evidence_snippets(release: Release, name: str) -> list[Snippet]:
    """A junction's evidence for curl, Python and R."""
    url = f"{base_url(release, server=True)}/junctions/{quote(name, safe=':+')}/evidence"
    return [
        Snippet("curl", f"curl {shlex.quote(url)}"),
        Snippet("Python", _python(release, f"evidence({name!r})")),
        Snippet("R", f"evidence <- jsonlite::fromJSON({json.dumps(url)})"),
    ]


def links_out(release: Release, region: Region, genes: list[str]) -> list[Link]:
    """Other sites that show the region, and GTEx's page of a gene that was asked for; none for an
    assembly they do not know.
    """
    assembly = grc_name(release.assembly)
    place = {
        "chrom": region.chrom,
        "plain": region.chrom.removeprefix("chr"),
        "start": region.start,
        "end": region.end,
    }
    found = [
        Link(site.name, site.addresses[assembly].format(**place), f"{region} in {site.name}")
        for site in _SITES
        if assembly in site.addresses and str(region) != region.chrom
    ]
    if release.simulated:
        return found
    return found + [
        Link("GTEx", f"https://gtexportal.org/home/gene/{quote(gene)}", f"{gene} in GTEx")
        for gene in genes[:1]
    ]


def _python(release: Release, call: str) -> str:
    given = f"{request.url_root.rstrip('/')!r}, compilation={release.compilation!r}, release={release.name!r}"
    return f"from snapshard.client import Client\n\nresult = Client({given}).{call}"


def _arguments(pairs: Pairs) -> str:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return ", ".join(f"{name}={_argument(name, found)}" for name, found in values.items())


def _argument(name: str, found: list[str]) -> str:
    if name in ("ids", "sample_ids"):
        return f"[{', '.join(part.strip() for part in found[0].split(',') if part.strip())}]"
    if name == "allow_partial":
        return "True"
    return repr(found[0] if len(found) == 1 else found)
