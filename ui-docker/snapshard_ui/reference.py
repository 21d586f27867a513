"""The parts of docs/api.md that code knows better: `python -m snapshard_ui.reference docs/api.md`
writes them anew.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from snapshard import errors
from snapshard.errors import SnapshardError
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.match import MEANINGS
from snapshard.settings import PREFIX, Settings
from snapshard_ui import create_app
from snapshard_ui.api import OPERATIONS, ExportParams, JunctionParams, Params, SampleParams
from snapshard_ui.api import PREFIX as API
from snapshard_ui.columns import ALL
from snapshard_ui.http import TITLES
from snapshard_ui.render import FORMATS

_PART = re.compile(r"(<!-- begin: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| "
        + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line)
        + " |\n"
        for line in lines
    )


def settings() -> str:
    """Every setting."""
    rows = [
        (
            f"`{PREFIX}{one.name.upper()}`",
            f"`{one.default}`",
            one.metadata["unit"],
            one.metadata["meaning"],
        )
        for one in fields(Settings)
    ]
    return table(("variable", "default", "unit", "meaning"), rows)


def formats() -> str:
    """Every format."""
    rows = [
        (f"`{one.name}`", f"`.{one.suffix}`", f"`{one.media_type}`", one.meaning)
        for one in FORMATS.values()
    ]
    return table(("`format=`", "suffix", "`Accept`", "what it is"), rows)


def columns() -> str:
    """Every column of an answer."""
    return table(
        ("column", "kind", "meaning"),
        [(f"`{name}`", one.type.value, one.meaning) for name, one in ALL.items()],
    )


def filters() -> str:
    """What a filter may be made of."""
    rows = [(f"`{name}`", one.type.value) for name, one in FILTERABLE.items()]
    return (
        "Operators: "
        + ", ".join(f"`{symbol}`" for symbol in OPERATORS)
        + ".\n\n"
        + table(("column", "compares as"), rows)
    )


def matching() -> str:
    """The matching modes."""
    return table(
        ("`match=`", "a junction that"),
        [(f"`{match}`", meaning) for match, meaning in MEANINGS.items()],
    )


def problems() -> str:
    """Every error that a request can meet."""
    classes = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, SnapshardError)
    ]
    told = [
        (one.status, one.__name__, (one.__doc__ or "").splitlines()[0])
        for one in classes
        if one.status != 500
    ]
    # What Flask itself refuses has no class of ours.
    told += [
        (status, "", TITLES[status] + ".")
        for status in sorted(TITLES.keys() - {one.status for one in classes})
    ]
    return table(("status", "when"), [(status, when) for status, _, when in sorted(told)])


def questions() -> str:
    """Every route."""
    rows = sorted(
        (
            operation.paths[0].replace("<int:", "<").replace("<", "{").replace(">", "}"),
            operation.method.upper(),
            _first_line(operation.view),
        )
        for operation in OPERATIONS
    )
    return table(
        ("", f"path under `{API}`", "answer"),
        [(method, f"`{path}`", said) for path, method, said in rows],
    )


def parameters() -> str:
    """The parameters of the large questions."""
    found: dict[tuple[str, str | None], list[type[Params]]] = {}
    for model in (JunctionParams, ExportParams, SampleParams):
        for name, field in model.model_fields.items():
            found.setdefault((name, field.description), []).append(model)
    used = {JunctionParams: "pages", ExportParams: "exports", SampleParams: "samples"}
    rows = [
        (f"`{name}`", ", ".join(used[model] for model in models), said)
        for (name, said), models in found.items()
    ]
    return table(("parameter", "of", "meaning"), rows)


PARTS: dict[str, Callable[[], str]] = {
    one.__name__: one
    for one in (settings, formats, columns, filters, matching, problems, questions, parameters)
}


def rewritten(text: str) -> str:
    """The document with its generated parts as they are now."""
    create_app  # noqa: B018  # imported for the routes, which register when their modules are
    return _PART.sub(lambda found: found[1] + PARTS[found["name"]]() + found[3], text)


def _first_line(view: Callable[..., object]) -> str:
    return (view.__doc__ or "").splitlines()[0].rstrip(".")


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(rewritten(document.read_text(encoding="utf-8")), encoding="utf-8")
