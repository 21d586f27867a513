"""The tables of docs/snaptron.md that programs make, from the result files of snaptron_speed.py and
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
    """Makes every table anew."""
    fill(DOCUMENT, {name: _from(result, make) for name, (result, make) in _TABLES.items()})


def _from(result: str, make: Callable[[Mapping[str, Any]], str]) -> Callable[[], str]:
    """The table of a result, or that there is none: each program writes the page, whether or not
    the other has run.
    """
    if not (RESULTS / f"{result}.json").exists():
        return lambda: "*Not measured yet.*"
    return lambda: make(read_result(result))


def _circumstances(figures: Mapping[str, Any]) -> str:
    told = figures["measured"]
    return f"{told['date']}, commit {told['commit']}, {told['machine']}; load of the machine before: {told['load_average']:.1f}."


def _windows(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            one["request"],
            f"{one['ms']['median']:.1f}",
            f"{one['ms']['min']:.1f} to {one['ms']['max']:.1f}",
            f"{one['kb']:,.0f}",
        )
        for one in figures["requests"]
    ]
    originals = [one["original"] for one in figures["requests"]]
    whole = [(*row, original) for row, original in zip(rows, originals, strict=True)]
    head = ("request", "median, ms", "least to greatest", "kB", "the original over HTTP, ms")
    return f"{table(head, whole)}\n\n{figures['junctions']:,} junctions. {_circumstances(figures)}"


def _spent(figures: Mapping[str, Any]) -> str:
    profiles = figures["spent"]
    parts = sorted(
        {part for shares in profiles.values() for part in shares},
        key=lambda part: -profiles["10 kb"].get(part, 0),
    )
    rows = [
        (part, *(f"{100 * shares.get(part, 0):.0f} %" for shares in profiles.values()))
        for part in parts
    ]
    return table(("where", *profiles), rows)


def _many(figures: Mapping[str, Any]) -> str:
    whole, many = figures["whole"], figures["many"]
    chromosome = (
        f"A whole chromosome ({whole['megabytes']:.0f} MB): first byte after {whole['first_byte_ms']:.0f} ms, longest silence "
        f"{whole['silence_ms']:.0f} ms, {whole['seconds']:.1f} s in all; the server grew by {whole['grown_mb']:.0f} MB."
    )
    rows = [
        (name, one["requests"], f"{one['p50']:.0f}", f"{one['p99']:.0f}")
        for name, one in many.items()
    ]
    return f"{chromosome}\n\n{table(('100 clients at once, 10 kb each', 'requests', 'median, ms', '99th percentile'), rows)}"


def _search(figures: Mapping[str, Any]) -> str:
    rows = [
        (f"{one['what']}, {one['found']:,} found", f"{one['first']:.2f} s", f"{one['again']:.2f} s")
        for one in figures["searches"]
    ]
    size = f"{figures['samples']:,} samples, {figures['bytes'] / 1e6:,.0f} MB."
    return f"{table(('search', 'first time', 'again'), rows)}\n\n{size} {_circumstances(figures)}"


_TABLES = {
    "snaptron-requests": (SPEED, _windows),
    "snaptron-spent": (SPEED, _spent),
    "snaptron-many": (SPEED, _many),
    SEARCH: (SEARCH, _search),
}
