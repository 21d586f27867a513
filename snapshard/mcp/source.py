"""Where tools get their answers: the API of a server, or of a data folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from snapshard.client import Client
from snapshard.client.connection import quoted
from snapshard.mcp.arguments import Arguments


@dataclass(frozen=True)
class Source:
    """A client, and the address at which a reader of an answer reaches the same API.

    url: None for a data folder, which has no address.
    folder: the data folder; None for a server, and for the folder that commands use by default.
    """

    client: Client
    url: str | None
    folder: Path | None = None

    def get(self, arguments: Arguments, path: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The API's response about the compilation and release of the arguments, with `url`: its
        permanent address.
        """
        response = self.client.get(
            path,
            parameters,
            compilation=None if arguments.compilation is None else quoted(arguments.compilation),
            release=None if arguments.release is None else quoted(arguments.release),
        )
        return {**response, "url": self.link(response["about"], path, parameters)}

    @property
    def options(self) -> list[str]:
        """The options of a command that queries the same data."""
        if self.url is not None:
            return ["--server", self.url]
        return [] if self.folder is None else ["--data", str(self.folder.resolve())]

    def link(
        self, about: Mapping[str, Any], path: str, parameters: Mapping[str, Any]
    ) -> str | None:
        """The permanent address of a response about a release; None for a data folder."""
        if self.url is None:
            return None
        compilation, release = quoted(about["compilation"]), quoted(about["release"])
        values = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in parameters.items()
            if value not in (None, (), [])
        }
        query = f"?{urlencode(values, doseq=True)}" if values else ""
        base = f"{self.url.rstrip('/')}/api/v1/compilations/{compilation}/releases/{release}"
        return f"{base}/{path}{query}"
