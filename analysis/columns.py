"""Measures questions to published files in a folder and on S3, and the layouts of their row groups.

    python -m analysis.columns --rows 400000

The rows are the first of a simulated GTEx (9,662 samples), all of chr1, written as text and as the files
of a release. A question is all samples of 1 to 1,000 junctions, or all junctions of the samples of a study;
the files are opened for each question. Layouts and block sizes are tried on a quarter of the rows.
S3 is moto in this process; every request waits for `--delay` seconds before it is answered, and
requests and bytes are counted. It writes results/columns.json and the tables of docs/columns.md.
"""

import argparse
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from analysis.blocks import block_rows, measure_blocks
from analysis.document import fill, table
from analysis.measuring import interleaved, read_result, write_result
from analysis.s3 import BUCKET, Traffic, s3_server
from analysis.source import read_chunks, write_lines
from snapshard.files.manifest import NAME, Manifest
from snapshard.files.publication import JUNCTION_ROWS, PAIR_ROWS
from snapshard.files.release_files import open as open_files
from snapshard.files.schemas import JUNCTIONS, PAIRS, junction_table, pair_table
from snapshard.files.store import Store
from snapshard.files.table_file import Layout, TableFile, published

PAGE = Path(__file__).parents[1] / "docs" / "columns.md"
JUNCTION_COUNTS = (1, 10, 100, 1_000)
LAYOUTS = {
    "16,384 rows": Layout(PAIR_ROWS, 1 << 40),
    "16,384 rows, 1,048,576 pairs": Layout(PAIR_ROWS, 1 << 20),
    "16,384 rows, 262,144 pairs": Layout(PAIR_ROWS),
    "16,384 rows, 65,536 pairs": Layout(PAIR_ROWS, 1 << 16),
}
PUBLISHED_LAYOUT = "16,384 rows, 262,144 pairs"
_PUBLISHED = list(LAYOUTS).index(PUBLISHED_LAYOUT)
_PAIRS = "chromosome=chr1/pairs.parquet"
STUDY_SIZES = (10, 100, 1_000)
"""Samples."""
ARTICLE = {"text": 2.5, "local": 0.03, "s3": 3.5}
"""Seconds for one marker of a million samples in 23andMe's article on Parquet and Arrow (2021)."""
_ORIGIN = {
    "compilation": "gtex",
    "release": "r1",
    "title": "simulated GTEx",
    "assembly": "GRCh38",
    "coordinate_system": "1-based, closed, intron",
    "sample_count": 9_662,
    "simulated": True,
    "created": "2026-11-27T00:00:00+00:00",
    "chromosomes": ["chr1"],
}


def main() -> None:
    """Measures, prints, and writes the results and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--delay", type=float, default=0.03, help="seconds before each S3 answer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapshard-columns-") as temporary:
        result = measure(Path(temporary), options.rows, options.repeats, options.delay)
    write_result("columns", {**vars(options), **result})
    fill(PAGE, tables_of(read_result("columns")))


def measure(folder: Path, rows: int, repeats: int, delay: float) -> dict[str, object]:
    """The figures of every layout and block size for a quarter of the rows, and those of every number
    of junctions and samples for all rows.
    """
    text, part = folder / "rows.tsv", folder / "part.tsv"
    write_lines(text, rows)
    with text.open("rb") as lines:
        part.write_bytes(b"".join(islice(lines, rows // 4)))
    spans = _spans(text)
    published_targets = [str(folder / "published"), f"s3://{BUCKET}/published"]
    with s3_server(delay) as traffic:
        for target in published_targets:
            write_release(text, target, LAYOUTS[PUBLISHED_LAYOUT])
        return {
            "text_bytes": text.stat().st_size,
            "scan": interleaved({"scan": lambda: scan_text(text, spans[0])}, min(repeats, 3))[
                "scan"
            ],
            "questions": {
                str(count): _ask(published_targets, spans[:count], repeats, traffic)
                for count in JUNCTION_COUNTS
            },
            "studies": measure_studies(published_targets[0], spans[:100], repeats),
            "layouts": _measure_layouts(part, folder, repeats, traffic),
            "blocks": measure_blocks(f"{BUCKET}/layout{_PUBLISHED}/{_PAIRS}", repeats, traffic),
        }


def _measure_layouts(text: Path, folder: Path, repeats: int, traffic: Traffic) -> dict[str, dict]:
    """The figures of one junction in every layout of these rows."""
    spans = _spans(text)[:1]
    layouts = {}
    for number, (name, layout) in enumerate(LAYOUTS.items()):
        targets = [str(folder / f"layout{number}"), f"s3://{BUCKET}/layout{number}"]
        size, _ = [write_release(text, target, layout) for target in targets]
        layouts[name] = {"file_bytes": size, **_ask(targets, spans, repeats, traffic)}
    return layouts


def measure_studies(target: str, spans: list[str], repeats: int) -> dict[str, dict]:
    """Seconds for the counts of all junctions in studies of several sizes, as a sparse matrix. Their
    samples are drawn from those of some junctions.
    """
    with open_files(target) as files:
        samples = np.unique(files.tidy(spans, match="exact")["rail_id"])
    random_numbers = np.random.default_rng(1)
    studies = {
        str(size): random_numbers.choice(samples, min(size, len(samples)), replace=False).tolist()
        for size in STUDY_SIZES
    }

    def counts(study: list[int]) -> int:
        with open_files(target) as files:
            return files.matrix(sample_ids=study).values.nnz

    actions = {size: lambda study=study: counts(study) for size, study in studies.items()}
    seconds = interleaved(actions, repeats)
    return {size: {**seconds[size], "counts": counts(study)} for size, study in studies.items()}


def write_release(text: Path, target: str, layout: Layout) -> int:
    """Writes the rows of a text as a published release; returns the bytes of the file of pairs."""
    store = Store.open(target)
    makers = {
        "junctions": (JUNCTIONS, junction_table, Layout(JUNCTION_ROWS)),
        "pairs": (PAIRS, pair_table, layout),
    }
    entries = []
    for name, (schema, make, groups) in makers.items():
        path = f"chromosome=chr1/{name}.parquet"
        with store.output(path) as output:
            file = TableFile(output, schema, groups)
            for rows in read_chunks(text):
                file.add(make(rows))
            file.finish()
        entries.append(published(path, name, "chr1", file))
    store.write(NAME, Manifest(_ORIGIN, tuple(entries)).to_json())
    return entries[1].bytes


def scan_text(text: Path, span: str) -> int:
    """The number of samples of a junction, from the rows of the text one after the other."""
    start, end = (number.encode() for number in span.removeprefix("chr1:").split("-"))
    pairs = 0
    with text.open("rb") as file:
        for line in file:
            fields = line.split(b"\t", 12)
            if fields[2] == start and fields[3] == end:
                pairs += fields[11].count(b":")
    return pairs


def tables_of(result: dict) -> dict:
    """The tables of docs/columns.md."""
    return {
        "columns-layouts": lambda: table(
            ("pairs in row groups of at most", "MB", "local, ms", "S3, ms", "requests", "kB"),
            [
                (name, f"{figures['file_bytes'] / 1e6:.1f}", *_cells(figures))
                for name, figures in result["layouts"].items()
            ],
        ),
        "columns-questions": lambda: table(
            ("junctions over all samples", "local, ms", "S3, ms", "requests", "kB"),
            [(f"{int(n):,}", *_cells(figures)) for n, figures in result["questions"].items()],
        ),
        "columns-studies": lambda: table(
            ("samples of the study", "counts", "s"),
            [
                (f"{int(size):,}", f"{figures['counts']:,}", f"{figures['median']:.2f}")
                for size, figures in result["studies"].items()
            ],
        ),
        "columns-blocks": lambda: table(
            ("a request is at most", "columns", "one thread, s", "threads, s", "requests", "MB"),
            block_rows(result["blocks"]),
        ),
        "columns-article": lambda: table(
            ("", "article, s", "here, s"),
            [
                (name, f"{ARTICLE[key]:g}", f"{seconds:.3g}")
                for name, key, seconds in _article_rows(result)
            ],
        ),
        "columns-bars": lambda: (
            f"{result['rows']:,} junctions, {result['text_bytes'] / 1e6:.0f} MB as text. Reading the text"
            f" row by row takes {result['scan']['median']:.2f} s for one junction:"
            f" **{_speedup(result):,.0f} times** as long as the local files."
            f" The load average of the machine was {result['measured']['load_average']:.0f}."
        ),
    }


def _article_rows(result: dict) -> list[tuple[str, str, float]]:
    question = result["questions"]["1"]
    return [
        ("text, row by row", "text", result["scan"]["median"]),
        ("Parquet in a folder", "local", question["local"]["median"]),
        ("Parquet on S3", "s3", question["s3"]["median"]),
    ]


def _ask(targets: list[str], spans: list[str], repeats: int, traffic: Traffic) -> dict:
    """Seconds for all samples of these junctions from each target, with requests and bytes of S3."""
    local, remote = targets
    seconds = interleaved(
        {"local": lambda: ask(local, spans), "s3": lambda: ask(remote, spans)}, repeats
    )
    # The question without the manifest, which a program reads once.
    with open_files(remote) as files:
        before = Traffic(traffic.requests, traffic.bytes)
        files.tidy(spans, match="exact")
    requests, size = traffic.requests - before.requests, traffic.bytes - before.bytes
    return {**seconds, "requests": requests, "bytes": size}


def ask(target: str, spans: list[str]) -> int:
    """The number of pairs of these junctions, from newly opened files."""
    with open_files(target) as files:
        return len(files.tidy(spans, match="exact"))


def _spans(text: Path) -> list[str]:
    """1,000 junctions spread over the rows, the first with more samples than most."""
    spans, counts = [], []
    for rows in read_chunks(text):
        bounds = zip(rows.integers("start").tolist(), rows.integers("end").tolist(), strict=True)
        spans += [f"chr1:{start}-{end}" for start, end in bounds]
        counts += rows.integers("samples_count").tolist()
    step = max(len(spans) // max(JUNCTION_COUNTS), 1)
    places = range(0, len(spans), step)
    often = max(places, key=counts.__getitem__)
    return [spans[often], *[spans[place] for place in places if place != often]][:1000]


def _cells(figures: dict) -> tuple[str, ...]:
    local, remote = (1_000 * figures[name]["median"] for name in ("local", "s3"))
    return (
        f"{local:.1f}",
        f"{remote:.0f}",
        str(figures["requests"]),
        f"{figures['bytes'] / 1e3:,.0f}",
    )


def _speedup(result: dict) -> float:
    return result["scan"]["median"] / result["questions"]["1"]["local"]["median"]


if __name__ == "__main__":
    main()
