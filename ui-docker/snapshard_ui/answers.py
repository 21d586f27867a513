"""Responses made of what was found."""

import orjson
from flask import Response


def json_response(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(body), status, mimetype="application/json")
