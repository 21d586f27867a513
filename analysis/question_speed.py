"""Compares the speed of questions of the benchmark before and after a change, in turns.

    git worktree add /tmp/before COMMIT
    python -m analysis.question_speed --before /tmp/before --folder /tmp/benchmark/100 --only ids,exact

`before` is another tree of this repository; `folder` holds a compilation and a server that `make
benchmark` has loaded. Each tree runs in a process of its own, over the same server, and the two take
turns at each question. The answers must be byte for byte equal. The figures are milliseconds of both
trees and their ratio: the median, the least of all turns, and the median processor time of the process
(without PostgreSQL's). Other programs on the machine affect the last two less.
"""

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from analysis.benchmark.compilation import make_compilation
from analysis.benchmark.places import read_places
from analysis.benchmark.systems.snapshard_library import LIBRARIES
from analysis.benchmark.systems.system import answer_of
from analysis.benchmark.workloads import workloads
from analysis.measuring import RESULTS, read_result, write_result
from snapshard.pairs import Pairs
from snapshard.rows import Rows

RESULT = "question-speed"
PATHS = ("", "populate", "ui-docker")
"""Where a tree has its packages."""


def main() -> None:
    """Measures, prints, and adds the figures to results/question-speed.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a tree of an earlier commit")
    parser.add_argument("--folder", type=Path, required=True, help="data of the benchmark")
    parser.add_argument("--only", default="ids,exact", help="workloads, separated by commas")
    parser.add_argument("--shards", default="1,25", help="numbers of shards, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer_questions(options.folder)
        return
    figures: dict[str, Any] = {}
    here = Path(__file__).parents[1]
    with ExitStack() as stack:
        trees = {"before": options.before, "after": here}
        workers = {name: stack.enter_context(Worker(tree, options)) for name, tree in trees.items()}
        for workload in options.only.split(","):
            for shards in options.shards.split(","):
                name = f"{workload}, {shards} shard{'s' * (shards != '1')}"
                figures[name] = compare(workers, workload, int(shards), options.rounds)
                print(name, json.dumps(figures[name]), flush=True)
    earlier = read_result(RESULT) if (RESULTS / f"{RESULT}.json").exists() else {}
    commit = _commit(options.before)
    compared = {name: {"commit before": commit, **figure} for name, figure in figures.items()}
    write_result(RESULT, {"questions": earlier.get("questions", {}) | compared})


class Worker:
    """A process with the packages of one tree, which answers questions of the benchmark."""

    def __init__(self, tree: Path, options: argparse.Namespace) -> None:
        path = ":".join(str(tree / part) for part in PATHS)
        # The script of this tree, the packages of that one.
        command = [sys.executable, __file__, "--answer"]
        command += ["--before", str(options.before), "--folder", str(options.folder)]
        self._process = subprocess.Popen(
            command,
            env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "PYTHONSAFEPATH": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def ask(self, workload: str, shards: int) -> list[dict[str, Any]]:
        """The seconds, the processor seconds and the digest of the answer of each question."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        requests.write(f"{workload} {shards}\n")
        requests.flush()
        return list(json.loads(answers.readline()))


def compare(
    workers: dict[str, Worker], workload: str, shards: int, rounds: int
) -> dict[str, float | int]:
    """The median milliseconds of a question in each tree. Raises RuntimeError if two answers differ."""
    times: dict[str, list[list[float]]] = {name: [] for name in workers}
    processor: dict[str, list[float]] = {name: [] for name in workers}
    for turn in range(rounds + 1):
        answers = {name: worker.ask(workload, shards) for name, worker in workers.items()}
        digests = [[answer["digest"] for answer in each] for each in answers.values()]
        if digests[0] != digests[1]:
            raise RuntimeError(f"{workload} on {shards} shards: the answers differ")
        # The first turn warms the caches.
        if turn:
            for name, each in answers.items():
                times[name].append([1000 * answer["seconds"] for answer in each])
                processor[name] += [1000 * answer["processor"] for answer in each]
    return _figures(times, processor)


def _figures(
    times: dict[str, list[list[float]]], processor: dict[str, list[float]]
) -> dict[str, float | int]:
    """Milliseconds of a question: the median, and the median over the questions of the least of all turns,
    which other programs disturbed least.
    """
    median = {
        name: statistics.median(value for turn in turns for value in turn)
        for name, turns in times.items()
    }
    least = {
        name: statistics.median(map(min, zip(*turns, strict=True))) for name, turns in times.items()
    }
    used = {name: statistics.median(values) for name, values in processor.items()}
    figures: dict[str, float | int] = {"questions": len(times["after"][0])}
    for title, values in (("median", median), ("least", least), ("processor", used)):
        figures[f"{title} before"] = round(values["before"], 3)
        figures[f"{title} after"] = round(values["after"], 3)
        figures[f"{title} ratio"] = round(values["before"] / values["after"], 2)
    return figures


def answer_questions(folder: Path) -> None:
    """Answers the questions that standard input names, a workload and a number of shards per line."""
    compilation = make_compilation(folder / "compilation", float(folder.name))
    every = {each.name: each for each in workloads(read_places(compilation), compilation.scale)}
    libraries = {library.shards: library for library in LIBRARIES}
    with ExitStack() as stack:
        sessions: dict[int, Any] = {}
        for line in sys.stdin:
            name, shards = line.split()
            number = int(shards)
            if number not in sessions:
                sessions[number] = stack.enter_context(libraries[number].session(folder))
            workload = every[name]
            answers = [
                _timed(sessions[number], workload.way, question) for question in workload.questions
            ]
            print(json.dumps(answers), flush=True)


def _timed(session: Any, way: str, question: Any) -> dict[str, float | str]:
    began, used = time.perf_counter(), time.process_time()
    answer = answer_of(session, way, question)
    parts = (
        list(answer) if isinstance(answer, Iterable) and not isinstance(answer, dict) else answer
    )
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    return {"seconds": seconds, "processor": processor, "digest": _digest(parts)}


def _digest(answer: Any) -> str:
    if isinstance(answer, list) and all(isinstance(part, Rows) for part in answer):
        answer = b"".join(part.text for part in answer)
    elif isinstance(answer, Pairs):
        answer = repr((answer.samples.tolist(), answer.coverages.tolist())).encode()
    else:
        answer = repr(answer).encode()
    return hashlib.sha256(answer).hexdigest()


def _commit(tree: Path) -> str:
    command = ["git", "-C", str(tree), "describe", "--always"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
