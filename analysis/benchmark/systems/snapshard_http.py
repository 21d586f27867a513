"""Snapshard over HTTP: `snapshard serve` as shipped; streams are requested with curl, everything else
over one persistent connection.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

from analysis.benchmark.command import Command
from analysis.benchmark.compilation import Compilation
from analysis.benchmark.needs import CURL, missing_programs
from analysis.benchmark.question import Question
from analysis.benchmark.systems.postgres import SERVER
from analysis.benchmark.systems.snapshard_library import LIBRARIES, Library
from analysis.benchmark.systems.system import Unanswerable, peak_of
from analysis.serving import serving
from snapshard.junction import NAMES, SUMMARY
from snapshard.settings import Settings


@dataclass(frozen=True)
class Json:
    """The body of a JSON response, not parsed yet."""

    text: bytes

    def value(self) -> Any:
        """The parsed body."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Http:
    """The compilation of a library, over HTTP."""

    of: Library

    @property
    def name(self) -> str:
        return f"http-{self.of.shards}"

    @property
    def title(self) -> str:
        return self.of.title.replace("library", "HTTP")

    def files(self, folder: Path) -> Path:
        """The files of the library."""
        return self.of.files(folder)

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """Does nothing: the library has loaded it."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """Empty: it has no files of its own."""
        return {}

    @contextmanager
    def session(self, folder: Path) -> Iterator["HttpSession"]:
        """A server over the folder, and one connection to it."""
        with (
            serving(folder / SERVER) as served,
            closing(http.client.HTTPConnection(urlsplit(served.url).netloc)) as connection,
        ):
            yield HttpSession(connection, f"/api/v1/compilations/{self.of.compilation}", served.pid)


class HttpSession:
    """Questions as HTTP requests."""

    def __init__(self, connection: http.client.HTTPConnection, path: str, pid: int) -> None:
        self._connection = connection
        self._path = path
        self._pid = pid

    def rows(self, question: Question) -> Command:
        """TSV of the 17 columns, with curl."""
        return self._curl("junctions:export.tsv", question, samples="true", columns=",".join(NAMES))

    def summaries(self, question: Question) -> Json | Command:
        """A JSON page if the answer fits one, else TSV with curl."""
        if question.page:
            return self._json(
                "junctions.json",
                question,
                limit=str(Settings().max_rows),
                columns=",".join(SUMMARY),
            )
        return self._curl("junctions:export.tsv", question, columns=",".join(SUMMARY))

    def count(self, question: Question) -> int:
        """The count in a page of one row."""
        return int(
            self._json("junctions.json", question, limit="1", count="exact").value()["count"][
                "rows"
            ]
        )

    def subset(self, question: Question) -> Command:
        """TSV restricted to samples, with curl."""
        return self._curl("junctions:export.tsv", question, samples="true", columns=",".join(NAMES))

    def coverage(self, question: Question) -> Json:
        """The samples in a page of one row."""
        return self._json("junctions.json", question, samples="true", limit="2")

    def psi(self, question: Question) -> Json:
        """PSI computed by the API."""
        first, second, skip = (
            f"{region.chrom}:{region.start}-{region.end}" for region in question.regions
        )
        return self._get(
            f"/splicing/psi?{urlencode({'inclusion1': first, 'inclusion2': second, 'exclusion': skip})}"
        )

    def tissues(self, question: Question) -> Json:
        """Evidence computed by the API."""
        region = question.region
        return self._get(f"/junctions/{region.chrom}:{region.start}-{region.end}/evidence")

    def export(self, question: Question) -> Command:
        """TSV of all rows, with curl."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """The peak of the largest worker."""
        return max(
            peak_of(worker.pid)
            for worker in psutil.Process(self._pid).children()
            if worker.name() != "postgres"
        )

    def _json(self, resource: str, question: Question, **more: str) -> Json:
        return self._get(f"/{resource}?{urlencode(_parameters(question) + list(more.items()))}")

    def _get(self, path: str) -> Json:
        try:
            response = self._request(path)
        except ConnectionError:
            # The server closes idle connections, and this one is idle while other systems take
            # their turns.
            self._connection.close()
            response = self._request(path)
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: HTTP {response.status}: {body[:300]!r}")
        return Json(body)

    def _request(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", self._path + path)
        return self._connection.getresponse()

    def _curl(self, resource: str, question: Question, **more: str) -> Command:
        query = urlencode([*_parameters(question), ("about", "false"), *more.items()])
        url = f"http://127.0.0.1:{self._connection.port}{self._path}/{resource}?{query}"
        columns = tuple(more["columns"].split(","))
        if missing_programs(CURL):
            raise Unanswerable("curl is not installed")
        return Command((("curl", "-sSf", url),), columns)


def _parameters(question: Question) -> list[tuple[str, str]]:
    if question.gene:
        return [("gene", question.gene)]
    parameters = [("region", str(region)) for region in question.regions]
    if question.regions:
        parameters.append(("match", question.match.value))
    parameters += [("filter", str(filter)) for filter in question.filters]
    if question.ids:
        parameters.append(("ids", ",".join(map(str, question.ids))))
    if question.samples:
        parameters.append(("sample_ids", ",".join(map(str, question.samples))))
    return parameters


HTTPS = tuple(Http(library) for library in LIBRARIES)
