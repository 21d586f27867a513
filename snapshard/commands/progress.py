"""Progress bars on standard error, if it is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)


@contextmanager
def rows_bar(name: str) -> Iterator[Callable[[int], None]]:
    """A function that advances the bar by a number of rows."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows"),
        TimeElapsedColumn(),
    )
    with _progress(*columns) as progress:
        task = progress.add_task(name, total=None)
        yield lambda rows: progress.advance(task, rows)


@contextmanager
def bytes_bar(name: str) -> Iterator[Callable[[int], None]]:
    """A function that sets the bar to a number of bytes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with _progress(*columns) as progress:
        task = progress.add_task(name, total=None)
        yield lambda size: progress.update(task, completed=size)


def _progress(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, disable=not console.is_terminal)
