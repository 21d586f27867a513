"""Repeated slashes in paths: clients request `//snaptron/registry` and do not follow redirects."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SingleSlashes:
    """A WSGI application that passes requests to another with single slashes in their path."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        environ["PATH_INFO"] = re.sub("//+", "/", environ.get("PATH_INFO", ""))
        return self._application(environ, start_response)
