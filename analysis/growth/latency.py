"""Times of many questions to several compilations, which take turns so that noise of the machine
affects all of them.
"""

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.measuring import percentile

GROWING = ("rows1m", "rows3m", "rows10m", "rows30m")
"""The compilations that differ only in the number of junctions, the smallest first."""
Question = Callable[[], int]
"""Sends a query, reads the complete answer, and returns its number of rows or bytes."""


def in_turns(
    questions: Mapping[str, Sequence[Question]], *, rounds: int
) -> dict[str, dict[str, Any]]:
    """Percentiles in milliseconds by name, over all questions of all rounds, after one round that is
    not counted.

    The first questions of all names are asked, then the second questions, and so on.
    """
    times: dict[str, list[float]] = {name: [] for name in questions}
    sizes: dict[str, list[int]] = {name: [] for name in questions}
    # A collection that starts within a question would count as its time.
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + 1):
            for name, question in _by_turns(questions):
                began = time.perf_counter()
                size = question()
                seconds = time.perf_counter() - began
                if number:
                    times[name].append(seconds)
                    sizes[name].append(size)
    finally:
        gc.enable()
    return {name: _summary(times[name], sizes[name]) for name in questions if times[name]}


def flatness(answers: Mapping[str, Any], kind: str, part: str) -> float:
    """The time of the slowest compilation divided by that of the smallest, for a type of question and
    a percentile.
    """
    times = [answers[kind][name]["ms"][part] for name in GROWING if name in answers[kind]]
    return float(max(times) / times[0])


def _by_turns(questions: Mapping[str, Sequence[Question]]) -> list[tuple[str, Question]]:
    sequence = []
    for turn in range(max(map(len, questions.values()))):
        for name, series in questions.items():
            if turn < len(series):
                sequence.append((name, series[turn]))
    return sequence


def _summary(seconds: list[float], sizes: list[int]) -> dict[str, Any]:
    return {
        "asked": len(seconds),
        "ms": {f"p{part}": 1000 * percentile(seconds, part) for part in (5, 50, 95, 99)},
        "mean_size": sum(sizes) / len(sizes),
        "load_average": os.getloadavg()[0],
    }
