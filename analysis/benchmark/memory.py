"""The peak memory of a system for the largest answer, measured in a fresh process."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analysis.benchmark.question import Question
from analysis.benchmark.systems.all import SYSTEMS
from analysis.benchmark.systems.system import Unanswerable, answer_of, drained


def peak_memory(name: str, folder: Path, way: str, question: Question) -> dict[str, int] | None:
    """The peak in bytes after the question and before it; None if the system cannot answer it.

    The processes of PostgreSQL are not counted for any system.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_peak, name, folder, way, question).result()


def _peak(name: str, folder: Path, way: str, question: Question) -> dict[str, int] | None:
    system = next(system for system in SYSTEMS if system.name == name)
    with system.session(folder) as session:
        before = session.peak_memory()
        try:
            answer = drained(answer_of(session, way, question))
        except Unanswerable:
            return None
        peak = session.peak_memory()
        del answer
    return {"peak": peak, "before": before}
