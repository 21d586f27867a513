"""Small tables: drawn on a terminal, tab-separated in a pipe, or JSON on request."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

Record = Mapping[str, Any]


def print_records(records: Sequence[Record], columns: Sequence[str]) -> None:
    """Prints the names of the columns, then a line for each record."""
    # In a pipe, drawn borders would break tools such as cut and awk.
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for record in records:
            click.echo("\t".join(plain(record.get(name)) for name in columns))
        return
    table = Table(*columns)
    for record in records:
        table.add_row(*[plain(record.get(name)) for name in columns])
    Console().print(table)


def print_json(response: object) -> None:
    """Prints the server's response."""
    click.echo(json.dumps(response, indent=1, ensure_ascii=False))


def report_truncation(response: Record, limit: int) -> None:
    """Reports on standard error that there is more than the response shows."""
    if response["truncated"]:
        click.echo(f"snapshard: truncated at --limit {limit}; there are more", err=True)


def plain(value: Any) -> str:
    """A value for people: empty for null, yes or no, lists with commas, up to four decimals."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return ",".join(map(plain, value)) if isinstance(value, list) else str(value)
