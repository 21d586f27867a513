"""The folder of a release's arrays, and the list of what is in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import numpy as np

from snapshard.arrays.track import Source, Track
from snapshard.errors import BadSource, NotFound
from snapshard.release import Release

FORMAT = "snapshard-arrays/1"
CONTENT = "arrays.json"
"""Written last: a folder without it is not complete."""


@dataclass(frozen=True)
class TrackName:
    """The source, chromosome and strand of a track."""

    source: Source
    chromosome: str
    strand: str

    def file(self, folder: Path, array: str) -> Path:
        """The file of one of its arrays: positions or totals."""
        strand = {"+": "plus", "-": "minus", "?": "unknown"}[self.strand]
        chrom = quote(self.chromosome, safe="")
        return folder / f"{self.source}.{chrom}.{strand}.{array}.npy"


@dataclass(frozen=True)
class ArrayFolder:
    """The arrays of a release: the catalog that it is in, the time of its creation, its groups, the
    samples of each group per source, and its tracks.
    """

    folder: Path
    catalog: str
    created: str
    groups: tuple[str, ...]
    sizes: Mapping[str, tuple[int, ...]]
    names: tuple[TrackName, ...]

    def tracks(self, source: Source, chrom: str) -> dict[str, Track]:
        """The tracks of a chromosome by strand; those without data are missing.

        Raises BadSource for a file that is missing or damaged.
        """
        return {
            name.strand: _open_track(self.folder, name)
            for name in self.names
            if (name.source, name.chromosome) == (source, chrom)
        }

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that have tracks."""
        return tuple(
            source for source in Source if any(name.source is source for name in self.names)
        )

    def to_json(self) -> str:
        """The text of the file that lists the content."""
        members = {
            "format": FORMAT,
            "catalog": self.catalog,
            "created": self.created,
            "groups": self.groups,
            "sizes": dict(self.sizes),
            "tracks": [asdict(name) for name in self.names],
        }
        return json.dumps(members, indent=1)


def array_folder(root: Path, release: Release) -> ArrayFolder:
    """The arrays of a release below a folder. Raises NotFound if they were not built, or are those of
    another load with the same name.
    """
    folder = root / release.schema
    name = f"{release.compilation}/{release.name}"
    words = f"{release.compilation} {release.name}"
    command = f"none until `snapshard build-arrays {words}` was run on the server"
    try:
        arrays = _read(folder, (folder / CONTENT).stat().st_mtime_ns)
    except FileNotFoundError:
        raise NotFound("arrays of", name, command) from None
    if arrays.created != release.created.isoformat():
        raise NotFound("arrays of", name, command)
    return arrays


def catalog_of(folder: Path) -> str | None:
    """The identity of the catalog whose arrays are in a folder; None without readable arrays."""
    path = folder / CONTENT
    try:
        return _read(folder, path.stat().st_mtime_ns).catalog
    except (FileNotFoundError, BadSource):
        return None


@lru_cache(maxsize=64)
def _read(folder: Path, _modified: int) -> ArrayFolder:
    path = folder / CONTENT
    try:
        members = json.loads(path.read_text(encoding="utf-8"))
        if members["format"] != FORMAT:
            raise BadSource(str(path), f"expected the format {FORMAT}, got {members['format']!r}")
        return ArrayFolder(
            folder,
            members["catalog"],
            members["created"],
            tuple(members["groups"]),
            {name: tuple(sizes) for name, sizes in members["sizes"].items()},
            tuple(
                TrackName(Source(track["source"]), track["chromosome"], track["strand"])
                for track in members["tracks"]
            ),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise BadSource(str(path), f"expected the list of arrays, got {exc}") from exc


@lru_cache(maxsize=512)
def _open_track(folder: Path, name: TrackName) -> Track:
    """A track whose arrays are mapped into memory, read-only; processes share their pages."""
    arrays = []
    for array in ("positions", "totals"):
        path = name.file(folder, array)
        try:
            arrays.append(np.lib.format.open_memmap(path, mode="r"))
        except (OSError, ValueError) as exc:
            raise BadSource(str(path), f"expected an array of numpy, got {exc}") from exc
    return Track(name.source, *arrays)
