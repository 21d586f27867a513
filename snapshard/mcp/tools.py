"""The tools: for each question its arguments, what a model is told about it, and the bounded answer.

What must hold of every answer:

- It is the API's response; members are left out or truncated, never computed anew.
- A list that is truncated says so, and how many there are if the API knows it.
- `about` names compilation, release and assembly. A `url` leads to the complete response.
- It has at most MOST_BYTES bytes as JSON: a model reads all of them. A larger one is an error that
  names the arguments which make it smaller.
"""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from snapshard.client.connection import quoted
from snapshard.errors import BadQuery, SnapshardError
from snapshard.faults import expected_value, quoted_value
from snapshard.match import Match
from snapshard.mcp import arguments as models
from snapshard.mcp.arguments import (
    MOST_COMPARED,
    MOST_EVENTS,
    MOST_GENES,
    MOST_GROUPS,
    MOST_LISTED_GROUPS,
    MOST_ROWS,
    MOST_SITE_ROWS,
    MOST_TESTS,
)
from snapshard.mcp.source import Source

MOST_BYTES = 50_000
"""Bytes of an answer as JSON, about 20,000 tokens."""
_COLUMNS = (
    "name",
    "class",
    "samples_count",
    "coverage_sum",
    "coverage_avg",
    "coverage_median",
)
_COMPILATION = (
    "compilation",
    "title",
    "release",
    "assembly",
    "coordinate_system",
    "sample_count",
    "junction_count",
    "simulated",
)
_COUNT = {"limit": 1, "columns": "snaptron_id", "count": "exact"}
"""The parameters of a page of which only the count is read."""
_MOST_TRANSCRIPTS = 20
_MOST_NAMES = 20
"""Junctions of one side of an event that an answer names."""
Answer = dict[str, Any]


class BadArgument(SnapshardError):
    """An argument that is missing, unknown or not as expected."""


@dataclass(frozen=True)
class Tool:
    """A question that a model may ask."""

    name: str
    description: str
    arguments: type[BaseModel]
    compose: Callable[[Source, Any], Answer]

    def answer(self, source: Source, arguments: dict[str, Any]) -> str:
        """The answer as JSON. Raises SnapshardError, whose message says what was expected."""
        try:
            call = self.arguments.model_validate(arguments)
        except ValidationError as exc:
            raise _bad_arguments(exc, self.arguments) from exc
        answer = self.compose(source, call)
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode())
        if size > MOST_BYTES:
            raise BadQuery(
                "answer",
                f"{size:,} bytes",
                f"at most {MOST_BYTES:,} bytes; set a smaller limit or top",
            )
        return text


TOOLS: dict[str, Tool] = {}
"""By name, in the order of use."""


def _tool(
    arguments: type[BaseModel], description: str
) -> Callable[[Callable[[Source, Any], Answer]], Callable[[Source, Any], Answer]]:
    def register(compose: Callable[[Source, Any], Answer]) -> Callable[[Source, Any], Answer]:
        TOOLS[compose.__name__] = Tool(compose.__name__, description, arguments, compose)
        return compose

    return register


@_tool(
    models.NoArguments,
    "The compilations (sets of RNA-seq samples processed in the same way), each with its published"
    f" release, assembly and numbers of samples and junctions. At most {MOST_GROUPS}.",
)
def list_compilations(source: Source, _: models.NoArguments) -> Answer:
    """The first compilations with their releases."""
    compilations = source.client.compilations()
    return {
        "count": len(compilations),
        "truncated": len(compilations) > MOST_GROUPS,
        "compilations": [
            {name: compilation[name] for name in _COMPILATION}
            for compilation in compilations[:MOST_GROUPS]
        ],
    }


@_tool(
    models.GeneArguments,
    "Genes whose symbol or ID starts with a text, an exact match first: positions, strand, biotype."
    f" At most {MOST_GENES}; `truncated` tells that more genes start with it.",
)
def search_genes(source: Source, arguments: models.GeneArguments) -> Answer:
    """Genes by the start of their name."""
    return source.get(arguments, "genes", {"prefix": arguments.prefix, "limit": arguments.limit})


@_tool(
    models.GroupArguments,
    "The groups of samples, such as tissues, by name, with their numbers of samples. Other tools accept"
    f" these names as `group`. At most {MOST_LISTED_GROUPS}; `group_count` is the number of all that"
    " match.",
)
def list_groups(source: Source, arguments: models.GroupArguments) -> Answer:
    """Groups of samples by name."""
    response = source.get(arguments, "groups", {})
    text = (arguments.search or "").casefold()
    groups = [
        group
        for group in response["groups"]
        if text in group["group"].casefold() or text in group["long_name"].casefold()
    ]
    return {
        **response,
        "group_count": len(groups),
        "truncated": len(groups) > arguments.limit,
        "groups": groups[: arguments.limit],
    }


@_tool(
    models.SelectionArguments,
    "How many junctions match, without the rows. Ask this before list_junctions. Without region and"
    " gene it counts the whole compilation. The answer has one number, and the URL of all the rows.",
)
def count_junctions(source: Source, arguments: models.SelectionArguments) -> Answer:
    """The number of matching junctions."""
    parameters = arguments.parameters()
    response = source.get(arguments, "junctions", {**parameters, **_COUNT})
    names = ("about", "count", "remarks", "why_empty", "url")
    export = source.link(response["about"], "junctions:export.tsv", parameters)
    return {**{name: response[name] for name in names}, "export_url": export}


@_tool(
    models.RowArguments,
    "Junctions in genome order: name, annotation class (DA annotated; NDA both ends but not the pair;"
    " D or A one end; N neither), number of samples, and reads: sum, mean and median over those"
    f" samples. At most {MOST_ROWS}. If `truncated`, `count` is the number of all matching junctions,"
    " `next` continues, and `export_url` has all rows.",
)
def list_junctions(source: Source, arguments: models.RowArguments) -> Answer:
    """A page of junctions."""
    selection = arguments.parameters()
    page = {"columns": ",".join(_COLUMNS), "limit": arguments.limit, "after": arguments.after}
    response = source.get(arguments, "junctions", {**selection, **page})
    about = response["about"]
    count = {"rows": len(response["rows"]), "kind": "exact"}
    if response["truncated"] or arguments.after:
        same_release = arguments.model_copy(update={"release": about["release"]})
        count = source.get(same_release, "junctions", {**selection, **_COUNT})["count"]
    names = ("truncated", "next", "remarks", "why_empty", "url", "rows")
    return {
        "about": about,
        "count": count,
        "export_url": source.link(about, "junctions:export.tsv", selection),
        **{name: response[name] for name in names},
    }


@_tool(
    models.EvidenceArguments,
    "In how many samples a junction is seen, in all and per group such as a tissue: n of N, reads,"
    " CPM, and a verdict: seen, absent although expressed (with the upper bound of the proportion),"
    " or not informative. An absent junction has an answer too. Clinically accessible tissues come"
    f" first. At most {MOST_GROUPS} groups; if `truncated`, `grouping.group_count` is their number.",
)
def junction_evidence(source: Source, arguments: models.EvidenceArguments) -> Answer:
    """The samples and reads with a junction."""
    parameters = arguments.model_dump(exclude={"compilation", "release", "junction"})
    return source.get(arguments, f"junctions/{quoted(arguments.junction)}/evidence", parameters)


@_tool(
    models.SiteArguments,
    "The junctions that use a splice site, by the role that the site has for them: donor, acceptor,"
    f" or unknown if their strand is unknown. At most {MOST_SITE_ROWS} of each role, in genome order;"
    " `truncated` tells that a role has more, and count_junctions with match=start or match=end"
    " counts them.",
)
def splice_site(source: Source, arguments: models.SiteArguments) -> Answer:
    """The junctions of a splice site."""
    path = f"splice-sites/{quoted(arguments.site)}"
    response = source.get(arguments, path, {"limit": arguments.limit})
    names = [*_COLUMNS, "start", "end", "strand"]
    roles = {
        role: [{name: row[name] for name in names} for row in response[role]]
        for role in ("donor", "acceptor", "unknown")
    }
    return {**response, **roles}


@_tool(
    models.PsiArguments,
    "PSI (percent spliced in, from 0 to 1) of a splicing event, over all samples and per group: n"
    " informative of N samples, reads, PSI with its Wilson interval (low, high), quartiles of the"
    " samples' PSI. The event is `include` and `exclude`, or one cassette `exon`, or two mutually"
    f" exclusive ones, or a `site`. At most {MOST_EVENTS} events of a site and {MOST_GROUPS} groups;"
    f" `truncated` tells that there are more, and `grouping.group_count` counts the groups. A side names"
    f" at most {_MOST_NAMES} junctions and has their `count`.",
)
def psi(source: Source, arguments: models.PsiArguments) -> Answer:
    """PSI of an event."""
    parameters = arguments.model_dump(exclude={"compilation", "release"})
    response = source.get(arguments, "psi", parameters)
    for event in response["events"]:
        for side in ("inclusion", "exclusion"):
            event[side]["junctions"] = event[side]["junctions"][:_MOST_NAMES]
    return response


@_tool(
    models.CompareArguments,
    "The difference between groups of samples in each junction of a region, gene or list: the level of"
    " each group (median PSI, or share of samples), effect size with interval, p, and q over all that"
    f" were `tested`. At most {MOST_TESTS} tests, the smallest p first, and {MOST_COMPARED} groups; if"
    " `truncated`, `tested` and `group_count` have the whole numbers.",
)
def compare_groups(source: Source, arguments: models.CompareArguments) -> Answer:
    """Differences between groups of samples."""
    parameters = arguments.model_dump(exclude={"compilation", "release"})
    return source.get(arguments, "compare", parameters)


@_tool(
    models.ConsequenceArguments,
    "What junctions, taken together, and retained introns mean for a transcript: skipped exons, new"
    " donor or acceptor and how far it moves, reading frame, premature stop. Never a classification"
    f" of a variant. Names at most {_MOST_TRANSCRIPTS} other transcripts; `url` has the exons.",
)
def consequence(source: Source, arguments: models.ConsequenceArguments) -> Answer:
    """The consequence of junctions for a transcript."""
    parameters = {
        "junction": arguments.junction,
        "transcript": arguments.transcript,
        "retained": ",".join(map(str, arguments.retained)) or None,
    }
    response = source.get(arguments, "consequence", parameters)
    transcripts = response["other_transcripts"]
    return {
        **response,
        "transcript": _without_exons(response["transcript"]),
        "consequence": _without_exons(response["consequence"]),
        "other_transcripts": transcripts[:_MOST_TRANSCRIPTS],
        "other_transcript_count": len(transcripts),
        "truncated": len(transcripts) > _MOST_TRANSCRIPTS,
    }


@_tool(
    models.ExportArguments,
    "The address of a file with all matching junctions, and the command that downloads and verifies"
    " it. Nothing is read. Give the user this if there are too many rows to list. One address.",
)
def export_link(source: Source, arguments: models.ExportArguments) -> Answer:
    """The address of an export."""
    about = source.get(arguments, "", {})["about"]
    parameters = arguments.parameters()
    return {
        "about": about,
        "export_url": source.link(about, f"junctions:export.{arguments.format}", parameters),
        "command": shlex.join(_command(source, about, arguments)),
    }


def _command(source: Source, about: Answer, arguments: models.ExportArguments) -> list[str]:
    words = ["snapshard", "export", f"{about['compilation']}.{arguments.format}", *arguments.region]
    for name in ("gene", "filter", "group"):
        for value in getattr(arguments, name):
            words += [f"--{name}", value]
    if arguments.match is not Match.OVERLAP:
        words += ["--match", str(arguments.match)]
    words += ["--format", arguments.format]
    return [
        *words,
        *("--compilation", about["compilation"], "--release", about["release"]),
        *source.options,
    ]


def _without_exons(members: Answer | None) -> Answer | None:
    if members is None:
        return None
    return {name: value for name, value in members.items() if name != "exons"}


def _bad_arguments(error: ValidationError, model: type[BaseModel]) -> BadArgument:
    """The first fault of a call."""
    fault = error.errors(include_url=False)[0]
    name = ".".join(map(str, fault["loc"]))
    expected = expected_value(fault)
    if fault["type"] == "extra_forbidden":
        expected = f"an argument of this tool ({', '.join(model.model_fields) or 'it has none'})"
    return BadArgument(f"{name}: expected {expected}, got {quoted_value(fault)}")
