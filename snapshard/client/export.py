"""Exports into a file: written as they come, continued where they broke off, checked against the
server's checksum.

While an export is under way its rows are in `FILE.part`, and `FILE.part.json` says which export it
is; at the end FILE appears.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from snapshard.client.cutting import cut_back
from snapshard.client.errors import BadFile, Damaged, Interrupted, ServerUnreachable, Unavailable
from snapshard.client.lineforms import LINE_FORMS
from snapshard.client.receiving import Receiver
from snapshard.client.sealed import check_sealed
from snapshard.client.session import Session
from snapshard.errors import BadQuery

Progress = Callable[[int], None]
"""Told how many bytes the file has so far."""
SUFFIXES = {"bed": "bed6"} | {name: name for name in (*LINE_FORMS, "parquet", "arrow")}
"""File suffix: format."""
FAILURES = 5
"""Answers that break off one after the other, none of them a byte further than the one before,
until the export is given up.
"""
PAUSE = 0.2
"""Seconds before the next answer is asked for; twice as many after each failure."""


@dataclass(frozen=True)
class Request:
    """An export: its route (which names the release, so that all parts of a file are of the same)
    and its parameters.
    """

    path: str
    parameters: Mapping[str, Any]

    @property
    def format(self) -> str:
        """The format's name."""
        return str(self.parameters["format"])

    @property
    def tidy(self) -> bool:
        """Whether a junction takes several rows."""
        return self.parameters.get("shape") == "tidy"


@dataclass(frozen=True)
class Exported:
    """A finished export, whose bytes have the server's checksum: the file, its size, and how many
    answers it took.
    """

    path: Path
    bytes: int
    answers: int


def format_of(target: Path) -> str:
    """The format that a file's suffix means. Raises BadQuery, which lists the suffixes."""
    suffix = target.suffix.removeprefix(".")
    if suffix not in SUFFIXES:
        raise BadQuery(
            "file",
            target.name,
            f"a suffix that names the format (.{', .'.join(SUFFIXES)}), or a format beside it",
        )
    return SUFFIXES[suffix]


def export(
    session: Session, request: Request, target: Path, progress: Progress = lambda _: None
) -> Exported:
    """The answer to the request as a file; a part that an earlier run left is continued.

    Raises BadFile if the part belongs to another export; Interrupted when it broke off too often,
    and the part stays.
    """
    part = Part(target, request)
    try:
        return _received(part, session, progress)
    finally:
        part.leave_nothing_empty()


def _received(part: "Part", session: Session, progress: Progress) -> Exported:
    failures = answers = furthest = 0
    while True:
        answers += 1
        try:
            part.receive(session, progress)
            return part.finish(answers)
        except (Interrupted, ServerUnreachable, Unavailable) as exc:
            reached = part.size()
            failures = 0 if reached > furthest else failures + 1
            furthest = max(furthest, reached)
            if failures == FAILURES:
                raise Interrupted(
                    f"{exc}; {part.file} has {reached:,} bytes, and the same export again continues it"
                ) from exc
            time.sleep(PAUSE * 2**failures)


class Part:
    """The file of an export under way."""

    def __init__(self, target: Path, request: Request) -> None:
        self._target = target
        self._request = request
        self._form = LINE_FORMS.get(request.format)
        self.file = target.with_name(target.name + ".part")
        self._state = target.with_name(target.name + ".part.json")
        self._begin()

    def size(self) -> int:
        """Bytes so far."""
        return self.file.stat().st_size

    def receive(self, session: Session, progress: Progress) -> None:
        """Asks for what is missing and writes it. Raises Interrupted when the answer is not whole."""
        last = self._last_junction()
        parameters = {
            **self._request.parameters,
            **({"after": last, "about": False} if last else {}),
        }
        before = self.size()
        with (
            session.stream(self._request.path, {**parameters, "complete": True}) as response,
            self.file.open("ab") as file,
        ):
            chunks = _reported(response.iter_bytes(), before, progress)
            if self._form is None:
                file.writelines(chunks)
            else:
                self._receive_lines(
                    Receiver(file, self._form, drop_names=bool(last) and self._form.names),
                    file,
                    chunks,
                )
        if self._form is None:
            check_sealed(self.file)

    def _receive_lines(self, receiver: Receiver, file: BinaryIO, chunks: Iterable[bytes]) -> None:
        before = self.size()
        try:
            receiver.receive(chunks)
        except Damaged:
            file.truncate(before)
            raise

    def finish(self, answers: int) -> Exported:
        """The finished file under its own name."""
        self.file.replace(self._target)
        self._state.unlink()
        return Exported(self._target, self._target.stat().st_size, answers)

    def leave_nothing_empty(self) -> None:
        """Removes a part that has no bytes: nothing was exported, so nothing is to be continued."""
        if self.file.exists() and not self.size():
            self.file.unlink()
            self._state.unlink(missing_ok=True)

    def _last_junction(self) -> str | None:
        """The junction behind which to continue; the file ends there."""
        if self._form:
            return cut_back(self.file, self._form, tidy=self._request.tidy)
        self.file.write_bytes(b"")
        return None

    def _begin(self) -> None:
        wanted = {"path": self._request.path, "parameters": dict(self._request.parameters)}
        try:
            if self.file.exists() and self._state.exists():
                found = json.loads(self._state.read_text(encoding="utf-8"))
                if found != json.loads(json.dumps(wanted)):
                    raise BadFile(
                        f"{self.file} is part of another export; give another file name, or delete it"
                    )
            else:
                self._state.write_text(json.dumps(wanted), encoding="utf-8")
                self.file.write_bytes(b"")
        except (OSError, ValueError) as exc:
            raise BadFile(f"cannot write {self._target}: {exc}") from exc


def _reported(chunks: Iterable[bytes], size: int, progress: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        progress(size)
