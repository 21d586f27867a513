"""Repeated slashes in paths: clients ask for `//snaptron/registry`, and get it without a redirect."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SingleSlashes:
    """A WSGI application that hands requests on with single slashes in their path."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        environ["PATH_INFO"] = re.sub("//+", "/", environ.get("PATH_INFO", ""))
        return self._application(environ, start_response)
