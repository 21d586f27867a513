"""Links of a page: downloads, code, and other sites that show the same region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import request

from snapshard.assembly import grc_name
from snapshard.region import Region
from snapshard.release import Release
from snapshard_ui.api import PREFIX
from snapshard_ui.openapi import ApiCall, Snippet, python_arguments
from snapshard_ui.openapi import snippets as code_snippets
from snapshard_ui.web.search_text import Pairs

DOWNLOADS = {"TSV": "tsv", "CSV": "csv", "BED": "bed", "Parquet": "parquet", "JSON": "json"}
"""The formats that the page offers, with their suffixes."""


@dataclass(frozen=True)
class Link:
    """A link with its text and title."""

    name: str
    url: str
    title: str = ""


@dataclass(frozen=True)
class _Site:
    """A genome browser: by assembly, its URL with {chrom}, {plain} (without chr), {start}, {end}."""

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


_VARIANT_SETS = {"GRCh38": ("38", "gnomad_r4"), "GRCh37": ("37", "gnomad_r2_1")}
"""The name of an assembly at SpliceAI-lookup, and gnomAD's variants of that assembly."""


def base_url(release: Release, *, server: bool) -> str:
    """The URL of the release in the API, absolute if `server`.

    It contains the release, so that downloads and code return the same data after a publication.
    """
    # Code runs outside of the page and needs an absolute URL; links work behind any host name.
    root = request.url_root.rstrip("/") if server else request.script_root
    return (
        f"{root}{PREFIX}/compilations/{quote(release.compilation)}/releases/{quote(release.name)}"
    )


def downloads(release: Release, pairs: Pairs) -> list[Link]:
    """Exports of all matching junctions, in each of the formats."""
    query = f"?{urlencode(pairs)}" if pairs else ""
    return [
        Link(name, f"{base_url(release, server=False)}/junctions:export.{suffix}{query}")
        for name, suffix in DOWNLOADS.items()
    ]


def tidy_download(release: Release, pairs: Pairs) -> str:
    """The export of all matching junctions with a row for each junction and sample."""
    query = urlencode([*pairs, ("shape", "tidy")])
    return f"{base_url(release, server=False)}/junctions:export.tsv?{query}"


def snippets(release: Release, pairs: Pairs) -> list[Snippet]:
    """Code that gets all matching junctions."""
    query = f"?{urlencode(pairs)}" if pairs else ""
    url = f"{base_url(release, server=True)}/junctions:export.tsv{query}"
    method = f"junctions({python_arguments(_client_arguments(pairs))})"
    call = ApiCall(url, method, _scope(release), table_url=url)
    return code_snippets(call, variable="junctions")


def evidence_snippets(release: Release, name: str) -> list[Snippet]:
    """Code that gets the evidence for a junction."""
    url = f"{base_url(release, server=True)}/junctions/{quote(name, safe=':+')}/evidence"
    call = ApiCall(url, f"evidence({name!r})", _scope(release))
    return code_snippets(call, variable="evidence")


def annotate_command(release: Release) -> str:
    """The shell command that annotates a file."""
    return (
        f"curl -s --data-binary @SJ.out.tab '{base_url(release, server=True)}/junctions:annotate'"
    )


def sheet_links(release: Release, name: str) -> list[Link]:
    """The evidence sheet of a junction, as a page and as PDF."""
    sheet = f"{base_url(release, server=False)}/junctions/{quote(name, safe=':+')}/sheet"
    return [Link("Sheet to print", f"{sheet}.html"), Link("PDF", f"{sheet}.pdf")]


def sample_snippets(release: Release, words: str, filters: list[str]) -> list[Snippet]:
    """Code that gets the samples with all words and conditions."""
    pairs = [*([("q", words.strip())] if words.strip() else []), *(("filter", t) for t in filters)]
    query = f"?{urlencode(pairs)}" if pairs else ""
    arguments = {"words": words.strip(), "filter": filters}
    keywords = python_arguments({name: value for name, value in arguments.items() if value})
    address = f"{base_url(release, server=True)}/samples"
    call = ApiCall(
        f"{address}{query}",
        f"samples({keywords})",
        _scope(release),
        table_url=f"{address}.tsv{query}",
        has_texts=True,
    )
    return code_snippets(call, variable="samples")


def comparison_snippets(release: Release, pairs: Pairs) -> list[Snippet]:
    """Code that compares groups of samples."""
    repeatable = ("gene", "region", "name", "group", "cohort", "include", "exclude", "exon")
    arguments: dict[str, object] = {}
    for key, value in pairs:
        arguments[key] = (
            [text for name, text in pairs if name == key] if key in repeatable else value
        )
    # The client's thresholds are numbers.
    arguments |= {name: int(text) for name, text in pairs if name in ("min_reads", "min_samples")}
    url = f"{base_url(release, server=True)}/compare?{urlencode(pairs)}"
    call = ApiCall(url, f"compare({python_arguments(arguments)})", _scope(release))
    return code_snippets(call, variable="comparison")


def comparison_downloads(release: Release, pairs: Pairs) -> list[Link]:
    """A comparison as JSON; that of only regions and genes also as tables with every test."""
    address, query = base_url(release, server=False), urlencode(pairs)
    links = [Link("JSON", f"{address}/compare?{query}")]
    if any(name in ("name", "include", "exclude", "exon") for name, _ in pairs):
        return links
    tables = [
        Link(suffix.upper(), f"{address}/compare:export.{suffix}?{query}")
        for suffix in ("tsv", "csv")
    ]
    return [*tables, *links]


def variant_snippets(release: Release, variant: str) -> list[Snippet]:
    """Code that gets the splice sites near a variant."""
    url = f"{base_url(release, server=True)}/variants/{quote(variant, safe=':+')}"
    call = ApiCall(url, f"variant({variant!r})", _scope(release))
    return code_snippets(call, variable="variant")


def links_out(release: Release, region: Region, genes: list[str]) -> list[Link]:
    """Genome browsers that show the region, and GTEx's page of the first gene; no browsers for an
    unknown assembly.
    """
    assembly = grc_name(release.assembly) if release.assembly else ""
    position = {
        "chrom": region.chrom,
        "plain": region.chrom.removeprefix("chr"),
        "start": region.start,
        "end": region.end,
    }
    links = [
        Link(site.name, site.addresses[assembly].format(**position), f"{region} in {site.name}")
        for site in _SITES
        # A whole chromosome is more than a genome browser shows.
        if assembly in site.addresses and str(region) != region.chrom
    ]
    # GTEx does not know simulated genes.
    if genes and not release.simulated:
        url = f"https://gtexportal.org/home/gene/{quote(genes[0], safe='')}"
        links.append(Link("GTEx", url, f"{genes[0]} in GTEx"))
    return links


def variant_links(release: Release, variant: Mapping[str, Any]) -> list[Link]:
    """What others say of a variant of known bases, at its position: gnomAD, and SpliceAI-lookup, whose
    predictions are of splice sites that it makes or breaks. None for another assembly than theirs or
    for simulated data.

    Source of the addresses: https://gnomad.broadinstitute.org/help and
    https://spliceailookup.broadinstitute.org.
    """
    assembly = grc_name(release.assembly) if release.assembly else ""
    bases = variant["reference"], variant["alternate"]
    if release.simulated or assembly not in _VARIANT_SETS or not all(bases):
        return []
    build, dataset = _VARIANT_SETS[assembly]
    place = f"{variant['chromosome']}-{variant['start']}-{'-'.join(bases)}"
    plain = place.removeprefix("chr")
    return [
        Link(
            "gnomAD",
            f"https://gnomad.broadinstitute.org/variant/{plain}?dataset={dataset}",
            f"How frequent {place} is in gnomAD",
        ),
        Link(
            "SpliceAI-lookup",
            f"https://spliceailookup.broadinstitute.org/#variant={place}&hg={build}",
            f"What SpliceAI and Pangolin predict for {place}",
        ),
    ]


def _scope(release: Release) -> dict[str, str]:
    return {"compilation": release.compilation, "release": release.name}


def _client_arguments(pairs: Pairs) -> dict[str, object]:
    """The parameters of the API as arguments of the client's methods."""
    texts: dict[str, list[str]] = {}
    for name, value in pairs:
        texts.setdefault(name, []).append(value)
    return {name: _client_value(name, values) for name, values in texts.items()}


def _client_value(name: str, values: list[str]) -> object:
    if name in ("ids", "sample_ids"):
        numbers = [text.strip() for text in values[0].split(",") if text.strip()]
        return [int(number) for number in numbers]
    if name == "allow_partial":
        return True
    return values[0] if len(values) == 1 else values
