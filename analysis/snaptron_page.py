"""The generated tables of docs/snaptron.md, from the result files of snaptron_speed.py and
sample_search.py.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.document import fill, table
from analysis.measuring import RESULTS, read_result

DOCUMENT = Path(__file__).parent.parent / "docs" / "snaptron.md"
SPEED, SEARCH = "snaptron-speed", "sample-search"


def write_page() -> None:
    """Rewrites all tables."""
    fill(DOCUMENT, {name: _from(result, make) for name, (result, make) in _TABLES.items()})


def _from(result: str, make: Callable[[Mapping[str, Any]], str]) -> Callable[[], str]:
    """A function that writes the table of a result, or a note if the result does not exist.

    Each of the two programs writes the whole page, even if the other has not run.
    """
    if not (RESULTS / f"{result}.json").exists():
        return lambda: "*Not measured yet.*"
    return lambda: make(read_result(result))


def _circumstances(figures: Mapping[str, Any]) -> str:
    run = figures["measured"]
    return (
        f"{run['date']}, commit {run['commit']}, {run['machine']}; "
        f"load of the machine before: {run['load_average']:.1f}."
    )


def _windows(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            request["request"],
            f"{request['ms']['median']:.1f}",
            f"{request['ms']['min']:.1f} to {request['ms']['max']:.1f}",
            f"{request['kb']:,.0f}",
            request["original"],
        )
        for request in figures["requests"]
    ]
    head = ("request", "median, ms", "least to greatest", "kB", "the original over HTTP, ms")
    return f"{table(head, rows)}\n\n{figures['junctions']:,} junctions. {_circumstances(figures)}"


def _spent(figures: Mapping[str, Any]) -> str:
    profiles = figures["spent"]
    parts = sorted(
        set().union(*profiles.values()), key=lambda part: -profiles["10 kb"].get(part, 0)
    )
    rows = []
    for part in parts:
        shares = [profile.get(part, 0) for profile in profiles.values()]
        rows.append((part, *[f"{100 * share:.0f} %" for share in shares]))
    return table(("where", *profiles), rows)


def _many(figures: Mapping[str, Any]) -> str:
    chromosome, many = figures["whole"], figures["many"]
    summary = (
        f"A whole chromosome ({chromosome['megabytes']:.0f} MB): first byte after "
        f"{chromosome['first_byte_ms']:.0f} ms, longest pause {chromosome['silence_ms']:.0f} ms, "
        f"{chromosome['seconds']:.1f} s in total; the server's memory grew by "
        f"{chromosome['grown_mb']:.0f} MB."
    )
    rows = [
        (name, times["requests"], f"{times['p50']:.0f}", f"{times['p99']:.0f}")
        for name, times in many.items()
    ]
    head = ("100 clients at once, 10 kb each", "requests", "median, ms", "99th percentile")
    return f"{summary}\n\n{table(head, rows)}"


def _search(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{search['what']}, {search['found']:,} found",
            f"{search['first']:.2f} s",
            f"{search['again']:.2f} s",
        )
        for search in figures["searches"]
    ]
    size = f"{figures['samples']:,} samples, {figures['bytes'] / 1e6:,.0f} MB."
    return f"{table(('search', 'first time', 'again'), rows)}\n\n{size} {_circumstances(figures)}"


_TABLES = {
    "snaptron-requests": (SPEED, _windows),
    "snaptron-spent": (SPEED, _spent),
    "snaptron-many": (SPEED, _many),
    SEARCH: (SEARCH, _search),
}
