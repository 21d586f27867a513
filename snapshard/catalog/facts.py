"""What is known of a release's samples and gene names, kept per process: a release never changes."""

import threading
from collections import OrderedDict
from functools import cached_property

from psycopg import sql

from snapshard.catalog.catalog import Catalog
from snapshard.catalog.sample_search import SampleSearch
from snapshard.catalog.samples_file import SamplesFile
from snapshard.catalog.symbols import Symbols
from snapshard.catalog.transcripts import FILE as TRANSCRIPTS
from snapshard.catalog.transcripts import TranscriptLines
from snapshard.errors import NotFound
from snapshard.release import Release

SAMPLES = "samples.tsv"
BASES_HEADER = "bases.header.tsv"
_MOST_KEPT = 20


class ReleaseFacts:
    """One release's samples and their search, gene names, transcripts, base columns: each read when
    it is first asked for.
    """

    def __init__(self, catalog: Catalog, release: Release) -> None:
        self._catalog = catalog
        self.release = release
        self.symbols = Symbols(catalog, release)
        self._lock = threading.Lock()

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of every field of the samples file, in its order: i (whole numbers), f
        (decimals), t (text).
        """
        query = sql.SQL("SELECT name, type FROM {}.sample_field ORDER BY number").format(
            sql.Identifier(self.release.schema)
        )
        with self._catalog.connect() as connection:
            return dict(connection.execute(query).fetchall())

    @property
    def samples(self) -> SamplesFile:
        """The samples file. Raises NotFound for a release that has none."""
        return self.search.samples

    @property
    def search(self) -> SampleSearch:
        """The search over the samples file. Raises NotFound for a release that has none."""
        with self._lock:
            return self._search

    @cached_property
    def transcripts(self) -> TranscriptLines | None:
        """The lines of the transcript file; None for a release that has none."""
        content = self._catalog.file(self.release, TRANSCRIPTS)
        return None if content is None else TranscriptLines([content])

    @cached_property
    def base_columns(self) -> tuple[str, ...]:
        """The columns of the base coverage: POSITION and the samples; empty for a release without."""
        header = self._catalog.file(self.release, BASES_HEADER)
        return tuple(header.decode().strip("\n").split("\t")) if header else ()

    @cached_property
    def _search(self) -> SampleSearch:
        content = self._catalog.file(self.release, SAMPLES)
        if content is None:
            raise NotFound("samples file of", f"{self.release.compilation}/{self.release.name}")
        return SampleSearch(SamplesFile([content]), self.types)


class FactsCache:
    """The releases that were asked about lately."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept: OrderedDict[str, ReleaseFacts] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, release: Release) -> ReleaseFacts:
        """What is known of a release."""
        with self._lock:
            if release.schema not in self._kept:
                self._kept[release.schema] = ReleaseFacts(self._catalog, release)
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(release.schema)
            return self._kept[release.schema]
