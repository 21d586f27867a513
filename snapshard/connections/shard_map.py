"""The map from shard names to database addresses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from snapshard.errors import BadShardMap, NotFound, QueryTimeout, ShardUnavailable

CATALOG = "catalog"
"""The name of the catalog in a shard map."""


@dataclass(frozen=True)
class ShardMap:
    """The address (libpq connection string, no password) of the catalog and of every shard by name."""

    catalog: str
    addresses: Mapping[str, str]

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The map in a file of lines `name<TAB>address`, one of them named catalog.

        Blank lines and # lines are skipped. User and password come from libpq's PG* variables or
        its password file. Raises BadShardMap.
        """
        try:
            # utf-8-sig passes over a byte order mark.
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except OSError as exc:
            raise BadShardMap(f"cannot read the shard map {path}: {exc.strerror}") from exc
        except UnicodeDecodeError as exc:
            raise BadShardMap(
                f"{path}: expected UTF-8 text: {exc.reason} at byte {exc.start + 1}"
            ) from exc
        addresses: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                name, address = _entry(line, f"{path}, line {number}")
                if name in addresses:
                    raise BadShardMap(f"{path}, line {number}: {name!r} already has an address")
                addresses[name] = address
        if CATALOG not in addresses:
            raise BadShardMap(f"{path}: no line named {CATALOG!r}")
        return cls(addresses.pop(CATALOG), addresses)

    def address(self, shard: str) -> str:
        """The address of a shard, or of the catalog. Raises NotFound, which lists the names."""
        if shard == CATALOG:
            return self.catalog
        if shard not in self.addresses:
            raise NotFound("address for shard", shard, ", ".join(self.addresses))
        return self.addresses[shard]


ShardSource = Callable[[], ShardMap]
"""Returns the current map: read from a file, from the embedded server, or discovered in a cluster."""


def _entry(line: str, location: str) -> tuple[str, str]:
    name, tab, address = line.partition("\t")
    if not tab or not name.strip() or not address.strip():
        raise BadShardMap(f"{location}: expected a name, a tab and an address, got {line!r}")
    try:
        parts = conninfo_to_dict(address.strip())
    except psycopg.ProgrammingError as exc:
        raise BadShardMap(f"{location}: expected a libpq address, got {address!r}: {exc}") from exc
    if "password" in parts:
        raise BadShardMap(
            f"{location}: an address must not contain a password; use PGPASSWORD or a password file"
        )
    return name.strip(), address.strip()


@contextmanager
def shard_errors(shard: str, seconds: float = 0) -> Iterator[None]:
    """Translates the driver's errors into ours, which name the shard; `seconds` is the timeout to report."""
    try:
        yield
    except psycopg.errors.QueryCanceled as exc:
        raise QueryTimeout(shard, seconds) from exc
    except psycopg.errors.UndefinedTable as exc:
        # The catalog lists a release that this database lacks: the shard was recreated, or the
        # replica has not caught up yet.
        raise ShardUnavailable(
            shard, "it lacks the release; restore its backup, or load the release again"
        ) from exc
    except psycopg.OperationalError as exc:
        message = str(exc).strip() or "connection lost"
        raise ShardUnavailable(shard, message.splitlines()[0]) from exc
