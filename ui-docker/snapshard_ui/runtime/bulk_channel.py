"""How an ordinary worker leaves a request to the bulk worker, the process for requests that read much.

Python runs one thread of a process at a time. A process that unpacks many rows for one client is
slow for all others, however many threads it has. An ordinary worker therefore does not compute such
a request: it passes the client's connection, with the bytes of the request, to the bulk worker,
which begins again. What must hold:

- A request moves before the first byte of its response, and before its body is read as a stream.
- Exactly one process owns a connection. The ordinary worker closes its file number after a
  successful `send`, without shutting the connection down.
- `send` never waits. If it fails, or no bulk worker is running, the ordinary worker responds itself.
- Requests in the queue survive the end of a bulk worker: the next one receives them.
"""

import array
import mmap
import os
import pickle
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from flask import has_request_context, request

MOVABLE = "snapshard.movable"
"""Key of a request's environment: whether the bulk worker can respond to it instead."""
_MESSAGE_BYTES = 4_096
_FILES = 2


class Moved(BaseException):
    """Ends the work on a request that the bulk worker will respond to.

    Not an Exception, so that no handler makes a response of it.
    """


def leave_to_bulk_worker() -> None:
    """Raises Moved if the current request can be left to the bulk worker; call it before the request
    reads much. Does nothing once the response is being sent: Flask has left the request then.
    """
    if has_request_context() and request.environ.get(MOVABLE):
        raise Moved


@dataclass(frozen=True)
class MovedRequest:
    """A client's connection and the bytes of its request, those of following requests included."""

    client: socket.socket
    address: Any
    server_address: Any
    content: bytes


class BulkChannel:
    """The queue from ordinary workers to the bulk worker. Create it before the workers are forked."""

    def __init__(self) -> None:
        self._sender, self._receiver = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._sender, self._receiver):
            end.setblocking(False)
        # Shared by all processes.
        self._flag = mmap.mmap(-1, 1)

    @property
    def running(self) -> bool:
        """Whether a bulk worker receives requests."""
        return self._flag[0] == 1

    @running.setter
    def running(self, running: bool) -> None:
        self._flag[0] = int(running)

    def fileno(self) -> int:
        """The number of the receiving end, for a selector."""
        return self._receiver.fileno()

    def send(self, moved: MovedRequest) -> bool:
        """Puts a request into the queue; False if there is no room."""
        message = pickle.dumps((moved.address, moved.server_address))
        with _memory_file() as file:
            file.write(moved.content)
            file.flush()
            numbers = array.array("i", [moved.client.fileno(), file.fileno()])
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, numbers)
            with suppress(OSError):
                self._sender.sendmsg([message], [rights])
                return True
        return False

    def receive(self) -> Iterator[MovedRequest]:
        """The requests that are in the queue at this moment."""
        while True:
            try:
                message, numbers, _, _ = socket.recv_fds(self._receiver, _MESSAGE_BYTES, _FILES)
            except OSError:
                return
            if len(numbers) != _FILES:
                return
            client, file = socket.socket(fileno=numbers[0]), os.fdopen(numbers[1], "rb")
            with closing(file):
                file.seek(0)
                address, server_address = pickle.loads(message)
                yield MovedRequest(client, address, server_address, file.read())


def _memory_file() -> BinaryIO:
    """An open file without a name: a message is too small for a request of four megabytes."""
    return os.fdopen(os.memfd_create("snapshard-request"), "w+b")


class BulkRole:
    """Decides which worker of a gunicorn server is the bulk worker; its methods are gunicorn's hooks.

    Workers that a reload starts have a channel of their own, so that an old worker never leaves a
    request to a new one, nor a new one to an old one that is stopping.
    """

    def __init__(self) -> None:
        self._channel = BulkChannel()

    def renew(self, arbiter: Any) -> None:
        """Gives the workers that are started from now on a new channel."""
        self._channel = BulkChannel()

    def assign(self, arbiter: Any, worker: Any) -> None:
        """Makes the worker the bulk worker if there is none with the current channel."""
        worker.channel = self._channel
        worker.is_bulk = not any(
            other.is_bulk and other.channel is self._channel for other in arbiter.WORKERS.values()
        )

    def resign(self, worker: Any) -> None:
        """Notes that a worker has ended."""
        if worker.is_bulk:
            worker.channel.running = False
