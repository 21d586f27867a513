"""The address that a client queries: a server's URL, or a data folder in this process."""

import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack
from urllib.parse import quote

from snapshard.client.errors import Partial, Truncated
from snapshard.client.local import ADDRESS, open_folder
from snapshard.client.pages import is_truncated, missing_shards, pages
from snapshard.client.remarks import split_text
from snapshard.client.selection import ReleaseOptions
from snapshard.errors import BadQuery, BadSetting, SnapshardError
from snapshard.wire import PROVENANCE, SHARD

if TYPE_CHECKING:
    import httpx
    import pandas as pd

    from snapshard.rows import Rows


class Connection:
    """The session, the default compilation and release, and the routes that every method starts from."""

    def __init__(
        self,
        server: str | None = None,
        *,
        data: str | Path | None = None,
        compilation: str | None = None,
        release: str | None = None,
        timeout: "float | httpx.Timeout | None" = None,
        tries: int | None = None,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        # httpx takes longer to import than the rest of the client, and numpy and pandas longer still:
        # a program that only imports the client need not wait for any of them.
        from snapshard.client.session import Session

        self._compilation = compilation
        self._release = release
        # Set first, so that close() works even if opening the folder fails.
        self._close_folder: Callable[[], None] = lambda: None
        if server and data is not None:
            expected = f"a server or a folder, not both (the server is {server})"
            raise BadSetting("data", str(data), expected)
        address = server or (os.environ.get("SNAPSHARD_URL") if data is None else None)
        if address is None:
            transport, self._close_folder = open_folder(None if data is None else Path(data))
        self._session = Session(
            address or ADDRESS, transport=transport, timeout=timeout, tries=tries
        )
        folder = {} if data is None else {"data": str(data)}
        self._address = folder if address is None else {"server": address}
        self._is_open = True

    @classmethod
    def local(cls, data: str | Path, **options: Any) -> Self:
        """A client of a data folder. No server needs to run."""
        return cls(data=data, **options)

    @property
    def server(self) -> str | None:
        """The URL of the server; None for a data folder."""
        return self._address.get("server")

    def close(self) -> None:
        """Closes all connections. An embedded server that no other program uses stops."""
        self._is_open = False
        self._session.close()
        self._close_folder()

    def __repr__(self) -> str:
        """The server or folder, the compilation, its release and its number of samples, as far as the
        server tells them. For a notebook, which prints the value of a cell's last line.
        """
        facts: dict[str, object] = {**self._address}
        if self._compilation or self._release:
            facts |= {"compilation": self._compilation, "release": self._release}
        # A value must be printable whatever the state of the server.
        with suppress(SnapshardError):
            facts |= self._description() if self._is_open else {"closed": True}
        present = {name: value for name, value in facts.items() if value is not None}
        return f"Client({', '.join(f'{name}={value!r}' for name, value in present.items())})"

    def _description(self) -> dict[str, object]:
        """The data that the client queries; the names of the compilations if none is chosen."""
        names = [str(compilation["compilation"]) for compilation in self.compilations()]
        if self._compilation is None and len(names) != 1:
            return {"compilations": names}
        about = self._session.get(self.base()).json()["about"]
        return {
            "compilation": about["compilation"],
            "release": about["release"],
            "samples": about["sample_count"],
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def compilations(self) -> list[dict[str, Any]]:
        """The compilations, each with its published release."""
        compilations: list[dict[str, Any]]
        compilations = self._session.get("compilations").json()["compilations"]
        return compilations

    def shards(self) -> "pd.DataFrame":
        """The state of every shard, checked now: whether it responds, in how many ms, its releases."""
        from snapshard.client.frames import record_frame

        return record_frame(self._session.get("shards").json()["shards"], SHARD, {})

    def get(
        self,
        path: str = "",
        parameters: Mapping[str, Any] | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> dict[str, Any]:
        """The JSON response of a route below the compilation's, such as `samples/fields`.

        Use it for endpoints without a method of their own. A name in the route must be
        percent-encoded if it contains a slash or another sign that a URL reserves.
        """
        route = "/".join(filter(None, [self.base(**options), path]))
        response: dict[str, Any] = self._session.get(route, parameters).json()
        return response

    def base(self, *, compilation: str | None = None, release: str | None = None) -> str:
        """The route of a compilation, or of one of its releases.

        Raises BadQuery if the server has several compilations and none was named.
        """
        compilation = compilation or self._compilation or self._only_compilation()
        release = release or self._release
        return f"compilations/{compilation}" + (f"/releases/{release}" if release else "")

    def _only_compilation(self) -> str:
        names = [str(compilation["compilation"]) for compilation in self.compilations()]
        if len(names) != 1:
            raise BadQuery("compilation", None, f"one of {', '.join(names) or '(none is loaded)'}")
        self._compilation = names[0]
        return names[0]

    def _pinned(self, base: str) -> str:
        """The route of the release that the server uses now, so that all requests use the same one."""
        return self._base_of(self._session.get(base).json())

    def _base_of(self, response: Mapping[str, Any]) -> str:
        about = response["about"]
        return self.base(compilation=about["compilation"], release=about["release"])

    def _table(
        self, path: str, parameters: Mapping[str, Any], limit: int | None, *, depth: int
    ) -> "tuple[Rows, dict[str, Any]]":
        """The rows of all pages up to the limit, and the description of the data.

        `depth` is the number of stack frames up to the user's call, for warnings.
        """
        from snapshard.rows import Rows

        about: dict[str, Any] = {}
        names: tuple[str, ...] = ()
        texts: list[bytes] = []
        for page in pages(self._session, path, {**parameters, "format": "tsv"}, limit=limit):
            remarks, names, text = split_text(page.content)
            texts.append(text)
            if not about:
                # Only the first page describes the data.
                about = {name: remarks[name] for name in PROVENANCE}
            about["truncated"] = is_truncated(page)
            about["missing_shards"] = missing_shards(page)
            about["why_empty"] = remarks.get("why_empty")
        if about.get("truncated"):
            message = f"truncated at limit={limit}: there are more rows"
            warnings.warn(message, Truncated, stacklevel=depth)
        if about.get("missing_shards"):
            message = f"no response from {', '.join(about['missing_shards'])}: rows are missing"
            warnings.warn(message, Partial, stacklevel=depth)
        return Rows(b"".join(texts), names), about


def quoted(name: object) -> str:
    """A name as one part of a path; a part `..` would be taken for the folder above."""
    text = str(name)
    return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")


def warn_if_truncated(response: Mapping[str, Any], message: str) -> None:
    """Warns at the line that called the client's method."""
    if response.get("truncated"):
        warnings.warn(message, Truncated, stacklevel=3)
