"""`snapshard load --check`: reads everything and loads nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from snapshard_populate.commands.own_files import (
    added_to,
    earlier_release,
    findings,
    is_own_data,
    opened_merge,
)
from snapshard_populate.commands.progress import progress_bars
from snapshard_populate.commands.shards import current_shards, layout_of, settings_for
from snapshard_populate.commands.sources import compilation_of
from snapshard_populate.loading import UNKNOWN_ASSEMBLY, Compilation, Findings, check_compilation

_MOST_LISTED = 100
"""Bad rows that --check lists of a source."""


def check_sources(
    sources: Sequence[str], data: Path | None, layout: Path | None, options: Mapping[str, Any]
) -> None:
    """Prints what a load of these sources would refuse, repair or leave out. Exits with 1 if one of
    them would fail.
    """
    intervals = layout_of(layout, options["assembly"]) if layout else None
    good = True
    for source in sources:
        if is_own_data(source):
            good = _check_own(source, data, options) and good
            continue
        is_folder = Path(source).is_dir()
        compilation = compilation_of(source, options) if is_folder else _unnamed(source, options)
        with progress_bars("bytes") as report:
            findings = check_compilation(
                compilation,
                intervals,
                most=_MOST_LISTED,
                report=lambda name, read, total: report(name, read, total or 0),
            )
        for line in _lines(findings):
            click.echo(line)
        if compilation.assembly is None:
            click.echo(f"notice: {source}: {UNKNOWN_ASSEMBLY}")
        refused = bool(findings.bad_files) or findings.bad_row_count > options["max_errors"]
        good = good and not refused
        answer = "a load would fail" if refused else "a load would succeed"
        click.echo(f"{source}: {answer}; {findings.junctions:,} good junctions")
    if not good:
        raise click.exceptions.Exit(1)


def _check_own(source: str, data: Path | None, options: Mapping[str, Any]) -> bool:
    """Whether a load of junction files would succeed, after printing what was understood of them."""
    name = options["add_to"]
    with (
        progress_bars("files") as report,
        current_shards(settings_for(data)) if name else nullcontext() as shards,
        earlier_release(shards, name) as earlier,
    ):
        compilation = added_to(_unnamed(source, options), earlier)
        with opened_merge(compilation, options, report, earlier) as merge:
            lines, good = findings(merge)
    for line in lines:
        click.echo(line)
    if compilation.assembly is None:
        click.echo(f"notice: {source}: {UNKNOWN_ASSEMBLY}")
    click.echo(f"{source}: a load would {'succeed' if good else 'fail'}")
    return good


def _unnamed(source: str, options: Mapping[str, Any]) -> Compilation:
    """The compilation, which needs no name to be checked."""
    if options["compilation"] is None and options["add_to"] is None:
        options = {**options, "compilation": "unnamed"}
    return compilation_of(source, options)


def _lines(findings: Findings) -> Iterator[str]:
    for message in findings.bad_files:
        yield f"refused: {message}"
    for row in findings.bad_rows:
        yield f"refused: {row}"
    if (hidden := findings.bad_row_count - len(findings.bad_rows)) > 0:
        yield f"refused: {hidden:,} more rows"
    for notice in findings.notices:
        yield f"notice: {notice}"
