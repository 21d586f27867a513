"""Thousands of odd requests over every operation: no failure of the server, no torn response, no
reflected script or header, no growth of memory.

SNAPSHARD_TEST_ODD_REQUESTS sets their number; every run sends the same requests.
"""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from odd_requests import MARK, SECONDS, Operations, check_response, exchange

COUNT = int(os.environ.get("SNAPSHARD_TEST_ODD_REQUESTS", "800"))
CLIENTS = 4
GROWTH = (20 if COUNT >= 10_000 else 85) << 20
"""Bytes by which each worker may grow after the first third of the requests. After a few hundred, it
still imports libraries, such as pyarrow, for its first response of a kind.
"""


@pytest.fixture(scope="module")
def own_server(world, start_server):
    """A server that no other test has used."""
    server = start_server("--data", str(world.folder), workers=2)
    yield server
    server.stop()


def resident_bytes(server):
    """The memory of each of the server's workers."""
    postgres = ("postgres", "postmaster")
    processes = psutil.Process(server.process.pid).children(recursive=True)
    return [one.memory_info().rss for one in processes if one.name() not in postgres]


def test_odd_requests_do_no_harm(own_server):
    operations = Operations(httpx.get(f"{own_server.url}/api/v1/openapi.json").json())
    statuses, faults, slowest = Counter(), [], 0.0

    def send(number):
        request, started = operations.request(number), time.monotonic()
        try:
            status = check_response(request, exchange(own_server.port, request))
        except (AssertionError, TimeoutError, TypeError, ValueError) as error:
            return 0, 0.0, f"{number}: {request.first_line}: {error!r}"
        return status, time.monotonic() - started, None

    sizes = []
    with ThreadPoolExecutor(CLIENTS) as clients:
        for numbers in (range(COUNT // 3), range(COUNT // 3, COUNT)):
            for status, seconds, fault in clients.map(send, numbers):
                statuses[status] += 1
                slowest = max(slowest, seconds)
                faults += [fault] if fault else []
            sizes.append(resident_bytes(own_server))
    megabytes = [[size >> 20 for size in workers] for workers in sizes]
    print(f"{COUNT} requests, statuses {sorted(statuses.items())}, slowest {slowest:.1f} s,")
    print(f"MB of the workers after a third and at the end: {megabytes}")
    assert not faults, "\n".join(faults[:40])
    growths = [after - before for before, after in zip(*sizes, strict=True)]
    assert max(growths) < GROWTH
    assert slowest < SECONDS
    assert {200, 400, 404, 405} <= set(statuses)
    assert MARK not in own_server.log.read_text()
    assert httpx.get(f"{own_server.url}/readyz").status_code == 200
