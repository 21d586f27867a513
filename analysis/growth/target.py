"""A loaded compilation as the target of questions: in the library, and over one persistent HTTP
connection.
"""

import http.client
import subprocess
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from snapshard.filters import Filter
from snapshard.index import Index
from snapshard.junction import NAMES, SUMMARY
from snapshard.match import Match
from snapshard.query import Query
from snapshard.region import Region
from snapshard.release import Release

MOST_ROWS = 2_000
"""The row limit of windows; none of the selected windows has as many rows."""
_EVERYTHING = f"samples=true&about=false&columns={','.join(NAMES)}"


@dataclass(frozen=True)
class Target:
    """A release with an index and a server; every question returns the number of rows or bytes of
    its answer.
    """

    index: Index
    release: Release
    url: str

    def window(self, region: Region) -> int:
        """Rows of a window without samples, in the library."""
        parts = self.index.summaries(
            self.release, Query(regions=(region,)), columns=SUMMARY, limit=MOST_ROWS
        )
        return sum(len(rows) for rows in parts)

    def window_json(self, connection: http.client.HTTPConnection, region: Region) -> int:
        """Bytes of the same window as JSON. Raises ConnectionError if the status is not 200."""
        connection.request(
            "GET", f"{self._path}/junctions.json?region={quote(str(region))}&limit={MOST_ROWS}"
        )
        response = connection.getresponse()
        body = response.read()
        if response.status != http.client.OK:
            raise ConnectionError(f"{region}: HTTP {response.status}: {body[:200]!r}")
        return len(body)

    def junction(self, span: Region) -> int:
        """Samples of the junctions with exactly these ends, in the library."""
        parts = self.index.rows(
            self.release, Query(regions=(span,), match=Match.EXACT), limit=MOST_ROWS
        )
        return sum(len(rows.pairs.samples) for rows in parts)

    def count(self, least: int) -> int:
        """Rows of the whole release in at least this many samples, counted by all shards."""
        return self.index.count(
            self.release, Query(filters=(Filter("samples_count", ">=", str(least)),))
        )

    def export(self, region: Region | None) -> int:
        """Bytes of the rows with samples of a region or of the whole release, over HTTP to /dev/null."""
        restriction = "" if region is None else f"&region={quote(str(region))}"
        url = f"{self.url}{self._path}/junctions:export.tsv?{_EVERYTHING}{restriction}"
        words = [
            "curl",
            "--silent",
            "--show-error",
            "--fail",
            "--output",
            "/dev/null",
            "--write-out",
            "%{size_download}",
            url,
        ]
        return int(subprocess.run(words, capture_output=True, check=True, text=True).stdout)

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the server, which the caller closes."""
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)

    @property
    def _path(self) -> str:
        return f"/api/v1/compilations/{self.release.compilation}"


def frequent_junctions(
    target: Target, regions: list[Region], *, count: int, share: float
) -> list[Region]:
    """The coordinates of up to `count` junctions in at least this share of the samples, from the
    regions in order.
    """
    least = max(1, round(share * (target.release.sample_count or 1)))
    frequent = Filter("samples_count", ">=", str(least))
    spans: list[Region] = []
    for region in regions:
        query = Query(regions=(region,), filters=(frequent,), match=Match.START)
        for rows in target.index.summaries(
            target.release, query, columns=("start", "end"), limit=MOST_ROWS
        ):
            ends = zip(rows.integers("start").tolist(), rows.integers("end").tolist(), strict=True)
            spans += [Region(region.chrom, start, end) for start, end in ends]
        if len(spans) >= count:
            break
    return list(dict.fromkeys(spans))[:count]
