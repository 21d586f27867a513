"""A loaded compilation that is asked: in the library, and over HTTP on one kept connection."""

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
"""The limit that windows are asked with; none of the chosen ones has as many rows."""
_EVERYTHING = f"samples=true&about=false&columns={','.join(NAMES)}"


@dataclass(frozen=True)
class Asked:
    """A release behind an index and a server. Every question gives back how many rows or bytes were
    answered.
    """

    index: Index
    release: Release
    address: str

    def window(self, region: Region) -> int:
        """Rows, their columns without samples, in the library."""
        found = self.index.summaries(
            self.release, Query(regions=(region,)), columns=SUMMARY, limit=MOST_ROWS
        )
        return sum(len(rows) for rows in found)

    def window_json(self, connection: http.client.HTTPConnection, region: Region) -> int:
        """Bytes of the same as JSON. Raises ConnectionError for any other answer than a good one."""
        connection.request(
            "GET", f"{self._path}/junctions.json?region={quote(str(region))}&limit={MOST_ROWS}"
        )
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise ConnectionError(f"{region} was answered {answer.status}: {body[:200]!r}")
        return len(body)

    def junction(self, span: Region) -> int:
        """Pairs of the junctions that begin and end there, over all samples, in the library."""
        found = self.index.rows(
            self.release, Query(regions=(span,), match=Match.EXACT), limit=MOST_ROWS
        )
        return sum(len(rows.pairs.samples) for rows in found)

    def count(self, least: int) -> int:
        """Rows of the whole release in so many samples or more, every shard asked."""
        return self.index.count(
            self.release, Query(filters=(Filter("samples_count", ">=", str(least)),))
        )

    def export(self, region: Region | None) -> int:
        """Bytes of the rows with their samples, of a region or of everything, over HTTP to nowhere."""
        place = "" if region is None else f"&region={quote(str(region))}"
        url = f"{self.address}{self._path}/junctions:export.tsv?{_EVERYTHING}{place}"
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
        """A connection to the server, to be closed by the caller."""
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)

    @property
    def _path(self) -> str:
        return f"/api/v1/compilations/{self.release.compilation}"


def frequent_junctions(
    asked: Asked, regions: list[Region], *, count: int, share: float
) -> list[Region]:
    """Where up to `count` junctions lie that this share of the samples has or more, looked for in
    the regions in turn.
    """
    found: list[Region] = []
    least = Filter(
        "samples_count", ">=", str(max(1, round(share * (asked.release.sample_count or 1))))
    )
    for region in regions:
        query = Query(regions=(region,), filters=(least,), match=Match.START)
        for rows in asked.index.summaries(
            asked.release, query, columns=("start", "end"), limit=MOST_ROWS
        ):
            spans = zip(rows.integers("start").tolist(), rows.integers("end").tolist(), strict=True)
            found += [Region(region.chrom, start, end) for start, end in spans]
        if len(found) >= count:
            break
    return list(dict.fromkeys(found))[:count]
