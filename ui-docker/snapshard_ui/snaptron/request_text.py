"""The query text of a request, whether it comes by path, query string or form. [3, 11]"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

from flask import request

from snapshard.errors import BadQuery
from snapshard_ui.snaptron.json_clauses import parse_clauses
from snapshard_ui.snaptron.query_text import (
    ROW_PARAMETERS,
    SnaptronQuery,
    decode_query,
    parse_query,
    split_bulk,
)

_STRICT = re.compile(r"(?:^|[&|])strict=0*[1-9]")
_ONLY_STRICT = re.compile(r"strict=[0-9]+&?")


@dataclass(frozen=True)
class EmptyRequest(Exception):
    """A request without a query; the message is the whole response, with status 400."""

    message: str


@dataclass(frozen=True)
class RequestText:
    """The decoded text of a request's queries; a JSON text holds clauses. If strict, errors are
    reported by their HTTP status.
    """

    text: str
    is_json: bool = False
    strict: bool = False

    def queries(self) -> Iterator[SnaptronQuery]:
        """The queries in order; only the first may print a header.

        Each is parsed only when its turn comes, because an error in a later query must follow the
        responses of the earlier ones.
        """
        if self.is_json:
            queries = iter(parse_clauses(self.text))
        else:
            texts = split_bulk(self.text)
            queries = (parse_query(text, allowed=ROW_PARAMETERS) for text in texts)
        for number, query in enumerate(queries):
            yield replace(query, header=0 if number else query.header, strict=int(self.strict))


def read_request(path_ids: str) -> RequestText:
    """The request's text: ids in the path, otherwise the query string, otherwise a form's `groups`
    or `fields`. Raises EmptyRequest.

    If there is a form, `strict` alone in the query string is not a query; it sets how the form's
    errors are reported.
    """
    ids = path_ids.strip("/")
    if ids:
        return RequestText(f"ids={decode_query(ids)}")
    # WSGI passes bytes as latin-1 text.
    raw = request.environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    text = decode_query(raw)
    strict = _STRICT.search(text) is not None
    if text and not (request.method == "POST" and _ONLY_STRICT.fullmatch(text)):
        return RequestText(text, strict=strict)
    form = _read_form()
    return replace(
        form, strict=strict or (not form.is_json and _STRICT.search(form.text) is not None)
    )


def _read_form() -> RequestText:
    # A chunked body has no length before it is read.
    if request.method != "POST" or not request.get_data():
        raise EmptyRequest("400 Bad Request:no parameters in GET or POST\n")
    form = {name: value for name, value in _form_fields().items() if value}
    if not form:
        raise EmptyRequest("400 Bad Request:no parameters in GET or POST\n")
    if "groups" in form:
        return RequestText(decode_query(_decode_base64(form["groups"])).strip())
    if "fields" in form:
        # Text without a list is a query like those of a URL.
        return RequestText(form["fields"], is_json="[" in form["fields"])
    raise EmptyRequest('400 Bad Request:no "fields" or "group" parameter in POST\n')


def _form_fields() -> dict[str, str]:
    """The form's fields. A body without a content type is read as a URL-encoded form."""
    if request.mimetype:
        return request.form.to_dict()
    fields: dict[str, str] = {}
    for assignment in request.get_data(as_text=True).split("&"):
        name, _, value = assignment.partition("=")
        fields[unquote_plus(name)] = unquote_plus(value)
    return fields


def _decode_base64(text: str) -> str:
    # The form decoder turned pluses, which base64 uses, into blanks.
    base64_text = re.sub(r"\s", "+", text.strip())
    try:
        return base64.b64decode(base64_text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as exc:
        raise BadQuery("groups", text[:100], f"base64 text ({exc})") from exc
