"""Loads of several shards at once, each in a process of its own.

The main process and a worker talk over one pipe, in both directions:

    main ──▶ worker    pieces as tuples, then None for the end     (only if the main process reads)
    worker ──▶ main    Progress and BadRow; at last None, or the error that ended the load

What must hold:

- The two never wait for each other at the same time. Between two pieces a worker sends at most a
  few small messages, which fit the pipe, and the main process receives after every piece that it
  sends. If it cannot send because the worker has stopped reading, it receives up to the worker's
  last message, which gives the reason.
- Nothing survives the main process. A worker ends itself as soon as its parent is gone, and its
  database rolls back the open transaction.
- Workers share nothing with the main process. They come from a fork server, which never holds a
  connection or a thread; a forked copy of this process would hold both.

Only text crosses the pipe, so a worker parses again what the checks have parsed here. Positions of
fields and pairs are 4.5 times as large as the text (17 columns of GTEx): sending them would take
the time of the one process that reads, while the workers parse in parallel.
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
from snapshard_populate.loading.memory import keep_freed_memory
from snapshard_populate.loading.pieces import Piece
from snapshard_populate.loading.shard import Progress, Report

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["snapshard_populate.loading.load"])
_REPORT_SECONDS = 0.2


class Task(Protocol):
    """The load of one shard; it is pickled and sent to another process."""

    @property
    def shard(self) -> str:
        """The shard to load."""

    def run(
        self, *, pieces: Iterator[Piece], report: Report, bad_row: Callable[[BadRow], None]
    ) -> None:
        """Runs the load, from pieces or from sources of its own."""


@dataclass(frozen=True)
class _Failure:
    error: SnapshardError


class Worker:
    """A process that loads one shard. `finished` is set by the last message that is received."""

    def __init__(self, task: Task) -> None:
        self.shard = task.shard
        self.finished = False
        self.link, other_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=_work, args=(task, other_end), name=f"snapshard load {task.shard}", daemon=True
        )
        self._process.start()
        # If this process held the worker's end open, the death of the worker would not end the link.
        other_end.close()

    def send(self, piece: Piece | None) -> None:
        """Sends the next piece, or None for the end; blocks while the worker is busy with others."""
        try:
            self.link.send(
                piece and (piece.kind, piece.interval, piece.rows.text, piece.rows.columns)
            )
        except OSError:
            # The worker no longer reads. Its messages, the last of which gives the reason, may
            # still be in the pipe.
            while not self.finished:
                self.receive()

    def receive(self) -> Progress | BadRow | None:
        """The next message of the worker; None if it has finished. Raises the error that ended the
        load.
        """
        try:
            message = self.link.recv()
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            reason = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
            raise SnapshardError(
                f"the process that loaded shard {self.shard!r} died ({reason}; signal 9 often means "
                "that the machine is out of memory); load again"
            ) from None
        if isinstance(message, _Failure):
            raise message.error
        self.finished = message is None
        return message  # type: ignore[no-any-return]

    def stop(self) -> None:
        """Ends the process in any state."""
        self._process.terminate()
        self._process.join()
        self.link.close()


def run_each(
    tasks: Sequence[Task], *, jobs: int, report: Report, bad_row: Callable[[BadRow], None]
) -> None:
    """Runs tasks that read their own sources, up to `jobs` at a time. The first error ends all."""
    waiting = list(tasks)
    with _workers_stopped_at_end() as workers:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(Worker(waiting.pop(0)))
            _receive_messages(workers, None, report=report, bad_row=bad_row)
            for worker in [worker for worker in workers if worker.finished]:
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
    """Runs all tasks at once and sends each piece to the task of the shard that owns it.

    The first error ends all tasks, whether it occurs here or in a worker.
    """
    with _workers_stopped_at_end() as workers:
        workers += [Worker(task) for task in tasks]
        by_shard = {worker.shard: worker for worker in workers}
        for piece in pieces:
            if worker := by_shard.get(owner(piece)):
                worker.send(piece)
                _receive_messages(workers, 0, report=report, bad_row=bad_row)
        for worker in workers:
            worker.send(None)
        while not all(worker.finished for worker in workers):
            _receive_messages(workers, None, report=report, bad_row=bad_row)


def _receive_messages(
    workers: Sequence[Worker],
    timeout: float | None,
    *,
    report: Report,
    bad_row: Callable[[BadRow], None],
) -> None:
    """Passes on one message of each worker that has one; without a timeout waits for the first."""
    links = {worker.link: worker for worker in workers if not worker.finished}
    for link in wait(list(links), timeout):
        message = links[link].receive()  # type: ignore[index]
        if isinstance(message, Progress):
            report(message)
        elif isinstance(message, BadRow):
            bad_row(message)


@contextmanager
def _workers_stopped_at_end() -> Iterator[list[Worker]]:
    workers: list[Worker] = []
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()


# --- from here on: what runs in a worker's process


def _work(task: Task, link: "Connection[object, object]") -> None:
    # Ctrl-C reaches every process of the terminal. The main process handles it and stops the
    # workers; a worker that reacted as well would report a failure of its own.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    try:
        task.run(pieces=_received_pieces(link), report=_Reporter(link), bad_row=link.send)
        last_message = None
    except (EOFError, BrokenPipeError):
        return  # The main process is gone, so there is no one to report to.
    except SnapshardError as error:
        last_message = _Failure(error)
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        last_message = _Failure(
            SnapshardError(f"loading shard {task.shard!r} failed unexpectedly: {error!r}")
        )
    with suppress(OSError):
        link.send(last_message)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _received_pieces(link: "Connection[object, object]") -> Iterator[Piece]:
    while isinstance(message := link.recv(), tuple):
        kind, interval, text, columns = message
        yield Piece(kind, interval, Rows(text, columns))


class _Reporter:
    """Sends progress at most a few times a second, but every change of phase."""

    def __init__(self, link: "Connection[object, object]") -> None:
        self._link = link
        self._phase = ""
        self._sent_at = 0.0

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.phase != self._phase or now - self._sent_at > _REPORT_SECONDS:
            self._link.send(progress)
            self._phase, self._sent_at = progress.phase, now
