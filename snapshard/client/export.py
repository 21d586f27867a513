"""Exports to a file: written as they arrive, resumed after an interruption, verified by a checksum.

During an export, its rows are in `FILE.part`, and `FILE.part.json` records the request. FILE appears
only at the end, when the checksum matches. What must hold: the rows in `FILE.part` are a prefix of
the complete export. An interrupted response is therefore truncated after its last complete junction
and continued after that junction's id, in the same release; a response whose checksum differs is
removed completely.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from snapshard.client.checksum import check_embedded_checksum
from snapshard.client.errors import BadFile, Damaged, Interrupted, ServerUnreachable, Unavailable
from snapshard.client.line_formats import LINE_FORMATS
from snapshard.client.receiver import Receiver
from snapshard.client.resume_point import truncate_to_whole_junction
from snapshard.errors import BadQuery

if TYPE_CHECKING:
    from snapshard.client.session import Session

Progress = Callable[[int], None]
"""Called with the number of bytes that the file has so far."""
SUFFIXES = {"bed": "bed6"} | {name: name for name in (*LINE_FORMATS, "parquet", "arrow")}
"""The format of each file suffix."""
FAILURES = 5
"""Consecutive interruptions without a new byte after which an export fails."""
PAUSE = 0.2
"""Seconds before the next request; doubled after each failure."""


@dataclass(frozen=True)
class Request:
    """An export: its route and parameters.

    The route names the release, so that all parts of a file come from the same one.
    """

    path: str
    parameters: Mapping[str, Any]

    @property
    def format(self) -> str:
        """The name of the format."""
        return str(self.parameters["format"])

    @property
    def tidy(self) -> bool:
        """Whether a junction takes several rows."""
        return self.parameters.get("shape") == "tidy"


@dataclass(frozen=True)
class Exported:
    """A finished and verified export: the file, its size, and the number of responses it took."""

    path: Path
    bytes: int
    responses: int


def format_of(target: Path) -> str:
    """The format of a file's suffix. Raises BadQuery, which lists the suffixes."""
    suffix = target.suffix.removeprefix(".")
    if suffix not in SUFFIXES:
        raise BadQuery(
            "file",
            target.name,
            f"a suffix that names the format (.{', .'.join(SUFFIXES)}), or the option `format`",
        )
    return SUFFIXES[suffix]


def export(
    session: "Session", request: Request, target: Path, progress: Progress = lambda _: None
) -> Exported:
    """The result of a request as a file. A partial file of an earlier run is resumed.

    Raises BadFile if the partial file belongs to another export, and Interrupted after too many
    interruptions; the partial file then stays.
    """
    partial_file = PartialFile(target, request)
    try:
        return _receive_all(partial_file, session, progress)
    finally:
        partial_file.remove_if_empty()


def _receive_all(partial_file: "PartialFile", session: "Session", progress: Progress) -> Exported:
    failures = responses = largest_size = 0
    while True:
        responses += 1
        try:
            partial_file.receive(session, progress)
            return partial_file.finish(responses)
        # Progress resets the count: a long export over a bad connection may be interrupted many times.
        except (Interrupted, ServerUnreachable, Unavailable) as exc:
            size = partial_file.size()
            failures = 0 if size > largest_size else failures + 1
            largest_size = max(largest_size, size)
            if failures == FAILURES:
                raise Interrupted(
                    f"{exc}; {partial_file.file} has {size:,} bytes; run the same export to resume"
                ) from exc
            time.sleep(PAUSE * 2**failures)


class PartialFile:
    """The file of an export in progress."""

    def __init__(self, target: Path, request: Request) -> None:
        self._target = target
        self._request = request
        self._form = LINE_FORMATS.get(request.format)
        self.file = target.with_name(target.name + ".part")
        self._state = target.with_name(target.name + ".part.json")
        self._begin()

    def size(self) -> int:
        """The number of bytes so far."""
        return self.file.stat().st_size

    def receive(self, session: "Session", progress: Progress) -> None:
        """Requests the missing rows and writes them. Raises Interrupted if the response is incomplete."""
        last_id = self._resume_point()
        parameters = {**self._request.parameters, "complete": True}
        if last_id:
            parameters |= {"after": last_id, "about": False}
        size = self.size()
        with (
            session.stream(self._request.path, parameters) as response,
            self.file.open("ab") as file,
        ):
            chunks = _with_progress(response.iter_bytes(), size, progress)
            if self._form is None:
                file.writelines(chunks)
            else:
                drop_header = bool(last_id) and self._form.has_header
                receiver = Receiver(file, self._form, drop_header=drop_header)
                self._receive_lines(receiver, file, chunks)
        if self._form is None:
            check_embedded_checksum(self.file)

    def _receive_lines(self, receiver: Receiver, file: BinaryIO, chunks: Iterable[bytes]) -> None:
        size = self.size()
        try:
            receiver.receive(chunks)
        except Damaged:
            # Nothing of a response with a wrong checksum can be trusted.
            file.truncate(size)
            raise

    def finish(self, responses: int) -> Exported:
        """Gives the finished file its final name."""
        # replace() is atomic: FILE never exists with only a part of the rows.
        self.file.replace(self._target)
        self._state.unlink()
        return Exported(self._target, self._target.stat().st_size, responses)

    def remove_if_empty(self) -> None:
        """Removes a partial file without rows: there is nothing to resume."""
        if self.file.exists() and not self.size():
            self.file.unlink()
            self._state.unlink(missing_ok=True)

    def _resume_point(self) -> str | None:
        """The id of the last complete junction. The file is truncated after it."""
        if self._form:
            return truncate_to_whole_junction(self.file, self._form, tidy=self._request.tidy)
        # Without a format of lines there is no row to resume after, so the export starts again.
        self.file.write_bytes(b"")
        return None

    def _begin(self) -> None:
        request = {"path": self._request.path, "parameters": dict(self._request.parameters)}
        try:
            if self.file.exists() and self._state.exists():
                recorded_request = json.loads(self._state.read_text(encoding="utf-8"))
                if recorded_request != json.loads(json.dumps(request)):
                    raise BadFile(
                        f"{self.file} belongs to another export; use another file name or delete it"
                    )
            else:
                self._state.write_text(json.dumps(request), encoding="utf-8")
                self.file.write_bytes(b"")
        except (OSError, ValueError) as exc:
            raise BadFile(f"cannot write {self._target}: {exc}") from exc


def _with_progress(chunks: Iterable[bytes], size: int, progress: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        progress(size)
