"""Which servers cannot be reached at this moment.

The check uses connections of its own, because a busy pool says nothing about its server, and a
server is checked once, however many databases it has.
"""

import threading
import time
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from snapshard.connections.shard_map import CATALOG, ShardMap


def unreachable_shards(shards: ShardMap, seconds: float) -> dict[str, str]:
    """The shards, and `catalog`, that do not respond within these seconds, each with the reason."""
    addresses = {CATALOG: shards.catalog, **shards.addresses}
    servers = {name: _server(address) for name, address in addresses.items()}
    # Any database of a server will do: the last name wins.
    reasons = _reasons(
        {servers[name]: address for name, address in addresses.items()}, seconds=seconds
    )
    return {name: reasons[server] for name, server in servers.items() if reasons[server]}


def unreachable_reason(address: str, seconds: float) -> str:
    """Why the database at this address does not respond within these seconds; empty if it does."""
    return _reasons({address: address}, seconds=seconds)[address]


def _server(address: str) -> str:
    """The address without the database."""
    return str(sorted((conninfo_to_dict(address) | {"dbname": None}).items()))


def _reasons(addresses: Mapping[str, str], *, seconds: float) -> dict[str, str]:
    """Why each server does not respond; empty for one that does."""
    reasons = dict.fromkeys(addresses, f"no response within {seconds:g} s")
    results: dict[str, str] = {}
    deadline = time.monotonic() + seconds
    threads = [
        # A daemon, because it outlives this call if the server hangs.
        threading.Thread(target=_check, args=(server, address, results), daemon=True)
        for server, address in addresses.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return reasons | dict(results)


def _check(server: str, address: str, results: dict[str, str]) -> None:
    try:
        with psycopg.connect(address, connect_timeout=2, application_name="snapshard ready"):
            results[server] = ""
    except psycopg.Error as exc:
        results[server] = (str(exc).strip() or type(exc).__name__).splitlines()[0]
