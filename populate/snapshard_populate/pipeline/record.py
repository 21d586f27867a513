"""The record of a step: a JSON file in the work folder, written when the step ends.

What must hold: a record of a step that is done is written after everything that the step made, so a run
that was killed does the step again, and every step can be done again.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Record:
    """What a step did for a spec (its fingerprint): the size of every file that it made, the attempts,
    and the seconds. `error` says why it failed; empty if it is done.
    """

    step: str
    spec: str
    tries: int
    seconds: float
    files: dict[str, int]
    error: str = ""

    @classmethod
    def read(cls, work: Path, step: str) -> Self | None:
        """The record in a work folder; None if there is none."""
        try:
            return cls(**json.loads(_path(work, step).read_bytes()))
        except FileNotFoundError:
            return None

    def write(self, work: Path) -> None:
        """Replaces the record of the step, in one instant."""
        path = _path(work, self.step)
        partial = path.with_name(f"{path.name}.part")
        partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        os.replace(partial, path)

    def is_done(self, work: Path, spec: str) -> bool:
        """Whether the step is done for this spec and its files are there."""
        if self.error or self.spec != spec:
            return False
        return self.files == sizes(work, map(Path, self.files))


def sizes(work: Path, paths: Iterable[Path]) -> dict[str, int]:
    """The bytes of files of the work folder, by their relative paths; without those that are missing."""
    return {str(path): (work / path).stat().st_size for path in paths if (work / path).is_file()}


def _path(work: Path, step: str) -> Path:
    return work / f"{step}.json"
