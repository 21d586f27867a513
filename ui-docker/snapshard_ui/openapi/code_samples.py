"""The example of every operation as code for curl, Python and R."""

from urllib.parse import quote

from flask import request

from snapshard_ui.api import PREFIX, Operation
from snapshard_ui.openapi.examples import Values, path_parameters
from snapshard_ui.openapi.snippets import ApiCall, python_arguments, snippets

CodeSample = dict[str, str]
_COMPILATION = PREFIX + "/compilations/{compilation}"
_METHODS = {
    "compilations": "compilations",
    "junctions": "junctions",
    "junction_evidence": "evidence",
    "splice_site": "splice_site",
    "consequence": "consequence",
    "event_psi": "psi",
    "compare": "compare",
    "junctions_svg": "picture",
    "variant_sites": "variant",
    "genes": "genes",
    "one_gene": "gene",
    "samples": "samples",
    "fields": "fields",
    "facets": "facets",
    "groups": "groups",
    "shards": "shards",
}
"""The client's method for a view, if its arguments are the parameters of path and query."""


def example_body(operation: Operation, values: Values) -> dict[str, list[str]] | str | None:
    """The request body of an operation's example, text for a file; None if it has none."""
    if "name" not in values:
        return None
    if operation.is_upload:
        return "".join(map(_plain_line, values["name"]))
    return {"junctions": values["name"]} if operation.body else None


def _plain_line(name: str) -> str:
    """A junction by its stable name as a line of a file."""
    _, chrom, span, strand = name.split(":")
    return "\t".join([chrom, *span.split("-"), strand]) + "\n"


def code_samples(
    operation: Operation, path: str, address: str, names: list[str], values: Values
) -> list[CodeSample]:
    """The samples in the form of OpenAPI's `x-codeSamples`.

    `names` are the query parameters of the example, `address` its path and query.
    """
    url = request.url_root.rstrip("/") + address
    head, mark, query = url.partition("?")
    scope = [name for name in ("compilation", "release") if name in path_parameters(path)]
    call = ApiCall(
        url,
        _client_method(operation, path, names, values),
        {name: values[name][0] for name in scope},
        table_url=f"{head}.tsv{mark}{query}" if operation.formats else None,
        has_texts=operation.view.__name__ == "samples",
        body=example_body(operation, values),
        is_json=operation.media_type == "application/json" and operation.view.__name__ != "docs",
        is_binary=operation.media_type in ("image/png", "application/pdf"),
    )
    return [
        {
            "lang": "Shell" if snippet.language == "curl" else snippet.language,
            "label": snippet.language,
            "source": snippet.text,
        }
        for snippet in snippets(call)
    ]


def _client_method(operation: Operation, path: str, names: list[str], values: Values) -> str | None:
    """The client's method with its arguments; None for a path outside of compilations that has no
    method.
    """
    view = operation.view.__name__
    arguments = {name: _python_value(values[name]) for name in names}
    keywords = python_arguments(arguments)
    path_values = [
        values[name][0] for name in path_parameters(path) if name not in ("compilation", "release")
    ]
    if view in _METHODS:
        return f"{_METHODS[view]}({', '.join(filter(None, [*map(repr, path_values), keywords]))})"
    if view == "annotate":
        return f"annotate(io.BytesIO({str(example_body(operation, values)).encode()!r}))"
    if view.startswith("junction_sheet"):
        form = path.rpartition(".")[2]
        chosen = f", format={form!r}" if form in ("html", "pdf") else ""
        return f"sheet({path_values[0]!r}{chosen})"
    if view == "junctions_png":
        return f"picture({keywords}, format='png')"
    if view == "batch":
        return f"batch({values['name']!r})"
    if view == "export":
        return f"export({', '.join(filter(None, [repr('junctions.tsv'), keywords]))})"
    if not path.startswith(_COMPILATION):
        return None
    below = path.removeprefix(_COMPILATION).removeprefix("/releases/{release}").removeprefix("/")
    if below.startswith("splicing/"):
        return f"splicing({below.removeprefix('splicing/')!r}, {arguments!r})"
    for name, value in zip(path_parameters(below), path_values, strict=True):
        below = below.replace("{" + name + "}", quote(value, safe=":+"))
    method = "get_picture" if operation.media_type.startswith("image/") else "get"
    parts = [repr(text) for text in (below, arguments) if text]
    return f"{method}({', '.join(parts)})"


def _python_value(texts: list[str]) -> int | str | list[str]:
    if len(texts) > 1:
        return texts
    return int(texts[0]) if texts[0].isdigit() else texts[0]
