"""Work on many shards at once. All of it succeeds or an error is raised, and results keep the order of
the work.

Every thread runs in a copy of the caller's context, so that the watch of a request also sees the
work in threads.

`stream` runs each source in its own thread, which puts items into a bounded queue: the queue is the
back-pressure, since a full queue stops the source from reading its shard. A source ends in one of
three ways: it puts an end marker, it puts its error, or it sees that it was stopped. A source that
cannot put looks for the stop every tenth of a second, because nothing else would wake it when its
reader is gone. The generator's `finally` stops all running sources and waits for them, so that their
connections are back in the pool when `close()` returns.
"""

import contextvars
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Item = TypeVar("Item")

_CONCURRENT_SOURCES = 2
"""One source is read while the next one prepares. More would only hold connections."""
_QUEUED_ITEMS = 4
"""Items that a source may be ahead of its reader: a few megabytes of rows."""
_TASKS_AHEAD = 4
"""Tasks of one stream that run before their results are requested."""
_STOP_CHECK_SECONDS = 0.1
"""How often a source with a full queue checks whether it was stopped."""
_STOP_SECONDS = 2.0
"""How long `stop` waits for a source to end."""


def gather(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, threads: int = 8
) -> list[Result]:
    """The result of every task, in order. The first error is raised after all tasks have ended."""
    if len(tasks) <= 1:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(min(threads, len(tasks))) as pool:
        futures = [pool.submit(contextvars.copy_context().run, work, task) for task in tasks]
    return [future.result() for future in futures]


def gather_by(
    key: Callable[[Task], Hashable], work: Callable[[Task], Result], tasks: Sequence[Task]
) -> list[Result]:
    """As `gather`, but tasks of one key run one after the other: a shard with many intervals then
    needs only one connection.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, task in enumerate(tasks):
        groups.setdefault(key(task), []).append(number)
    results: dict[int, Result] = {}

    def work_on_group(numbers: list[int]) -> None:
        # No lock: every number belongs to one group, and the dictionary is read after all ended.
        for number in numbers:
            results[number] = work(tasks[number])

    gather(work_on_group, list(groups.values()))
    return [results[number] for number in range(len(tasks))]


def stream(sources: Iterable[Callable[[], Generator[Item]]]) -> Generator[Item]:
    """The items of every source, one source after the other, lazily.

    At most two sources run at a time, each in a thread. Closing the generator ends them within a
    tenth of a second. An error of a source is raised in its place.
    """
    pending = iter(sources)
    running: deque[_Source[Item]] = deque()
    try:
        while True:
            while len(running) < _CONCURRENT_SOURCES:
                source = next(pending, None)
                if source is None:
                    break
                running.append(_Source(source))
            if not running:
                return
            yield from running[0]
            running.popleft()
    finally:
        for unfinished in running:
            unfinished.stop()


def ahead(
    pool: ThreadPoolExecutor, work: Callable[[Task], Result], tasks: Iterable[Task]
) -> Iterator[Result]:
    """The result of every task, in order, lazily; a few tasks run before their results are requested."""
    futures: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            futures.append(pool.submit(work, task))
            if len(futures) >= _TASKS_AHEAD:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()
    finally:
        for future in futures:
            future.cancel()


class _Source(Generic[Item]):
    """A generator that runs in its own thread, ahead of its reader."""

    def __init__(self, source: Callable[[], Generator[Item]]) -> None:
        # An item, or the end: (None, None), or an error: (None, error).
        self._queue: queue.Queue[tuple[Item | None, BaseException | None]]
        self._queue = queue.Queue(_QUEUED_ITEMS)
        self._stopped = threading.Event()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run, source), daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while True:
            item, error = self._queue.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item

    def stop(self) -> None:
        """Ends the source and waits until its connection is back in the pool."""
        self._stopped.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self, source: Callable[[], Generator[Item]]) -> None:
        try:
            with closing(source()) as items:
                for item in items:
                    if not self._put(item, None):
                        return
            self._put(None, None)
        except BaseException as error:  # raised again in the reader's thread
            self._put(None, error)

    def _put(self, item: Item | None, error: BaseException | None) -> bool:
        """Whether the reader will see it; False if the source was stopped."""
        while not self._stopped.is_set():
            try:
                self._queue.put((item, error), timeout=_STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return True
        return False
