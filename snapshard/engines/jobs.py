"""Jobs over a whole release or over many studies, as SQL that every engine runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from snapshard.comparison import ComparisonRequest, ComparisonTable, compare_counts
from snapshard.engines.engine import Engine
from snapshard.engines.studies import Study
from snapshard.errors import BadQuery, BadSource
from snapshard.files.manifest import NAME, Manifest, parse_manifest
from snapshard.name import name_prefix
from snapshard.pairs import Integers

_JUNCTION = ("chromosome", "start", "end", "strand")


@dataclass(frozen=True)
class PublishedFolder:
    """The folder of a published release, as `snapshard publish-files` writes it."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: Path) -> "PublishedFolder":
        """The folder `release=...` at this path. Raises BadSource if it is not complete."""
        try:
            manifest = parse_manifest((path / NAME).read_bytes(), str(path / NAME))
        except FileNotFoundError as exc:
            raise BadSource(str(path), f"expected {NAME}; the publication is not complete") from exc
        return cls(path, manifest)

    @property
    def pair_files(self) -> list[Path]:
        """The files of pairs, in genome order."""
        return [self.path / file.path for file in self.manifest.files if file.table == "pairs"]


def field_members(release: PublishedFolder, field: str) -> pa.Table:
    """The samples with the value of a field, such as study_accession, as their group: rail_id, group.
    A sample without a value is in no group.
    """
    samples = pq.read_table(release.path / "samples.parquet")
    if field not in samples.column_names:
        raise BadQuery("field", field, f"one of {', '.join(samples.column_names)}")
    values = samples.column(field).cast(pa.string())
    table = pa.table({"rail_id": samples.column("rail_id"), "group": values})
    return table.filter(pc.and_(pc.is_valid(values), pc.not_equal(values, "")))


def group_members(release: PublishedFolder) -> pa.Table:
    """The samples with the groups of the release, such as tissues: rail_id, group."""
    groups = pq.read_table(release.path / "groups.parquet").combine_chunks()
    members = groups.column("members").combine_chunks()
    names = groups.column("group").take(pc.list_parent_indices(members))
    return pa.table({"rail_id": members.flatten(), "group": names})


def summarise_groups(engine: Engine, release: PublishedFolder, members: pa.Table) -> str:
    """The query for a row per junction and group that has it: samples with reads, the sum of their
    reads, their median and maximum.
    """
    engine.add_pairs(release.path, release.pair_files)
    engine.add_table("member", members)
    return _sql("engine_group_summaries.sql")


def compare_prevalence(
    engine: Engine, release: PublishedFolder, request: ComparisonRequest
) -> ComparisonTable:
    """The comparison of prevalence between the groups of a request over all junctions of a release, in
    the order of their names. The engine counts; the tests are those of `snapshard.comparison`.
    """
    samples = request.samples
    engine.add_pairs(release.path, release.pair_files)
    members = {"rail_id": samples.ids, "number": samples.group_of}
    engine.add_table("member", pa.table(members))
    query = _sql("engine_prevalence.sql", min_reads=str(int(request.min_reads)))
    counts = engine.read(query).sort_by([(name, "ascending") for name in _JUNCTION])
    first, line_of = _lines(counts)
    table = np.zeros((len(first), len(samples.groups)), np.int64)
    table[line_of, counts.column("number").to_numpy()] = counts.column("samples").to_numpy()
    prefix = name_prefix(release.manifest.provenance["assembly"])

    def names(lines: Integers) -> list[str]:
        columns = [counts.column(name).take(pa.array(first[lines])) for name in _JUNCTION]
        places = zip(*[column.to_pylist() for column in columns], strict=True)
        return [f"{prefix}{chrom}:{start}-{end}:{strand}" for chrom, start, end, strand in places]

    return compare_counts(names, table, request)


def transpose_studies(engine: Engine, studies: Sequence[Study]) -> str:
    """The query for a row per junction with its samples in all studies, and its `number` in its
    chromosome, from 1. The columns are those of a junction file but for the ids.
    """
    engine.add_cells(studies)
    return _sql("engine_transpose.sql", samples=engine.SAMPLE_LIST)


def _lines(counts: pa.Table) -> tuple[Integers, Integers]:
    """The first row of every junction in the sorted counts, and the junction of each row."""
    starts: Any = np.zeros(len(counts), np.bool_)
    starts[:1] = True
    for name in _JUNCTION:
        values = counts.column(name).combine_chunks()
        changes = pc.not_equal(values[1:], values[:-1])
        starts[1:] |= changes.to_numpy(zero_copy_only=False)
    return np.flatnonzero(starts), np.cumsum(starts) - 1


def _sql(file: str, **parts: str) -> str:
    text = resources.files("snapshard").joinpath("sql", file).read_text(encoding="utf-8")
    return text.format(**parts)
