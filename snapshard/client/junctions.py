"""The client's methods that return junctions: rows, pages, counts, batches and exports."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.connection import Connection
from snapshard.client.export import Exported, Progress, Request, export, format_of
from snapshard.client.pages import pages
from snapshard.client.selection import (
    ExportOptions,
    Output,
    ReleaseOptions,
    Selection,
    SelectionOptions,
    Texts,
    as_tuple,
)
from snapshard.junction import NAMES

if TYPE_CHECKING:
    import httpx
    import pandas as pd

    from snapshard.client.matrix import Matrix
    from snapshard.rows import Rows

BATCH_SIZE = 10_000
"""Junctions per request of `batch`, the server's maximum; more take several requests."""


class JunctionMethods(Connection):
    """Junctions as DataFrames, sparse matrices, pages and files."""

    def junctions(
        self,
        region: Texts = (),
        *,
        columns: Texts = (),
        limit: int | None = None,
        **options: Unpack[SelectionOptions],
    ) -> "pd.DataFrame":
        """A row per junction, in genome order, with typed columns.

        By default it has all columns except the samples. All pages are read. With a limit, a
        `Truncated` warning reports that there is more.
        """
        # pandas is imported on first use: it takes longer than everything else in the client together.
        from snapshard.client.frames import junction_frame

        return junction_frame(*self._rows(region, options, limit, columns=columns))

    def tidy(
        self, region: Texts = (), *, limit: int | None = None, **options: Unpack[SelectionOptions]
    ) -> "pd.DataFrame":
        """A row per junction and sample with reads: the junction's id and position, rail_id, coverage.

        The limit counts junctions.
        """
        from snapshard.client.frames import tidy_frame

        return tidy_frame(*self._rows(region, options, limit, columns=NAMES))

    def matrix(
        self, region: Texts = (), *, limit: int | None = None, **options: Unpack[SelectionOptions]
    ) -> "Matrix":
        """Reads per junction and sample, as a sparse matrix with its row and column keys.

        With sample_ids, it has a column for each of them, including samples without reads. Raises
        MissingExtra if scipy is not installed.
        """
        from snapshard.client.matrix import coverage_matrix

        rows, about = self._rows(region, options, limit, columns=NAMES)
        return coverage_matrix(rows, about, options.get("sample_ids"))

    def pages(
        self, region: Texts = (), *, limit: int | None = None, **options: Unpack[ExportOptions]
    ) -> "Iterator[httpx.Response]":
        """The server's responses, page by page, lazily: JSON, or the requested format."""
        output, conditions = Output.from_options(options)
        base, selection = self._base_and_selection(region, conditions)
        parameters = {**selection.parameters(), **output.parameters()}
        return pages(self._session, f"{base}/junctions", parameters, limit=limit)

    def count(
        self, region: Texts = (), *, exact: bool = True, **options: Unpack[SelectionOptions]
    ) -> int:
        """The number of matching junctions.

        With exact=False it is an estimate, fast even for whole genomes; for selected samples it is
        an upper bound. Raises Unavailable if counting takes longer than the server's deadline, which
        is possible for samples of a whole genome.
        """
        base, selection = self._base_and_selection(region, options)
        parameters = {
            **selection.parameters(),
            "limit": 1,
            "columns": "snaptron_id",
            "count": "exact" if exact else "estimated",
        }
        response = self._session.get(f"{base}/junctions", parameters).json()
        return int(response["count"]["rows"])

    def batch(
        self, names: Iterable[str | int], **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """The junctions with these names, in the order of the names, all from one release.

        A name is `GRCh38:chr2:71548830-71549349:+` or a snaptron_id. Without the strand it may have
        two rows. The row of a name that is not found has False in `found`, and the reason in `error`
        if it is no name of the release. The number of names is unlimited.
        """
        from snapshard.client.frames import batch_frame

        name_list, base = list(names), self.base(**options)
        responses: list[dict[str, Any]] = []
        for start in range(0, len(name_list), BATCH_SIZE):
            body = {"junctions": name_list[start : start + BATCH_SIZE]}
            responses.append(self._session.post(f"{base}/junctions:batch", body).json())
            # All further requests name the release of the first, even if another is published meanwhile.
            base = self._base_of(responses[0])
        return batch_frame(responses)

    def export(
        self,
        path: str | Path,
        region: Texts = (),
        *,
        progress: Progress | None = None,
        **options: Unpack[ExportOptions],
    ) -> Exported:
        """All matching junctions as a file, without a limit, verified by a checksum.

        An interrupted export is resumed, even by a later run. The format is that of the file's
        suffix, or `format`: tsv, csv, ndjson, bed6, bed12, igv, parquet or arrow.
        """
        target = Path(path)
        output, conditions = Output.from_options(options)
        base, selection = self._base_and_selection(region, conditions)
        parameters = {
            **selection.parameters(),
            **output.parameters(),
            "format": output.format or format_of(target),
        }
        # A resumed export must come from the same release, so the route names it.
        request = Request(f"{self._pinned(base)}/junctions:export", parameters)
        return export(self._session, request, target, progress or (lambda _: None))

    def tool_files(
        self,
        tool: str,
        folder: str | Path,
        region: Texts = (),
        *,
        name_field: str | None = None,
        **options: Unpack[SelectionOptions],
    ) -> list[Path]:
        """All matching junctions as the files of a tool, in a new folder: star (a SJ.out.tab per
        sample), regtools (a BED12 per sample), leafcutter (counts), recount3 (a sparse matrix), fraser
        (external counts) or anndata.

        Samples with reads are named by that field, or else by their rail_id. The junctions must fit in
        memory.
        """
        from snapshard.tool_files import write_tool_files

        rows, about = self._rows(region, options, None, columns=NAMES)
        names = {} if name_field is None else self._sample_names(rows, name_field, about)
        return write_tool_files(tool, Path(folder), rows, names)

    def _sample_names(self, rows: "Rows", field: str, about: Mapping[str, Any]) -> dict[int, str]:
        """The values of a field for the samples of rows, by rail_id."""
        base = self.base(compilation=about["compilation"], release=about["release"])
        samples, _ = self._table(f"{base}/samples", {"fields": f"rail_id,{field}"}, None, depth=4)
        values = (text.decode() for text in samples.texts(field))
        names = dict(zip(samples.integers("rail_id").tolist(), values, strict=True))
        return {rail_id: names[rail_id] for rail_id in sorted(set(rows.pairs.samples.tolist()))}

    def _base_and_selection(
        self, region: Texts, options: Mapping[str, Any]
    ) -> tuple[str, Selection]:
        release_options = {name: options.get(name) for name in ("compilation", "release")}
        conditions = {name: value for name, value in options.items() if name not in release_options}
        return self.base(**release_options), Selection.of(region, **conditions)

    def _rows(
        self, region: Texts, options: Mapping[str, Any], limit: int | None, *, columns: Texts
    ) -> "tuple[Rows, dict[str, Any]]":
        base, selection = self._base_and_selection(region, options)
        parameters = {**selection.parameters(), "columns": ",".join(as_tuple(columns)) or None}
        return self._table(f"{base}/junctions", parameters, limit, depth=4)
