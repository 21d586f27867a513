"""Code for curl, Python and R that sends a request to the API. The page and the API's description
show it.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request


@dataclass(frozen=True)
class Snippet:
    """Code in one language, to be copied."""

    language: str
    text: str


@dataclass(frozen=True)
class ApiCall:
    """A request to the API, by its URL and by the client's method that sends it.

    `method` is the method with its arguments, such as `genes('AL')`; None if the client has none.
    `scope` are the arguments of the client itself: compilation and release.
    """

    url: str
    method: str | None = None
    scope: Mapping[str, str] = field(default_factory=dict)
    table_url: str | None = None
    """URL of the same rows as TSV, which R reads as a data frame; None for other responses."""
    has_texts: bool = False
    """Whether the table has columns of any texts. R would take `F` or `007` in them for a logical or
    a number.
    """
    body: Mapping[str, object] | str | None = None
    """An object, or the text of a file."""
    is_json: bool = True
    is_binary: bool = False
    """Whether the response is an image or a PDF, which must not be printed."""


def snippets(call: ApiCall, *, variable: str = "") -> list[Snippet]:
    """The code in the three languages.

    Python and R assign the result to the variable; without one, Python prints it and R evaluates to
    it.
    """
    suffix = call.url.partition("?")[0].rpartition(".")[2]
    curl = f"curl {shlex.quote(call.url)}{f' -o file.{suffix}' if call.is_binary else ''}"
    if isinstance(call.body, str):
        # printf writes the tabs and line ends of the file; curl reads it as it would read a real one.
        text = call.body.replace("\t", r"\t").replace("\n", r"\n")
        curl = f"printf {shlex.quote(text)} | {curl} --data-binary @-"
    elif call.body:
        curl = f"{curl} -d {shlex.quote(json.dumps(call.body))}"
    assignment = f"{variable} <- " if variable else ""
    return [
        Snippet("curl", curl),
        Snippet("Python", _python_code(call, variable)),
        Snippet("R", assignment + _r_expression(call, curl)),
    ]


def python_arguments(values: Mapping[str, object]) -> str:
    """Named arguments of a call in Python."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def _python_code(call: ApiCall, variable: str) -> str:
    if call.method is None:
        return f"from urllib.request import urlopen\n\nprint(urlopen({call.url!r}).read().decode())"
    server = request.url_root.rstrip("/")
    scope = f", {python_arguments(call.scope)}" if call.scope else ""
    statement = f"client.{call.method}"
    statement = f"{variable} = {statement}" if variable else f"print({statement})"
    imports = "import io\n\n" if "io." in call.method else ""
    return (
        f"{imports}from snapshard.client import Client\n\n"
        f"with Client({server!r}{scope}) as client:\n    {statement}"
    )


def _r_expression(call: ApiCall, curl: str) -> str:
    # JSON strings are valid string literals of R.
    if call.table_url:
        # Without the line that describes the data, no comment character is needed: `#` may be part
        # of a value.
        url = call.table_url + ("&" if "?" in call.table_url else "?") + "about=false"
        texts = ', colClasses = "character"' if call.has_texts else ""
        return f'read.delim({json.dumps(url)}, quote = "", na.strings = ""{texts})'
    if isinstance(call.body, str):
        return f'read.delim(pipe({json.dumps(f"{curl} -s")}), comment.char = "#", quote = "")'
    if call.body:
        return f"jsonlite::fromJSON(pipe({json.dumps(f'{curl} -s')}))"
    if call.is_binary:
        return f'readBin({json.dumps(call.url)}, "raw", 1e7)'
    return f"{'jsonlite::fromJSON' if call.is_json else 'readLines'}({json.dumps(call.url)})"
