"""The manifest of a published release: which files it consists of. It is written last, so a release
without a manifest is not published.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from snapshard.errors import BadSource

NAME = "manifest.json"
DRAFT_NAME = "manifest.partial.json"
"""The manifest of a publication that is not complete; readers ignore it."""
FORMAT = "snapshard-files/1"


@dataclass(frozen=True)
class PublishedFile:
    """One file: its path below the release, the table that it holds, the chromosome (None for a file
    of the whole release), rows, bytes, and the sha256 of its bytes.
    """

    path: str
    table: str
    chromosome: str | None
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The origin of a release and its files. `schemas` has the columns of each table with their types,
    `sample_fields` the fields of the samples file: i (whole numbers), f (decimals) or t (text).

    Chromosomes are in genome order, as in the files.
    """

    provenance: Mapping[str, Any]
    files: tuple[PublishedFile, ...] = ()
    schemas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sample_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The compilation and the release, such as gtex/r1."""
        return f"{self.provenance['compilation']}/{self.provenance['release']}"

    @cached_property
    def chromosomes(self) -> tuple[str, ...]:
        """The chromosomes with junctions, in genome order."""
        return tuple(dict.fromkeys(file.chromosome for file in self.files if file.chromosome))

    def file(self, table: str, chromosome: str | None = None) -> PublishedFile | None:
        """The file of a table and chromosome; None if the release has no such file."""
        return self._by_content.get((table, chromosome))

    def row_count(self, table: str) -> int:
        """The rows of a table in all of its files."""
        return sum(file.rows for file in self.files if file.table == table)

    def with_files(self, files: Sequence[PublishedFile]) -> "Manifest":
        """The manifest with these files in addition."""
        return replace(self, files=(*self.files, *files))

    def to_json(self) -> bytes:
        """The text of the manifest's file."""
        members = {"format": FORMAT, **asdict(self)}
        return json.dumps(members, indent=1, default=str).encode() + b"\n"

    @cached_property
    def _by_content(self) -> dict[tuple[str, str | None], PublishedFile]:
        return {(file.table, file.chromosome): file for file in self.files}


def parse_manifest(text: bytes, location: str) -> Manifest:
    """The manifest in a text. Raises BadSource, with the location, for another text or format."""
    try:
        members = json.loads(text)
        if members["format"] != FORMAT:
            raise BadSource(location, f"expected the format {FORMAT}, got {members['format']!r}")
        files = tuple(PublishedFile(**file) for file in members["files"])
        return Manifest(members["provenance"], files, members["schemas"], members["sample_fields"])
    except (ValueError, TypeError, KeyError) as exc:
        reason = f"expected a manifest as snapshard publish-files writes it, got {exc}"
        raise BadSource(location, reason) from exc
