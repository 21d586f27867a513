"""The rows of a published release that match a query, in the form in which the shards give them.

Numbers are written as the shortest text that has their value, not as the source wrote them. So rows
are equal to those of the shards by value: 4 instead of 4.000.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from snapshard.files.manifest import Manifest
from snapshard.files.row_file import Mask, RowFile
from snapshard.files.schemas import PAIRS
from snapshard.files.store import Store
from snapshard.filters import OPERATORS, Filter
from snapshard.junction import NAME, NAMES, ColumnType
from snapshard.match import RULES
from snapshard.name import name_prefix
from snapshard.pairs import Integers, SampleSet
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard.settings import Settings

_NAME_COLUMNS = ("chromosome", "start", "end", "strand")
_LISTS = ("samples", "coverages")


class FileRows:
    """Queries of a published release. It answers `rows` and `summaries` as an Index does."""

    def __init__(self, store: Store, manifest: Manifest, settings: Settings) -> None:
        self.settings = settings
        self._manifest = manifest
        self._files = {
            (entry.table, entry.chromosome): RowFile(store, entry)
            for entry in manifest.files
            if entry.table in ("junctions", "pairs")
        }

    def close(self) -> None:
        """Closes all files."""
        for file in self._files.values():
            file.close()

    def summaries(
        self, release: Release, query: Query, *, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[Rows]:
        """These columns of the matching rows, without samples, in genome order, lazily; not for a
        query restricted to samples.
        """
        names = tuple(columns)
        stored = [name for name in names if name != NAME]
        stored += [name for name in _NAME_COLUMNS if NAME in names and name not in stored]
        prefix = name_prefix(release.assembly)

        def parts() -> Iterator[Rows]:
            for chrom in self._chromosomes(query):
                for _, table in self._matches(chrom, query, stored):
                    yield text_rows(_with_name(table, prefix) if NAME in names else table, names)

        return _limited(parts(), limit)

    def rows(self, release: Release, query: Query, *, limit: int | None = None) -> Iterator[Rows]:
        """The matching rows with all 17 columns, in genome order, lazily; restricted to the query's
        samples if it has any.
        """
        stored = [name for name in NAMES if name != "samples"]

        def parts() -> Iterator[Rows]:
            for chrom in self._chromosomes(query):
                pairs = self._files["pairs", chrom]
                for numbers, table in self._matches(chrom, query, stored):
                    for positions, lists in pairs.parts(numbers, _LISTS):
                        if query.samples is not None:
                            kept, lists = _restricted_lists(lists, query.samples)
                            positions = positions[kept]
                        part = table.take(pa.array(positions))
                        yield _restricted(text_rows(_with_samples(part, lists), NAMES), query)

        return _limited(parts(), limit)

    def pairs(self, query: Query) -> Iterator[tuple[str, pa.Table]]:
        """The matching rows of the tables of pairs alone, with their chromosome. Not for a query with
        filters or samples.
        """
        for chrom in self._chromosomes(query):
            file = self._files["pairs", chrom]
            for _, table in _matching_rows(file, chrom, query, PAIRS.names):
                yield chrom, table

    def count(self, release: Release, query: Query) -> int:
        """The number of matching rows."""
        if query.samples is not None:
            return sum(map(len, self.rows(release, query)))
        return sum(
            len(numbers)
            for chrom in self._chromosomes(query)
            for numbers, _ in self._matches(chrom, query, ["start"])
        )

    def _chromosomes(self, query: Query) -> list[str]:
        regions = {region.chrom for region in query.regions}
        chroms = self._manifest.chromosomes
        return [chrom for chrom in chroms if not regions or chrom in regions]

    def _matches(
        self, chrom: str, query: Query, columns: Sequence[str]
    ) -> Iterator[tuple[Integers, pa.Table]]:
        return _matching_rows(self._files["junctions", chrom], chrom, query, columns)


def _matching_rows(
    file: RowFile, chrom: str, query: Query, columns: Sequence[str]
) -> Iterator[tuple[Integers, pa.Table]]:
    """The numbers of the matching rows of a file with their columns, a row group at a time."""
    regions = [region for region in query.regions if region.chrom == chrom]
    filter_columns = {condition.column for condition in query.stored_filters}
    ids = {"snaptron_id"} if query.ids is not None else set()
    first_columns = sorted({"start", "end"} | filter_columns | ids)
    for group in file.candidates(regions, query.match):
        table = file.read(group, sorted({*first_columns, *columns}))
        rows = np.flatnonzero(_mask(table, query, regions))
        if len(rows):
            part = table.select(list(columns)).take(pa.array(rows))
            yield rows + file.first_rows[group], part


def _mask(table: pa.Table, query: Query, regions: Sequence[Region]) -> Mask:
    """The rows that satisfy all conditions on stored columns."""
    mask = np.ones(len(table), np.bool_)
    starts, ends = (table.column(name).to_numpy() for name in ("start", "end"))
    if regions:
        row = RULES[query.match].row
        mask &= np.any([row(starts, ends, region.start, region.end) for region in regions], axis=0)
    if query.ids is not None:
        mask &= np.isin(table.column("snaptron_id").to_numpy(), np.array(query.ids, np.int64))
    for condition in query.stored_filters:
        mask &= _filter_mask(table.column(condition.column), condition)
    return mask


def _filter_mask(column: pa.ChunkedArray, condition: Filter) -> Mask:
    """The rows whose value satisfies a condition; a missing value satisfies none."""
    if condition.type is ColumnType.TEXT:
        texts = pa.array(condition.operand, pa.string())
        is_one: Mask = pc.is_in(column, value_set=texts).to_numpy()
        return is_one if condition.operator == "=" else ~is_one
    if condition.type is ColumnType.FLAG:
        column = pc.not_equal(column, "0").cast(pa.int64())
    compare: Callable[..., Mask] = OPERATORS[condition.operator]
    operand = condition.operand
    is_whole = isinstance(operand, int)
    mask = compare(pc.fill_null(column, 0).to_numpy(), operand if is_whole else float(operand))  # type: ignore[arg-type]
    valid: Mask = pc.is_valid(column).to_numpy()
    return mask & valid


def _with_name(table: pa.Table, prefix: str) -> pa.Table:
    """The table with the column of stable names."""
    chrom, start, end, strand = (table.column(name).cast(pa.string()) for name in _NAME_COLUMNS)
    place = pc.binary_join_element_wise(pa.scalar(prefix), chrom, "")
    span = pc.binary_join_element_wise(start, end, "-")
    return table.append_column(NAME, pc.binary_join_element_wise(place, span, strand, ":"))


def _with_samples(table: pa.Table, lists: pa.Table) -> pa.Table:
    """The table with the column of sample lists as text, `,sample:coverage` for every pair."""
    samples, coverages = (lists.column(name).combine_chunks() for name in _LISTS)
    texts = pc.binary_join_element_wise(
        samples.flatten().cast(pa.string()), coverages.flatten().cast(pa.string()), ":"
    )
    pairs = pc.binary_join_element_wise(pa.scalar(","), texts, "")
    lengths = pc.list_value_length(samples).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())
    sample_texts = pc.binary_join(pa.ListArray.from_arrays(offsets, pairs), "")
    return table.append_column("samples", sample_texts)


def _restricted_lists(lists: pa.Table, samples: SampleSet) -> tuple[Integers, pa.Table]:
    """The rows that have one of these samples, by their numbers, and their lists with these samples
    alone. It saves the text of all other pairs.
    """
    arrays = [lists.column(name).combine_chunks() for name in _LISTS]
    mask = samples.contains(arrays[0].flatten().to_numpy())
    offsets = arrays[0].offsets.to_numpy()
    # Pairs kept before each list: their differences are the lengths of the new lists.
    before = np.concatenate(([0], np.cumsum(mask)))[offsets - offsets[0]]
    rows = np.flatnonzero(np.diff(before))
    new_offsets = pa.array(np.append(before[rows], before[-1]), pa.int32())
    kept = pa.array(mask)
    columns = [pa.ListArray.from_arrays(new_offsets, a.flatten().filter(kept)) for a in arrays]
    return rows, pa.table(dict(zip(_LISTS, columns, strict=True)))


def text_rows(table: pa.Table, names: Sequence[str]) -> Rows:
    """The table as rows of text."""
    columns = [
        pc.fill_null(table.column(name).cast(pa.string()), "").combine_chunks() for name in names
    ]
    if not len(table):
        return Rows(b"", tuple(names))
    lines = columns[0] if len(columns) == 1 else pc.binary_join_element_wise(*columns, "\t")
    text = "\n".join(lines.to_pylist()) + "\n"
    return Rows(text.encode(), tuple(names))


def _restricted(rows: Rows, query: Query) -> Rows:
    """The rows restricted to the query's samples, with the filters on recomputed columns."""
    if query.samples is None or not len(rows):
        return rows
    rows = rows.restrict(query.samples)
    for condition in query.recomputed_filters:
        rows = rows.where(condition.mask(rows))
    return rows


def _limited(parts: Iterator[Rows], limit: int | None) -> Iterator[Rows]:
    """The first rows, at most as many as the limit; nothing is read behind them."""
    for rows in parts:
        if limit is not None and len(rows) >= limit:
            yield rows.take(range(limit))
            return
        if limit is not None:
            limit -= len(rows)
        if rows.text:
            yield rows
