"""From an empty cluster to the same answers as on a laptop."""

import gzip
import re
import subprocess

import pytest
import requests

from .conftest import ROOT, SOURCE, Deployment
from .questions import mixed_paths

pytestmark = pytest.mark.cluster


def test_two_hundred_questions_are_answered_as_the_embedded_topology_answers_them(
    deployment: Deployment, embedded
) -> None:
    paths = mixed_paths(200)
    rows = 0
    for path in paths:
        there, here = deployment.get(path), embedded.get(path, buffered=True)
        assert (there.status_code, there.headers["Content-Type"]) == (
            200,
            here.headers["Content-Type"],
        ), (
            path,
            there.text,
        )
        assert there.content == here.data, path
        rows += there.text.count("chr")
    assert rows > 10_000  # The questions were worth asking.


def test_the_page_and_its_files_are_in_the_image(deployment: Deployment) -> None:
    page = deployment.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert deployment.get(file).status_code == 200, file


def test_the_deployment_is_as_large_as_its_requests_say(
    deployment: Deployment, measured: list[str]
) -> None:
    used = deployment.cluster.kubectl("top", "pods", "--no-headers").splitlines()
    assert len(used) >= 8
    measured += ["processors and memory after the load:", *used]
    for pod in deployment.cluster.get("pods")["items"]:
        assert not any(
            one.get("restartCount") for one in pod["status"].get("containerStatuses", ())
        ), pod["metadata"]["name"]


def test_sizes_are_those_of_the_release(deployment: Deployment, measured: list[str]) -> None:
    head, *lines = deployment.cluster.make("sizes", "COMPILATION=gtex17", "RELEASE=r1").splitlines()
    assert head.split() == ["shard", "junctions", "text_bytes", "disk_bytes", "load_seconds"]
    shards, junctions, text, disk, _ = zip(*(line.split() for line in lines), strict=True)
    assert shards == ("shard-a", "shard-b", "shard-c", "shard-d")
    with gzip.open(SOURCE, "rb") as rows:
        assert sum(map(int, junctions)) == sum(1 for _ in rows)
    assert all(0 < int(small) < int(large) for small, large in zip(junctions, text, strict=True))
    assert all(int(one) > 0 for one in disk)
    measured += [head, *lines]


def test_what_is_applied_by_hand_is_what_make_deployed(deployment: Deployment) -> None:
    assert (
        deployment.cluster.kubectl(
            "diff", "-k", str(ROOT / "kubernetes" / "overlays" / "small"), check=False
        )
        == ""
    )


def test_a_laptop_reaches_the_servers_through_kubectl(deployment: Deployment) -> None:
    command = ["kubectl", "--namespace=snapshard", "port-forward", "service/server", ":80"]
    environment = deployment.cluster.environment
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as forwarding:
        try:
            said = forwarding.stdout.readline()
            address = re.match(r"Forwarding from (127\.0\.0\.1:\d+)", said)
            assert address, said
            assert requests.get(f"http://{address[1]}/livez", timeout=30).status_code == 200
        finally:
            forwarding.terminate()
