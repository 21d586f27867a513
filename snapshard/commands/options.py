"""The options that commands share: the server or folder to query, the junctions, the form of rows."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from snapshard.client import Client
from snapshard.errors import SnapshardError
from snapshard.junction import COLUMNS
from snapshard.match import MEANINGS

Command = Callable[..., Any]
_TARGET_NAMES = ("server", "data", "compilation", "release")


def client_of(options: dict[str, Any], **client_options: Any) -> Client:
    """A client for the options in `target_options`, which are removed from `options`."""
    server, data, compilation, release = (options.pop(name, None) for name in _TARGET_NAMES)
    if server and data:
        raise click.UsageError("--server and --data exclude each other: query a server or a folder")
    # A page that ends early closes its connection. The pool's warning about that would only confuse
    # a reader of tables.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    return Client(server, data=data, compilation=compilation, release=release, **client_options)


def _completion(
    query: Callable[[Client, str], Iterable[tuple[str, str]]],
) -> Callable[..., list[CompletionItem]]:
    """Completion with pairs of a value and its meaning from the server."""

    def complete(ctx: click.Context, _: click.Parameter, prefix: str) -> list[CompletionItem]:
        # Completion must never fail: without a server there are no suggestions.
        with (
            suppress(SnapshardError, click.UsageError, OSError),
            client_of(dict(ctx.params), timeout=2, tries=1) as client,
        ):
            return [
                CompletionItem(value, help=meaning)
                for value, meaning in query(client, prefix)
                if value.startswith(prefix)
            ]
        return []

    return complete


def _query_compilations(client: Client, _: str) -> list[tuple[str, str]]:
    return [(release["compilation"], release["title"]) for release in client.compilations()]


def _query_groups(client: Client, _: str) -> list[tuple[str, str]]:
    return [(group["group"], group["long_name"]) for group in client.get("groups")["groups"]]


def _query_fields(client: Client, _: str) -> list[tuple[str, str]]:
    return [(field["name"], field["type"]) for field in client.get("samples/fields")["fields"]]


def _query_genes(client: Client, prefix: str) -> list[tuple[str, str]]:
    genes = client.get("genes", {"prefix": prefix})["genes"]
    return [(gene["symbol"], gene["gene_id"]) for gene in genes]


complete_compilation = _completion(_query_compilations)
complete_group = _completion(_query_groups)
complete_field = _completion(_query_fields)
complete_gene = _completion(_query_genes)


def complete_column(_: click.Context, __: click.Parameter, text: str) -> list[CompletionItem]:
    """Column names. In a list with commas, the last one is completed."""
    names_before, comma, prefix = text.rpartition(",")
    return [
        CompletionItem(names_before + comma + column.name, help=column.meaning)
        for column in COLUMNS
        if column.name.startswith(prefix)
    ]


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers separated by commas, or `@FILE`: a file of them.

    In the file, `#` lines and a first line with a column name are skipped.
    """

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if not isinstance(value, str):
            return tuple(value)
        text = self._read(Path(value[1:])) if value.startswith("@") else value
        words = text.replace(",", " ").split()
        for word in words:
            if not (word.isascii() and word.isdigit()):
                self.fail(f"expected whole numbers separated by commas, or @FILE, got {word!r}")
        if not words:
            self.fail(f"expected whole numbers separated by commas, or @FILE, got {value!r}")
        return tuple(map(int, words))

    def _read(self, path: Path) -> str:
        try:
            # utf-8-sig passes over a byte order mark.
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as exc:
            self.fail(f"cannot read {path}: {exc}")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        # The output of `snapshard samples --fields rail_id` has a header, which is skipped.
        return "\n".join(lines[1:] if lines and lines[0].isidentifier() else lines)


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def apply(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


target_options = _all(
    click.option("--server", metavar="URL", help="Query this server (SNAPSHARD_URL)."),
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Query this folder (SNAPSHARD_DATA)  [data].",
    ),
    click.option(
        "--compilation",
        metavar="NAME",
        shell_complete=complete_compilation,
        help="Compilation; may be omitted if there is only one.",
    ),
    click.option("--release", metavar="NAME", help="Release  [the published one]."),
)
"""The options of every querying command: the server or folder, the compilation and the release."""

selection_options = _all(
    click.argument("regions", metavar="[REGION]...", nargs=-1),
    click.option(
        "--gene",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_gene,
        help="Select the region of a gene. Repeatable.",
    ),
    click.option(
        "--ids",
        type=Numbers(),
        metavar="N,N",
        default=(),
        help="Select by snaptron_id; @FILE reads them from a file.",
    ),
    click.option(
        "--match",
        type=click.Choice(list(map(str, MEANINGS))),
        help="Required relation of a junction to a region  [overlap]. "
        + "; ".join(f"{name}: {meaning}" for name, meaning in MEANINGS.items())
        + ".",
    ),
    click.option(
        "--filter",
        metavar="COLUMN>=VALUE",
        multiple=True,
        shell_complete=complete_column,
        help="Such as samples_count>=10 or strand=+. Repeatable; all must hold.",
    ),
    click.option(
        "--samples",
        "sample_ids",
        type=Numbers(),
        metavar="N,N",
        default=(),
        help="Restrict to these samples (rail_id, or @FILE) and recompute the counts.",
    ),
    click.option(
        "--group",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_group,
        help="Restrict to the samples of this group. Repeatable.",
    ),
    click.option("--allow-partial", is_flag=True, help="Continue even if a shard is unavailable."),
)
"""The options that select junctions."""


grouping_options = _all(
    click.option(
        "--group",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_group,
        help="Report this group of samples, such as a tissue. Repeatable  [all groups].",
    ),
    click.option(
        "--group-by",
        metavar="FIELD",
        shell_complete=complete_field,
        help="Report each value of a field of the samples, such as study.",
    ),
    click.option(
        "--cohort",
        metavar="NAME:CONDITION",
        multiple=True,
        help="Report the samples that satisfy conditions, separated by ;. Repeatable.",
    ),
    click.option("--search", metavar="TEXT", help="Report only groups whose name contains TEXT."),
    click.option("--top", type=int, metavar="N", help="Report at most N groups  [1000]."),
)
"""The options that choose groups of samples to report side by side."""


ranked_grouping_options = _all(
    grouping_options,
    click.option(
        "--sort",
        type=click.Choice(["n", "share"]),
        help="Order of the groups: n, the samples that count, or share, n / N, the highest first"
        "  [n for the values of a field].",
    ),
)
"""The same, in an order that the answer decides."""


evidence_options = _all(
    click.option(
        "--min-reads",
        type=click.IntRange(min=1),
        default=20,
        show_default=True,
        help="Reads of annotated junctions at either site that make a sample informative.",
    ),
    click.option(
        "--min-samples",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        help="Informative samples that a verdict of absence needs.",
    ),
    click.option(
        "--library-size", metavar="FIELD", help="Sample field for CPM.  [mapped_read_count]"
    ),
)
"""The options of the evidence for a junction: thresholds and library size."""


def output_options(formats: Iterable[str], default: str) -> Callable[[Command], Command]:
    """The options for the form of rows."""
    return _all(
        click.option(
            "--format", type=click.Choice(list(formats)), help=f"Format of the rows  [{default}]."
        ),
        click.option(
            "--columns",
            metavar="NAME,NAME",
            shell_complete=complete_column,
            help="Columns to print, in this order.",
        ),
        click.option(
            "--with-samples", is_flag=True, help="Add the column of samples with their reads."
        ),
        click.option("--tidy", is_flag=True, help="Print a row per junction and sample."),
        click.option(
            "--no-about", is_flag=True, help="Omit the first line, which describes the data."
        ),
    )


def row_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options as keyword arguments of the client's methods, without those at their defaults."""
    names = (options.pop("columns") or "").split(",")
    options["columns"] = tuple(name.strip() for name in names if name.strip())
    options["samples"] = options.pop("with_samples")
    options["shape"] = "tidy" if options.pop("tidy") else None
    options["about"] = False if options.pop("no_about") else None
    return {
        name: value
        for name, value in options.items()
        if value not in ((), None, False) or name == "about"
    }
