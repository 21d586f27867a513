"""Snapshard over HTTP: `snapshard serve` as shipped, asked with curl for streams and over one kept
connection for the rest.
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
from analysis.benchmark.question import Question
from analysis.benchmark.systems.postgres import SERVER
from analysis.benchmark.systems.snapshard_library import LIBRARIES, Library
from analysis.benchmark.systems.system import peak_of
from analysis.serving import serving
from snapshard.junction import NAMES, SUMMARY
from snapshard.settings import Settings


@dataclass(frozen=True)
class Json:
    """The body of a JSON answer, as it came."""

    text: bytes

    def value(self) -> Any:
        """Parsed."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Http:
    """The compilation of a library, asked over HTTP."""

    of: Library

    @property
    def name(self) -> str:
        return f"http-{self.of.shards}"

    @property
    def title(self) -> str:
        return self.of.title.replace("library", "HTTP")

    def files(self, folder: Path) -> Path:
        """Those of the library."""
        return self.of.files(folder)

    def load(self, compilation: Compilation, folder: Path) -> dict[str, float]:
        """The library has loaded it."""
        return {}

    def sizes(self, folder: Path) -> dict[str, int]:
        """Nothing of its own."""
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
    """Questions as requests."""

    def __init__(self, connection: http.client.HTTPConnection, path: str, pid: int) -> None:
        self._connection = connection
        self._path = path
        self._pid = pid

    def rows(self, question: Question) -> Command:
        """TSV of the 17 columns through curl."""
        return self._curl("junctions:export.tsv", question, samples="true", columns=",".join(NAMES))

    def summaries(self, question: Question) -> Json | Command:
        """A JSON page where the answer fits one, else TSV through curl."""
        if question.page:
            return self._json(
                "junctions.json",
                question,
                limit=str(Settings().max_rows),
                columns=",".join(SUMMARY),
            )
        return self._curl("junctions:export.tsv", question, columns=",".join(SUMMARY))

    def count(self, question: Question) -> int:
        """The count of a page of one row."""
        return int(
            self._json("junctions.json", question, limit="1", count="exact").value()["count"][
                "rows"
            ]
        )

    def subset(self, question: Question) -> Command:
        """TSV through curl."""
        return self._curl("junctions:export.tsv", question, samples="true", columns=",".join(NAMES))

    def coverage(self, question: Question) -> Json:
        """The samples of a page of one row."""
        return self._json("junctions.json", question, samples="true", limit="2")

    def psi(self, question: Question) -> Json:
        """The API's own PSI."""
        one, two, skip = (
            f"{region.chrom}:{region.start}-{region.end}" for region in question.regions
        )
        return self._get(
            f"/splicing/psi?{urlencode({'inclusion1': one, 'inclusion2': two, 'exclusion': skip})}"
        )

    def tissues(self, question: Question) -> Json:
        """The API's evidence."""
        region = question.region
        return self._get(f"/junctions/{region.chrom}:{region.start}-{region.end}/evidence")

    def export(self, question: Question) -> Command:
        """Everything through curl."""
        return self.rows(question)

    def peak_memory(self) -> int:
        """Of the largest worker."""
        return max(
            peak_of(one.pid)
            for one in psutil.Process(self._pid).children()
            if one.name() != "postgres"
        )

    def _json(self, resource: str, question: Question, **more: str) -> Json:
        return self._get(f"/{resource}?{urlencode(_parameters(question) + list(more.items()))}")

    def _get(self, path: str) -> Json:
        try:
            answer = self._asked(path)
        except ConnectionError:
            # The server closes a connection that was idle for long, as it is while others take
            # their turns.
            self._connection.close()
            answer = self._asked(path)
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: HTTP {answer.status}: {body[:300]!r}")
        return Json(body)

    def _asked(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", self._path + path)
        return self._connection.getresponse()

    def _curl(self, resource: str, question: Question, **more: str) -> Command:
        given = urlencode([*_parameters(question), ("about", "false"), *more.items()])
        url = f"http://127.0.0.1:{self._connection.port}{self._path}/{resource}?{given}"
        columns = tuple(more["columns"].split(","))
        return Command((("curl", "-sSf", url),), columns)


def _parameters(question: Question) -> list[tuple[str, str]]:
    if question.gene:
        return [("gene", question.gene)]
    given = [("region", str(region)) for region in question.regions] + [
        ("match", question.match.value)
    ] * bool(question.regions)
    given += [("filter", str(one)) for one in question.filters]
    given += [("ids", ",".join(map(str, question.ids)))] * bool(question.ids)
    return given + [("sample_ids", ",".join(map(str, question.samples)))] * bool(question.samples)


HTTPS = tuple(Http(library) for library in LIBRARIES)
