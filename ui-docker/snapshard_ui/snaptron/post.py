"""What a request asks, whichever way it asks it: path, query string or form. [3, 11]"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote_plus

from flask import request

from snapshard.errors import BadQuery
from snapshard_ui.snaptron.asked import ROW_PARAMETERS, Asked, decoded, parse, split_bulk
from snapshard_ui.snaptron.json_clauses import parse_clauses

_STRICT = re.compile(r"(?:^|[&|])strict=0*[1-9]")
_ONLY_STRICT = re.compile(r"strict=[0-9]+&?")


@dataclass(frozen=True)
class NothingAsked(Exception):
    """A request without anything to work on; the message is the whole answer, with status 400."""

    message: str


@dataclass(frozen=True)
class Wanted:
    """The decoded text of a request's queries; a JSON text holds clauses. In strict ones errors are
    told by their status.
    """

    text: str
    is_json: bool = False
    strict: bool = False

    def queries(self) -> Iterator[Asked]:
        """The queries one by one, each read when its turn comes: an error ends the answer behind
        those before it.

        Only the first may print a header.
        """
        parsed = (
            iter(parse_clauses(self.text))
            if self.is_json
            else (parse(one, allowed=ROW_PARAMETERS) for one in split_bulk(self.text))
        )
        for number, asked in enumerate(parsed):
            yield replace(asked, header=0 if number else asked.header, strict=int(self.strict))


def wanted(tail: str) -> Wanted:
    """What the request asks: ids in the path, else the query string, else a form's groups or
    fields. Raises NothingAsked.

    `strict` alone in the query string is no query where there is a form: it says how the form's
    errors shall be told.
    """
    ids = tail.strip("/")
    if ids:
        return Wanted(f"ids={decoded(ids)}")
    text = decoded(
        request.environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    )
    strict = _STRICT.search(text) is not None
    if text and not (request.method == "POST" and _ONLY_STRICT.fullmatch(text)):
        return Wanted(text, strict=strict)
    form = _form()
    return replace(
        form, strict=strict or (not form.is_json and _STRICT.search(form.text) is not None)
    )


def _form() -> Wanted:
    if request.method != "POST" or not request.content_length:
        raise NothingAsked("400 Bad Request:no parameters in GET or POST\n")
    form = {name: value for name, value in _form_fields().items() if value}
    if not form:
        raise NothingAsked("400 Bad Request:no parameters in GET or POST\n")
    if "groups" in form:
        return Wanted(decoded(_from_base64(form["groups"])).strip())
    if "fields" in form:
        # Without a list in it the text is a query like those of a URL.
        return Wanted(form["fields"], is_json="[" in form["fields"])
    raise NothingAsked('400 Bad Request:no "fields" or "group" parameter in POST\n')


def _form_fields() -> dict[str, str]:
    """The form's fields; a body whose type nobody stated is taken for a url-encoded form."""
    if request.mimetype:
        return request.form.to_dict()
    return dict(_pair(piece) for piece in request.get_data(as_text=True).split("&"))


def _pair(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _from_base64(text: str) -> str:
    """The decoded text; blanks inside are pluses that a form turned into blanks."""
    packed = re.sub(r"\s", "+", text.strip())
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as exc:
        raise BadQuery("groups", text[:100], f"base64 text ({exc})") from exc
