"""The files of a compilation, found in a folder with Snaptron's names, or given one by one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from snapshard.catalog import file_names
from snapshard.errors import BadSource

_SUFFIXES = ("", ".bgz", ".gz")
_TABLES = ("junctions", "genes", "exons", "bases")
_FILES = {
    "samples": (file_names.SAMPLES,),
    "sample_types": (file_names.SAMPLE_TYPES, "lucene_indexed_numeric_types.tsv"),
    "groups": (file_names.GROUPS,),
    "bases_header": (file_names.BASES_HEADER,),
    "bases_files": (file_names.BASES_FILES,),
    "refflat": (file_names.REFFLAT,),
    "annotation": (file_names.ANNOTATION, "gencode.*.gff3"),
    "transcripts": (file_names.TRANSCRIPTS,),
    "canonical": (file_names.CANONICAL,),
}
"""Names of a compilation's small files, stored plain, .bgz or .gz; the first that exists is used.
"""


@dataclass(frozen=True)
class Compilation:
    """The name of a compilation and the locations of its files: paths, http(s) or s3 addresses.

    Only junctions are required; they may be `-`, standard input. `annotation` is GTF or GFF3,
    `transcripts` is Snaptron's all_transcripts.gtf. Base coverage is one file of all samples with
    its header, or a list of files, one per sample (`formats.sample_coverage`). Without a title or
    an assembly, the compilation keeps those that the catalog has. `origin` is what the junctions were
    merged from, and `notices` what was left out of them or let pass. `annotation_of` is the schema of
    an earlier release in the same catalog, whose genes and transcripts are taken where the compilation
    has no file of its own. `kept_annotation` is the annotation as a merge has read it already.
    """

    name: str
    junctions: str
    title: str | None = None
    assembly: str | None = None
    simulated: bool = False
    genes: str | None = None
    exons: str | None = None
    bases: str | None = None
    bases_header: str | None = None
    bases_files: str | None = None
    samples: str | None = None
    sample_types: str | None = None
    groups: str | None = None
    refflat: str | None = None
    annotation: str | None = None
    transcripts: str | None = None
    canonical: str | None = None
    origin: str | None = None
    notices: tuple[str, ...] = ()
    annotation_of: str | None = None
    kept_annotation: Path | None = None

    def __post_init__(self) -> None:
        if self.bases is not None and self.bases_header is None:
            raise BadSource(self.bases, f"needs {file_names.BASES_HEADER}, which names its columns")
        if self.bases_header is not None and self.bases is None:
            raise BadSource(self.bases_header, "needs the file of bases whose columns it names")
        if self.bases and self.bases_files:
            raise BadSource(
                self.bases_files,
                "lists base coverage that is also in one file of all samples; load only one",
            )


def has_junctions(folder: Path) -> bool:
    """Whether a folder has a file of junctions under one of Snaptron's names."""
    return _locate(folder, _names("junctions")) is not None


def read_folder(folder: Path, *, name: str | None = None) -> Compilation:
    """The compilation whose files are in a folder under Snaptron's names.

    `compilation.json`, if present, gives its name, title (`display_name`), assembly and whether it
    is simulated; otherwise the folder's name is the compilation's. Raises BadSource if the folder
    has no junctions.
    """
    if not folder.is_dir():
        raise BadSource(str(folder), "folder not found")
    locations = {stem: _locate(folder, _names(stem)) for stem in _TABLES}
    locations |= {field: _locate(folder, names) for field, names in _FILES.items()}
    if locations["junctions"] is None:
        raise BadSource(
            str(folder), "expected junctions.bgz, junctions.tsv.gz or junctions.tsv in this folder"
        )
    properties = _read_properties(folder / "compilation.json")
    return Compilation(
        name=name or str(properties.get("name") or folder.resolve().name.lower()),
        title=_text(properties.get("display_name")),
        assembly=_text(properties.get("assembly")),
        simulated=bool(properties.get("simulated", False)),
        **locations,  # type: ignore[arg-type]
    )


def _names(table: str) -> tuple[str, str]:
    return f"{table}.tsv", table


def _locate(folder: Path, names: tuple[str, ...]) -> str | None:
    return next((str(path) for path in _candidates(folder, names)), None)


def _candidates(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        for suffix in _SUFFIXES:
            yield from (path for path in sorted(folder.glob(name + suffix)) if path.is_file())


def _read_properties(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    expected = "expected a JSON object with name, display_name, assembly, simulated"
    try:
        # From bytes, json passes over a byte order mark.
        properties = json.loads(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise BadSource(str(path), f"{expected}: {exc}") from exc
    if not isinstance(properties, dict):
        raise BadSource(str(path), f"{expected}, got {properties!r}")
    return properties


def _text(value: object) -> str | None:
    return None if value is None else str(value)
