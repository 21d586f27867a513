"""Settings: read once from the environment, checked, then passed along."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from snapshard.errors import BadSetting

PREFIX = "SNAPSHARD_"


def _setting(default: object, unit: str, meaning: str, *, zero: bool = False) -> Any:
    """A field; `zero` says whether a number may be 0."""
    return field(default=default, metadata={"unit": unit, "meaning": meaning, "zero": zero})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default; the environment variable is SNAPSHARD_ and the name in
    capitals.
    """

    data: Path = _setting(
        Path("data"),
        "folder",
        "where the embedded server keeps its databases; unused with a shard map",
    )
    shards: Path | None = _setting(
        None, "file", "shard map: name and address a line, no passwords; none = the embedded server"
    )
    discover: str = _setting(
        "",
        "selector",
        "labels of the Services to find shards by, inside Kubernetes; before the shard map",
    )
    read_seconds: float = _setting(
        20.0,
        "s",
        "longest a shard may take for its part of an interactive answer; no further one is asked then",
    )
    connect_seconds: float = _setting(1.0, "s", "longest a shard may take to give a connection")
    read_connections: int = _setting(
        4, "connections", "per worker and shard, for interactive queries"
    )
    export_connections: int = _setting(
        4, "connections", "per worker and shard, for exports; an export may hold two"
    )
    export_service: str = _setting(
        "", "name", "libpq service (user, password) of exports, where they have a role of their own"
    )
    exports: int = _setting(
        2, "exports", "per worker at once; a further one is answered 429 and a time to come again"
    )
    send_seconds: float = _setting(
        60.0, "s", "how long the reader of an export may take nothing of it"
    )
    max_rows: int = _setting(5_000, "rows", "most rows of one page")
    page_bytes: int = _setting(8_000_000, "bytes", "where a page ends even if it has fewer rows")
    log_queries: bool = _setting(
        False, "0 or 1", "whether logs hold paths and query strings, which can identify a patient"
    )
    host: str = _setting(
        "127.0.0.1", "address", "where the server listens; 0.0.0.0 = every address of the machine"
    )
    port: int = _setting(
        8000, "port", "where the server listens; 0 = any free port, printed at the start", zero=True
    )
    proxies: int = _setting(
        0,
        "proxies",
        "in front of the server whose X-Forwarded-... headers name its public address; 0 believes none",
        zero=True,
    )
    workers: int = _setting(
        2, "processes", "that answer; each has its own connections to the shards"
    )
    threads: int = _setting(16, "threads", "per worker; they mostly wait for shards")
    drain_seconds: int = _setting(
        30, "s", "how long answers under way may take to end when the server is stopped"
    )
    service_id: str = _setting(
        "org.snapshard", "name", "of this service in /service-info: a domain of yours, reversed"
    )
    organization: str = _setting("unnamed", "name", "who runs the service, in /service-info")
    organization_url: str = _setting("https://example.org", "URL", "their page, in /service-info")
    catalog_seconds: float = _setting(
        1.0, "s", "how long the list of releases is believed before it is read again"
    )

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            least, told = (0, "0 or more") if one.metadata["zero"] else (1e-9, "a number above 0")
            if isinstance(value, int | float) and not isinstance(value, bool) and value < least:
                raise BadSetting(
                    PREFIX + one.name.upper(), value, f"{told} ({one.metadata['unit']})"
                )

    def on_folder(self, folder: Path) -> "Settings":
        """These settings with the embedded server of a folder, whatever else names shards."""
        return replace(self, data=folder, shards=None, discover="")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings that the environment gives; BadSetting names a variable that is unknown or
        has a wrong value.
        """
        known = {PREFIX + one.name.upper(): one for one in fields(cls)}
        given: dict[str, Any] = {}
        for variable, text in environment.items():
            if variable.startswith(PREFIX) and variable not in _FOREIGN:
                if variable not in known:
                    raise BadSetting(variable, text, f"one of {', '.join(sorted(known))}")
                one = known[variable]
                given[one.name] = _value(variable, text, type(one.default))
        return cls(**given)


_FOREIGN = ("SNAPSHARD_SHARED", "SNAPSHARD_URL")
"""Variables of the tests and of the client, which are no settings of the server."""


def _value(variable: str, text: str, kind: type) -> object:
    try:
        if kind in (int, float):
            return kind(text)
    except ValueError:
        raise BadSetting(variable, text, "a whole number" if kind is int else "a number") from None
    if kind is bool:
        if text not in ("0", "1"):
            raise BadSetting(variable, text, "0 or 1")
        return text == "1"
    return text if kind is str else Path(text)
