"""The client's methods that return measures: evidence, consequences, PSI, background of a file."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.annotate import (
    AnnotatedLines,
    FileSource,
    annotated,
    annotation_parameters,
    read_content,
    write_whole,
)
from snapshard.client.compare import compared
from snapshard.client.connection import Connection, quoted, warn_if_truncated
from snapshard.client.selection import (
    GroupingOptions,
    RankedGroupingOptions,
    ReleaseOptions,
    Texts,
    as_tuple,
    grouping_parameters,
)
from snapshard.client.sheet import FORMATS, Sheet
from snapshard.client.splicing import measure_of, records_of
from snapshard.errors import BadQuery

if TYPE_CHECKING:
    import pandas as pd


class AnswerMethods(Connection):
    """What the data say about a junction, a splice site, an event, or a file of junctions."""

    def evidence(
        self,
        name: str | int,
        *,
        min_reads: int = 20,
        min_samples: int = 10,
        library_size: str | None = None,
        **options: Unpack[RankedGroupingOptions],
    ) -> "pd.DataFrame":
        """A row per sample group: the junction is seen in n of N samples; reads, CPM, and what its
        absence means (docs/evidence.md).

        A sample with `min_reads` reads of annotated junctions at either site is informative, and
        `min_samples` of them make a verdict. CPM uses the sample field `library_size`. `attrs["seen"]`
        has the same over all samples. `attrs["found"]` is False for a junction that no sample has. A
        `Truncated` warning reports that there are more than `top` groups.
        """
        from snapshard.client.frames import evidence_frame

        grouping, release = grouping_parameters(options)
        parameters = {
            **grouping,
            "min_reads": min_reads,
            "min_samples": min_samples,
            "library_size": library_size,
        }
        response = self.get(f"junctions/{quoted(name)}/evidence", parameters, **release)
        warn_if_truncated(response, "truncated: there are more groups (top=)")
        return evidence_frame(response)

    def sheet(
        self,
        name: str | int,
        *,
        format: str = "html",
        min_reads: int = 20,
        min_samples: int = 10,
        library_size: str | None = None,
        **options: Unpack[RankedGroupingOptions],
    ) -> Sheet:
        """The evidence sheet of a junction: a page to print, with picture, tissues, thresholds, release
        and checksum (docs/sheet.md).

        The format is html, json or pdf; the server needs the extra `sheet` for a PDF. A notebook shows
        the page; `save(path)` writes it. The other arguments are those of `evidence`.
        """
        if format not in FORMATS:
            raise BadQuery("format", format, f"one of {', '.join(FORMATS)}")
        grouping, release = grouping_parameters(options)
        parameters = {
            **grouping,
            "min_reads": min_reads,
            "min_samples": min_samples,
            "library_size": library_size,
        }
        suffix = "" if format == "json" else f".{format}"
        route = f"{self.base(**release)}/junctions/{quoted(name)}/sheet{suffix}"
        return Sheet(self._session.get(route, parameters).content, format)

    def splice_site(
        self, site: str, *, limit: int = 1_000, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """A row per junction that uses a base as splice site, such as `chr2:71548830:+`.

        The column `role` tells how the junction uses the base: donor, acceptor, or unknown if its
        strand is unknown. Without a strand, the site has the junctions of both strands. A
        `Truncated` warning reports that a role has more than `limit` junctions.
        """
        from snapshard.client.frames import site_frame

        response = self.get(f"splice-sites/{quoted(site)}", {"limit": limit}, **options)
        warn_if_truncated(response, f"truncated at limit={limit}: a role has more junctions")
        return site_frame(response)

    def variant(
        self,
        variant: str,
        *,
        chain: str | Path | None = None,
        window: int | None = None,
        cryptic_range: int | None = None,
        most_skipped: int | None = None,
        min_samples: int | None = None,
        transcript: str | None = None,
        sites: int | None = None,
        limit: int | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> dict[str, Any]:
        """The splice sites near a variant, their junctions, and what else the data show there
        (docs/variants.md).

        The variant is `chr2-71549340-A-G`, `chr2:71549340A>G`, `chr2:71549340`, or HGVS such as
        `NM_003494.4:c.1053+5G>A`. One of another assembly is lifted over with `chain`, a chain file on
        this machine; it needs the extra `liftover`. A `Truncated` warning reports that there are more
        than `sites` sites, or more than `limit` junctions or events of a site.
        """
        from snapshard.client.variant import lifted_variant, with_origin

        parameters = {
            "window": window,
            "cryptic_range": cryptic_range,
            "most_skipped": most_skipped,
            "min_samples": min_samples,
            "transcript": transcript,
            "sites": sites,
            "limit": limit,
        }
        name = variant if chain is None else str(lifted_variant(variant, Path(chain)))
        response = self.get(f"variants/{quoted(name)}", parameters, **options)
        warn_if_truncated(response, "truncated: there are more sites, junctions or events")
        return response if chain is None else with_origin(response, variant, Path(chain))

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

    def compare(
        self,
        region: Texts = (),
        *,
        gene: Texts = (),
        name: Texts = (),
        exon: Texts = (),
        exclusive: Texts = (),
        include: Texts = (),
        exclude: Texts = (),
        measure: str | None = None,
        min_reads: int | None = None,
        min_samples: int | None = None,
        limit: int | None = None,
        **options: Unpack[GroupingOptions],
    ) -> "pd.DataFrame":
        """A row per junction in which groups of samples were compared, the smallest p value first;
        docs/compare.md defines the columns.

        The junctions are those inside a region or a gene, or those with these names. `measure` is psi
        (each junction among those of its donor, and of its acceptor) or prevalence (the share of
        samples that have it). Splicing events are compared by PSI: `exon` are cassette exons
        (`chr2:201-250:+`), `exclusive` are pairs of mutually exclusive exons
        (`chr2:201-250:+/chr2:301-350:+`), and `include` and `exclude` are the junctions of one event.

        `n GROUP` and `level GROUP` are columns for each group. `attrs` has the numbers of junctions
        that were tested and left out, the test and the thresholds. A `Truncated` warning reports that
        there are more than `limit` junctions or `top` groups.
        """
        from snapshard.client.frames import comparison_frame

        grouping, release = grouping_parameters(options)
        parameters = {
            **grouping,
            "region": as_tuple(region),
            "gene": as_tuple(gene),
            "name": as_tuple(name),
            "exon": as_tuple(exon),
            "exclusive": as_tuple(exclusive),
            "include": as_tuple(include),
            "exclude": as_tuple(exclude),
            "measure": measure,
            "min_reads": min_reads,
            "min_samples": min_samples,
            "limit": limit,
        }
        response = self.get("compare", parameters, **release)
        warn_if_truncated(response, "truncated: there are more junctions or groups")
        return comparison_frame(response)

    def compared(
        self, parameters: Mapping[str, Any], **options: Unpack[ReleaseOptions]
    ) -> AbstractContextManager[Iterator[bytes]]:
        """The lines of a comparison with every test, for regions of any size, inside a `with`: a
        description, the names of the columns of `compare`, a line for each test. The parameters are
        those of the API (`/compare:export`).
        """
        return compared(self._session, f"{self.base(**options)}/compare:export.tsv", parameters)

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
        warn_if_truncated(response, f"truncated at its limit: there are more {description.records}")
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
        **options: Unpack[RankedGroupingOptions],
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
        warn_if_truncated(response, "truncated: there are more junctions or groups")
        return psi_frame(response, samples=samples)
