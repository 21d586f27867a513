"""Deadlines for work that waits on sockets. A stopped server keeps its sockets open, so only a clock
can end the wait.

One thread per process sleeps until the first deadline. All deadlines have the same length, so the
dictionary, which keeps the order of insertion, is also in the order of the deadlines.

When a deadline passes, the socket is shut down, not closed. The waiting thread then gets an error
from libpq and closes the connection itself. If this thread closed the file number, another
connection could reuse the number at once, and the waiting thread would read from the wrong socket.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadlines:
    """The same deadline, in seconds, for any number of concurrent pieces of work."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._deadlines: dict[object, tuple[float, int]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, file_number: int) -> Iterator[None]:
        """Shuts down the socket with this file number if the work inside takes longer."""
        key = object()
        with self._changed:
            self._deadlines[key] = time.monotonic() + self.seconds, file_number
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            if len(self._deadlines) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._deadlines.pop(key, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                if not self._deadlines:
                    self._changed.wait()
                    continue
                key, (deadline, file_number) = next(iter(self._deadlines.items()))
                remaining = deadline - time.monotonic()
                if remaining > 0:
                    # The condition is released while waiting; the entry may be gone afterwards.
                    self._changed.wait(remaining)
                    continue
                _shut_down(file_number)
                self._deadlines.pop(key)


def _shut_down(file_number: int) -> None:
    # The socket object closes its own copy of the file number; the connection keeps the original.
    with suppress(OSError), socket.socket(fileno=os.dup(file_number)) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
