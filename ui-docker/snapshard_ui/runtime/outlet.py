"""The sending side of a connection: what the client does not take at once is kept, so that a slow
reader costs memory for a while, but no thread.

A thread writes its response here. The main loop sends what is left when the client reads again.
Responses without a length that the bulk worker streams are not kept: its threads wait, so that a shard
is read no faster than the client reads.
"""

import re
import socket
import threading
from typing import BinaryIO

KEPT_BYTES = 16 << 20
"""Bytes of one response that are kept at most, more than a page of rows has; the rest waits."""
_LENGTH = re.compile(rb"\r\ncontent-length:", re.IGNORECASE)


class KeptBytes:
    """The bytes that all connections of a worker keep; threads and the main loop count them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total = 0

    def add(self, change: int) -> None:
        """Adds a change, which is negative for bytes that were sent or given up."""
        with self._lock:
            self.total += change


class Outlet:
    """Takes the place of the socket for one response. A thread calls `sendall` and `sendfile`; when it
    has finished, the main loop calls `flush`.
    """

    def __init__(self, sock: socket.socket, kept: KeptBytes, *, keeps_streams: bool) -> None:
        self._sock = sock
        self._kept = kept
        self._keeps_streams = keeps_streams
        self._keeps: bool | None = None
        self._pending = bytearray()

    def __len__(self) -> int:
        return len(self._pending)

    def sendall(self, data: bytes) -> None:
        """Sends the bytes, or keeps them; waits for the client once KEPT_BYTES are kept."""
        if self._keeps is None:
            self._keeps = self._keeps_streams or _LENGTH.search(data) is not None
        if not self._keeps or len(self._pending) + len(data) > KEPT_BYTES:
            self._send_pending()
            self._sock.sendall(data)
            return
        sent = 0 if self._pending else self._send_some(data)
        if sent < len(data):
            self._pending += memoryview(data)[sent:]
            self._kept.add(len(data) - sent)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        """Sends a file, as the socket does, behind what is kept."""
        self._send_pending()
        return self._sock.sendfile(file, offset, count)

    def fileno(self) -> int:
        """The number of the socket."""
        return self._sock.fileno()

    def flush(self) -> int:
        """Sends what the client takes now without waiting; returns the number of bytes.

        Raises OSError if the connection is lost.
        """
        with memoryview(self._pending) as pending:
            sent = self._send_some(pending)
        self._remove(sent)
        return sent

    def discard(self) -> None:
        """Gives up what is kept; the connection is about to be closed."""
        self._remove(len(self._pending))

    def _send_pending(self) -> None:
        if self._pending:
            self._sock.sendall(self._pending)
            self.discard()

    def _send_some(self, data: bytes | memoryview) -> int:
        sent = 0
        with memoryview(data) as view:
            try:
                while sent < len(view):
                    sent += self._sock.send(view[sent:], socket.MSG_DONTWAIT)
            except BlockingIOError:
                pass
        return sent

    def _remove(self, count: int) -> None:
        del self._pending[:count]
        self._kept.add(-count)
