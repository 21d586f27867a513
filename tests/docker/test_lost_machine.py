"""A shard whose machine is gone: nobody closes its connections, and still nobody waits for it for
ever.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress

import docker
import pytest

from snapshard.connections import Pools, ShardMap
from snapshard.errors import ShardUnavailable
from snapshard.settings import Settings

pytestmark = pytest.mark.docker


class Lost:
    """A shard in a network of its own that it can be taken out of."""

    def __init__(self, container, network) -> None:
        self.container = container
        self._network = network

    @property
    def address(self) -> str:
        """Where it is reached; not by a port of this machine, which would outlive it."""
        self.container.reload()
        return self.container.attrs["NetworkSettings"]["Networks"][self._network.name]["IPAddress"]

    def unplug(self) -> None:
        """As if its machine lost its power."""
        self._network.disconnect(self.container)

    def plug_in(self, address: str) -> None:
        """Where it was before."""
        self._network.connect(self.container, ipv4_address=address)


@pytest.fixture
def lost(start: Callable[..., AbstractContextManager]) -> Iterator[Lost]:
    """A running shard that can be lost."""
    pool = docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet="10.201.0.0/28")])
    network = docker.from_env().networks.create("snapshard-lost", ipam=pool)
    try:
        with start() as shard:
            shard.wait()
            container = shard.container.get_wrapped_container()
            network.connect(container)
            for name in [
                one for one in container.attrs["NetworkSettings"]["Networks"] if one != network.name
            ]:
                with suppress(docker.errors.APIError):
                    docker.from_env().networks.get(name).disconnect(container)
            yield Lost(container, network)
    finally:
        network.remove()


def test_who_waits_for_a_lost_machine_is_told_and_its_places_in_the_pool_are_free_again(
    lost: Lost, passwords: dict[str, str], tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pgpass").write_text(
        "*:*:*:reader:" + passwords["reader"].replace("\\", "\\\\") + "\n"
    )
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    address = lost.address
    shards = ShardMap("", {"one": f"host={address} user=reader dbname=snapshard"})
    pools = Pools(lambda: shards, Settings(read_connections=2, connect_seconds=3))
    ended: list[object] = []

    def wait_long() -> None:
        try:
            with pools.connection("one") as connection:
                connection.execute("SELECT pg_sleep(15)")
        except ShardUnavailable as error:
            ended.append(error)

    waiting = [threading.Thread(target=wait_long) for _ in range(2)]
    for thread in waiting:
        thread.start()
    time.sleep(2)
    lost.unplug()
    for thread in waiting:
        thread.join(60)
    assert [one.shard for one in ended] == ["one", "one"]
    lost.plug_in(address)
    for _ in range(2):
        with pools.connection("one") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    pools.close()
