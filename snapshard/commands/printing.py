"""Small tables: drawn on a terminal, tab-separated lines where somebody reads on, JSON when asked
for.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

Record = Mapping[str, Any]


def print_records(records: Sequence[Record], columns: Sequence[str]) -> None:
    """The records, a line each, under the names of the columns."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for record in records:
            click.echo("\t".join(plain(record.get(name)) for name in columns))
        return
    table = Table(*columns)
    for record in records:
        table.add_row(*[plain(record.get(name)) for name in columns])
    Console().print(table)


def print_json(answer: object) -> None:
    """The answer as the server gave it."""
    click.echo(json.dumps(answer, indent=1, ensure_ascii=False))


def say_if_cut(answer: Record, limit: int) -> None:
    """Says on standard error if there is more than the answer shows."""
    if answer["truncated"]:
        click.echo(f"snapshard: cut at --limit {limit}; there are more", err=True)


def plain(value: Any) -> str:
    """A value as a person writes it: nothing for null, yes and no, lists with commas, four decimals
    at most.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return ",".join(map(plain, value)) if isinstance(value, list) else str(value)
