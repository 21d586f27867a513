"""Times of many questions of several compilations: asked in turns, so that noise of the machine
falls on all of them.
"""

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.measuring import percentile

GROWING = ("rows1m", "rows3m", "rows10m", "rows30m")
"""The compilations that differ in the number of junctions alone, the smallest first."""
Question = Callable[[], int]
"""Asks, reads the whole answer, and says how many rows or bytes it had."""


def in_turns(
    questions: Mapping[str, Sequence[Question]], *, rounds: int
) -> dict[str, dict[str, Any]]:
    """Percentiles in milliseconds for every name, over all of its questions in every round, after a
    round that is not counted.

    The first question of every name is asked, then the second of every name, and so on.
    """
    taken: dict[str, list[float]] = {name: [] for name in questions}
    answered: dict[str, list[int]] = {name: [] for name in questions}
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + 1):
            for name, question in _by_turns(questions):
                began = time.perf_counter()
                size = question()
                seconds = time.perf_counter() - began
                if number:
                    taken[name].append(seconds)
                    answered[name].append(size)
    finally:
        gc.enable()
    return {name: _summary(taken[name], answered[name]) for name in questions if taken[name]}


def flatness(answers: Mapping[str, Any], kind: str, part: str) -> float:
    """The slowest compilation's time of a kind of question, at a percentile, as a multiple of the
    smallest compilation's.
    """
    found = [answers[kind][name]["ms"][part] for name in GROWING if name in answers[kind]]
    return float(max(found) / found[0])


def _by_turns(questions: Mapping[str, Sequence[Question]]) -> list[tuple[str, Question]]:
    longest = max(map(len, questions.values()))
    return [
        (name, asked[turn])
        for turn in range(longest)
        for name, asked in questions.items()
        if turn < len(asked)
    ]


def _summary(seconds: list[float], sizes: list[int]) -> dict[str, Any]:
    return {
        "asked": len(seconds),
        "ms": {f"p{part}": 1000 * percentile(seconds, part) for part in (5, 50, 95, 99)},
        "mean_size": sum(sizes) / len(sizes),
        "load_average": os.getloadavg()[0],
    }
