"""The body of a request that is read while its response is sent.

Many clients (httpx, requests, R's httr) send all of a body before they read any of the response; a
server that waits for them to read before it goes on reading would wait for ever. A thread therefore
reads ahead, up to READ_AHEAD bytes; beyond that, it reads only as fast as the response is taken.
What must hold:

- Nobody waits for a silent client for longer than SILENCE_SECONDS: a receive timeout of the socket
  ends the wait. It is the kernel's, because Python's own would also hold for sending.
- A body that ends before its length is an error, never a shorter body.
- `close` returns at once. If the thread still waits for the client, the receiving side of the
  connection is shut down, which wakes it; the connection is not used again (see request_buffer.py).
"""

import queue
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from flask import request
from werkzeug.exceptions import HTTPException

from snapshard.errors import BadUpload
from snapshard_ui.http.record import current_record

READ_AHEAD = 32 << 20
"""Bytes of a body that are held in memory for a client that sends all before it reads."""
SILENCE_SECONDS = 30
_PIECE = 16 << 10
_TIMEOUT = struct.pack("ll", SILENCE_SECONDS, 0)
_NO_TIMEOUT = struct.pack("ll", 0, 0)


class Upload:
    """A body as a stream; `length` is None for a chunked one. Close it at the end."""

    def __init__(self, stream: BinaryIO, length: int | None, client: socket.socket | None) -> None:
        self._stream = stream
        self._length = length
        self._client = client
        # An item is a piece; an empty one is the end; an error is raised by the reader.
        self._pieces: queue.Queue[bytes | Exception] = queue.Queue(READ_AHEAD // _PIECE)
        self._stopped = threading.Event()
        self._rest = b""
        self._ended = False
        if client is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _TIMEOUT)
        self._thread = threading.Thread(target=self._read_all, daemon=True)
        self._thread.start()

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, as soon as there are any; none at the end. Raises BadUpload for a
        body that stopped.
        """
        if not self._rest and not self._ended:
            piece = self._pieces.get()
            if isinstance(piece, Exception):
                self._ended = True
                raise BadUpload(f"the request's body is cut: {piece}") from piece
            self._rest, self._ended = piece, not piece
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def close(self) -> None:
        """Ends the reading."""
        self._stopped.set()
        if self._client is None:
            return
        with suppress(OSError):
            if self._thread.is_alive() and not self._ended:
                self._client.shutdown(socket.SHUT_RD)
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _NO_TIMEOUT)

    def _read_all(self) -> None:
        size = 0
        try:
            while piece := self._stream.read(_PIECE):
                size += len(piece)
                if not self._put(piece):
                    return
            # The server ends a body whose client has left as it ends any other.
            if self._length is not None and size < self._length:
                raise ConnectionError(f"{size} of {self._length} bytes arrived")
            self._put(b"")
        except BlockingIOError:
            self._put(TimeoutError(f"nothing arrived for {SILENCE_SECONDS} s"))
        # The server and Flask have their own errors for a client that leaves or sends bad chunks.
        except Exception as error:
            description = error.description if isinstance(error, HTTPException) else None
            self._put(ConnectionError(description or str(error) or type(error).__name__))

    def _put(self, item: bytes | Exception) -> bool:
        while not self._stopped.is_set():
            try:
                self._pieces.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False


@contextmanager
def current_upload() -> Iterator[Upload]:
    """The body of the request in progress, of any length."""
    # None would mean the application's own limit.
    request.max_content_length = sys.maxsize
    upload = Upload(request.stream, request.content_length, current_record().client)  # type: ignore[arg-type]
    try:
        yield upload
    finally:
        upload.close()
