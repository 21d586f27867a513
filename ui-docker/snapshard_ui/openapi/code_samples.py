"""Lines to copy beside every operation of the API's description: its example for curl, Python and
R.
"""

import json
import shlex
from typing import Any

from flask import request

from snapshard_ui.api import PREFIX, Operation
from snapshard_ui.openapi.examples import Values, in_path

CodeSample = dict[str, str]
_COMPILATION = PREFIX + "/compilations/{compilation}"
_METHODS = {
    "compilations": "compilations",
    "junctions": "junctions",
    "junction_evidence": "evidence",
    "splice_site": "splice_site",
    "genes": "genes",
    "one_gene": "gene",
    "samples": "samples",
    "fields": "fields",
    "facets": "facets",
    "groups": "groups",
    "shards": "shards",
}
"""The client's method for a view, where it takes what the path and the query say as they are."""


def body_of(operation: Operation, values: Values) -> dict[str, list[str]] | None:
    """What the example of an operation sends; None if it sends nothing."""
    return {"junctions": values["name"]} if operation.body and "name" in values else None


def code_samples(
    operation: Operation, path: str, address: str, names: list[str], values: Values
) -> list[CodeSample]:
    """The lines, as `x-codeSamples` of OpenAPI holds them; the address is that of the path with the
    values of these names.
    """
    url, body = request.url_root.rstrip("/") + address, body_of(operation, values)
    curl = f"curl {shlex.quote(url)}" + (f" -d {shlex.quote(json.dumps(body))}" if body else "")
    return [
        {"lang": "Shell", "label": "curl", "source": curl},
        {
            "lang": "Python",
            "label": "Python",
            "source": _python(operation, path, url, names, values),
        },
        {"lang": "R", "label": "R", "source": _r(operation, url, curl)},
    ]


def _python(operation: Operation, path: str, url: str, names: list[str], values: Values) -> str:
    call = _call(operation, path, names, values)
    if call is None:
        return f"from urllib.request import urlopen\n\nprint(urlopen({url!r}).read().decode())"
    known = [name for name in ("compilation", "release") if name in in_path(path)]
    given = ", ".join(
        [repr(request.url_root.rstrip("/")), *[f"{name}={values[name][0]!r}" for name in known]]
    )
    return f"from snapshard.client import Client\n\nwith Client({given}) as client:\n    print(client.{call})"


def _call(operation: Operation, path: str, names: list[str], values: Values) -> str | None:
    """The client's method and its arguments; None for what is not about junctions."""
    view, asked = operation.view.__name__, {name: _value(values[name]) for name in names}
    placed = [values[name][0] for name in in_path(path) if name not in ("compilation", "release")]
    if view in _METHODS:
        return f"{_METHODS[view]}({', '.join([*map(repr, placed), *_arguments(asked)])})"
    if view == "batch":
        return f"batch({values['name']!r})"
    if view == "export":
        return f"export({', '.join([repr('junctions.tsv'), *_arguments(asked)])})"
    if not path.startswith(_COMPILATION):
        return None
    below = path.removeprefix(_COMPILATION).removeprefix("/releases/{release}").removeprefix("/")
    if below.startswith("splicing/"):
        return f"splicing({below.removeprefix('splicing/')!r}, {asked!r})"
    for name, value in zip(in_path(below), placed, strict=True):
        below = below.replace("{" + name + "}", value)
    return f"get({below!r})" if below else "get()"


def _arguments(asked: dict[str, Any]) -> list[str]:
    return [f"{name}={value!r}" for name, value in asked.items()]


def _value(found: list[str]) -> int | str | list[str]:
    if len(found) > 1:
        return found
    return int(found[0]) if found[0].isdigit() else found[0]


def _r(operation: Operation, url: str, curl: str) -> str:
    if operation.formats:
        head, mark, query = url.partition("?")
        return (
            f'read.delim({json.dumps(f"{head}.tsv{mark}{query}")}, comment.char = "#", quote = "")'
        )
    if operation.body:
        return f"jsonlite::fromJSON(pipe({json.dumps(f'{curl} -s')}))"
    return (
        f"readLines({json.dumps(url)})"
        if operation.view.__name__ == "docs"
        else f"jsonlite::fromJSON({json.dumps(url)})"
    )
