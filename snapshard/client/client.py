"""The client: one connection to a server or folder, a method for each thing that can be asked."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import quote

import httpx

from snapshard.client.errors import Partial, Truncated
from snapshard.client.export import Exported, Progress, Request, export, format_of
from snapshard.client.local import ADDRESS, open_folder
from snapshard.client.pages import cut, missing_shards, pages
from snapshard.client.remarks import split_text
from snapshard.client.selection import Exporting, Of, Output, Selection, Texts, Wanted, several
from snapshard.client.session import TIMEOUT, TRIES, Session
from snapshard.client.splicing import measure_of, records_of
from snapshard.errors import BadQuery, BadSetting
from snapshard.junction import NAMES
from snapshard.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from snapshard.client.matrix import Matrix

PROVENANCE = (
    "compilation",
    "release",
    "assembly",
    "coordinate_system",
    "sample_count",
    "simulated",
)
"""What every answer says of itself, and DataFrames in `attrs`."""
MOST_AT_ONCE = 10_000
"""Junctions of one look-up; more are asked for in several requests."""


class Client:
    """Asks a server by its URL, or a data folder in this process; close it at the end (it is a
    context manager).

    Without an address: the URL in SNAPSHARD_URL, else what SNAPSHARD_DATA or SNAPSHARD_SHARDS name,
    else the folder `data`. `compilation` and `release` are what every method asks that is not told
    otherwise; a server with a single compilation needs no name, and without a release the published
    one answers.

    Methods raise snapshard.client's errors: Refused for a request that is not understood, Missing
    for what is not there, Unavailable when a shard is away or the server busy (after `tries`),
    ServerUnreachable without any answer.
    """

    def __init__(
        self,
        server: str | None = None,
        *,
        data: str | Path | None = None,
        compilation: str | None = None,
        release: str | None = None,
        timeout: float | httpx.Timeout = TIMEOUT,
        tries: int = TRIES,
    ) -> None:
        self._compilation = compilation
        self._release = release
        self._close_folder: Callable[[], None] = lambda: None
        transport = None
        if server and data is not None:
            raise BadSetting(
                "data", str(data), f"a server or a folder, not both (the server is {server})"
            )
        address = server or (os.environ.get("SNAPSHARD_URL") if data is None else None)
        if address is None:
            transport, self._close_folder = open_folder(None if data is None else Path(data))
        self._session = Session(
            address or ADDRESS, transport=transport, timeout=httpx.Timeout(timeout), tries=tries
        )

    @classmethod
    def local(cls, data: str | Path, **options: Any) -> Self:
        """A client of a data folder; no server needs to run."""
        return cls(data=data, **options)

    def close(self) -> None:
        """Closes connections; an embedded server that nobody else uses stops."""
        self._session.close()
        self._close_folder()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def compilations(self) -> list[dict[str, Any]]:
        """The compilations there are, with the release of each that answers now."""
        found: list[dict[str, Any]] = self._session.get("compilations").json()["compilations"]
        return found

    def junctions(
        self,
        region: Texts = (),
        *,
        columns: Texts = (),
        limit: int | None = None,
        **wanted: Unpack[Wanted],
    ) -> "pd.DataFrame":
        """A row per junction, in genome order, with typed columns; `attrs` say of which release
        they are.

        Without columns: all but the samples. All pages are followed; with a limit, a `Truncated`
        warning says if there is more.
        """
        from snapshard.client.frames import junction_frame

        return junction_frame(*self._rows(region, wanted, limit, columns=columns))

    def tidy(
        self, region: Texts = (), *, limit: int | None = None, **wanted: Unpack[Wanted]
    ) -> "pd.DataFrame":
        """A row per junction and sample that has it: id and place of the junction, rail_id,
        coverage; limit counts junctions.
        """
        from snapshard.client.frames import tidy_frame

        return tidy_frame(*self._rows(region, wanted, limit, columns=NAMES))

    def matrix(
        self, region: Texts = (), *, limit: int | None = None, **wanted: Unpack[Wanted]
    ) -> "Matrix":
        """Reads per junction and sample as a sparse matrix together with its row and column keys.

        Asked for sample_ids, it has a column for each of them, also for those without a read.
        Raises MissingExtra without scipy.
        """
        from snapshard.client.matrix import coverage_matrix

        return coverage_matrix(
            *self._rows(region, wanted, limit, columns=NAMES), wanted.get("sample_ids")
        )

    def pages(
        self, region: Texts = (), *, limit: int | None = None, **wanted: Unpack[Exporting]
    ) -> Iterator[httpx.Response]:
        """The server's answers as they come, page by page, as JSON or in the format asked for."""
        output, conditions = Output.parted(wanted)
        base, selection = self._asked(region, conditions)
        return pages(
            self._session,
            f"{base}/junctions",
            {**selection.parameters(), **output.parameters()},
            limit=limit,
        )

    def count(self, region: Texts = (), *, exact: bool = True, **wanted: Unpack[Wanted]) -> int:
        """How many junctions match. Not exact is quick also for whole genomes: an estimate, or of
        chosen samples at most so many.

        Raises Unavailable where counting takes longer than the server's deadline, as it may for
        samples of a whole genome.
        """
        base, selection = self._asked(region, wanted)
        how: dict[str, Any] = {
            "limit": 1,
            "columns": "snaptron_id",
            "count": "exact" if exact else "estimated",
        }
        answer = self._session.get(f"{base}/junctions", {**selection.parameters(), **how}).json()
        return int(answer["count"]["rows"])

    def batch(self, names: Iterable[str], **of: Unpack[Of]) -> "pd.DataFrame":
        """What is known of each of these junctions, in the order given; `found` is False in the row
        of one that is absent.

        A name is `GRCh38:chr2:71548830-71549349:+`; without its strand it may have two rows. Any
        number of names, all looked up in one release.
        """
        from snapshard.client.frames import batch_frame

        asked, base = list(names), self.base(**of)
        answers: list[dict[str, Any]] = []
        for at in range(0, len(asked), MOST_AT_ONCE):
            answers.append(
                self._session.post(
                    f"{base}/junctions:batch", {"junctions": asked[at : at + MOST_AT_ONCE]}
                ).json()
            )
            base = self._base_of(answers[0])
        return batch_frame(answers)

    def evidence(self, name: str | int, **of: Unpack[Of]) -> "pd.DataFrame":
        """Whether a junction is seen: a row per sample group with n of N samples, reads, median,
        maximum.

        `attrs["seen"]` is the same over all samples, `attrs["found"]` False for a junction that no
        sample has.
        """
        from snapshard.client.frames import evidence_frame

        return evidence_frame(self.get(f"junctions/{quote(str(name), safe='')}/evidence", **of))

    def splice_site(self, site: str, *, limit: int = 1_000, **of: Unpack[Of]) -> "pd.DataFrame":
        """The junctions that use a base as splice site, such as `chr2:71548830:+`, a row each:
        role, then their columns.

        The role is what the base is for the junction: donor, acceptor, or unknown where its strand
        is. Without a strand in the name those of both come. A `Truncated` warning says if there are
        more than `limit` of a role.
        """
        from snapshard.client.frames import site_frame

        answer = self.get(f"splice-sites/{quote(site, safe='')}", {"limit": limit}, **of)
        _warn_if_cut(answer, f"cut at limit={limit}: there are more junctions of a role")
        return site_frame(answer)

    def samples(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        limit: int | None = None,
        **of: Unpack[Of],
    ) -> "pd.DataFrame":
        """A row per sample, indexed by rail_id, its fields typed as the samples file says.

        Words must stand behind each other in some field; filters are texts such as `SMRIN>=7`; all
        must hold.
        """
        from snapshard.client.frames import sample_frame

        base = self.base(**of)
        rows, about = self._table(
            f"{base}/samples", _sample_conditions(words, filter, fields), limit, depth=3
        )
        types = {
            one["name"]: one["type"]
            for one in self._session.get(f"{base}/samples/fields").json()["fields"]
        }
        return sample_frame(rows, types, about)

    def sample_pages(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        format: str = "json",
        limit: int | None = None,
        **of: Unpack[Of],
    ) -> Iterator[httpx.Response]:
        """The same as the server's answers, page by page: JSON, NDJSON, TSV, CSV."""
        conditions = {**_sample_conditions(words, filter, fields), "format": format}
        return pages(self._session, f"{self.base(**of)}/samples", conditions, limit=limit)

    def fields(self, **of: Unpack[Of]) -> "pd.DataFrame":
        """The fields of the samples file in its order, with their types: integer, decimal, text."""
        from snapshard.client.frames import FIELD, record_frame

        answer = self.get("samples/fields", **of)
        return record_frame(answer["fields"], FIELD, answer["about"])

    def facets(self, field: str, *, limit: int = 10_000, **of: Unpack[Of]) -> "pd.DataFrame":
        """The values of a field of the samples and in how many samples each occurs, the most
        frequent first.

        A `Truncated` warning says if the field has more values than `limit`; `attrs["distinct"]` is
        how many it has.
        """
        from snapshard.client.frames import FACET, record_frame

        answer = self.get("samples/facets", {"field": field, "limit": limit}, **of)
        _warn_if_cut(answer, f"cut at limit={limit}: {field} has {answer['distinct']} values")
        said = {name: answer[name] for name in ("field", "distinct", "truncated")}
        return record_frame(answer["values"], FACET, {**answer["about"], **said})

    def groups(self, **of: Unpack[Of]) -> "pd.DataFrame":
        """The groups of samples, such as tissues, with the number of samples of each."""
        from snapshard.client.frames import GROUP, record_frame

        answer = self.get("groups", **of)
        return record_frame(answer["groups"], GROUP, answer["about"])

    def shards(self) -> "pd.DataFrame":
        """Every shard, asked now: whether it answers, in how many milliseconds, and which releases
        it holds.
        """
        from snapshard.client.frames import SHARD, record_frame

        return record_frame(self._session.get("shards").json()["shards"], SHARD, {})

    def splicing(
        self, measure: str, parameters: Mapping[str, Any], **of: Unpack[Of]
    ) -> "pd.DataFrame":
        """A splicing measure: inclusion-ratio, psi, shared, tissues, exons, union, intersection,
        normalised (docs/splicing.md).

        Parameters are those of the API, such as `{"a": "chr1:100-200", "b": ["chr1:100-300",
        "chr1:100-350;overlap"]}`. A `Truncated` warning says if there are more exons than the
        parameter `limit`.
        """
        from snapshard.client.frames import record_frame

        what = measure_of(measure)
        answer = self.get(f"splicing/{measure}", parameters, **of)
        _warn_if_cut(answer, f"cut at its limit: there are more {what.records}")
        return record_frame(
            records_of(what, answer),
            what.columns,
            {**answer["about"], "truncated": answer.get("truncated", False)},
        )

    def gene(self, name: str, **of: Unpack[Of]) -> dict[str, Any]:
        """A gene by symbol, or by id with or without version. Raises Ambiguous, with the choices,
        if it has several places.
        """
        found: dict[str, Any] = self.get(f"genes/{quote(name, safe='')}", **of)["gene"]
        return found

    def genes(self, prefix: str, *, limit: int = 20, **of: Unpack[Of]) -> "pd.DataFrame":
        """Genes whose symbol or id begins so, in any case; an exact one first.

        A `Truncated` warning says if more than `limit` begin so.
        """
        from snapshard.client.frames import GENE, record_frame

        answer = self.get("genes", {"prefix": prefix, "limit": limit}, **of)
        _warn_if_cut(answer, f"cut at limit={limit}: more genes begin with {prefix}")
        return record_frame(
            answer["genes"], GENE, {**answer["about"], "truncated": answer["truncated"]}
        )

    def export(
        self,
        path: str | Path,
        region: Texts = (),
        *,
        progress: Progress | None = None,
        **wanted: Unpack[Exporting],
    ) -> Exported:
        """All matching junctions as a file, without a limit; continued where a run before broke
        off, and checked at the end.

        The format is that of the file's suffix, or `format`: tsv, csv, ndjson, bed6, bed12, igv,
        parquet, arrow.
        """
        target = Path(path)
        output, conditions = Output.parted(wanted)
        base, selection = self._asked(region, conditions)
        parameters = {
            **selection.parameters(),
            **output.parameters(),
            "format": output.format or format_of(target),
        }
        request = Request(f"{self._pinned(base)}/junctions:export", parameters)
        return export(self._session, request, target, progress or (lambda _: None))

    def get(
        self, path: str = "", parameters: Mapping[str, Any] | None = None, **of: Unpack[Of]
    ) -> dict[str, Any]:
        """The JSON answer of a route below the compilation's, such as `samples/fields`, or of
        itself: what has no method here.
        """
        answer: dict[str, Any] = self._session.get(
            "/".join(filter(None, [self.base(**of), path])), parameters
        ).json()
        return answer

    def base(self, *, compilation: str | None = None, release: str | None = None) -> str:
        """The route of the compilation, or of one release of it. Raises BadQuery if it must be
        named and was not.
        """
        compilation = compilation or self._compilation or self._only_compilation()
        release = release or self._release
        return f"compilations/{compilation}" + (f"/releases/{release}" if release else "")

    def _only_compilation(self) -> str:
        names = [str(one["compilation"]) for one in self.compilations()]
        if len(names) != 1:
            raise BadQuery("compilation", None, f"one of {', '.join(names) or '(none is loaded)'}")
        self._compilation = names[0]
        return names[0]

    def _asked(self, region: Texts, wanted: Mapping[str, Any]) -> tuple[str, Selection]:
        of = {name: wanted.get(name) for name in ("compilation", "release")}
        return self.base(**of), Selection.of(
            region, **{name: value for name, value in wanted.items() if name not in of}
        )

    def _pinned(self, base: str) -> str:
        """The route of the release that answers now, so that every part of an export is of the
        same.
        """
        return self._base_of(self._session.get(base).json())

    def _base_of(self, answer: Mapping[str, Any]) -> str:
        about = answer["about"]
        return self.base(compilation=about["compilation"], release=about["release"])

    def _rows(
        self, region: Texts, wanted: Mapping[str, Any], limit: int | None, *, columns: Texts
    ) -> tuple[Rows, dict[str, Any]]:
        base, selection = self._asked(region, wanted)
        parameters = {**selection.parameters(), "columns": ",".join(several(columns)) or None}
        return self._table(f"{base}/junctions", parameters, limit, depth=4)

    def _table(
        self, path: str, parameters: Mapping[str, Any], limit: int | None, *, depth: int
    ) -> tuple[Rows, dict[str, Any]]:
        """The rows of all pages, up to the limit, and what the answer says of itself; depth: how
        far above the user called.
        """
        about: dict[str, Any] = {}
        names: tuple[str, ...] = ()
        texts: list[bytes] = []
        for page in pages(self._session, path, {**parameters, "format": "tsv"}, limit=limit):
            said, names, text = split_text(page.content)
            texts.append(text)
            about = {**(about or {name: said[name] for name in PROVENANCE}), "truncated": cut(page)}
            about["missing_shards"] = missing_shards(page)
            about["why_empty"] = said.get("why_empty")
        if about.get("truncated"):
            warnings.warn(f"cut at limit={limit}: there are more rows", Truncated, stacklevel=depth)
        if about.get("missing_shards"):
            warnings.warn(
                f"no answer from {', '.join(about['missing_shards'])}: rows are missing",
                Partial,
                stacklevel=depth,
            )
        return Rows(b"".join(texts), names), about


def _warn_if_cut(answer: Mapping[str, Any], words: str) -> None:
    """For the line that called the client's method."""
    if answer.get("truncated"):
        warnings.warn(words, Truncated, stacklevel=3)


def _sample_conditions(words: Texts, filter: Texts, fields: Texts) -> dict[str, Any]:
    return {
        "q": several(words),
        "filter": several(filter),
        "fields": ",".join(several(fields)) or None,
    }
