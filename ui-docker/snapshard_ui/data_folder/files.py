"""The files of a release, each by its name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from snapshard.catalog import ReleaseFacts, file_names
from snapshard.errors import NotFound
from snapshard.index import Index
from snapshard_ui.data_folder.junction_file import JunctionFile

_PIECE = 1 << 18
"""Bytes of a file that are sent at a time."""


class Content(Protocol):
    """The bytes of a file, of which any part can be read."""

    @property
    def size(self) -> int:
        """Their number."""

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes from start to stop, the last excluded, in pieces."""


@dataclass(frozen=True)
class Bytes:
    """A small file in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        yield self.content[start:stop]


@dataclass(frozen=True)
class SamplesContent:
    """The samples file, which is mapped into memory and not copied. It ends with a newline, as in the
    protocol's `samples?all=1`.
    """

    facts: ReleaseFacts

    @property
    def size(self) -> int:
        text = self.facts.samples.mapped.text
        return len(text) + (text[-1:] != b"\n")

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        text = self.facts.samples.mapped.text
        end = min(stop, len(text))
        for offset in range(start, end, _PIECE):
            yield text[offset : min(offset + _PIECE, end)]
        if stop > len(text):
            yield b"\n"


def _fields(index: Index, facts: ReleaseFacts) -> Content:
    """The names of the samples' fields, each with its number, from 1."""
    lines = [f"{number}\t{name}\n" for number, name in enumerate(facts.samples.names, 1)]
    return Bytes("".join(lines).encode())


def _groups(index: Index, facts: ReleaseFacts) -> Content:
    content = index.catalog.file(facts.release, file_names.GROUPS)
    if content is None:
        raise NotFound("sample groups of", facts.release.compilation)
    return Bytes(content)


_TSV, _BINARY = "text/tab-separated-values", "application/octet-stream"
FILES: dict[str, tuple[str, Callable[[Index, ReleaseFacts], Content]]] = {
    file_names.SAMPLES: (_TSV, lambda index, facts: SamplesContent(facts)),
    "samples.fields.tsv": (_TSV, _fields),
    file_names.GROUPS: (_TSV, _groups),
    "junctions.bgz": (_BINARY, lambda index, facts: JunctionFile(index, facts.release)),
    "junctions.bgz.tbi": (
        _BINARY,
        lambda index, facts: Bytes(JunctionFile(index, facts.release).index_file()),
    ),
}
"""By its name: the media type of each file, and the function that returns its content."""
