"""A gunicorn worker in which a connection takes a thread only from the arrival of its whole request
until its response is made.

gunicorn's gthread gives an accepted connection to a thread, which then waits for the request, and
later for the client to read: as many slow clients as there are threads shut everybody else out. Here
the main loop, which waits for all sockets at once, also reads the requests, and sends what a client
did not take while the response was made. What must hold:

- A connection is in exactly one place: in `_waiting` while the main loop reads its request, with a
  thread, in `_sending` while its client takes the rest of a response, among the kept-alive ones, or in
  `_lingering` until its client closes it. `nr_conns` counts all of them.
- Only the main loop registers and unregisters sockets, and it never waits for one of them. A thread
  gets a connection with a complete request and returns it through `finish_request`.
- Bytes after a request belong to the next one. They travel with the request and come back through
  `enqueue_req`, which gunicorn calls if its parser has bytes left.
- A deadline is for a whole head or body, not for each byte, so that nobody extends it by sending
  little.
- Memory is bounded: by the limits of a request and of a response (outlet.py), and by _BUFFERED_BYTES
  for all requests together and for all responses together.

One worker is the bulk worker (bulk_channel.py). It accepts no connections, but receives those of
requests that read much, and then serves them until they are closed.
"""

import errno
import math
import resource
import socket
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

import orjson
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

from snapshard_ui.runtime.backend import serve_large_requests
from snapshard_ui.runtime.bulk_channel import MOVABLE, BulkChannel, Moved, MovedRequest
from snapshard_ui.runtime.outlet import KeptBytes, Outlet
from snapshard_ui.runtime.request_buffer import RequestBuffer, Stage

CONNECTIONS = 4_096
"""Open connections per worker; at the limit the one that has waited longest is closed."""
HEAD_SECONDS = 10.0
"""Maximum time from the first to the last byte of a request's head."""
BODY_SECONDS = 30.0
"""Maximum time from the end of the head to the end of the body."""
_STOP_SECONDS = 2.0
"""How long a stopping worker still waits for the rest of a request."""
_RECEIVE_SECONDS = 0.5
"""How long a stopping bulk worker still receives requests: the ordinary workers stop a little later."""
_LINGER_SECONDS = 2.0
"""How long a closed connection still reads, so that the client gets the end of the response: the
kernel resets a connection that is closed with unread bytes, and discards what was sent.
"""
_BUFFERED_BYTES = 64 << 20
"""Bytes of incomplete requests per worker; above, the largest of them is refused. As many bytes of
responses are kept; above, the connection whose client has read nothing for longest is closed.
"""
_SEND_SECONDS = 60.0
"""How long a client may take nothing of a response that is kept for it."""
_READ_BYTES = 1 << 16
_DETAIL_LENGTH = 200
"""Characters of a parser's message in a response."""
_OTHER_FILES = 512
"""Open files of a worker besides its connections: shards, logs, counters."""
_SWITCH_SECONDS = 0.0005
"""How long Python lets a thread compute while others wait. With the usual 5 ms a short request that
waits several times for its turn takes ten times as long beside one that unpacks many rows.
"""
_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    417: "Expectation Failed",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_OWN_FAULTS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)
_PARSER_STATUSES = {
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.LimitRequestLine: 414,
}
"""Statuses of what the parser refuses; of all else it is 400. Gunicorn itself calls an unknown transfer
coding an error of the server (501).
"""


class Connection(TConn):  # type: ignore[misc]  # gunicorn comes without types
    """A connection with the bytes of its next request."""

    parser: Any

    def __init__(self, worker: "BufferedWorker", *arguments: Any) -> None:
        super().__init__(*arguments)
        self.request = RequestBuffer()
        # A thread that gets the connection need not wait for its first byte.
        self.data_ready = True
        self.movable = False
        """Whether the bulk worker can respond to the request in progress."""
        self.moved = False
        self.outlet: Outlet | None = None
        """What the client has not taken of the response."""
        self._content = b""
        self._worker = worker

    def init(self) -> None:
        """Gives the bytes of the request to gunicorn's parser; called by the thread that handles it."""
        super().init()
        request, self.request = self.request, RequestBuffer()
        self._content = request.content()
        self.movable = not request.is_upload
        self.parser.unreader.unread(self._content)

    def begin_again(self) -> None:
        """Takes the request back to its start, before its response has begun; it stays here."""
        self.initialized, self.parser = False, None
        super().init()
        self.movable = False
        self.parser.unreader.unread(self._content)

    def allowed(self, response: bytes) -> bytes:
        """The response to the request that has arrived, without its body if the method is HEAD."""
        content = self.request.content() or self._content
        head, separator, _ = response.partition(b"\r\n\r\n")
        return head + separator if content.lstrip(b"\r\n").startswith(b"HEAD ") else response

    def as_moved(self) -> MovedRequest:
        """The connection and the request in progress, for the bulk worker."""
        return MovedRequest(self.sock, self.client, self.server, self._content)

    def close(self, graceful: bool = False) -> None:
        """Closes the connection; gracefully: when the client has closed its end, or soon."""
        # gunicorn would wait for the client here, in the main loop.
        if graceful:
            self._worker.linger(self)
        else:
            with suppress(OSError):
                self.sock.close()


class BufferedWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn comes without types
    """A worker with threads whose main loop reads the requests."""

    channel: BulkChannel
    is_bulk: bool
    cfg: Any
    wsgi: Any
    _accepting: bool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: dict[Connection, float] = {}
        """Connections whose request is not complete, with their deadlines, oldest first."""
        self._lingering: dict[Connection, float] = {}
        self._sending: dict[Connection, float] = {}
        """Connections whose response is not sent, with their deadlines, the longest stalled first."""
        self._kept_bytes = KeptBytes()
        self._buffered_bytes = 0
        self._next_check = 0.0
        self._current = threading.local()
        self._stop_receiving = math.inf
        """When the bulk worker ends receiving; until then it counts as a connection."""

    def init_process(self) -> None:
        """Prepares the process; returns when the worker has stopped."""
        self.worker_connections = _allow_files(CONNECTIONS)
        sys.setswitchinterval(_SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        """Loads the application; one that responds to large requests has the limits of all workers."""
        super().load_wsgi()
        application = self.wsgi
        if self.is_bulk:
            serve_large_requests(application, workers=self._ordinary_workers)

        def respond(environ: dict[str, Any], start_response: Any) -> Any:
            connection = self._current.connection
            environ[MOVABLE] = self._may_move(connection)
            connection.outlet = Outlet(
                connection.sock, self._kept_bytes, keeps_streams=not self.is_bulk
            )
            # gunicorn's response writes to the socket that it was created with.
            start_response.__self__.sock = connection.outlet
            return application(environ, start_response)

        self.wsgi = respond

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads; the bulk worker has as many as all others together."""
        workers = self._ordinary_workers if self.is_bulk else 1
        return ThreadPoolExecutor(self.cfg.threads * workers)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begins or ends accepting connections; the bulk worker receives until it ends."""
        if not self.is_bulk:
            super().set_accept_enabled(enabled)
        elif enabled and not self._accepting:
            self.poller.register(self.channel, EVENT_READ, self._receive)
            self.channel.running = self._accepting = True
        elif not enabled and self.alive:
            self.poller.unregister(self.channel)
            self._accepting = False
        elif not enabled:
            # What an ordinary worker has sent a moment ago still gets its response.
            self.channel.running = self._accepting = False
            self.nr_conns += 1
            self._stop_receiving = time.monotonic() + _RECEIVE_SECONDS

    def handle(self, conn: Connection) -> Any:
        """Responds to the request of a connection, or leaves it to the bulk worker."""
        self._current.connection = conn
        try:
            return super().handle(conn)
        except Moved:
            if self.channel.send(conn.as_moved()):
                conn.moved = True
                return True
            conn.begin_again()
            return super().handle(conn)

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Takes the connection back from a thread; one that moved is the bulk worker's."""
        if conn.moved:
            self.nr_conns -= 1
            conn.close()
        elif conn.outlet:
            self._send_later(conn, fs)
        else:
            super().finish_request(conn, fs)

    def _send_later(self, conn: Connection, fs: Future[Any]) -> None:
        """Sends the rest of a response when the client reads; then the request is finished."""
        conn.sock.setblocking(False)
        self._sending[conn] = time.monotonic() + _SEND_SECONDS
        self.poller.register(conn.sock, EVENT_WRITE, partial(self._send, conn, fs))
        while self._kept_bytes.total > _BUFFERED_BYTES and self._sending:
            self._give_up(next(iter(self._sending)))

    def _send(self, conn: Connection, fs: Future[Any], _: object = None) -> None:
        # Another event of the same moment may have closed the connection to make room.
        if conn not in self._sending or conn.outlet is None:
            return
        try:
            sent = conn.outlet.flush()
        except OSError:
            self._give_up(conn)
            return
        if not conn.outlet:
            del self._sending[conn]
            self.poller.unregister(conn.sock)
            super().finish_request(conn, fs)
        elif sent:
            # Moved to the end: those that read nothing stay in front.
            del self._sending[conn]
            self._sending[conn] = time.monotonic() + _SEND_SECONDS

    def _give_up(self, conn: Connection) -> None:
        """Closes a connection whose client does not take its response."""
        del self._sending[conn]
        self.poller.unregister(conn.sock)
        if conn.outlet is not None:
            conn.outlet.discard()
        self._drop(conn)

    @property
    def _ordinary_workers(self) -> int:
        return max(1, int(self.cfg.workers) - 1)

    def _may_move(self, connection: Connection) -> bool:
        # A worker that stops may outlive the bulk worker.
        return connection.movable and self.alive and not self.is_bulk and self.channel.running

    def _receive(self, _: object = None) -> None:
        for moved in self.channel.receive():
            self.nr_conns += 1
            connection = Connection(
                self, self.cfg, moved.client, moved.address, moved.server_address
            )
            self._wait(connection)
            self._add(connection, moved.content)

    def accept(self, listener: socket.socket) -> None:
        """Accepts a connection and reads what it has sent already."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._close_oldest()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EINTR):
                raise
            return
        self.nr_conns += 1
        # At its limit gunicorn would stop accepting, so that idle clients would shut others out.
        if self.nr_conns >= self.worker_connections:
            self._close_oldest()
        connection = Connection(self, self.cfg, client, address, listener.getsockname())
        self._wait(connection)
        self._read(connection)

    def handle_error(
        self, req: object, client: socket.socket, addr: object, exc: Exception
    ) -> None:
        """Responds to a request that the parser refuses, or that failed outside of the application."""
        if isinstance(exc, errors.ParseException) and not isinstance(exc, _OWN_FAULTS):
            self.log.warning("Invalid request: %s", exc)
            response = _refusal(_PARSER_STATUSES.get(type(exc), 400), str(exc)[:_DETAIL_LENGTH])
        else:
            self.log.exception("Error handling request")
            response = _refusal(500)
        with suppress(OSError):
            client.send(self._current.connection.allowed(response))

    def enqueue_req(self, conn: Connection) -> None:
        """Reads the rest of the next request, whose first bytes came with the one before."""
        conn.sock.setblocking(False)
        self._wait(conn)
        self._add(conn, conn.parser.unreader.take_buffered())

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Reads the next request of a kept-alive connection."""
        if conn not in self.keepalived_conns:
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._wait(conn)
        self._read(conn)

    def murder_pending(self) -> None:
        """Ends what is past its deadline; gunicorn calls this after every event."""
        now = time.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + 0.5
        if self._stop_receiving < now:
            self._stop_receiving = math.inf
            self.nr_conns -= 1
        for connections, end in (
            (self._waiting, self._end_waiting),
            (self._lingering, self._drop),
            (self._sending, self._give_up),
        ):
            # A stopping worker sends the responses that it has.
            if not self.alive and connections is not self._sending:
                for connection, deadline in connections.items():
                    connections[connection] = min(deadline, now + _STOP_SECONDS)
            expired = [connection for connection, limit in connections.items() if limit <= now]
            for connection in expired:
                end(connection)

    def linger(self, connection: Connection) -> None:
        """Ends the sending side, and reads until the client closes its own."""
        self.nr_conns += 1
        self._lingering[connection] = time.monotonic() + _LINGER_SECONDS
        try:
            connection.sock.setblocking(False)
            connection.sock.shutdown(socket.SHUT_WR)
            self.poller.register(connection.sock, EVENT_READ, partial(self._discard, connection))
        except OSError:
            self._drop(connection)

    def _wait(self, connection: Connection) -> None:
        self._waiting[connection] = time.monotonic() + self.cfg.keepalive
        self.poller.register(connection.sock, EVENT_READ, partial(self._read, connection))

    def _read(self, connection: Connection, _: object = None) -> None:
        # Another event of the same moment may have closed the connection to make room.
        if connection not in self._waiting:
            return
        try:
            received = connection.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received:
            self._add(connection, received)
        else:
            self._stop_waiting(connection)
            self._drop(connection)

    def _add(self, connection: Connection, received: bytes) -> None:
        request, stage = connection.request, connection.request.stage
        self._buffered_bytes -= len(request)
        request.add(received)
        self._buffered_bytes += len(request)
        if request.stage is Stage.COMPLETE:
            self._stop_waiting(connection)
            super().enqueue_req(connection)
            return
        if request.stage is Stage.REFUSED:
            self._refuse(connection, request.status)
            return
        if request.stage is not stage:
            seconds = HEAD_SECONDS if request.stage is Stage.HEAD else BODY_SECONDS
            self._waiting[connection] = time.monotonic() + seconds
            if request.expects_continue:
                with suppress(OSError):
                    connection.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._buffered_bytes > _BUFFERED_BYTES:
            self._refuse(max(self._waiting, key=lambda waiting: len(waiting.request)), 503)

    def _stop_waiting(self, connection: Connection) -> None:
        del self._waiting[connection]
        self._buffered_bytes -= len(connection.request)
        self.poller.unregister(connection.sock)

    def _end_waiting(self, connection: Connection) -> None:
        if connection.request.stage is Stage.SILENT:
            self._stop_waiting(connection)
            self._drop(connection)
        else:
            self._refuse(connection, 408)

    def _refuse(self, connection: Connection, status: int) -> None:
        """Responds to an incomplete request and closes the connection."""
        self._stop_waiting(connection)
        with suppress(OSError):
            connection.sock.send(connection.allowed(_refusal(status)))
        self.nr_conns -= 1
        self.linger(connection)

    def _close_oldest(self) -> None:
        """Closes, at once, the connection that can best be done without."""
        if self._lingering:
            self._drop(next(iter(self._lingering)))
        elif self._sending:
            self._give_up(next(iter(self._sending)))
        elif self._waiting:
            connection = next(iter(self._waiting))
            self._stop_waiting(connection)
            self._drop(connection)
        elif self.keepalived_conns:
            connection = self.keepalived_conns.popleft()
            self.poller.unregister(connection.sock)
            self._drop(connection)

    def _discard(self, connection: Connection, _: object = None) -> None:
        if connection not in self._lingering:
            return
        try:
            ended = not connection.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        if self._lingering.pop(connection, None) is not None:
            with suppress(KeyError, ValueError):
                self.poller.unregister(connection.sock)
        self.nr_conns -= 1
        connection.close()


def _allow_files(connections: int) -> int:
    """Raises the limit of open files for so many connections; the number that it then allows."""
    needed_files = connections + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed_files:
        return connections
    soft = needed_files if hard == resource.RLIM_INFINITY else min(hard, needed_files)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(64, soft - _OTHER_FILES)


def _refusal(status: int, detail: str = "") -> bytes:
    """A short response in the form of RFC 9457 that ends the connection."""
    reason = _REASONS[status]
    members = {"type": "about:blank", "title": reason, "status": status}
    if detail:
        # The parser reads heads as latin-1, whose characters are all valid here.
        members["detail"] = detail
    body = orjson.dumps(members)
    retry = "Retry-After: 2\r\n" if status == 503 else ""
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n{retry}Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body
