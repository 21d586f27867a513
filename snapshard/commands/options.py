"""Options that the asking commands share: where to ask, and which junctions."""

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
_WHERE = ("server", "data", "compilation", "release")


def client_of(given: dict[str, Any], **options: Any) -> Client:
    """The client that the options of `where` ask for, with further options of its own; takes them
    out of what is given.
    """
    server, data, compilation, release = (given.pop(name, None) for name in _WHERE)
    if server and data:
        raise click.UsageError("--server and --data exclude each other: ask a server or a folder")
    # A page that ends early leaves a connection half read; that the pool then drops it is no news
    # for a reader of tables.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    return Client(server, data=data, compilation=compilation, release=release, **options)


def _complete(
    ask: Callable[[Client, str], Iterable[tuple[str, str]]],
) -> Callable[..., list[CompletionItem]]:
    """Completion by asking the server; nothing if it cannot be asked, since completion must not
    fail.
    """

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        with (
            suppress(SnapshardError, click.UsageError, OSError),
            client_of(dict(ctx.params), timeout=2, tries=1) as client,
        ):
            return [
                CompletionItem(value, help=meaning)
                for value, meaning in ask(client, begun)
                if value.startswith(begun)
            ]
        return []

    return complete


complete_compilation = _complete(
    lambda client, _: [(one["compilation"], one["title"]) for one in client.compilations()]
)
complete_group = _complete(
    lambda client, _: [(one["group"], one["long_name"]) for one in client.get("groups")["groups"]]
)
complete_field = _complete(
    lambda client, _: [(one["name"], one["type"]) for one in client.get("samples/fields")["fields"]]
)
complete_gene = _complete(
    lambda client, begun: [
        (one["symbol"], one["gene_id"]) for one in client.get("genes", {"prefix": begun})["genes"]
    ]
)


def complete_column(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Column names; of several with commas the last is completed."""
    before, comma, last = begun.rpartition(",")
    return [
        CompletionItem(before + comma + one.name, help=one.meaning)
        for one in COLUMNS
        if one.name.startswith(last)
    ]


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between, or `@FILE`: a file of them; its `#` lines and a column
    name above are passed over.
    """

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if not isinstance(value, str):
            return tuple(value)
        text = self._file(Path(value[1:])) if value.startswith("@") else value
        words = text.replace(",", " ").split()
        wrong = next((word for word in words if not (word.isascii() and word.isdigit())), None)
        if wrong is not None or not words:
            self.fail(f"expected whole numbers with commas, or @FILE, got {wrong or value!r}")
        return tuple(int(word) for word in words)

    def _file(self, path: Path) -> str:
        try:
            lines = [
                line
                for line in path.read_text(encoding="utf-8").splitlines()
                if not line.startswith("#")
            ]
            return "\n".join(lines[1:] if lines and lines[0].isidentifier() else lines)
        except (OSError, UnicodeDecodeError) as exc:
            self.fail(f"cannot read {path}: {exc}")


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def apply(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


where = _all(
    click.option("--server", metavar="URL", help="Ask this server (SNAPSHARD_URL)."),
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Ask this folder (SNAPSHARD_DATA)  [data].",
    ),
    click.option(
        "--compilation",
        metavar="NAME",
        shell_complete=complete_compilation,
        help="Not needed where there is only one.",
    ),
    click.option("--release", metavar="NAME", help="Instead of the published one."),
)
"""Options that say where to ask: every asking command has them."""

which = _all(
    click.argument("regions", metavar="[REGION]...", nargs=-1),
    click.option(
        "--gene",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_gene,
        help="The region of a gene (repeatable).",
    ),
    click.option(
        "--ids",
        type=Numbers(),
        metavar="N,N",
        default=(),
        help="By snaptron_id; @FILE reads them from a file.",
    ),
    click.option(
        "--match",
        type=click.Choice(list(map(str, MEANINGS))),
        help="How a junction must lie to a region  [overlap]. "
        + "; ".join(f"{name}: {what}" for name, what in MEANINGS.items())
        + ".",
    ),
    click.option(
        "--filter",
        metavar="COLUMN>=VALUE",
        multiple=True,
        shell_complete=complete_column,
        help="Such as samples_count>=10 or strand=+ (repeatable; all must hold).",
    ),
    click.option(
        "--samples",
        "sample_ids",
        type=Numbers(),
        metavar="N,N",
        default=(),
        help="Only these samples (rail_id, or @FILE): counts are of them.",
    ),
    click.option(
        "--group",
        metavar="NAME",
        multiple=True,
        shell_complete=complete_group,
        help="Only this group's samples (repeatable).",
    ),
    click.option("--allow-partial", is_flag=True, help="Answer although a shard is away."),
)
"""Options that say which junctions."""


def shown(formats: Iterable[str], default: str) -> Callable[[Command], Command]:
    """Options that say how rows are written."""
    return _all(
        click.option(
            "--format", type=click.Choice(list(formats)), help=f"How rows are written  [{default}]."
        ),
        click.option(
            "--columns",
            metavar="NAME,NAME",
            shell_complete=complete_column,
            help="Which, in this order.",
        ),
        click.option(
            "--with-samples", is_flag=True, help="Add the column of samples and their reads."
        ),
        click.option("--tidy", is_flag=True, help="A row per junction and sample."),
        click.option(
            "--no-about",
            is_flag=True,
            help="Without the first line, which says of what the rows are.",
        ),
    )


def wanted(given: dict[str, Any]) -> dict[str, Any]:
    """The options as the client's methods take them; takes those of `shown` out of what is given."""
    columns = given.pop("columns") or ""
    given["columns"] = tuple(name.strip() for name in columns.split(",") if name.strip())
    given["samples"] = given.pop("with_samples")
    given["shape"] = "tidy" if given.pop("tidy") else None
    given["about"] = False if given.pop("no_about") else None
    return {
        name: value
        for name, value in given.items()
        if value not in ((), None, False) or name == "about"
    }
