"""The tables of docs/storage.md, computed from the result files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.document import fill, table
from analysis.measuring import read_result

DOCUMENT = Path(__file__).parents[2] / "docs" / "storage.md"
_LAYOUTS = ("ancestor", "lines", "packed", "blocks")
_TITLES = {
    "ancestor": "ancestor",
    "lines": "text lines",
    "packed": "packed",
    "blocks": "**blocks**",
}
_SERVERS = ("embedded", "docker")


def write_document() -> None:
    """Rewrites all tables from the results."""
    fill(DOCUMENT, TABLES)


def circumstances() -> str:
    """The machine, and a table of when each part was measured."""
    rows = []
    for name in ("payloads-embedded", "payloads-docker", "sizes", "overlap"):
        measured = read_result(f"storage-{name}")["measured"]
        packages = ", ".join(
            f"{package} {number}" for package, number in measured["packages"].items()
        )
        rows.append(
            (
                f"`storage-{name}.json`",
                measured["date"],
                measured["commit"],
                f"{measured['load_average']:.1f}",
                packages,
            )
        )
    head = ("file", "date", "commit", "load average before", "packages")
    return f"Machine: {measured['machine']}; Python {measured['python']}.\n\n" + table(head, rows)


def size() -> str:
    """Bytes per row by part, and ratios to the text and to the ancestor."""
    rows = []
    for server in _SERVERS:
        result = read_result(f"storage-payloads-{server}")
        ancestor = result["size"]["ancestor"]["total"]
        for name in _LAYOUTS:
            sizes = result["size"][name]
            parts = [
                f"{sizes[part] / result['rows']:.0f}"
                for part in ("table", "toast", "indexes", "total")
            ]
            payload = "–"
            if name != "ancestor":
                payload = f"{sizes['payload'] / _payload_text(result, name):.2f}"
            ratio = f"{sizes['total'] / ancestor:.2f}"
            rows.append((f"{server}: {_TITLES[name]}", *parts, payload, ratio))
    return table(
        (
            "bytes per row",
            "tables",
            "TOAST",
            "indexes",
            "all",
            "payload / its text",
            "all / ancestor",
        ),
        rows,
    )


def _payload_text(result: Any, name: str) -> int:
    """Bytes of the text that the payload represents: sample lists, or complete lines."""
    return int(result["samples_bytes" if name == "packed" else "text_bytes"])


def answers() -> str:
    """Median and (best) time of every answer by layout, warm and cold, on both servers."""
    rows = []
    for server in _SERVERS:
        result = read_result(f"storage-payloads-{server}")
        text = result["text_bytes"]
        rows += [(f"{server}: load, s", *[f"{result['load'][name]:.0f}" for name in _LAYOUTS], "–")]
        for when in ("warm", "cold"):
            rows += [
                (f"{server}, {when}: {title}", *_cells(result, when, key, form))
                for title, key, form in _answers(text, result)
            ]
    return table(
        ("", *[_TITLES[name] for name in _LAYOUTS], "pure Python"),
        [row for row in rows if set(row[1:]) != {"–"}],
    )


def _answers(text: int, result: Any) -> tuple[tuple[str, str, Callable[[float], str]], ...]:
    def milliseconds(seconds: float) -> str:
        return f"{seconds * 1e3:,.0f}"

    return (
        ("export over HTTP, MB/s", "http/{}", lambda seconds: f"{text / seconds / 1e6:.0f}"),
        (
            f"samples_count >= {result['warm']['least']} over HTTP, s",
            f"http/{{}}?least={result['warm']['least']}",
            lambda s: f"{s:.2f}",
        ),
        ("1 Mb restricted to 1 sample, ms", "subset/1/{}", milliseconds),
        ("1 Mb restricted to 100 samples, ms", "subset/100/{}", milliseconds),
        ("1 Mb restricted to 3,000 samples, ms", "subset/3000/{}", milliseconds),
        ("one junction, ms", "one/{}", lambda s: f"{s * 1e3:.2f}"),
    )


def _cells(result: Any, when: str, key: str, form: Callable[[float], str]) -> list[str]:
    figures = result.get(when, {})
    per_place = result["warm"]["places"] if key.startswith("one/") and when == "warm" else 1
    cells = []
    for name in (*_LAYOUTS, "python"):
        times = figures.get(key.format(name))
        if times:
            median, best = times["median"] / per_place, times["min"] / per_place
            cells.append(f"{form(median)} ({form(best)})")
        else:
            cells.append("–")
    return cells


def block_sizes() -> str:
    """Ratio, and speed of compression and decompression, by block size and level."""
    figures = read_result("storage-sizes")["figures"]
    sources = list(dict.fromkeys(figure["rows"] for figure in figures))
    levels = sorted({figure["level"] for figure in figures})
    rows = []
    for source in sources:
        for size in sorted({figure["block_kb"] for figure in figures}):
            by_level = {
                figure["level"]: figure
                for figure in figures
                if figure["rows"] == source and figure["block_kb"] == size
            }
            ratio = "ratio_in_database" if source == "simulated" else "ratio"
            rows.append(
                (f"{source}, {size} kB", *[_speeds(by_level[level], ratio) for level in levels])
            )
    return table(("rows, block", *[f"level {level}" for level in levels]), rows)


def _speeds(figure: Any, ratio: str) -> str:
    return f"{figure[ratio]:.3f} ({figure['compress_mb_s']:.0f} / {figure['decompress_mb_s']:.0f})"


def overlap() -> str:
    """Build time, bytes per row and median times of every index for overlaps."""
    result = read_result("storage-overlap")
    widths = [name for name in result["overlap"]["btree"] if name.endswith("b")]
    rows = []
    for way, figure in result["overlap"].items():
        extra = result["directory_gist"]["bytes"] if way.startswith("directory") else 0
        build = f"{figure['build_s']:.1f}"
        rows.append(
            (
                way,
                build,
                f"{(figure['bytes'] + extra) / result['rows']:.2f}",
                *[f"{figure[w]['ms']:.2f}" for w in widths],
            )
        )
    counted = [
        f"{width} ({result['overlap']['btree'][width]['rows']:,.0f} rows), ms" for width in widths
    ]
    return table(("index", "build, s", "bytes per row", *counted), rows)


def ids() -> str:
    """The same for the indexes of ids."""
    result = read_result("storage-overlap")
    rows = [
        (
            way,
            f"{figure['build_s']:.1f}",
            f"{figure['bytes'] / result['rows']:.2f}",
            f"{figure['ms']:.2f}",
        )
        for way, figure in result["id"].items()
    ]
    return table(("index", "build, s", "bytes per row", "one id, ms"), rows)


TABLES = {
    "circumstances": circumstances,
    "size": size,
    "answers": answers,
    "block-sizes": block_sizes,
    "overlap": overlap,
    "ids": ids,
}
