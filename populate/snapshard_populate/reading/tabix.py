"""Parts of a bgzip source that has a tabix index (`.tbi`) beside it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysam
import requests

from snapshard.errors import BadSource
from snapshard.region import Region
from snapshard_populate.reading.download import without_query
from snapshard_populate.reading.s3 import http_address
from snapshard_populate.reading.source import is_url

BLOCK_BYTES = 4 << 20
_END_MARKER = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every file of bgzip (SAM format specification, section 4.1.2)."""
_FARTHEST = 1 << 29  # positions that a .tbi can index; fetch() takes no end beyond
_TIMEOUT = 30.0


def has_index(location: str | Path) -> bool:
    """Whether a `.tbi` stands beside the file at this path or address; standard input has none."""
    place = str(location)
    if place == "-":
        return False
    if not is_url(place):
        return Path(f"{place}.tbi").is_file()
    with requests.get(http_address(_index_url(place)), stream=True, timeout=_TIMEOUT) as response:
        return response.ok


def indexed_chromosomes(location: str | Path) -> tuple[str, ...]:
    """The chromosomes of an indexed file, in its order."""
    with _opened(str(location)) as table:
        return tuple(table.contigs)


def read_region(location: str | Path, region: Region) -> Iterator[bytes]:
    """The lines that *start* in the region, verbatim and in the file's order, in texts of whole
    lines of about BLOCK_BYTES.

    Positions are 1-based and closed; a line that only reaches into the region belongs to the shard
    of its start and is left out. Nothing where the index does not know the chromosome. Raises
    BadSource where the file is cut off or damaged.
    """
    with _opened(str(location)) as table:
        if region.chrom not in table.contigs or region.start > _FARTHEST:
            return
        block, size = [], 0
        for line in _fetch(table, region, str(location)):
            if int(line.split(b"\t", 3)[2]) < region.start:
                continue
            block.append(line)
            size += len(line) + 1
            if size >= BLOCK_BYTES:
                yield b"\n".join([*block, b""])
                block, size = [], 0
        if block:
            yield b"\n".join([*block, b""])


def _fetch(table: pysam.TabixFile, region: Region, name: str) -> Iterator[bytes]:
    end = None if region.end >= _FARTHEST else region.end
    try:
        for line in table.fetch(region.chrom, region.start - 1, end):
            yield line.encode("latin-1")
    except (OSError, ValueError) as error:
        raise BadSource(
            name, f"is damaged, or not the file that its index was made of: {without_query(error)}"
        ) from error


@contextmanager
def _opened(place: str) -> Iterator[pysam.TabixFile]:
    _check_end(place)
    with tempfile.TemporaryDirectory(prefix="snapshard-") as folder:
        index = _fetched_index(place, folder) if is_url(place) else f"{place}.tbi"
        try:
            table = pysam.TabixFile(http_address(place), index=index, encoding="latin-1")
        except (OSError, ValueError) as error:
            raise BadSource(
                place, f"expected a bgzip file with a tabix index: {without_query(error)}"
            ) from error
        with table:
            yield table


def _fetched_index(url: str, folder: str) -> str:
    """A copy of the index; left to itself, htslib would write one into the working folder."""
    path = os.path.join(folder, "index.tbi")
    response = requests.get(http_address(_index_url(url)), timeout=_TIMEOUT)
    if not response.ok:
        raise BadSource(
            _index_url(url),
            f"expected a tabix index, the server answered {response.status_code} {response.reason}",
        )
    Path(path).write_bytes(response.content)
    return path


def _index_url(url: str) -> str:
    path, mark, query = url.partition("?")
    return f"{path}.tbi{mark}{query}"


def _check_end(place: str) -> None:
    """Raise BadSource for a file without bgzip's end marker: htslib only warns, and a short file
    would look whole.
    """
    if _last_bytes(place) != _END_MARKER:
        raise BadSource(
            place,
            "is truncated or not bgzip: its end marker is missing "
            "(if the file is complete, compress it again: zcat FILE | bgzip)",
        )


def _last_bytes(place: str) -> bytes:
    if is_url(place):
        answer = requests.get(
            http_address(place),
            headers={"Range": f"bytes=-{len(_END_MARKER)}"},
            stream=True,
            timeout=_TIMEOUT,
        )
        with answer:
            if answer.status_code != 206:
                raise BadSource(
                    place,
                    f"expected a part of the file, the server answered {answer.status_code} {answer.reason}",
                )
            return answer.content
    with open(place, "rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - len(_END_MARKER)))
        return stream.read()
