"""Measures `snapshard annotate` on a simulated compilation: lines a second, processor time and memory.

    python -m analysis.annotate_speed --junctions 1000000 --samples 500 --lines 300000

It simulates and loads the compilation into a temporary folder, or uses a folder that has one
(`--folder`). Three quarters of the file's lines are junctions of the compilation; of the others, one
end is moved. The file is in STAR's format, sorted as STAR sorts it. The measured process is the
command as shipped, over the folder, without a server; the time includes its start.
"""

import argparse
import gzip
import random
import subprocess
import tempfile
import time
from pathlib import Path

from analysis.measuring import write_result
from analysis.processes import postgres_of, tree, watched, without
from analysis.serving import COMMAND

SEED = 3
_STRANDS = {"+": 1, "-": 2}


def main() -> None:
    """Measures, prints, and writes results/annotate-speed.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junctions", type=int, default=1_000_000)
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument(
        "--folder", type=Path, help="a folder with sim/ and data/ of an earlier run"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="snapshard-annotate-") as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "data").is_dir():
            _load(folder, options.junctions, options.samples)
        file = folder / "SJ.out.tab"
        file.write_text("".join(_lines(folder / "sim" / "junctions.bgz", options.lines)))
        figures = {
            name: _measure(folder, file, tissues)
            for name, tissues in (("whole", ()), ("two tissues", ("Blood", "Lung")))
        }
    write_result("annotate-speed", {**vars(options), "folder": None, "runs": figures})
    for name, run in figures.items():
        print(name, run)


def _load(folder: Path, junctions: int, samples: int) -> None:
    size = ("--junctions", str(junctions), "--samples", str(samples), "--seed", str(SEED))
    subprocess.run([*COMMAND, "simulate", str(folder / "sim"), *size], check=True)
    data = ("--data", str(folder / "data"))
    subprocess.run([*COMMAND, "load", str(folder / "sim"), *data], check=True)


def _lines(source: Path, count: int) -> list[str]:
    """Lines of a sample: by chromosome and position."""
    chooser = random.Random(SEED)
    with gzip.open(source, "rt") as file:
        rows = [line.split("\t", 7)[1:6] for line in file]
    known = chooser.sample(rows, min(len(rows), 3 * count // 4))
    junctions = [(chrom, int(start), int(end), strand) for chrom, start, end, _, strand in known]
    moved = [
        (chrom, start, end + chooser.choice((1, 4, 150)), strand)
        for chrom, start, end, strand in chooser.sample(junctions, count - len(junctions))
    ]
    return [
        f"{chrom}\t{start}\t{end}\t{_STRANDS.get(strand, 0)}\t1\t0\t{chooser.randrange(60)}\t0\t30\n"
        for chrom, start, end, strand in sorted(junctions + moved)
    ]


def _measure(folder: Path, file: Path, tissues: tuple[str, ...]) -> dict[str, float]:
    """Seconds, processor seconds of the command and of PostgreSQL, peak memory, rows."""
    output = folder / "annotated.tsv"
    chosen = [word for tissue in tissues for word in ("--tissue", tissue)]
    command = [*COMMAND, "annotate", str(file), *chosen, "-o", str(output)]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--data", str(folder / "data")])
    postgres = postgres_of(folder / "data")
    with watched({"command": without(tree(process.pid), postgres), "postgres": postgres}) as uses:
        code = process.wait()
    seconds = time.perf_counter() - started
    if code:
        raise SystemExit(f"the command ended with code {code}")
    with output.open("rb") as lines:
        rows = sum(1 for _ in lines) - 1
    return {
        "seconds": round(seconds, 1),
        "rows": rows,
        "command_cpu_seconds": round(uses["command"].cpu_seconds, 1),
        "postgres_cpu_seconds": round(uses["postgres"].cpu_seconds, 1),
        "command_mb": round(uses["command"].peak_bytes / 2**20),
    }


if __name__ == "__main__":
    main()
