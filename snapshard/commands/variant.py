"""`snapshard variant`: the splice sites near a variant, and what else the data show there."""

import warnings
from pathlib import Path
from typing import Any

import click

from snapshard.client import Truncated
from snapshard.commands.options import client_of, target_options
from snapshard.commands.printing import print_json, print_records, report_truncation
from snapshard.variants import CRYPTIC_RANGE, MOST_SKIPPED, WINDOW

_COLUMNS = ("site", "role", "place", "what", "name", "samples_count", "coverage_sum", "frame")
_BASES = click.IntRange(0)


@click.command()
@click.argument("variant")
@click.option(
    "--window",
    type=_BASES,
    default=WINDOW,
    show_default=True,
    help="Bases between the variant and a splice site.",
)
@click.option(
    "--cryptic-range",
    type=_BASES,
    default=CRYPTIC_RANGE,
    show_default=True,
    help="Bases between a site and a cryptic one instead.",
)
@click.option(
    "--most-skipped",
    type=click.IntRange(1),
    default=MOST_SKIPPED,
    show_default=True,
    help="Exons that an event skips at most.",
)
@click.option(
    "--min-samples",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Samples that a junction has at least.",
)
@click.option("--transcript", metavar="NAME", help="Transcript or gene whose exons are numbered.")
@click.option(
    "--chain",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Lift the variant over from another assembly with this chain file.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Maximum number of junctions and of events of each site.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@target_options
def variant(variant: str, chain: Path | None, limit: int, as_json: bool, **options: Any) -> None:
    """Show the splice sites near VARIANT, their junctions, and the other events that samples show there.

    VARIANT is chr2-71549340-A-G, chr2:71549340A>G, 2:71549340, or a place in a transcript such as
    NM_003494.4:c.1053+5G>A, ENST00000410020:c.-5+1 or DYSF:c.*3-2 (the gene's MANE Select or canonical
    transcript). Exon skipping and cryptic sites are ranked by samples, then by reads; annotated events
    follow without a rank. The report never classifies a variant. docs/variants.md has the rules.

    \b
    Examples:
      snapshard variant chr2-29223529-C-T
      snapshard variant 'ENST00000389048:c.2041+5G>A' --window 20
      snapshard variant chr2-29446395-C-T --chain hg19ToHg38.over.chain.gz
    """
    names = ("window", "cryptic_range", "most_skipped", "min_samples", "transcript")
    thresholds = {name: options.pop(name) for name in names}
    with client_of(options) as client, warnings.catch_warnings():
        # `report_truncation` says so in the terms of the options.
        warnings.simplefilter("ignore", Truncated)
        response = client.variant(variant, chain=chain, limit=limit, **thresholds)
    if as_json:
        print_json(response)
    else:
        _print_sites(response)
    report_truncation(response, limit)


def _print_sites(response: dict[str, Any]) -> None:
    click.echo(response["summary"])
    reference = response["reference"]
    if reference["reason"]:
        click.echo(f"reference base not checked: {reference['reason']}")
    records: list[dict[str, Any]] = []
    for site in response["sites"]:
        head = {"site": site["site"], "role": site["role"], "place": f"{site['place']:+d}"}
        records += [{**head, "what": "uses the site", **row} for row in site["junctions"]]
        records += [
            {**head, "what": _what(event), "frame": event["frame"], **event["junction"]}
            for event in site["events"]
        ]
    print_records(records, _COLUMNS)


def _what(event: dict[str, Any]) -> str:
    """An event in a few words: its rank, or that it is annotated, its kind and size."""
    head = "annotated:" if event["rank"] is None else f"{event['rank']}."
    text = f"{head} {event['kind']}"
    if event["skipped_exons"]:
        return f"{text} {','.join(map(str, event['skipped_exons']))}"
    return text if event["moved"] is None else f"{text} {event['moved']:+d}"
