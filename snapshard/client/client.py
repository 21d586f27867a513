"""The Python client: queries a server by its URL or a data folder in this process."""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import quote

from snapshard.client.annotate import (
    AnnotatedLines,
    FileSource,
    annotated,
    annotation_parameters,
    read_content,
    write_whole,
)
from snapshard.client.errors import Partial, Truncated
from snapshard.client.export import Exported, Progress, Request, export, format_of
from snapshard.client.local import ADDRESS, open_folder
from snapshard.client.pages import is_truncated, missing_shards, pages
from snapshard.client.remarks import split_text
from snapshard.client.selection import (
    ExportOptions,
    GroupingOptions,
    Output,
    ReleaseOptions,
    Selection,
    SelectionOptions,
    Texts,
    as_tuple,
    grouping_parameters,
)
from snapshard.client.splicing import measure_of, records_of
from snapshard.errors import BadQuery, BadSetting, SnapshardError
from snapshard.junction import NAMES
from snapshard.wire import FACET, FIELD, GENE, GROUP, PROVENANCE, SHARD

if TYPE_CHECKING:
    import httpx
    import pandas as pd

    from snapshard.client.matrix import Matrix
    from snapshard.rows import Rows

BATCH_SIZE = 10_000
"""Junctions per request of `batch`, the server's maximum; more take several requests."""


class Client:
    """Queries a server, or a data folder in this process. It is a context manager; close it at the end.

    Without an address it queries the URL in SNAPSHARD_URL, else the folder in SNAPSHARD_DATA or the
    shards in SNAPSHARD_SHARDS, else the folder `data`. `compilation` and `release` are defaults for
    every method. They may be omitted if the server has one compilation, and for the published
    release.

    All positions are 1-based and closed; a junction's are the first and last base of its intron.
    DataFrames carry the compilation, release, assembly and sample count in `attrs`.

    Methods raise Refused for a request that the server does not accept, Missing if something is not
    found, Unavailable if a shard is unavailable or the server is busy (after `tries` attempts), and
    ServerUnreachable without any response.

        with Client("https://snapshard.example.org", compilation="gtex") as client:
            junctions = client.junctions("chr2:29,193,000-29,920,000", filter="samples_count>=5")
    """

    def __init__(
        self,
        server: str | None = None,
        *,
        data: str | Path | None = None,
        compilation: str | None = None,
        release: str | None = None,
        timeout: "float | httpx.Timeout | None" = None,
        tries: int | None = None,
    ) -> None:
        # httpx takes longer to import than the rest of the client, and numpy and pandas longer still:
        # a program that only imports the client need not wait for any of them.
        from snapshard.client.session import Session

        self._compilation = compilation
        self._release = release
        # Set first, so that close() works even if opening the folder fails.
        self._close_folder: Callable[[], None] = lambda: None
        transport = None
        if server and data is not None:
            expected = f"a server or a folder, not both (the server is {server})"
            raise BadSetting("data", str(data), expected)
        address = server or (os.environ.get("SNAPSHARD_URL") if data is None else None)
        if address is None:
            transport, self._close_folder = open_folder(None if data is None else Path(data))
        self._session = Session(
            address or ADDRESS, transport=transport, timeout=timeout, tries=tries
        )
        self._address = {"data": str(data)} if address is None else {"server": address}
        self._is_open = True

    @classmethod
    def local(cls, data: str | Path, **options: Any) -> Self:
        """A client of a data folder. No server needs to run."""
        return cls(data=data, **options)

    def close(self) -> None:
        """Closes all connections. An embedded server that no other program uses stops."""
        self._is_open = False
        self._session.close()
        self._close_folder()

    def __repr__(self) -> str:
        """The server or folder, the compilation, its release and its number of samples, as far as the
        server tells them. For a notebook, which prints the value of a cell's last line.
        """
        facts: dict[str, object] = {**self._address}
        if self._compilation or self._release:
            facts |= {"compilation": self._compilation, "release": self._release}
        # A value must be printable whatever the state of the server.
        with suppress(SnapshardError):
            facts |= self._description() if self._is_open else {"closed": True}
        shown = {name: value for name, value in facts.items() if value is not None}
        return f"Client({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def _description(self) -> dict[str, object]:
        """The data that the client queries; the names of the compilations if none is chosen."""
        names = [str(compilation["compilation"]) for compilation in self.compilations()]
        if self._compilation is None and len(names) != 1:
            return {"compilations": names}
        about = self._session.get(self.base()).json()["about"]
        return {
            "compilation": about["compilation"],
            "release": about["release"],
            "samples": about["sample_count"],
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def compilations(self) -> list[dict[str, Any]]:
        """The compilations, each with its published release."""
        compilations: list[dict[str, Any]]
        compilations = self._session.get("compilations").json()["compilations"]
        return compilations

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

    def evidence(
        self,
        name: str | int,
        *,
        min_reads: int = 20,
        min_samples: int = 10,
        library_size: str | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "pd.DataFrame":
        """A row per sample group: the junction is seen in n of N samples; reads, CPM, and what its
        absence means (docs/evidence.md).

        A sample with `min_reads` reads of annotated junctions at either site is informative, and
        `min_samples` of them make a verdict. CPM uses the sample field `library_size`. `attrs["seen"]`
        has the same over all samples. `attrs["found"]` is False for a junction that no sample has.
        """
        from snapshard.client.frames import evidence_frame

        parameters: dict[str, Any] = {"min_reads": min_reads, "min_samples": min_samples}
        if library_size is not None:
            parameters["library_size"] = library_size
        return evidence_frame(
            self.get(f"junctions/{_quoted(name)}/evidence", parameters, **options)
        )

    def splice_site(
        self, site: str, *, limit: int = 1_000, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """A row per junction that uses a base as splice site, such as `chr2:71548830:+`.

        The column `role` tells how the junction uses the base: donor, acceptor, or unknown if its
        strand is unknown. Without a strand, the site has the junctions of both strands. A
        `Truncated` warning reports that a role has more than `limit` junctions.
        """
        from snapshard.client.frames import site_frame

        response = self.get(f"splice-sites/{_quoted(site)}", {"limit": limit}, **options)
        _warn_if_truncated(response, f"truncated at limit={limit}: a role has more junctions")
        return site_frame(response)

    def consequence(
        self,
        junction: Texts = (),
        *,
        transcript: str | None = None,
        retained: Iterable[int] = (),
        fasta: str | Path | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> dict[str, Any]:
        """What junctions, taken together, and retained introns mean for a transcript (docs/consequences.md).

        Without a transcript it is the preferred one that contains the junctions. With a FASTA file of
        the genome on this machine, the premature stop is computed here; it needs the extra `genome`.
        """
        from snapshard.client.consequence import with_sequence

        parameters = {
            "junction": as_tuple(junction),
            "transcript": transcript,
            "retained": ",".join(map(str, retained)) or None,
        }
        response = self.get("consequence", parameters, **options)
        return response if fasta is None else with_sequence(response, Path(fasta))

    def annotate(
        self,
        file: FileSource,
        *,
        tissue: Texts = (),
        output: str | Path | None = None,
        format: str | None = None,
        columns: Mapping[str, str] | None = None,
        positions: str | None = None,
        star_reads: str | None = None,
        min_overhang: int | None = None,
        rare: float | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "pd.DataFrame":
        """The lines of a junction file with their background: n of N samples, reads, class, gene,
        use of both splice sites, and the rank among the file's rare junctions (docs/annotate.md).

        The file is a path or an open binary file, in the format of STAR, regtools, TopHat,
        LeafCutter, FRASER, rMATS, MAJIQ or portcullis, or a table. `columns` maps chromosome, start,
        end, strand and reads to the columns of a table. With `output` the lines are also written to
        that file, in their own format. `attrs["notes"]` says what is doubtful about the file.

        Raises Refused for a file that cannot be read, with the line.
        """
        from snapshard.client.frames import annotated_frame

        parameters = annotation_parameters(
            tissue=tissue,
            format=format,
            columns=columns,
            positions=positions,
            star_reads=star_reads,
            min_overhang=min_overhang,
            rare=rare,
        )
        with self.annotated(file, parameters, **options) as lines:
            if output is not None:
                write_whole(lines.lines(), Path(output))
            return annotated_frame(lines)

    def annotated(
        self,
        file: FileSource,
        parameters: Mapping[str, Any],
        **options: Unpack[ReleaseOptions],
    ) -> AbstractContextManager[AnnotatedLines]:
        """The lines of `annotate` as bytes, one at a time, inside a `with`; the parameters are those
        of the API.
        """
        path = f"{self.base(**options)}/junctions:annotate"
        return annotated(self._session, path, parameters, read_content(file))

    def samples(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        limit: int | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "pd.DataFrame":
        """A row per sample, indexed by rail_id, with the types of the samples file.

        A word or phrase matches if it occurs in any field. Filters are conditions such as
        `SMRIN>=7`. All must hold.
        """
        from snapshard.client.frames import sample_frame

        base = self.base(**options)
        conditions = _sample_conditions(words, filter, fields)
        rows, about = self._table(f"{base}/samples", conditions, limit, depth=3)
        all_fields = self._session.get(f"{base}/samples/fields").json()["fields"]
        types = {field["name"]: field["type"] for field in all_fields}
        return sample_frame(rows, types, about)

    def sample_pages(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        format: str = "json",
        limit: int | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "Iterator[httpx.Response]":
        """The server's responses to `samples`, page by page, lazily: JSON, NDJSON, TSV or CSV."""
        conditions = {**_sample_conditions(words, filter, fields), "format": format}
        return pages(self._session, f"{self.base(**options)}/samples", conditions, limit=limit)

    def fields(self, **options: Unpack[ReleaseOptions]) -> "pd.DataFrame":
        """The fields of the samples file, in its order, with their types: integer, decimal, text."""
        from snapshard.client.frames import record_frame

        response = self.get("samples/fields", **options)
        return record_frame(response["fields"], FIELD, response["about"])

    def facets(
        self, field: str, *, limit: int = 10_000, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """The values of a sample field with the number of samples of each, the most frequent first.

        `attrs["distinct"]` is the number of values. A `Truncated` warning reports that there are more
        than `limit`.
        """
        from snapshard.client.frames import record_frame

        response = self.get("samples/facets", {"field": field, "limit": limit}, **options)
        distinct = response["distinct"]
        _warn_if_truncated(response, f"truncated at limit={limit}: {field} has {distinct} values")
        about = {name: response[name] for name in ("field", "distinct", "truncated")}
        return record_frame(response["values"], FACET, {**response["about"], **about})

    def groups(self, **options: Unpack[ReleaseOptions]) -> "pd.DataFrame":
        """The sample groups, such as tissues, with the number of samples of each."""
        from snapshard.client.frames import record_frame

        response = self.get("groups", **options)
        return record_frame(response["groups"], GROUP, response["about"])

    def shards(self) -> "pd.DataFrame":
        """The state of every shard, checked now: whether it responds, in how many ms, its releases."""
        from snapshard.client.frames import record_frame

        return record_frame(self._session.get("shards").json()["shards"], SHARD, {})

    def splicing(
        self, measure: str, parameters: Mapping[str, Any], **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """A splicing measure: inclusion-ratio, psi, shared, tissues, exons, union, intersection or
        normalised (docs/splicing.md).

        The parameters are those of the API, such as `{"a": "chr1:100-200", "b": ["chr1:100-300",
        "chr1:100-350;overlap"]}`. A `Truncated` warning reports that there are more exons than the
        parameter `limit`.
        """
        from snapshard.client.frames import record_frame

        description = measure_of(measure)
        response = self.get(f"splicing/{measure}", parameters, **options)
        truncated = response.get("truncated", False)
        _warn_if_truncated(
            response, f"truncated at its limit: there are more {description.records}"
        )
        return record_frame(
            records_of(description, response),
            description.columns,
            {**response["about"], "truncated": truncated},
        )

    def psi(
        self,
        *,
        include: Texts = (),
        exclude: Texts = (),
        exon: Texts = (),
        site: str | None = None,
        min_reads: int | None = None,
        samples: bool = False,
        limit: int | None = None,
        **options: Unpack[GroupingOptions],
    ) -> "pd.DataFrame":
        """PSI of a splicing event, a row per group of samples; docs/answers.md defines it.

        The event is given by junctions of inclusion and exclusion (`chr2:100-200:+`), by a cassette
        exon, by two mutually exclusive exons, or by a site (`chr2:100:+`), of which every junction is
        an event. `n` of `N` samples have at least min_reads reads; `psi` is of all their reads
        together, within its Wilson interval from `low` to `high`; `q1`, `median` and `q3` are of the
        samples' PSI. With samples=True, a row per informative sample, with a Jeffreys interval.

        `attrs["events"]` has the junctions of each event, and PSI over all samples. A `Truncated`
        warning reports that a site has more than `limit` junctions, or that there are more than
        `top` groups.
        """
        from snapshard.client.frames import psi_frame

        grouping, release = grouping_parameters(options)
        event = {"include": as_tuple(include), "exclude": as_tuple(exclude), "exon": as_tuple(exon)}
        parameters = {
            **event,
            **grouping,
            "site": site,
            "min_reads": min_reads,
            "samples": "true" if samples else None,
            "limit": limit,
        }
        response = self.get("psi", parameters, **release)
        _warn_if_truncated(response, "truncated: there are more junctions or groups")
        return psi_frame(response, samples=samples)

    def gene(self, name: str, **options: Unpack[ReleaseOptions]) -> dict[str, Any]:
        """A gene by its symbol, or by its ID with or without version.

        `parts` are its places in genome order. If there are several, such as the parts of a
        trans-spliced gene, `start` and `end` are None. Raises Ambiguous, with the choices, if
        several genes have the name.
        """
        gene: dict[str, Any] = self.get(f"genes/{_quoted(name)}", **options)["gene"]
        return gene

    def genes(
        self, prefix: str, *, limit: int = 20, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """The genes whose symbol or ID starts with a prefix (case-insensitive), an exact match first.

        A `Truncated` warning reports that there are more than `limit`.
        """
        from snapshard.client.frames import record_frame

        response = self.get("genes", {"prefix": prefix, "limit": limit}, **options)
        _warn_if_truncated(response, f"truncated at limit={limit}: more genes start with {prefix}")
        about = {**response["about"], "truncated": response["truncated"]}
        return record_frame(response["genes"], GENE, about)

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

    def get(
        self,
        path: str = "",
        parameters: Mapping[str, Any] | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> dict[str, Any]:
        """The JSON response of a route below the compilation's, such as `samples/fields`.

        Use it for endpoints without a method of their own. A name in the route must be
        percent-encoded if it contains a slash or another sign that a URL reserves.
        """
        route = "/".join(filter(None, [self.base(**options), path]))
        response: dict[str, Any] = self._session.get(route, parameters).json()
        return response

    def base(self, *, compilation: str | None = None, release: str | None = None) -> str:
        """The route of a compilation, or of one of its releases.

        Raises BadQuery if the server has several compilations and none was named.
        """
        compilation = compilation or self._compilation or self._only_compilation()
        release = release or self._release
        return f"compilations/{compilation}" + (f"/releases/{release}" if release else "")

    def _only_compilation(self) -> str:
        names = [str(compilation["compilation"]) for compilation in self.compilations()]
        if len(names) != 1:
            raise BadQuery("compilation", None, f"one of {', '.join(names) or '(none is loaded)'}")
        self._compilation = names[0]
        return names[0]

    def _base_and_selection(
        self, region: Texts, options: Mapping[str, Any]
    ) -> tuple[str, Selection]:
        release_options = {name: options.get(name) for name in ("compilation", "release")}
        conditions = {name: value for name, value in options.items() if name not in release_options}
        return self.base(**release_options), Selection.of(region, **conditions)

    def _pinned(self, base: str) -> str:
        """The route of the release that the server uses now, so that all requests use the same one."""
        return self._base_of(self._session.get(base).json())

    def _base_of(self, response: Mapping[str, Any]) -> str:
        about = response["about"]
        return self.base(compilation=about["compilation"], release=about["release"])

    def _rows(
        self, region: Texts, options: Mapping[str, Any], limit: int | None, *, columns: Texts
    ) -> "tuple[Rows, dict[str, Any]]":
        base, selection = self._base_and_selection(region, options)
        parameters = {**selection.parameters(), "columns": ",".join(as_tuple(columns)) or None}
        return self._table(f"{base}/junctions", parameters, limit, depth=4)

    def _table(
        self, path: str, parameters: Mapping[str, Any], limit: int | None, *, depth: int
    ) -> "tuple[Rows, dict[str, Any]]":
        """The rows of all pages up to the limit, and the description of the data.

        `depth` is the number of stack frames up to the user's call, for warnings.
        """
        from snapshard.rows import Rows

        about: dict[str, Any] = {}
        names: tuple[str, ...] = ()
        texts: list[bytes] = []
        for page in pages(self._session, path, {**parameters, "format": "tsv"}, limit=limit):
            remarks, names, text = split_text(page.content)
            texts.append(text)
            if not about:
                # Only the first page describes the data.
                about = {name: remarks[name] for name in PROVENANCE}
            about["truncated"] = is_truncated(page)
            about["missing_shards"] = missing_shards(page)
            about["why_empty"] = remarks.get("why_empty")
        if about.get("truncated"):
            message = f"truncated at limit={limit}: there are more rows"
            warnings.warn(message, Truncated, stacklevel=depth)
        if about.get("missing_shards"):
            message = f"no response from {', '.join(about['missing_shards'])}: rows are missing"
            warnings.warn(message, Partial, stacklevel=depth)
        return Rows(b"".join(texts), names), about


def _quoted(name: object) -> str:
    """A name as one part of a path; a part `..` would be taken for the folder above."""
    text = str(name)
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def _warn_if_truncated(response: Mapping[str, Any], message: str) -> None:
    """Warns at the line that called the client's method."""
    if response.get("truncated"):
        warnings.warn(message, Truncated, stacklevel=3)


def _sample_conditions(words: Texts, filter: Texts, fields: Texts) -> dict[str, Any]:
    return {
        "q": as_tuple(words),
        "filter": as_tuple(filter),
        "fields": ",".join(as_tuple(fields)) or None,
    }
