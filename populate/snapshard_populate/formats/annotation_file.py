"""A file of genes or transcripts, completely read: what it holds, and what is to be said of it."""

import pickle
import sys
from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from snapshard.errors import BadRow, BadSource
from snapshard_populate.reading import ErrorBudget, Spellings, open_source

Content = TypeVar("Content", bound=Sized)


@dataclass(frozen=True)
class AnnotationFile(Generic[Content]):
    """The content of a file, and notices that begin with the file's name."""

    content: Content
    notices: tuple[str, ...]


def read_annotation_file(
    location: str, reader: Callable[..., Content], *, assembly: str | None
) -> AnnotationFile[Content]:
    """A file of genes or transcripts. Its new names of chromosomes are noted, and its bad lines are left
    out and noted; raises BadSource if nothing is left.
    """
    bad: list[BadRow] = []
    lenient = ErrorBudget(sys.maxsize, report=bad.append)
    errors, spellings = ErrorBudget(), Spellings(assembly)
    with open_source(location, errors=errors) as source:
        content = reader(source, errors=lenient, spellings=spellings)
    for notice in spellings.notices("line"):
        errors.note(location, notice)
    if bad:
        lines, were = (f"{len(bad)} lines", "were") if len(bad) > 1 else ("1 line", "was")
        first = f"the first is line {bad[0].line}: {bad[0].reason}"
        if not content:
            reason = f"expected genes or transcripts, got {lines} of no use; {first}"
            raise BadSource(location, reason)
        errors.note(location, f"{lines} could not be used and {were} left out; {first}")
    return AnnotationFile(content, errors.notices)


def keep_annotation_file(file: AnnotationFile[Content], path: Path) -> Path:
    """The path, to which a file was written as it is in memory; reading it again takes a fraction of
    the time that its lines take.
    """
    with open(path, "wb") as stream:
        pickle.dump(file, stream, pickle.HIGHEST_PROTOCOL)
    return path


def kept_annotation_file(path: Path) -> AnnotationFile[Content]:
    """What `keep_annotation_file` wrote. The path must be in a folder of this process alone: reading
    it can run code.
    """
    with open(path, "rb") as stream:
        file: AnnotationFile[Content] = pickle.load(stream)
    return file
