"""Breaks connections to servers that have stopped answering: a stopped process keeps its sockets
open, so only a clock tells.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadlines:
    """One deadline for pieces of work that each wait on a socket; one thread a process, which
    sleeps while there are none.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._under_way: dict[object, tuple[float, int]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, number: int) -> Iterator[None]:
        """Shuts the socket of this file number down if the work inside takes longer; whoever waits
        for it then gets an error.
        """
        key = object()
        with self._changed:
            self._under_way[key] = time.monotonic() + self.seconds, number
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            if len(self._under_way) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._under_way.pop(key, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                # All have the same time, so the first that came is the first that must end.
                key, (ends, number) = next(iter(self._under_way.items()), (None, (None, -1)))
                if ends is None:
                    self._changed.wait()
                elif (left := ends - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    _shut(number)
                    self._under_way.pop(key)


def _shut(number: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as same:
        same.shutdown(socket.SHUT_RDWR)
