"""What a pipeline loads: a TOML file, checked when it is read."""

import tomllib
from dataclasses import MISSING, asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from snapshard.errors import BadSource
from snapshard.release import schema_name


@dataclass(frozen=True)
class PipelineSpec:
    """A release and where its files come from.

    sources: paths, http(s) or s3 addresses: the files of a compilation under Snaptron's names
        (junctions.tsv.gz, samples.tsv), recount3's MM, RR and ID of studies, or zip archives of such
        files.
    files: the folder or s3://BUCKET/PREFIX of the published files; none are written without it.
    view_fields: fields of the samples, such as study, whose values are summarised as groups besides
        the release's own; needs a folder as `files`.
    minimum_junctions, samples: what the loaded release must have; None for any number of samples.
    tries: attempts of a step at something that may pass, such as a shard that is unavailable.
    spark: Spark's address for the transposition of matrices; empty for DuckDB.
    """

    compilation: str
    release: str
    sources: tuple[str, ...]
    title: str | None = None
    assembly: str | None = None
    simulated: bool = False
    files: str | None = None
    view_fields: tuple[str, ...] = ()
    minimum_junctions: int = 1
    samples: int | None = None
    tries: int = 3
    spark: str = ""

    def __post_init__(self) -> None:
        schema_name(self.compilation, self.release)
        for name, minimum in (("minimum_junctions", 0), ("tries", 1)):
            if getattr(self, name) < minimum:
                raise ValueError(f"{name}: expected {minimum} or more, got {getattr(self, name)}")
        if not self.sources:
            raise ValueError("sources: expected at least one path or address")
        if self.view_fields and (self.files is None or "://" in self.files):
            raise ValueError(f"view_fields: expected a folder as files, got {self.files!r}")

    @property
    def name(self) -> str:
        """The compilation and the release, such as gtex/r1."""
        return f"{self.compilation}/{self.release}"

    @property
    def fingerprint(self) -> str:
        """A text that changes with any member."""
        return sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()


def read_spec(path: Path) -> PipelineSpec:
    """The spec in a TOML file. Raises BadSource, with the member, for one that is not a spec."""
    try:
        members: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        _check_members(members)
        lists = {name: tuple(value) for name, value in members.items() if isinstance(value, list)}
        return PipelineSpec(**(members | lists))
    except (OSError, ValueError, TypeError) as exc:
        raise BadSource(str(path), str(exc)) from exc


def _check_members(members: dict[str, Any]) -> None:
    names = {field.name: field for field in fields(PipelineSpec)}
    for name in members:
        if name not in names:
            raise ValueError(f"expected only {', '.join(names)}, got {name!r}")
    missing = [
        name for name, field in names.items() if field.default is MISSING and name not in members
    ]
    if missing:
        raise ValueError(f"expected {', '.join(missing)}")
    lists = {"sources", "view_fields"}
    for name, value in members.items():
        if (name in lists) != isinstance(value, list):
            expected = "a list" if name in lists else "one value"
            raise ValueError(f"{name}: expected {expected}, got {value!r}")
