"""Measures `snapshard load` of a folder of STAR's SJ.out.tab: seconds of the command, processor seconds
of its processes, and its largest memory.

    python -m analysis.own_data --folder /tmp/own --samples 200 --junctions 200000

The junctions are those of the simulator; each sample has about --junctions of them, drawn so that few
are in most samples and most are in few. Files that exist are used again.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from snapshard.rows import Rows
from snapshard_populate.simulate import simulate

_DISTINCT = 4
"""Distinct junctions for each junction of a sample."""
_STRANDS = {b"+": b"1\t1", b"-": b"2\t2", b"?": b"0\t0"}


def main() -> None:
    """Writes the files, loads them, and prints the measures as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--junctions", type=int, default=200_000)
    options = parser.parse_args()
    source = options.folder / f"star-{options.samples}x{options.junctions}"
    if not source.exists():
        write_files(source, options.folder, options.samples, options.junctions)
    print(json.dumps(measure(source, options.folder / "data")))


def write_files(source: Path, folder: Path, samples: int, junctions: int) -> None:
    """Writes a SJ.out.tab per sample, and their metadata beside the folder."""
    simulated = folder / "simulated"
    if not simulated.exists():
        simulate(simulated, junctions=_DISTINCT * junctions, samples=20, seed=1)
    path = simulated / "junctions.bgz"
    text = subprocess.run(["zcat", "-f", path], stdout=subprocess.PIPE, check=True).stdout
    rows = Rows(text)
    columns = (rows.texts(name) for name in ("chromosome", "start", "end", "strand"))
    heads = [
        b"\t".join((chrom, start, end, _STRANDS[strand], b"0", b""))
        for chrom, start, end, strand in zip(*columns, strict=True)
    ]
    random = np.random.default_rng(2)
    shares = random.beta(0.25, 0.75, len(heads)) * min(1, 4 * junctions / len(heads))
    source.mkdir(parents=True)
    for number in range(1, samples + 1):
        positions = np.flatnonzero(random.random(len(heads)) < shares)
        reads = random.geometric(0.08, len(positions)).tolist()
        pairs = zip(positions.tolist(), reads, strict=True)
        lines = [b"%b%d\t0\t40\n" % (heads[position], count) for position, count in pairs]
        (source / f"S{number}.SJ.out.tab").write_bytes(b"".join(lines))
    metadata = [f"S{number},tissue{number % 10}\n" for number in range(1, samples + 1)]
    source.with_suffix(".csv").write_text("sample,tissue\n" + "".join(metadata))


def measure(source: Path, data: Path) -> dict[str, object]:
    """The measures of one load into a data folder, which may be new."""
    command = [sys.executable, "-m", "snapshard", "load", str(source), "--data", str(data)]
    command += ["--samples", str(source.with_suffix(".csv")), "--group-by", "tissue"]
    command += ["--assembly", "GRCh38", "--compilation", "own", "--simulated"]
    begin = time.monotonic()
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = time.monotonic() - begin
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = subprocess.run(
        f"cat {source}/* | wc -l", shell=True, capture_output=True, text=True, check=True
    ).stdout
    return {
        "files": len(list(source.iterdir())),
        "lines": int(lines),
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "largest_process_MB": usage.ru_maxrss // 1024,
        "load_average": os.getloadavg()[0],
        "output": output.strip(),
    }


if __name__ == "__main__":
    main()
