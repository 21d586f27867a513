"""Runs one workload on all systems: first checks that all answers are equal, which also warms the
systems up, then measures in rounds.
"""

import time
from collections.abc import Mapping
from typing import Any

from analysis.benchmark.checks import check_equal, comparable
from analysis.benchmark.question import Question
from analysis.benchmark.systems.system import Unanswerable, answer_of, drained
from analysis.benchmark.workloads import Workload

ENOUGH = 30.0
"""Seconds of a workload after which a system takes part in no further rounds."""

Times = dict[str, list[list[float]]]
"""Seconds of every execution, by system and by the index of the question."""


def run_workload(workload: Workload, sessions: Mapping[str, Any]) -> tuple[Times, dict[str, int]]:
    """The times of every system that can answer, with the number of questions and the sum of their
    rows (or counts).

    Raises Different if two systems do not give the same answer.
    """
    able = {
        name: session
        for name, session in sessions.items()
        if not workload.systems or name in workload.systems
    }
    sizes = [_check(workload, question, able) for question in workload.questions]
    times: Times = {}
    for name in able:
        times[name] = [[] for _ in workload.questions]
    for _ in range(workload.repeats):
        _round(workload, able, times)
    return times, {"questions": len(sizes), "rows": sum(sizes)}


def timed(session: Any, way: str, question: Question) -> float:
    """Seconds until the answer has been read completely; its memory is freed after the clock has
    stopped.
    """
    began = time.perf_counter()
    answer = drained(answer_of(session, way, question))
    ended = time.perf_counter()
    del answer
    return ended - began


def _round(workload: Workload, sessions: Mapping[str, Any], times: Times) -> None:
    for number, question in enumerate(workload.questions):
        for name, session in sessions.items():
            if sum(map(sum, times[name])) < ENOUGH or not times[name][number]:
                times[name][number].append(timed(session, workload.way, question))


def _check(workload: Workload, question: Question, able: dict[str, Any]) -> int:
    """The number of rows of the answer, after all systems were compared; removes those that cannot
    answer.
    """
    answers = {}
    for name, session in list(able.items()):
        try:
            answers[name] = comparable(
                workload.way, question, answer_of(session, workload.way, question)
            )
        except Unanswerable:
            del able[name]
    check_equal(f"{workload.name}, {question.label}", answers)
    answer = next(iter(answers.values()))
    return answer if isinstance(answer, int) else getattr(answer, "rows", 1)
