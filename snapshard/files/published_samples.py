"""The samples of a published release: search by words and conditions, and by accession."""

from collections.abc import Sequence
from functools import cached_property

import pyarrow as pa

from snapshard.catalog import ALL, SampleFilter, SampleSearch, SamplesFile, parse_sample_filter
from snapshard.column_values import unquoted
from snapshard.errors import BadQuery, NotFound
from snapshard.files.manifest import Manifest
from snapshard.files.store import Store
from snapshard.rows import Rows

_MOST_NAMED = 10
"""Unknown samples that an error names."""


class PublishedSamples:
    """The samples file of a release, read at the first question. Raises NotFound for a release without
    one.
    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store = store
        self._manifest = manifest

    @cached_property
    def search(self) -> SampleSearch:
        """The search over the samples file."""
        entry = self._manifest.file("samples.tsv")
        if entry is None:
            raise NotFound("samples file of", self._manifest.name)
        with (
            self._store.input(entry.path) as source,
            pa.CompressedInputStream(source, "zstd") as stream,
        ):
            content = stream.read()
        return SampleSearch(SamplesFile([content]), self._manifest.sample_fields)

    def matching(self, words: Sequence[str], filters: Sequence[str], fields: Sequence[str]) -> Rows:
        """The samples that have all words and satisfy all filters, in the order of the file, with
        these fields; all fields without any. Raises BadQuery for an unknown field.
        """
        samples = self.search.samples
        for name in fields:
            if name not in samples.names:
                raise BadQuery("fields", name, f"some of {', '.join(samples.names)}")
        conditions = [SampleFilter(ALL, "=", unquoted(text.strip())) for text in words]
        conditions += [parse_sample_filter(text) for text in filters]
        indexes: Sequence[int] = range(len(samples.ids))
        if conditions:
            indexes = sorted(self.search.find(conditions).indexes.tolist())
        rows = Rows(b"".join(map(self._line, indexes)), samples.names)
        return rows.select(fields or samples.names) if rows.text else Rows(b"", tuple(fields))

    def with_accessions(self, names: Sequence[str]) -> list[int]:
        """The rail_ids of the samples that have one of these texts as the value of a field, such as a
        study, a run or a donor, ascending. Raises NotFound for a text that no sample has.
        """
        missing = {name.encode() for name in names}
        texts, ids = frozenset(missing), list[int]()
        samples = self.search.samples
        for rail_id, line in zip(samples.ids.tolist(), samples.rows(), strict=True):
            values = texts.intersection(line.split(b"\t"))
            if values:
                ids.append(rail_id)
                missing -= values
        for name in names:
            if name.encode() in missing:
                raise NotFound("sample or study", name)
        return ids

    def check(self, rail_ids: Sequence[int]) -> None:
        """Raises BadQuery for samples that the release does not have. A release without a samples file
        does not say which samples it has.
        """
        if not rail_ids or self._manifest.file("samples.tsv") is None:
            return
        unknown = self.search.samples.unknown(rail_ids)
        if unknown:
            names = ",".join(map(str, unknown[:_MOST_NAMED])) + "…" * (len(unknown) > _MOST_NAMED)
            raise BadQuery("sample_ids", names, f"samples of {self._manifest.name} (rail_id)")

    def _line(self, index: int) -> bytes:
        samples = self.search.samples
        fields = samples.row(index).split(b"\t")[: len(samples.names)]
        # Lines of the file may lack their last fields.
        fields += [b""] * (len(samples.names) - len(fields))
        return b"\t".join(fields) + b"\n"
