"""Single regions of a bgzip source that has a tabix index (`.tbi`) next to it.

bgzip (BGZF in the SAM format specification, section 4.1) compresses a file in blocks of up to 64 kB,
each a gzip member of its own. The index maps regions to virtual offsets: the position of a block in
the file, shifted left by 16 bits, plus the position of a line in the block's text. So htslib reads
only the blocks of a region, at an address by range requests. Three things must be ensured here:

- The file is complete. An end marker, an empty block, is its last one; htslib only warns if it is
  missing.
- Every line is read by exactly one shard. htslib returns all lines that overlap a region; here only
  those that *start* in it count.
- The index is read from a temporary folder, because htslib saves the index of an address in the
  working folder, and reuses that copy even if the file has changed.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysam
import requests

from snapshard.errors import BadSource
from snapshard.junction import MOST_DIGITS
from snapshard.region import Region
from snapshard.rows import line_count
from snapshard_populate.reading.budget import ErrorBudget
from snapshard_populate.reading.chunks import whole_lines
from snapshard_populate.reading.download import without_query
from snapshard_populate.reading.s3 import http_address
from snapshard_populate.reading.source import is_url, open_source
from snapshard_populate.reading.tabix_index import COLUMNS, parse_index
from snapshard_populate.reading.text import MARK
from snapshard_populate.reading.web import get

BLOCK_BYTES = 4 << 20
_END_MARKER = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends every bgzip file (SAM format specification, section 4.1.2)."""
# A .tbi cannot index positions beyond this one, and fetch() accepts no greater end.
_MOST_POSITION = 1 << 29
_TIMEOUT = 30.0


def has_index(location: str | Path) -> bool:
    """Whether a `.tbi` exists next to the file at this path or address; standard input has none."""
    name = str(location)
    if name == "-":
        return False
    if not is_url(name):
        return Path(_index_name(name)).is_file()
    with _get(_index_name(name), stream=True) as response:
        return response.ok


def index_problem(location: str | Path) -> str | None:
    """The reason why the index next to a file cannot be the file's; None if none shows.

    Compares columns, the end of the file and its first chromosome. Raises BadSource if the file is
    truncated, or if the index is none.
    """
    name = str(location)
    index = parse_index(_index_content(name), _index_name(name))
    if index.columns != COLUMNS or index.from_zero:
        columns = ", ".join(map(str, index.columns))
        from_zero = ", positions from 0" if index.from_zero else ""
        return f"it is made for columns {columns}{from_zero}, not for 2, 3, 4"
    size = _check_end(name)
    # Older versions of tabix count the end marker.
    if size is not None and index.end not in (size, size - len(_END_MARKER)):
        return f"it was made when the file ended at byte {index.end}, but the file has {size} bytes"
    chrom = _first_chromosome(name)
    if chrom is not None and chrom not in index.chromosomes[:1]:
        got = ", ".join(index.chromosomes[:1]) or "none"
        return f"its first chromosome is {got}, but that of the file is {chrom}"
    return None


def _first_chromosome(location: str) -> str | None:
    """The chromosome of the first row; None for a file without rows."""
    with open_source(location) as source:
        rows = (line.split("\t") for _, line in source.lines(ErrorBudget(1)))
        for fields in rows:
            # Column names come first, if at all.
            if len(fields) > 1 and fields[1] != "chromosome":
                return fields[1]
    return None


def indexed_chromosomes(location: str | Path) -> tuple[str, ...]:
    """The chromosomes of an indexed file, in the order of the file."""
    with _open_table(str(location)) as table:
        return tuple(table.contigs)


def read_region(location: str | Path, region: Region) -> Iterator[bytes]:
    """Yields the lines that *start* in the region, verbatim and in the order of the file, as texts
    of complete lines of about BLOCK_BYTES.

    Positions are 1-based and closed. A line that starts before the region and reaches into it is
    left out. Yields nothing if the index does not contain the chromosome. Raises BadSource if the
    file is truncated or damaged.
    """
    with _open_table(str(location)) as table:
        if region.chrom not in table.contigs or region.start > _MOST_POSITION:
            return
        lines: list[bytes] = []
        size = 0
        for line in _fetch(table, region, str(location)):
            # A start that is no number goes on to the checks, which refuse its row.
            fields = line.split(b"\t", 3)
            start = fields[2] if len(fields) > 2 else b""
            if start.isdigit() and int(start[:MOST_DIGITS]) < region.start:
                continue
            lines.append(line)
            size += len(line) + 1
            if size >= BLOCK_BYTES:
                yield b"\n".join([*lines, b""])
                lines, size = [], 0
        if lines:
            yield b"\n".join([*lines, b""])


def lines_before(location: str | Path, region: Region) -> int:
    """The number of lines of the file before the first one that `read_region` yields; 0 if it yields
    none. The file is read up to that line, so this is for messages only.
    """
    first_block = next(read_region(location, region), b"")
    first_line = b"\n" + first_block.partition(b"\n")[0] + b"\n"
    count = 0
    with open_source(location) as source:
        for text in whole_lines(source, source.name):
            position = (b"\n" + text).find(first_line)
            if first_block and position >= 0:
                return count + text.count(b"\n", 0, position)
            count += line_count(text)
    return 0


def _fetch(table: pysam.TabixFile, region: Region, name: str) -> Iterator[bytes]:
    end = None if region.end >= _MOST_POSITION else region.end
    try:
        for line in table.fetch(region.chrom, region.start - 1, end):
            # The first line of a file may have a byte order mark.
            yield line.encode("latin-1").removeprefix(MARK)
    except (OSError, ValueError) as error:
        raise BadSource(
            name, f"is damaged, or its index belongs to another file: {without_query(error)}"
        ) from error


@contextmanager
def _open_table(location: str) -> Iterator[pysam.TabixFile]:
    _check_end(location)
    with tempfile.TemporaryDirectory(prefix="snapshard-") as folder:
        index = _index_name(location)
        if is_url(location):
            index = os.path.join(folder, "index.tbi")
            Path(index).write_bytes(_index_content(location))
        try:
            table = pysam.TabixFile(http_address(location), index=index, encoding="latin-1")
        except (OSError, ValueError) as error:
            raise BadSource(
                location, f"expected a bgzip file with a tabix index: {without_query(error)}"
            ) from error
        with table:
            yield table


def _index_content(location: str) -> bytes:
    """The stored bytes of the index of a file."""
    name = _index_name(location)
    if not is_url(location):
        return Path(name).read_bytes()
    response = _get(name)
    if not response.ok:
        status = f"{response.status_code} {response.reason}"
        raise BadSource(name, f"expected a tabix index, but the server returned {status}")
    return response.content


def _index_name(location: str) -> str:
    """The path or address of the index of a file."""
    path, mark, query = location.partition("?") if is_url(location) else (location, "", "")
    return f"{path}.tbi{mark}{query}"


def _check_end(location: str) -> int | None:
    """The size of a file in bytes, None if the server does not tell. Raises BadSource for a file
    without bgzip's end marker.
    """
    last_bytes, size = _end_of(location)
    if last_bytes != _END_MARKER:
        raise BadSource(
            location,
            "is truncated or not bgzip: its end marker is missing "
            "(if the file is complete, compress it again: zcat FILE | bgzip)",
        )
    return size


def _end_of(location: str) -> tuple[bytes, int | None]:
    """The last bytes of a file, and its size."""
    if not is_url(location):
        with open(location, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - len(_END_MARKER)))
            return stream.read(), size
    response = _get(
        location,
        headers={"Range": f"bytes=-{len(_END_MARKER)}"},
        stream=True,
    )
    with response:
        if response.status_code != 206:
            status = f"{response.status_code} {response.reason}"
            raise BadSource(
                location, f"expected a part of the file, but the server returned {status}"
            )
        size_text = response.headers.get("Content-Range", "").rpartition("/")[2]
        return response.content, int(size_text) if size_text.isdigit() else None


def _get(url: str, **options: Any) -> requests.Response:
    try:
        return get(url, timeout=_TIMEOUT, **options)
    except requests.RequestException as exc:
        raise BadSource(url, f"no response: {exc}") from exc
