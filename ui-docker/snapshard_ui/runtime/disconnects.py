"""Clients that disconnect, noticed within half a second so that the shards stop working for them;
and clients that stop reading.

One thread per process polls the sockets of all requests in progress. It only ever looks for
hang-ups and reads nothing, since the bytes of a pipelined request belong to the server. A socket
is known by its number, which the kernel uses again for the next connection: a request must
therefore unregister before its socket is closed, which `noticed` guarantees by its `finally`. The
callback is taken out of the table under the lock, so that it is called at most once.
"""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_POLL_SECONDS = 0.25
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
"""Only Linux has POLLRDHUP, which reports a client that closed its end before anything is sent."""


class DisconnectMonitor:
    """Calls back when the client of a request disconnects; its thread sleeps while there are no
    requests.
    """

    def __init__(self) -> None:
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def noticed(self, client: socket.socket | None, callback: Callable[[], None]) -> Iterator[None]:
        """Calls `callback` from another thread, once, if the client disconnects during the block."""
        if client is None:
            yield
            return
        number = client.fileno()
        with self._changed:
            self._callbacks[number] = callback
            self._start_thread()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._callbacks.pop(number, None)

    def _start_thread(self) -> None:
        # Started by the first request, hence in the worker: threads do not survive a fork.
        if self._thread is None:
            self._thread = threading.Thread(target=self._monitor, daemon=True)
            self._thread.start()

    def _monitor(self) -> None:
        while True:
            with self._changed:
                while not self._callbacks:
                    self._changed.wait()
                numbers = list(self._callbacks)
            # Polled without the lock, so that requests can begin and end meanwhile.
            for number in _hung_up(numbers):
                with self._changed:
                    callback = self._callbacks.pop(number, None)
                if callback is not None:
                    callback()


def _hung_up(numbers: list[int]) -> list[int]:
    """The sockets whose other end has closed; waits up to a quarter of a second for one."""
    poll = select.poll()
    for number in numbers:
        poll.register(number, _HUNG_UP)
    return [number for number, event in poll.poll(1000 * _POLL_SECONDS) if event & _HUNG_UP]


@contextmanager
def send_timeout(client: socket.socket | None, seconds: float) -> Iterator[None]:
    """Closes the connection if the client acknowledges no data for so long, during the block."""
    # A timeout of `send` would not do: bytes in the kernel's buffer count as sent, so that a client
    # that reads nothing could use the full time for each call. Only the kernel knows what arrived.
    if client is None or not hasattr(socket, "TCP_USER_TIMEOUT"):
        yield
        return
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(1000 * seconds))
    try:
        yield
    finally:
        with suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 0)
