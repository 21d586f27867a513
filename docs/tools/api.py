"""The generated parts of docs/api.md: tables of the API's endpoints, parameters, formats, columns,
errors and settings.
"""

from collections.abc import Callable
from dataclasses import fields

from analysis.document import table
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

create_app  # noqa: B018  # the import registers the routes


def settings() -> str:
    """All settings."""
    rows = [
        (
            f"`{PREFIX}{setting.name.upper()}`",
            f"`{setting.default}`",
            setting.metadata["unit"],
            setting.metadata["meaning"],
        )
        for setting in fields(Settings)
    ]
    return table(("variable", "default", "unit", "meaning"), rows, numbers=False)


def formats() -> str:
    """All formats."""
    rows = [
        (f"`{format.name}`", f"`.{format.suffix}`", f"`{format.media_type}`", format.meaning)
        for format in FORMATS.values()
    ]
    return table(("`format=`", "suffix", "`Accept`", "content"), rows, numbers=False)


def columns() -> str:
    """All columns of responses."""
    rows = [(f"`{name}`", column.type.value, column.meaning) for name, column in ALL.items()]
    return table(("column", "type", "meaning"), rows, numbers=False)


def filters() -> str:
    """The operators and columns of filters."""
    operators = ", ".join(f"`{symbol}`" for symbol in OPERATORS)
    rows = [(f"`{name}`", column.type.value) for name, column in FILTERABLE.items()]
    return f"Operators: {operators}.\n\n" + table(("column", "compares as"), rows, numbers=False)


def matching() -> str:
    """The match modes."""
    rows = [(f"`{match}`", meaning) for match, meaning in MEANINGS.items()]
    return table(("`match=`", "a junction that"), rows, numbers=False)


def problems() -> str:
    """All errors of requests, by status."""
    classes = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, SnapshardError)
    ]
    problems = [
        (error.status, error.__name__, (error.__doc__ or "").splitlines()[0])
        for error in classes
        if error.status != 500
    ]
    # Statuses without an error class of the library are those that Flask raises itself.
    for status in TITLES.keys() - {error.status for error in classes}:
        problems.append((status, "", f"{TITLES[status]}."))
    rows = [(status, meaning) for status, _, meaning in sorted(problems)]
    return table(("status", "when"), rows, numbers=False)


def endpoints() -> str:
    """All endpoints, by path."""
    rows = []
    for operation in OPERATIONS:
        path = operation.paths[0].replace("<int:", "<").replace("<", "{").replace(">", "}")
        response = (operation.view.__doc__ or "").splitlines()[0].rstrip(".")
        rows.append((path, operation.method.upper(), response))
    cells = [(method, f"`{path}`", response) for path, method, response in sorted(rows)]
    return table(("", f"path under `{API}`", "response"), cells, numbers=False)


def parameters() -> str:
    """The parameters of pages, exports and samples."""
    names = {JunctionParams: "pages", ExportParams: "exports", SampleParams: "samples"}
    models_of: dict[tuple[str, str | None], list[type[Params]]] = {}
    for model in names:
        for name, field in model.model_fields.items():
            models_of.setdefault((name, field.description), []).append(model)
    rows = []
    for (name, meaning), models in models_of.items():
        rows.append((f"`{name}`", ", ".join(names[model] for model in models), meaning))
    return table(("parameter", "of", "meaning"), rows, numbers=False)


PARTS: dict[str, Callable[[], str]] = {
    "settings": settings,
    "formats": formats,
    "columns": columns,
    "filters": filters,
    "matching": matching,
    "problems": problems,
    "endpoints": endpoints,
    "parameters": parameters,
}
