"""Measures the page in Chromium over a simulated compilation: how long until a reader sees a picture,
how long until a filter has redrawn it, how much the layout shifts, and the bytes of scripts and styles.

    python -m analysis.page_speed --junctions 1000000 --samples 9662

It simulates and loads the compilation into a temporary folder, or uses a folder that has one
(`--folder`), and serves it with as many workers as `snapshard serve` chooses. Every view is opened in
a new browser context, whose cache is empty, once to warm up and then `--repeats` times, in turns.
"""

import argparse
import json
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from analysis.answers_speed import load
from analysis.measuring import percentile, write_result
from analysis.serving import serving

SEED = 13
BARS = {
    "gene": 1_000,
    "busiest gene": 1_000,
    "busiest 1 Mb": 1_000,
    "chr1": 1_000,
    "filter chosen": 150,
    "filter typed": 150,
}
"""The median milliseconds that a view may take until it is painted."""
MOST_BYTES = 150_000
"""The compressed bytes of scripts and styles."""
_OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
// Sets window.paintedAt after the frame in which a picture other than the last one is painted.
window.awaitPicture = (last) => {
  window.paintedAt = null;
  const look = () => {
    const picture = document.querySelector(".figure svg");
    // The links that move the picture follow it: without them, a part of the picture may be missing.
    const isNew = picture && picture !== last && document.querySelector(".moves");
    requestAnimationFrame(isNew ? () => setTimeout(() => (window.paintedAt = performance.now())) : look);
  };
  look();
};
window.awaitPicture(null);
"""
"""Runs before the scripts of the page. A frame waits for the style sheets, so that a picture without
its styles does not count.
"""
_AWAIT_CHANGE = """addEventListener("input", (event) => {
  window.changedAt = event.timeStamp;
  window.awaitPicture(document.querySelector(".figure svg"));
}, { capture: true, once: true })"""
_FILES = """performance.getEntriesByType("resource")
  .filter((entry) => /\\.(js|css)$/.test(new URL(entry.name).pathname))
  .map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize])"""


@dataclass(frozen=True)
class Visit:
    """A view that was opened with an empty cache: milliseconds until the server's response began, and
    until the picture was painted; the layout shift; the bytes of scripts and styles by path.
    """

    response: float
    picture: float
    shift: float
    files: dict[str, int]


def main() -> None:
    """Measures, prints, and writes results/page-speed.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=9_662)
    parser.add_argument("--genes", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument(
        "--folder", type=Path, help="a folder with sim/ and data/ of an earlier run"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapshard-page-") as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "data").is_dir():
            load(folder, options.junctions, options.samples)
        with serving(folder / "data") as served, chromium() as browser:
            figures = measure(browser, served.url, genes=options.genes, repeats=options.repeats)
            version = browser.version
    write_result("page-speed", {**vars(options), "folder": None, "chromium": version, **figures})
    print(json.dumps(figures, indent=1))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system, else that of playwright."""
    with sync_playwright() as driver:
        installed = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        browser.close()


def measure(browser: Browser, url: str, *, genes: int, repeats: int) -> dict[str, Any]:
    """The milliseconds of each view and filter change with their bars, the largest layout shift, and
    the compressed bytes of the scripts and styles of all views.
    """
    with httpx.Client(base_url=f"{url}/api/v1/compilations/sim", timeout=60) as client:
        views = find_views(client, genes)
    visits: dict[str, list[Visit]] = {name: [] for name in views}
    redraws: dict[str, list[float]] = {"filter chosen": [], "filter typed": []}
    for turn in range(repeats + 1):
        for name, texts in views.items():
            text = texts[turn % len(texts)]
            visit, changes = open_view(browser, url, text, filters=name == "gene")
            if turn:
                visits[name].append(visit)
                for change, milliseconds in changes.items():
                    redraws[change].append(milliseconds)
    every_visit = [visit for name in visits for visit in visits[name]]
    files = {path: size for visit in every_visit for path, size in visit.files.items()}
    times = {name: [visit.picture for visit in visits[name]] for name in visits} | redraws
    return {
        "views": views,
        "milliseconds": {name: summary(name, values) for name, values in times.items()},
        "response": {
            name: round(percentile([visit.response for visit in visits[name]], 50), 1)
            for name in visits
        },
        "layout_shift": max(visit.shift for visit in every_visit),
        "bytes": {"sum": sum(files.values()), "bar": MOST_BYTES, "files": files},
    }


def summary(name: str, values: Sequence[float]) -> dict[str, float]:
    """The least, the median and the 95th percentile of the milliseconds, their number, and the bar. The
    least is the one that other programs of the machine disturbed least.
    """
    return {
        "min": round(min(values), 1),
        "median": round(percentile(values, 50), 1),
        "p95": round(percentile(values, 95), 1),
        "repeats": len(values),
        "bar": BARS[name],
    }


def find_views(client: httpx.Client, genes: int) -> Mapping[str, list[str]]:
    """The search texts of each view: genes at random, the gene with most junctions among them and a
    hundred others, the window of 1 Mb with most junctions, and chromosome 1.
    """
    names = [
        gene["gene_id"]
        for gene in client.get("/genes", params={"prefix": "SIMG", "limit": 1_000}).json()["genes"]
    ]
    random.Random(SEED).shuffle(names)
    return {
        "gene": names[:genes],
        "busiest gene": [max(names[:100], key=lambda name: _junctions(client, name))],
        "busiest 1 Mb": [_busiest_window(client)],
        "chr1": ["chr1"],
    }


def _junctions(client: httpx.Client, gene: str) -> int:
    """How many junctions overlap the gene."""
    response = client.get("/junctions", params={"gene": gene, "limit": 1, "count": "exact"})
    count: int = response.raise_for_status().json()["count"]["rows"]
    return count


def _busiest_window(client: httpx.Client) -> str:
    """The megabase of the genome in which most junctions start: a bin of the largest tiles."""
    bins: list[tuple[int, str]] = []
    for number in range(1, 23):
        chrom = f"chr{number}"
        tile = client.get(f"/tiles/{chrom}/0/0.json")
        # A small compilation has no junctions on some chromosomes.
        for item in tile.json()["bins"] if tile.is_success else ():
            bins.append((item["junctions"], f"{chrom}:{item['start']}-{item['end']}"))
    return max(bins)[1]


def open_view(
    browser: Browser, url: str, text: str, *, filters: bool
) -> tuple[Visit, dict[str, float]]:
    """A visit of a search with an empty cache and, if wanted, the milliseconds of filter changes."""
    context = browser.new_context(viewport={"width": 1_280, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(_OBSERVE)
        page.goto(f"{url}/?compilation=sim&q={quote(text)}")
        picture = _painted(page)
        changes = _filter_changes(page) if filters else {}
        visit = Visit(
            page.evaluate("performance.getEntriesByType('navigation')[0].responseStart"),
            picture,
            page.evaluate("window.shift"),
            dict(page.evaluate(_FILES)),
        )
    finally:
        context.close()
    return visit, changes


def _filter_changes(page: Page) -> dict[str, float]:
    """The milliseconds from the event of an input until the new picture is painted."""
    form = page.locator("form.live")
    page.evaluate(_AWAIT_CHANGE)
    form.locator("[name=only_class]").select_option("DA")
    chosen = _painted(page) - page.evaluate("window.changedAt")
    page.evaluate(_AWAIT_CHANGE)
    form.locator("[name=min_reads]").press("5")
    typed = _painted(page) - page.evaluate("window.changedAt")
    return {"filter chosen": chosen, "filter typed": typed}


def _painted(page: Page) -> float:
    """The time at which the awaited picture was painted, in milliseconds since the navigation began."""
    return float(page.wait_for_function("() => window.paintedAt").json_value())


if __name__ == "__main__":
    main()
