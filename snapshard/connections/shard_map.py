"""Where shards live: the map from shard names to database addresses."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from snapshard.errors import BadShardMap, NotFound, QueryTimeout, ShardUnavailable

CATALOG = "catalog"
"""The name under which a shard map gives the catalog's address."""


@dataclass(frozen=True)
class ShardMap:
    """Shard names with the address (libpq connection string, no password) of each, and the
    catalog's.
    """

    catalog: str
    addresses: Mapping[str, str]

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """A map read from lines `name<TAB>address`, one of them named catalog; blank lines and #
        lines are skipped.

        User and password come from libpq's own PG* variables or its password file. Raises
        BadShardMap.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as exc:
            raise BadShardMap(f"cannot read the shard map {path}: {exc.strerror}") from exc
        addresses: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                name, address = _entry(line, f"{path}, line {number}")
                if name in addresses:
                    raise BadShardMap(f"{path}, line {number}: {name!r} has an address already")
                addresses[name] = address
        if CATALOG not in addresses:
            raise BadShardMap(f"{path}: no line named {CATALOG!r}")
        return cls(addresses.pop(CATALOG), addresses)

    def address(self, shard: str) -> str:
        """The address of a shard, or of the catalog by its own name; NotFound lists the names there
        are.
        """
        if shard == CATALOG:
            return self.catalog
        if shard not in self.addresses:
            raise NotFound("address for shard", shard, ", ".join(self.addresses))
        return self.addresses[shard]


ShardSource = Callable[[], ShardMap]
"""Gives the map as it is now: read from a file, from the embedded server, or found in a cluster."""


def _entry(line: str, place: str) -> tuple[str, str]:
    name, tab, address = line.partition("\t")
    if not tab or not name.strip() or not address.strip():
        raise BadShardMap(f"{place}: expected a name, a tab and an address, got {line!r}")
    try:
        parts = conninfo_to_dict(address.strip())
    except psycopg.ProgrammingError as exc:
        raise BadShardMap(f"{place}: {address!r} is no libpq address: {exc}") from exc
    if "password" in parts:
        raise BadShardMap(
            f"{place}: an address holds no password; use PGPASSWORD or a password file"
        )
    return name.strip(), address.strip()


@contextmanager
def shard_errors(shard: str, seconds: float = 0) -> Iterator[None]:
    """Turns what the driver raises into our own errors, which name the shard; seconds is the
    deadline to report.
    """
    try:
        yield
    except psycopg.errors.QueryCanceled as exc:
        raise QueryTimeout(shard, seconds) from exc
    except psycopg.errors.UndefinedTable as exc:
        # The catalog knows what belongs there: a shard that was made anew, or a replica that has
        # yet to follow.
        raise ShardUnavailable(
            shard, "it lacks the release; put its backup back, or load the release again"
        ) from exc
    except psycopg.OperationalError as exc:
        raise ShardUnavailable(
            shard, str(exc).strip().splitlines()[0] if str(exc).strip() else "connection lost"
        ) from exc
