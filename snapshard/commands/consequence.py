"""`snapshard consequence`: what junctions mean for a transcript."""

from pathlib import Path
from typing import Any

import click

from snapshard.commands.options import Numbers, client_of, target_options
from snapshard.commands.printing import print_json, print_records

_COLUMNS = ("role", "position", "exon", "place", "moved")


@click.command()
@click.argument("junctions", metavar="[JUNCTION]...", nargs=-1)
@click.option(
    "--transcript",
    metavar="NAME",
    help="Transcript ID, or a gene: its MANE Select or canonical transcript  [the preferred one"
    " that contains the junctions].",
)
@click.option(
    "--retained",
    type=Numbers(),
    metavar="N,N",
    default=(),
    help="Introns of the transcript that are retained.",
)
@click.option(
    "--fasta",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="FASTA file of the genome, for premature stops.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the server's response.")
@target_options
def consequence(
    junctions: tuple[str, ...],
    transcript: str | None,
    retained: tuple[int, ...],
    fasta: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Report what JUNCTIONs mean for a transcript: exons, splice sites, frame, stop.

    Several JUNCTIONs are taken together, such as the two of a new exon. A premature stop is known only
    with the sequence of the genome. The report is about the transcript; it never classifies a variant.
    docs/consequences.md has the rules.

    \b
    Examples:
      snapshard consequence chr2:29,223,529-29,225,460
      snapshard consequence GRCh38:chr2:71548830-71549349:+ --transcript DYSF --fasta hg38.fa
      snapshard consequence --transcript ENST00000389048 --retained 3 --json
    """
    with client_of(options) as client:
        response = client.consequence(
            junctions, transcript=transcript, retained=retained, fasta=fasta
        )
    if as_json:
        print_json(response)
        return
    if response["transcript"] is None:
        click.echo(response["reason"])
        return
    result = response["consequence"]
    click.echo(result["summary"])
    click.echo(_chosen(response))
    click.echo(f"assumes that {result['assumes']}")
    if result["sites"]:
        print_records(result["sites"], _COLUMNS)


def _chosen(response: dict[str, Any]) -> str:
    transcript = response["transcript"]
    others = len(response["other_transcripts"])
    return (
        f"{transcript['symbol']} {transcript['transcript_id']}, chosen by {transcript['chosen_by']};"
        f" {others} other transcripts contain the junctions"
    )
