"""Settings, read once from the environment, checked at construction, then passed as a value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from snapshard.errors import BadSetting

PREFIX = "SNAPSHARD_"


def _setting(default: object, unit: str, meaning: str, *, zero: bool = False) -> Any:
    """A dataclass field with its unit and meaning; `zero` allows a number to be 0."""
    return field(default=default, metadata={"unit": unit, "meaning": meaning, "zero": zero})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default. The environment variable is SNAPSHARD_ and the name in capitals."""

    data: Path = _setting(
        Path("data"), "folder", "databases of the embedded server; not used with a shard map"
    )
    arrays: Path | None = _setting(
        None,
        "folder",
        "arrays of `snapshard build-arrays`; if unset, `arrays` in the folder of the embedded server",
    )
    shards: Path | None = _setting(
        None,
        "file",
        "shard map: a name and an address per line, without passwords; if unset, the embedded server",
    )
    discover: str = _setting(
        "",
        "selector",
        "labels of the Services that lead to the shards, inside Kubernetes; overrides the shard map",
    )
    read_seconds: float = _setting(
        20.0, "s", "timeout of a shard's part of an interactive response"
    )
    connect_seconds: float = _setting(1.0, "s", "maximum time to wait for a connection to a shard")
    read_connections: int = _setting(
        4, "connections", "per worker and shard, for interactive queries"
    )
    export_connections: int = _setting(
        4, "connections", "per worker and shard, for exports; an export may use two"
    )
    export_service: str = _setting(
        "", "name", "libpq service (user and password) for exports, if they have their own role"
    )
    exports: int = _setting(
        2, "exports", "maximum concurrent exports per worker; a further one gets status 429"
    )
    wide_reads: int = _setting(
        2,
        "queries",
        "maximum concurrent interactive queries per worker that read much; others wait, then get"
        " status 429",
    )
    send_seconds: float = _setting(
        60.0, "s", "an export is aborted if the client reads nothing for this long"
    )
    max_rows: int = _setting(5_000, "rows", "maximum size of a page")
    page_bytes: int = _setting(
        8_000_000, "bytes", "maximum size of a page, even if it has fewer rows"
    )
    fasta: str = _setting(
        "",
        "ASSEMBLY=FILE",
        "FASTA files of genomes, such as GRCh38=/data/hg38.fa, separated by commas: for premature stops"
        " and the reference bases of variants",
    )
    log_queries: bool = _setting(
        False, "0 or 1", "log paths and query strings, which can identify a patient"
    )
    host: str = _setting(
        "127.0.0.1", "address", "address to listen on; 0.0.0.0 = all addresses of the machine"
    )
    port: int = _setting(
        8000, "port", "port to listen on; 0 = any free port, printed at the start", zero=True
    )
    proxies: int = _setting(
        0,
        "proxies",
        "number of trusted reverse proxies that set X-Forwarded-... headers; 0 trusts none",
        zero=True,
    )
    workers: int = _setting(
        2, "processes", "worker processes; each has its own connections to the shards"
    )
    threads: int = _setting(16, "threads", "threads per worker; they mostly wait for shards")
    drain_seconds: int = _setting(
        30, "s", "time for responses in progress to end when the server stops"
    )
    service_id: str = _setting(
        "org.snapshard", "name", "identifier in /service-info: your domain, reversed"
    )
    organization: str = _setting("unnamed", "name", "operator of the service, in /service-info")
    organization_url: str = _setting(
        "https://example.org", "URL", "page of the operator, in /service-info"
    )
    accessible_tissues: Path | None = _setting(
        None,
        "file",
        "sample groups that evidence lists first, a name per line; if unset, Snapshard's own table of"
        " clinically accessible tissues",
    )
    catalog_seconds: float = _setting(1.0, "s", "how long the release list is cached")

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            minimum = 0 if setting.metadata["zero"] else 1e-9
            if isinstance(value, int | float) and not isinstance(value, bool) and value < minimum:
                expected = "0 or more" if setting.metadata["zero"] else "a number above 0"
                raise BadSetting(
                    PREFIX + setting.name.upper(), value, f"{expected} ({setting.metadata['unit']})"
                )

    def on_folder(self, folder: Path) -> "Settings":
        """These settings for the embedded server of a folder.

        A folder that is named on the command line overrides every variable that names shards.
        """
        return replace(self, data=folder, shards=None, discover="")

    @property
    def array_folder(self) -> Path:
        """The folder of the releases' arrays."""
        return self.arrays or self.data / "arrays"

    @property
    def connections(self) -> int:
        """Connections of a server to a shard when all pools are full. The bulk worker has those for the
        exports of all workers, which then have none, and its own for reads.
        """
        bulk_reads = max(self.read_connections, self.wide_reads * self.workers)
        return self.workers * (self.read_connections + self.export_connections) + bulk_reads

    @property
    def embedded(self) -> bool:
        """Whether the shards are those of the embedded server."""
        return self.shards is None and not self.discover

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of an environment. Raises BadSetting for an unknown variable or a bad value."""
        settings = {PREFIX + setting.name.upper(): setting for setting in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in environment.items():
            if not variable.startswith(PREFIX) or variable in _OTHER_VARIABLES:
                continue
            if variable not in settings:
                raise BadSetting(variable, text, f"one of {', '.join(sorted(settings))}")
            setting = settings[variable]
            values[setting.name] = _value(variable, text, type(setting.default))
        return cls(**values)


_OTHER_VARIABLES = ("SNAPSHARD_SHARED", "SNAPSHARD_TEST_FACE_CASES", "SNAPSHARD_URL")
"""Variables of the tests and of the client, which are not settings of the server."""


def _value(variable: str, text: str, value_type: type) -> object:
    try:
        if value_type in (int, float):
            return value_type(text)
    except ValueError:
        expected = "a whole number" if value_type is int else "a number"
        raise BadSetting(variable, text, expected) from None
    if value_type is bool:
        if text not in ("0", "1"):
            raise BadSetting(variable, text, "0 or 1")
        return text == "1"
    return text if value_type is str else Path(text)
