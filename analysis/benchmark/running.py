"""One workload on all systems: first the check that all answer alike, which also warms them up,
then rounds in turns.
"""

import time
from collections.abc import Mapping
from typing import Any

from analysis.benchmark.checks import check_equal, comparable
from analysis.benchmark.question import Question
from analysis.benchmark.systems.system import Unanswerable, asked, drained
from analysis.benchmark.workloads import Workload

ENOUGH = 30.0
"""Seconds over a workload after which a system is not put through further rounds."""

Times = dict[str, list[list[float]]]
"""Per system, per question of the workload, the seconds of every execution."""


def run_workload(workload: Workload, sessions: Mapping[str, Any]) -> tuple[Times, dict[str, int]]:
    """The times of every system that can answer, and the number of rows (or the count) that each
    question has.

    Raises Different if two systems do not give the same answer.
    """
    chosen = {
        name: one
        for name, one in sessions.items()
        if not workload.systems or name in workload.systems
    }
    able = dict(chosen)
    sizes = [_check(workload, question, able) for question in workload.questions]
    times: Times = {name: [[] for _ in workload.questions] for name in able}
    for _ in range(workload.repeats):
        _round(workload, able, times)
    return times, {"questions": len(sizes), "rows": sum(sizes)}


def timed(session: Any, way: str, question: Question) -> float:
    """Seconds until the answer is read to its end; what it holds is freed after the clock has
    stopped.
    """
    began = time.perf_counter()
    answer = drained(asked(session, way, question))
    ended = time.perf_counter()
    del answer
    return ended - began


def _round(workload: Workload, sessions: Mapping[str, Any], times: Times) -> None:
    for number, question in enumerate(workload.questions):
        for name, session in sessions.items():
            if sum(map(sum, times[name])) < ENOUGH or not times[name][number]:
                times[name][number].append(timed(session, workload.way, question))


def _check(workload: Workload, question: Question, able: dict[str, Any]) -> int:
    """Asks all, compares, and says how many rows the answer has; who cannot answer is taken out."""
    answers = {}
    for name, session in list(able.items()):
        try:
            answers[name] = comparable(
                workload.way, question, asked(session, workload.way, question)
            )
        except Unanswerable:
            del able[name]
    check_equal(f"{workload.name}, {question.label}", answers)
    answer = next(iter(answers.values()))
    return answer if isinstance(answer, int) else getattr(answer, "rows", 1)
