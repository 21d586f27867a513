"""Takes pictures of every view of the page, light and dark, on a phone and on a desk.

    python -m analysis.screenshots --folder screenshots

It simulates a small compilation, serves it, and opens the views in Chromium. To be looked at by a
person after a change of the page.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from analysis.serving import COMMAND, serving

WIDTHS = (360, 1_280, 1_920)
SCHEMES = ("light", "dark")


def main() -> None:
    """Writes {view}-{width}-{scheme}.png for every view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("screenshots"))
    parser.add_argument("--junctions", type=int, default=20_000)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="snapshard-screenshots-") as temporary:
        data = load(Path(temporary), options.junctions)
        with serving(data, workers=1) as served:
            take(served.url, states(served.url), options.folder)


def load(folder: Path, junctions: int) -> Path:
    """The data folder with a simulated compilation `sim`."""
    source, data = folder / "sim", folder / "data"
    size = ("--junctions", str(junctions), "--samples", "200")
    subprocess.run([*COMMAND, "simulate", str(source), *size], check=True)
    subprocess.run([*COMMAND, "load", str(source), "--data", str(data)], check=True)
    return data


def states(url: str) -> dict[str, str]:
    """The address of each view below the server's, by the name of the picture."""
    query = "filter=samples_count%3E%3D50&limit=1"
    with urlopen(f"{url}/api/v1/compilations/sim/junctions?{query}") as response:
        (row,) = json.load(response)["rows"]
    name, chrom, start = quote(row["name"]), row["chromosome"], row["start"]
    return {
        "start": "?compilation=sim",
        "gene": "?compilation=sim&q=SIMG00001",
        "chromosome": f"?compilation=sim&q={chrom}",
        "region": f"?compilation=sim&q={chrom}:{max(1, start - 50_000)}-{start + 50_000}",
        "junction": f"?compilation=sim&q={name}",
        "variant": f"?compilation=sim&q={chrom}-{start + 4}-A-G",
        "miss": "?compilation=sim&q=SIMG0000X",
        "compare": "compare?compilation=sim&q=SIMG00001&min_reads=1&min_samples=1",
        "samples": "samples?compilation=sim&field=SMTS",
        "annotate": "annotate?compilation=sim",
        "about": "about?compilation=sim",
        "sheet": f"api/v1/compilations/sim/junctions/{name}/sheet.html",
    }


def take(url: str, views: Mapping[str, str], folder: Path) -> None:
    """Opens every view in every width and scheme, and writes its picture."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for width in WIDTHS:
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                page = context.new_page()
                for name, path in views.items():
                    page.goto(f"{url}/{path}", wait_until="networkidle")
                    target = folder / f"{name}-{width}-{scheme}.png"
                    page.screenshot(path=target, full_page=True)
                context.close()
        browser.close()
    print(f"{folder}: {len(views) * len(WIDTHS) * len(SCHEMES)} pictures")


if __name__ == "__main__":
    main()
