"""A place for published files: a folder, or a prefix of an S3 bucket."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyarrow import fs

from snapshard.errors import BadSource

SCHEME = "s3://"
_COPY_BYTES = 1 << 22


@dataclass(frozen=True)
class Store:
    """Files below a location. Names are relative paths with `/`.

    Every error is a BadSource that names the file.
    """

    location: str
    _filesystem: Any
    _root: str

    @classmethod
    def open(cls, location: str | Path) -> "Store":
        """The store at a path, or at s3://BUCKET/PREFIX.

        Region, credentials and, for a store other than Amazon's, AWS_ENDPOINT_URL come from AWS's
        own variables and files. Raises BadSource for a location without a bucket.
        """
        text = str(location).rstrip("/")
        if not text.startswith(SCHEME):
            path = Path(text or "/").absolute()
            return cls(str(path), fs.LocalFileSystem(), str(path))
        root = text.removeprefix(SCHEME)
        if not root.partition("/")[0]:
            raise BadSource(str(location), "expected s3://BUCKET/PREFIX")
        return cls(text, _s3(), root)

    def below(self, name: str) -> "Store":
        """The store of a folder in this one."""
        return Store(f"{self.location}/{name}", self._filesystem, f"{self._root}/{name}")

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine."""
        return isinstance(self._filesystem, fs.LocalFileSystem)

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none."""
        with self._errors(name):
            try:
                with self._filesystem.open_input_stream(self._path(name), compression=None) as file:
                    content: bytes = file.read()
            except FileNotFoundError:
                return None
        return content

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file, a part at a time."""
        with (
            self._errors(name),
            self._filesystem.open_input_stream(self._path(name), compression=None) as file,
        ):
            while content := file.read(_COPY_BYTES):
                yield content

    def input(self, name: str) -> Any:
        """A file for reading at any position; the caller closes it."""
        with self._errors(name):
            return self._filesystem.open_input_file(self._path(name))

    @contextmanager
    def output(self, name: str) -> Iterator[BinaryIO]:
        """A file for writing from front to back. On S3 it appears when it is complete."""
        with self._errors(name):
            if self.is_local:
                Path(self._path(name)).parent.mkdir(parents=True, exist_ok=True)
            # By default, Arrow would compress a file with the suffix .zst once more.
            with self._filesystem.open_output_stream(self._path(name), compression=None) as file:
                yield file

    def write(self, name: str, content: bytes) -> None:
        """Writes a small file; a reader gets the old content or the new one, never a part."""
        if not self.is_local:
            with self.output(name) as file:
                file.write(content)
            return
        # A local file would be visible while it is written, so it gets its name at the end.
        temporary = f"{name}.{os.getpid()}.tmp"
        with self.output(temporary) as file:
            file.write(content)
        with self._errors(name):
            os.replace(self._path(temporary), self._path(name))

    def delete(self, name: str) -> None:
        """Deletes a file, if it exists."""
        with self._errors(name):
            if self._filesystem.get_file_info(self._path(name)).type == fs.FileType.File:
                self._filesystem.delete_file(self._path(name))

    def folders(self) -> list[str]:
        """The names of the folders in this one, sorted; empty if it does not exist."""
        selector = fs.FileSelector(self._root, allow_not_found=True)
        with self._errors(""):
            entries = self._filesystem.get_file_info(selector)
        folders = (entry for entry in entries if entry.type == fs.FileType.Directory)
        return sorted(entry.base_name for entry in folders)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            place = f"{self.location}/{name}" if name else self.location
            reason = (exc.strerror or str(exc)).splitlines()[0]
            raise BadSource(place, reason) from exc


def _s3() -> Any:
    """Arrow's file system of S3, at the address and region that AWS's variables name."""
    options: dict[str, Any] = {}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        scheme, _, address = endpoint.rstrip("/").rpartition("://")
        options |= {"endpoint_override": address, "scheme": scheme or "https"}
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        options["region"] = region
    return fs.S3FileSystem(**options)
