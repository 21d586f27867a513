"""Clients that leave: noticed within half a second, so that the shards stop working for them; and
those that stop reading.
"""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_LOOK_SECONDS = 0.25
_GONE = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
"""Only Linux tells of a client that has closed its end before something is sent to it."""


class Departures:
    """Looks after the sockets of requests under way; one thread a process, which sleeps while there
    are none.
    """

    def __init__(self) -> None:
        self._leave: dict[int, Callable[[], None]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def noticed(self, client: socket.socket | None, leave: Callable[[], None]) -> Iterator[None]:
        """Calls `leave` from another thread, once, if the client goes away during the work inside."""
        if client is None:
            yield
            return
        number = client.fileno()
        with self._changed:
            self._leave[number] = leave
            self._start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._leave.pop(number, None)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while True:
            with self._changed:
                while not self._leave:
                    self._changed.wait()
                watched = list(self._leave)
            for number in _gone(watched):
                with self._changed:
                    leave = self._leave.pop(number, None)
                if leave is not None:
                    leave()


def _gone(numbers: list[int]) -> list[int]:
    """The sockets whose other end has gone; waits a little for one to go."""
    poll = select.poll()
    for number in numbers:
        poll.register(number, _GONE)
    return [number for number, event in poll.poll(1000 * _LOOK_SECONDS) if event & _GONE]


@contextmanager
def patience(client: socket.socket | None, seconds: float) -> Iterator[None]:
    """Cuts the connection when the client takes nothing for so long; by the kernel, which alone
    knows what it has taken.

    A limit on sending would not do: what the kernel still buffers counts as sent, so that each call
    may take it anew.
    """
    if client is None or not hasattr(socket, "TCP_USER_TIMEOUT"):
        yield
        return
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * seconds))
    try:
        yield
    finally:
        with suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 0)
