"""The junction files of a folder or a list, and the sample that each of them names."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from snapshard.errors import BadQuery, BadSource
from snapshard.junction_files import Stream, is_count_table_part, open_count_table
from snapshard_populate.reading import file_name, is_url, open_source

_SUFFIX = re.compile(
    r"(?i)(?:\.(?:gz|bgz|tsv|txt|csv|tab|bed|bed6|bed12|juncs?|junctions?|regtools|leafcutter|portcullis)"
    r"|[._-]?SJ\.out|[._-]junctions?)$"
)
"""What names of junction files end with behind the sample."""
_OTHER_FILES = re.compile(
    r"(?i)ReadsPerGene\.out\.tab|Log(\.[a-z]+)*\.out|README.*|"
    r".*\.(bam|bai|csi|cram|crai|tbi|md5|sha256|log|html?|pdf|png|json|ya?ml|fa|fasta|fai|gtf|gff3?|bw"
    r"|bigwig|fastq|fq|xlsx?)(\.gz)?"
)
"""Files that aligners and people put beside junctions."""
_MOST_LIST_BYTES = 64 << 10
_COMPRESSED = (".gz", ".bgz")
"""Ends of addresses that no list has."""


@dataclass(frozen=True)
class SampleFile:
    """A junction file: its path or address, its name for people, and the sample's name, empty if the
    pattern of names does not fit. column: of a table with many samples, the number of this one (from
    0); None for a file of one sample.
    """

    location: str
    name: str
    sample: str
    column: int | None = None


def opened(location: str) -> "AbstractContextManager[Stream]":
    """The stored bytes of a path, or the text of an address. Raises BadSource."""
    if is_url_text(location):
        return open_source(location)
    try:
        return open(location, "rb")
    except OSError as error:
        raise BadSource(file_name(location), f"cannot be opened: {error.strerror}") from error


def is_file_list(location: str) -> bool:
    """Whether a path or an address is that of a list of files: lines of a file, or of a sample, a tab
    and a file. Raises BadSource for an address that cannot be read.
    """
    if is_url_text(location):
        return not location.endswith(_COMPRESSED) and _is_list(_first_line(location))
    path = Path(location)
    if not path.is_file():
        return False
    with open(path, "rb") as stream:
        head = stream.read(_MOST_LIST_BYTES)
    if b"\0" in head or head.startswith(b"\x1f\x8b"):
        return False
    lines = [line for line in head.decode(errors="replace").splitlines() if line.strip()]
    file = lines[0].split("\t")[-1].strip() if lines else ""
    return (
        bool(lines) and _is_list(lines[0]) and (is_url_text(file) or (path.parent / file).is_file())
    )


def _is_list(line: str) -> bool:
    return bool(line) and len(line.split("\t")) <= 2


def _first_line(location: str) -> str:
    with open_source(location) as source:
        return next((line for _, line in source.lines() if line.strip()), "")


def is_url_text(text: str) -> bool:
    """Whether a text is an address of a source."""
    return "://" in text and is_url(text)


def read_sample_files(
    location: str,
    *,
    pattern: str | None = None,
    files: str = "*",
    except_for: Collection[Path] = (),
) -> tuple[SampleFile, ...]:
    """The junction files of a folder and the folders in it, by name, or of a list, in its order.

    pattern: a regular expression whose first group is the sample's name in the path of a file within
    the folder; without it, the sample is the file's name without the usual suffixes, or the name of
    its folder. files: a glob that file names must match. Raises BadSource if there is none, BadQuery
    for a pattern that cannot be used.
    """
    expression = None if pattern is None else _expression(pattern)
    if Path(location).is_dir():
        paths = _paths(Path(location), files, {path.resolve() for path in except_for})
        entries = sorted((str(path), path.relative_to(location).as_posix(), "") for path in paths)
    else:
        entries = list(_listed(location))
    sample_files: list[SampleFile] = []
    for path, name, sample in entries:
        table = None if sample else open_count_table(path, name, opened)
        if table is None:
            sample_name = sample or _sample_name(name, path, expression)
            sample_files.append(SampleFile(path, name, sample_name))
        else:
            sample_files += _columns(path, name, table.samples)
    if not sample_files:
        raise BadSource(location, f"expected junction files, got none whose name matches {files!r}")
    return tuple(sample_files)


def _columns(path: str, name: str, samples: Sequence[str]) -> Iterator[SampleFile]:
    """Yields the samples of a table as files of its columns."""
    for column, sample in enumerate(samples):
        yield SampleFile(path, f"{name} ({sample})", sample, column)


def _expression(pattern: str) -> re.Pattern[str]:
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise BadQuery("sample-pattern", pattern, f"a regular expression ({error})") from error
    if expression.groups < 1:
        raise BadQuery("sample-pattern", pattern, "a group in brackets that is the sample's name")
    return expression


def _paths(folder: Path, files: str, except_for: Collection[Path]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        # STAR's folders of a first pass hold junctions that are not results.
        if any(part.startswith((".", "_STAR")) for part in parts) or not path.is_file():
            continue
        if is_count_table_part(path.name):
            continue
        is_other = files == "*" and _OTHER_FILES.fullmatch(path.name)
        if fnmatch(path.name, files) and not is_other and path.resolve() not in except_for:
            yield path


def _listed(location: str) -> Iterator[tuple[str, str, str]]:
    """Yields path, name and sample (empty if the list does not give it) of each file of a list. Names
    are those of files beside the list, unless they are addresses.
    """
    folder = location.rpartition("/")[0] if is_url_text(location) else str(Path(location).parent)
    with open_source(location) as source:
        for number, line in source.lines():
            cells = [cell.strip() for cell in line.split("\t")]
            if not line.strip() or line.startswith("#"):
                continue
            if len(cells) > 2 or not cells[-1]:
                reason = f"expected a file, or a sample, a tab and a file, got {line[:80]!r}"
                raise BadSource(location, f"line {number}: {reason}")
            path = cells[-1] if is_url_text(cells[-1]) else f"{folder}/{cells[-1]}"
            yield path, cells[-1], cells[0] if len(cells) == 2 else ""


def _sample_name(name: str, location: str, expression: re.Pattern[str] | None) -> str:
    if expression is not None:
        match = expression.search(name)
        return (match[1] or "") if match else ""
    stem = name.rpartition("/")[2]
    while (shorter := _SUFFIX.sub("", stem)) != stem:
        stem = shorter
    # STAR names every file SJ.out.tab if each sample has a folder of its own.
    return stem.rstrip("._-") or Path(location).resolve().parent.name
