"""A compilation's files: which there are, in Snaptron's folder layout or named one by one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from snapshard.catalog import file_names
from snapshard.errors import BadSource

_STORED = ("", ".bgz", ".gz")
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
"""Names of a compilation's small files, stored plain, .bgz or .gz; the first that is there is
taken.
"""


@dataclass(frozen=True)
class Compilation:
    """What a compilation is called, and where its files are: paths, http(s) or s3 addresses.

    Only junctions must be there; they may be `-`, standard input. `annotation` is GTF or GFF3,
    `transcripts` is Snaptron's all_transcripts.gtf. Base coverage is one file of all samples with
    its header, or a list of files, one per sample (`formats.sample_coverage`). Without a title or
    an assembly, what the catalog knows of the compilation stays.
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

    def __post_init__(self) -> None:
        if (self.bases is None) != (self.bases_header is None):
            expected = (
                "bases.header.tsv, which names its columns"
                if self.bases
                else "the file of bases whose columns it names"
            )
            raise BadSource(str(self.bases or self.bases_header), f"comes without {expected}")
        if self.bases and self.bases_files:
            raise BadSource(
                self.bases_files,
                "gives base coverage that is also in one file of all samples; load one of them",
            )


def read_folder(folder: Path, *, name: str | None = None) -> Compilation:
    """The compilation whose files stand in a folder under Snaptron's names.

    `compilation.json`, if it is there, gives name, title (`display_name`), assembly and whether it
    is simulated; else the folder's name is the compilation's. Raises BadSource if the folder has no
    junctions.
    """
    if not folder.is_dir():
        raise BadSource(str(folder), "no such folder")
    found = {stem: _find(folder, (f"{stem}.tsv", stem)) for stem in _TABLES}
    found |= {what: _find(folder, names) for what, names in _FILES.items()}
    if found["junctions"] is None:
        raise BadSource(
            str(folder), "expected junctions.bgz, junctions.tsv.gz or junctions.tsv in this folder"
        )
    says = _description(folder / "compilation.json")
    return Compilation(
        name=name or str(says.get("name") or folder.resolve().name.lower()),
        title=_text(says.get("display_name")),
        assembly=_text(says.get("assembly")),
        simulated=bool(says.get("simulated", False)),
        **found,  # type: ignore[arg-type]
    )


def _find(folder: Path, names: tuple[str, ...]) -> str | None:
    return next((str(path) for path in _candidates(folder, names)), None)


def _candidates(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        for ending in _STORED:
            yield from (path for path in sorted(folder.glob(name + ending)) if path.is_file())


def _description(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    expected = "expected a JSON object with name, display_name, assembly, simulated"
    try:
        says = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise BadSource(str(path), f"{expected}: {exc}") from exc
    if not isinstance(says, dict):
        raise BadSource(str(path), f"{expected}, got {says!r}")
    return says


def _text(value: object) -> str | None:
    return None if value is None else str(value)
