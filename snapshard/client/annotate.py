"""A junction file with its background: sent to the server, received, checked, and ranked.

The server streams rows and only then knows the ranks, so the rows are held in a temporary file until
all of the response has arrived and its checksum matches. A result is therefore complete or absent.
"""

import gzip
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from snapshard.client.errors import BadFile
from snapshard.client.line_formats import LINE_FORMATS
from snapshard.client.receiver import Receiver
from snapshard.client.remarks import read_words
from snapshard.client.selection import as_tuple
from snapshard.wire import BACKGROUND_PREFIX, NOTE_REMARK, RANK_REMARK, REMARK

if TYPE_CHECKING:
    import httpx

    from snapshard.client.session import Session

FileSource = str | os.PathLike[str] | BinaryIO
"""A path, or an open binary file."""
RANK = f"{BACKGROUND_PREFIX}rank".encode()
_GZIP = b"\x1f\x8b"
_IN_MEMORY = 64 << 20
"""Bytes of a response that are held in memory; more are held in a temporary file."""


@dataclass(frozen=True)
class AnnotatedLines:
    """The received lines: what describes the data, the notes about the file, and the header."""

    about: Mapping[str, Any]
    notes: tuple[str, ...]
    header: bytes
    _received: IO[bytes]
    _ranks: Mapping[int, int]

    @property
    def separator(self) -> bytes:
        """What stands between the cells of a line."""
        at = self.header.index(BACKGROUND_PREFIX.encode())
        return self.header[at - 1 : at]

    def lines(self) -> Iterator[bytes]:
        """The names of the columns, then the rows, each with its rank or NA as the last cell."""
        yield self.header + self.separator + RANK + b"\n"
        for number, line in enumerate(_rows(self._received), 1):
            rank = self._ranks.get(number)
            cell = b"NA" if rank is None else b"%d" % rank
            yield line.rstrip(b"\n") + self.separator + cell + b"\n"


def annotation_parameters(
    *, columns: Mapping[str, str] | None = None, **values: Any
) -> dict[str, Any]:
    """The parameters of the API for the arguments of `Client.annotate`."""
    pairs = tuple(f"{name}={column}" for name, column in (columns or {}).items())
    tissue = as_tuple(values.pop("tissue", ()))
    return {**values, "tissue": tissue, "column": pairs}


def read_content(source: FileSource) -> bytes:
    """The file, compressed. Raises BadFile if it cannot be read."""
    try:
        content = (
            Path(source).read_bytes() if isinstance(source, str | os.PathLike) else source.read()
        )
    except OSError as exc:
        raise BadFile(f"cannot read {source}: {exc.strerror or exc}") from exc
    # A server holds only so much for a client that sends all of a file before it reads.
    return content if content.startswith(_GZIP) else gzip.compress(content, 1)


@contextmanager
def annotated(
    session: "Session", path: str, parameters: Mapping[str, Any], content: bytes
) -> Iterator[AnnotatedLines]:
    """The lines of a file with their background. Raises Interrupted for an incomplete response."""
    with SpooledTemporaryFile(_IN_MEMORY) as received:
        with session.stream(path, parameters, content=content) as response:
            Receiver(received, LINE_FORMATS["tsv"]).receive(until_interrupted(response))
        received.seek(0)
        # The header may start with a remark sign, as in BED files; it is the second line.
        about, header = received.readline(), received.readline().rstrip(b"\n")
        notes: list[str] = []
        ranks: dict[int, int] = {}
        for line in received:
            if line.startswith(NOTE_REMARK):
                notes.append(line.removeprefix(NOTE_REMARK).decode().strip())
            elif line.startswith(RANK_REMARK):
                row, rank = line.removeprefix(RANK_REMARK).split()
                ranks[_number(row)] = _number(rank)
        yield AnnotatedLines(read_words(about.decode()[1:]), tuple(notes), header, received, ranks)


def write_whole(lines: Iterator[bytes], target: Path) -> None:
    """Writes all lines, or nothing. Raises BadFile if it cannot be written."""
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            try:
                file.writelines(lines)
                file.flush()
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as exc:
        raise BadFile(f"cannot write {target}: {exc.strerror or exc}") from exc


def until_interrupted(response: "httpx.Response") -> Iterator[bytes]:
    """The chunks that arrive. The last line of an interrupted response gives the reason."""
    import httpx

    with suppress(httpx.RemoteProtocolError, httpx.ReadError):
        yield from response.iter_bytes()


def _rows(received: IO[bytes]) -> Iterator[bytes]:
    received.seek(0)
    for number, line in enumerate(received):
        # The first two lines are the description and the names of the columns.
        if number > 1 and not line.startswith(REMARK):
            yield line


def _number(word: bytes) -> int:
    """The number in `name=number`."""
    return int(word.partition(b"=")[2])
