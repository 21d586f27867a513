"""Measures `snapshard load` of a folder of STAR's SJ.out.tab: seconds of the command, processor seconds
of all its processes and of the embedded server, and the largest memory of one of its own.

    python -m analysis.own_data --folder /tmp/own --samples 200 --junctions 200000
    python -m analysis.own_data --folder /tmp/own --samples 50 --junctions 100000 --later 5

--later loads all but the last samples, adds these, and removes them again; each step is measured, beside a
load of all from scratch.

The junctions are those of the simulator; each sample has about --junctions of them, drawn so that few
are in most samples and most are in few. Files that exist are used again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil

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
    parser.add_argument("--later", type=int, default=0, help="samples that are added later")
    options = parser.parse_args()
    source = options.folder / f"star-{options.samples}x{options.junctions}"
    if not source.exists():
        write_files(source, options.folder, options.samples, options.junctions)
    data = options.folder / "data"
    if not options.later:
        print(json.dumps(measure_load(source, data)))
        return
    for measures in measure_changes(source, data, options.later):
        print(json.dumps(measures), flush=True)


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


def measure_load(source: Path, data: Path) -> dict[str, object]:
    """The measures of one load into a data folder, which may be new."""
    lines = subprocess.run(
        f"cat {source}/* | wc -l", shell=True, capture_output=True, text=True, check=True
    ).stdout
    files = {"files": len(list(source.iterdir())), "lines": int(lines)}
    return files | measured(
        data, "load", str(source), *load_options(source), "--compilation", "own"
    )


def measure_changes(source: Path, data: Path, later: int) -> Iterator[dict[str, object]]:
    """Yields the measures of a load from scratch of all samples and of the first ones, of adding the
    others, and of removing them.
    """
    files = sorted(source.iterdir(), key=lambda path: int(path.name[1:].partition(".")[0]))
    parts = {"first": files[:-later], "later": files[-later:]}
    with tempfile.TemporaryDirectory() as parent:
        for name, paths in parts.items():
            (Path(parent) / name).mkdir()
            for path in paths:
                (Path(parent) / name / path.name).symlink_to(path.resolve())
        options = load_options(source)
        steps = {
            "all, from scratch": ("load", str(source), *options, "--compilation", "all"),
            "first, from scratch": ("load", f"{parent}/first", *options, "--compilation", "grown"),
            "later, added": ("load", f"{parent}/later", *options[:4], "--add-to", "grown"),
            "later, removed": (
                "remove-samples",
                "grown",
                *(path.name.partition(".")[0].removeprefix("S") for path in parts["later"]),
            ),
        }
        for step, arguments in steps.items():
            yield {"step": step, **measured(data, *arguments)}


def load_options(source: Path) -> list[str]:
    """The options of a load; the first four are those of the samples."""
    samples = ["--samples", str(source.with_suffix(".csv")), "--group-by", "tissue"]
    return [*samples, "--assembly", "GRCh38", "--simulated"]


def measured(data: Path, *arguments: str) -> dict[str, object]:
    """What a command took, and its last line."""
    command = [sys.executable, "-m", "snapshard", *arguments, "--data", str(data)]
    begin = time.monotonic()
    process = psutil.Popen(command, stdout=subprocess.PIPE, text=True)
    usage = Usage(data)
    while process.poll() is None:
        usage.look(process)
        time.sleep(0.2)
    seconds = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(sum(usage.seconds.values()), 1),
        "largest_process_MB": usage.largest >> 20,
        "load_average": os.getloadavg()[0],
        "output": process.stdout.read().strip().splitlines()[-1],
    }


class Usage:
    """Processor seconds of a command's processes and of the server of its data folder, and the largest
    resident memory of one of its processes, as seen when looked at.
    """

    def __init__(self, data: Path) -> None:
        self.seconds: dict[int, float] = {}
        self.largest = 0
        self._server = data / "postgres" / "postmaster.pid"

    def look(self, process: psutil.Process) -> None:
        """Notes what each process has used so far."""
        own = [process, *_children(process)]
        for each in [*own, *self._server_processes()]:
            with suppress(psutil.Error):
                times = each.cpu_times()
                self.seconds[each.pid] = times.user + times.system
                if each in own and "postgres" not in each.name():
                    self.largest = max(self.largest, each.memory_info().rss)

    def _server_processes(self) -> list[psutil.Process]:
        with suppress(OSError, ValueError, psutil.Error):
            server = psutil.Process(int(self._server.read_text().split()[0]))
            return [server, *_children(server)]
        return []


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return process.children(recursive=True)
    return []


if __name__ == "__main__":
    main()
