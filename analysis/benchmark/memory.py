"""The most memory that a system takes for the largest answer, each in a fresh process of its own."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analysis.benchmark.question import Question
from analysis.benchmark.systems.all import SYSTEMS
from analysis.benchmark.systems.system import Unanswerable, asked, drained


def peak_memory(name: str, folder: Path, way: str, question: Question) -> dict[str, int] | None:
    """Bytes at most, and at most before it was asked; None if the system cannot answer that.

    PostgreSQL's own processes are not counted, for no system.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_peak, name, folder, way, question).result()


def _peak(name: str, folder: Path, way: str, question: Question) -> dict[str, int] | None:
    system = next(one for one in SYSTEMS if one.name == name)
    with system.session(folder) as session:
        before = session.peak_memory()
        try:
            answer = drained(asked(session, way, question))
        except Unanswerable:
            return None
        peak = session.peak_memory()
        del answer
    return {"peak": peak, "before": before}
