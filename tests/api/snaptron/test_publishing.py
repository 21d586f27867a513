"""What the protocol's clients see when another release of a compilation is published, or an older
one again.
"""

import socket
import statistics
import time

import pytest
from data_folders import data_folder
from snaptron_wire import LAYOUT, Running, received

from snapshard_populate.loading import Compilation, LoadPlan
from snapshard_populate.releases import publish_release, roll_back_release

REGION = "chr1:1-300000000"
TIMES = 40
"""So often over the region is asked for: its rows are too many for all buffers on the way."""
READS = {"r1": 10, "r2": 500}
BATCHES = {release: b"batch%d\n" % reads for release, reads in READS.items()}


def write_release(folder, reads):
    """500 junctions in 600 samples, and the samples; what a release says depends on its reads."""
    folder.mkdir()
    with (folder / "junctions.tsv").open("w") as file:
        for n in range(500):
            values = [reads + (sample + n) % 7 for sample in range(600)]
            samples = "".join(f",{sample}:{value}" for sample, value in enumerate(values))
            numbers = f"600\t{sum(values)}\t{statistics.fmean(values):.3f}\t{statistics.median(values):.3f}"
            start = 1_000 + 50 * n
            file.write(
                f"{n}\tchr1\t{start}\t{start + 999}\t1000\t+\t0\tGT\tAG\t0\t0\t{samples}\t{numbers}\t1\n"
            )
    (folder / "samples.tsv").write_text(
        "rail_id\tbatch\n" + "".join(f"{sample}\tbatch{reads}\n" for sample in range(600))
    )
    return Compilation("turned", str(folder / "junctions.tsv"), samples=str(folder / "samples.tsv"))


@pytest.fixture(scope="module")
def turned():
    """A server over two releases, and the address of its catalog."""
    with data_folder() as folder:
        for release, reads in READS.items():
            folder.load(LoadPlan(write_release(folder.parent / release, reads), LAYOUT, release))
        with Running("--data", str(folder.path), workers=1) as process:
            yield process.server, folder.shards.catalog


def get(server, path):
    answer = server.get(f"/turned/{path}")
    assert (answer.status, answer.complete) == (200, True)
    return answer.body


def changed(server):
    """The number by which qs knows whether its copy of the samples is old."""
    return float(get(server, "samples?check_for_update=1"))


def serve(turned, release, *, change=publish_release):
    """Makes a release the served one; returns when the server, which believes its list for a
    second, has learnt of it.
    """
    server, catalog = turned
    change(catalog, "turned", release)
    for _ in range(200):
        if BATCHES[release] in get(server, "samples?all=1"):
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not serve {release} within 10 s")


def test_K3_every_change_of_the_served_release_is_an_update_of_the_samples(turned):
    server, _ = turned
    serve(turned, "r1")
    numbers = [changed(server)]
    for release, change in (
        ("r2", publish_release),
        ("r1", roll_back_release),
        ("r2", publish_release),
        ("r1", roll_back_release),
    ):
        serve(turned, release, change=change)
        numbers.append(changed(server))
    assert numbers == sorted(set(numbers))
    assert numbers[-1] <= time.time()
    serve(turned, "r1")
    assert changed(server) == numbers[-1]


@pytest.mark.parametrize(
    ("served", "then", "change"), [("r1", "r2", publish_release), ("r2", "r1", roll_back_release)]
)
def test_an_answer_under_way_stays_in_its_release(turned, served, then, change):
    server, _ = turned
    serve(turned, served)
    header, rows = (
        get(server, "snaptron?regions=chr29:1-9"),
        get(server, f"snaptron?regions={REGION}&header=0"),
    )
    with server.connect() as client:
        regions = ",".join([REGION] * TIMES)
        client.sendall(
            f"GET /turned/snaptron?regions={regions} HTTP/1.1\r\n"
            "Host: x\r\nConnection: close\r\n\r\n".encode()
        )
        assert client.recv(1, socket.MSG_PEEK)
        serve(turned, then, change=change)
        assert get(server, f"snaptron?regions={REGION}&header=0") != rows
        answer = received(client)
    assert answer.complete
    assert answer.body == header + rows * TIMES
