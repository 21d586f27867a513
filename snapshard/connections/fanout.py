"""Work on many shards at once: all answer or it raises, and the answers come in the order of the
work.
"""

import contextvars
import queue
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from operator import itemgetter
from typing import Generic, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")
Item = TypeVar("Item")

_AHEAD = 2
"""Sources under way at once: one is read while the next prepares. More would only hold connections.
"""
_WAITING = 4
"""Items a source may be ahead of its reader; of rows by the batch this is a few megabytes."""
_PARTS_AHEAD = 4
"""Parts of one stream that are worked on before they are asked for."""
_LOOK = 0.1
"""Seconds after which a source that cannot hand on looks whether its reader is still there."""


def gather(
    work: Callable[[Part], Result], parts: Sequence[Part], *, threads: int = 8
) -> list[Result]:
    """The result of every part, in order. The first error is raised, when all have ended."""
    if len(parts) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        started = [pool.submit(contextvars.copy_context().run, work, part) for part in parts]
    return [future.result() for future in started]


def gather_by(
    key: Callable[[Part], Hashable], work: Callable[[Part], Result], parts: Sequence[Part]
) -> list[Result]:
    """As `gather`, but parts of one key follow each other: a shard with many intervals is asked
    over one connection.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, part in enumerate(parts):
        groups.setdefault(key(part), []).append(number)
    done = gather(
        lambda numbers: [(number, work(parts[number])) for number in numbers], list(groups.values())
    )
    return [result for _, result in sorted(chain.from_iterable(done), key=itemgetter(0))]


def stream(sources: Iterable[Callable[[], Iterator[Item]]]) -> Iterator[Item]:
    """The items of every source, one source after the other; each runs in a thread, at most two at
    a time.

    Closing the generator ends every source within a tenth of a second. An error of a source is
    raised at its place.
    """
    waiting = iter(sources)
    under_way: list[_Source[Item]] = []
    try:
        while True:
            while len(under_way) < _AHEAD and (source := next(waiting, None)) is not None:
                under_way.append(_Source(source))
            if not under_way:
                return
            yield from under_way[0]
            under_way.pop(0)
    finally:
        for ahead in under_way:
            ahead.stop()


def ahead(
    pool: ThreadPoolExecutor, work: Callable[[Part], Result], parts: Iterable[Part]
) -> Iterator[Result]:
    """The result of every part, in order, lazily; a few parts are worked on before their results
    are asked for.
    """
    under_way: deque[Future[Result]] = deque()
    try:
        for part in parts:
            under_way.append(pool.submit(work, part))
            if len(under_way) >= _PARTS_AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


class _Source(Generic[Item]):
    """A source that runs ahead of its reader in a thread of its own."""

    def __init__(self, source: Callable[[], Iterator[Item]]) -> None:
        self._items: queue.Queue[tuple[Item | None, BaseException | None]] = queue.Queue(_WAITING)
        self._stopped = threading.Event()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run, source), daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while True:
            item, error = self._items.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item

    def stop(self) -> None:
        """Ends the source and waits until it has given its connection back."""
        self._stopped.set()
        self._thread.join(2)

    def _run(self, source: Callable[[], Iterator[Item]]) -> None:
        try:
            items = source()
            with closing(items):  # type: ignore[type-var]  # sources are generators
                for item in items:
                    if not self._hand_on(item, None):
                        return
            self._hand_on(None, None)
        except BaseException as error:  # raised again in the reader's thread
            self._hand_on(None, error)

    def _hand_on(self, item: Item | None, error: BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._items.put((item, error), timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False
