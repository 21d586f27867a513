"""Guards around work for a client: what must hold while a response is computed and sent.

- The time spent on shards is counted for the request.
- If the client disconnects, the statements in progress are cancelled.
- If the client stops reading, the connection is closed after `send_seconds`.
- However a stream ends, its source is closed, which returns connections and export slots.

Flask leaves the request before a streamed response is sent. `streamed` therefore looks up what
belongs to the request when it is called, not when the first piece is sent.
"""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

from snapshard.connections import watching
from snapshard_ui.http.record import Record, current_record
from snapshard_ui.runtime import Backend, current_backend, send_timeout

Pieces = Generator[bytes, None, None]


@contextmanager
def watched(backend: Backend, record: Record) -> Iterator[None]:
    """Counts the time on shards in the record, and cancels its statements if the client leaves."""
    with watching(record.watch), backend.disconnects.noticed(record.client, record.watch.cancel):
        yield


def streamed(pieces: Pieces) -> Iterator[bytes]:
    """The pieces of a response, each yielded as soon as it is made, under all of the guards."""
    backend, record = current_backend(), current_record()

    def stream() -> Iterator[bytes]:
        # Left in reverse order: the source is closed while its time still counts for the request.
        timeout = send_timeout(record.client, backend.settings.send_seconds)
        with watched(backend, record), closing(pieces), timeout:
            yield from pieces

    return stream()
