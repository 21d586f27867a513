"""Loads of several shards at once, each in a process of its own.

Processes come from a fork server, which never holds a connection or a thread: nothing of this
program is forked. A worker whose program is gone ends at once, and its database takes back what it
had begun.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from snapshard.errors import BadRow, SnapshardError
from snapshard.rows import Rows
from snapshard_populate.loading.fill import Piece
from snapshard_populate.loading.memory import keep_freed_memory
from snapshard_populate.loading.shard import Progress, Report

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["snapshard_populate.loading.load"])
_REPORT_SECONDS = 0.2


class Task(Protocol):
    """The load of one shard, which can be sent to another process."""

    @property
    def shard(self) -> str:
        """Whose load it is."""

    def run(
        self, *, sent: Iterator[Piece], report: Report, bad_row: Callable[[BadRow], None]
    ) -> None:
        """Do it, from what is sent or from sources of its own."""


@dataclass(frozen=True)
class _Failure:
    error: SnapshardError


class Worker:
    """A process at work on one shard."""

    def __init__(self, task: Task) -> None:
        self.shard = task.shard
        self.done = False
        self.link, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=_work, args=(task, theirs), name=f"snapshard load {task.shard}", daemon=True
        )
        self._process.start()
        theirs.close()

    def send(self, piece: Piece | None) -> None:
        """Hands over the next piece, or None for the end; waits while the worker has enough to do."""
        try:
            self.link.send(
                piece and (piece.kind, piece.interval, piece.rows.text, piece.rows.columns)
            )
        except OSError:
            while not self.done:  # it has stopped listening: its last words say why
                self.receive()

    def receive(self) -> Progress | BadRow | None:
        """The next thing the worker says; None if it has finished. Raises what it failed with."""
        try:
            said = self.link.recv()
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            raise SnapshardError(
                f"the process that loaded shard {self.shard!r} died ({how}; 9 is often the kernel, out of memory); load again"
            ) from None
        if isinstance(said, _Failure):
            raise said.error
        self.done = said is None
        return said  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Ends the process, whatever it does."""
        self._process.terminate()
        self._process.join()
        self.link.close()


def run_each(
    tasks: Sequence[Task], *, jobs: int, report: Report, bad_row: Callable[[BadRow], None]
) -> None:
    """Runs tasks that have sources of their own, so many at a time. The first error ends them all."""
    waiting = list(tasks)
    with _stopped_at_end() as workers:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(Worker(waiting.pop(0)))
            _hear(workers, None, report=report, bad_row=bad_row)
            for worker in [worker for worker in workers if worker.done]:
                worker.stop()
                workers.remove(worker)


def run_fed(
    tasks: Sequence[Task],
    pieces: Iterable[Piece],
    owner: Callable[[Piece], str],
    *,
    report: Report,
    bad_row: Callable[[BadRow], None],
) -> None:
    """Runs all tasks at once, each with the pieces of its shard. The first error, here or there,
    ends them all.
    """
    with _stopped_at_end() as workers:
        workers += [Worker(task) for task in tasks]
        of_shard = {worker.shard: worker for worker in workers}
        for piece in pieces:
            if worker := of_shard.get(owner(piece)):
                worker.send(piece)
                _hear(workers, 0, report=report, bad_row=bad_row)
        for worker in workers:
            worker.send(None)
        while not all(worker.done for worker in workers):
            _hear(workers, None, report=report, bad_row=bad_row)


def _hear(
    workers: Sequence[Worker],
    timeout: float | None,
    *,
    report: Report,
    bad_row: Callable[[BadRow], None],
) -> None:
    """Hands on what workers say; without a timeout waits until one says something."""
    speaking = {worker.link: worker for worker in workers if not worker.done}
    for link in wait(list(speaking), timeout):
        said = speaking[link].receive()  # type: ignore[index]
        if isinstance(said, Progress):
            report(said)
        elif isinstance(said, BadRow):
            bad_row(said)


@contextmanager
def _stopped_at_end() -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()


# --- what runs in a worker's process


def _work(task: Task, link: "Connection[object, object]") -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the program that started this one is told too, and ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    try:
        task.run(sent=_received(link), report=_Reporter(link), bad_row=link.send)
        last_word = None
    except (EOFError, BrokenPipeError):  # the program that started this one is gone
        return
    except SnapshardError as error:
        last_word = _Failure(error)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        last_word = _Failure(
            SnapshardError(f"loading shard {task.shard!r} failed unexpectedly: {error!r}")
        )
    with suppress(OSError):
        link.send(last_word)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _received(link: "Connection[object, object]") -> Iterator[Piece]:
    while isinstance(sent := link.recv(), tuple):
        kind, interval, text, columns = sent
        yield Piece(kind, interval, Rows(text, columns))


class _Reporter:
    """Says what comes at most a few times a second, and every change of phase."""

    def __init__(self, link: "Connection[object, object]") -> None:
        self._link = link
        self._phase = ""
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.phase != self._phase or now - self._said > _REPORT_SECONDS:
            self._link.send(progress)
            self._phase, self._said = progress.phase, now
