"""From an empty cluster to the same answers as on a laptop."""

import re

import pytest

from .conftest import Deployment
from .questions import mixed_paths

pytestmark = pytest.mark.cluster


def test_two_hundred_questions_are_answered_as_the_embedded_topology_answers_them(deployment: Deployment, embedded) -> None:
    paths = mixed_paths(200)
    rows = 0
    for path in paths:
        there, here = deployment.get(path), embedded.get(path, buffered=True)
        assert (there.status_code, there.headers["Content-Type"]) == (200, here.headers["Content-Type"]), (path, there.text)
        assert there.content == here.data, path
        rows += there.text.count("chr")
    assert rows > 10_000  # The questions were worth asking.


def test_the_page_and_its_files_are_in_the_image(deployment: Deployment) -> None:
    page = deployment.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert deployment.get(file).status_code == 200, file


def test_the_deployment_is_as_large_as_its_requests_say(deployment: Deployment) -> None:
    used = deployment.cluster.kubectl("top", "pods", "--no-headers").split("\n")
    print("\nmemory after the load:", *used, sep="\n  ")
    for pod in deployment.cluster.get("pods")["items"]:
        assert not any(one.get("restartCount") for one in pod["status"].get("containerStatuses", ())), pod["metadata"]["name"]
