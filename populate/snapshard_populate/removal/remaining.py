"""A compilation without some samples, as files in a folder."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from snapshard.catalog import file_names
from snapshard.pairs import SampleSet
from snapshard.row_kinds import BASE, JUNCTION
from snapshard_populate.loading import Compilation
from snapshard_populate.merging import group_lines
from snapshard_populate.releases import StoredRelease
from snapshard_populate.removal.rows import remaining_bases, remaining_rows
from snapshard_populate.removal.samples import (
    Removal,
    remaining_groups,
    remaining_sample_lines,
)

_FIELDS = {"junction": "junctions", "gene": "genes", "exon": "exons", "base": "bases"}
"""The field of a compilation that has the file of a kind of rows."""


def remaining_compilation(release: StoredRelease, removal: Removal, folder: Path) -> Compilation:
    """The compilation of the remaining samples; its files are written to the folder. Genes and
    transcripts are those of the release.

    The notices of the release are not among those of the compilation: they may name a removed sample.
    """
    paths = {"samples": _text(folder / "samples.tsv", remaining_sample_lines(release, removal))}
    if groups := remaining_groups(release, removal):
        paths["groups"] = _text(folder / "samples.groups.tsv", group_lines(groups))
    types = release.file(file_names.SAMPLE_TYPES)
    if types is not None:
        paths["sample_types"] = _text(folder / "samples.types.tsv", [types.decode()])
    kinds = release.kinds()
    for kind, is_numbered in {JUNCTION.name: True, **kinds}.items():
        path = folder / f"{kind}.tsv"
        with open(path, "wb") as file:
            file.writelines(_rows(release, removal, kind, renumbered=is_numbered))
        paths[_FIELDS[kind]] = str(path)
    if BASE.name in kinds:
        header = [*BASE.columns, *map(str, _base_samples(release, removal))]
        paths["bases_header"] = _text(folder / "bases.header.tsv", ["\t".join(header) + "\n"])
    return _compilation(release, removal, paths)


def _compilation(release: StoredRelease, removal: Removal, paths: dict[str, str]) -> Compilation:
    return Compilation(
        name=release.status.compilation,
        assembly=release.status.assembly,
        simulated=release.simulated(),
        origin=f"{release.name} without {removal}",
        annotation_of=release.status.schema,
        **paths,  # type: ignore[arg-type]
    )


def _rows(
    release: StoredRelease, removal: Removal, kind: str, *, renumbered: bool
) -> Iterator[bytes]:
    if kind == BASE.name:
        return remaining_bases(release.rows(kind), _base_samples(release, removal))
    remaining = SampleSet(removal.remaining)
    return remaining_rows(release.rows(kind), remaining, renumbered=renumbered)


def _base_samples(release: StoredRelease, removal: Removal) -> list[int]:
    """The remaining samples of base coverage, in the order of its columns."""
    header = (release.file(file_names.BASES_HEADER) or b"").decode().split()
    return [int(name) for name in header[len(BASE.columns) :] if int(name) not in removal.removed]


def _text(path: Path, lines: Iterable[str]) -> str:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    return str(path)
