"""What happens when parts of it die, are replaced or fill up, under load."""

import json
import subprocess
import time

import pytest
import requests

from .clients import Judge, at_work, right_body
from .conftest import Deployment, new_release
from .questions import shard_paths

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("as_found")]


@pytest.fixture(scope="module")
def bodies(deployment: Deployment) -> dict[str, set[bytes]]:
    """The right answer to every path, asked while nothing is wrong."""
    return {path: {deployment.get(path).content} for path in shard_paths()}


def may_fail(owners: dict[str, str], shard: str, bodies: dict[str, set[bytes]]) -> Judge:
    """Only what needs the shard may fail, only with 503, and the answer must name the shard."""
    right = right_body(bodies)

    def judge(path: str, answer: requests.Response) -> tuple[str, str]:
        if (
            answer.status_code == 503
            and owners[path] == shard
            and f"shard '{shard}'" in answer.json()["detail"]
        ):
            return "503 that names the shard", ""
        return right(path, answer)

    return judge


def test_without_a_shard_only_its_own_questions_fail_and_it_comes_back(
    deployment: Deployment, bodies: dict[str, set[bytes]], measured: list[str]
) -> None:
    owners = shard_paths()
    with at_work(deployment.url, bodies, may_fail(owners, "b", bodies)) as outcome:
        time.sleep(10)
        begun = time.monotonic()
        deployment.cluster.kubectl("delete", "pod", "shard-b-0", "--wait")
        deployment.cluster.ready_seconds("shard-b-0")
        back = time.monotonic() - begun
        time.sleep(max(0.0, 50 - back))
    measured.append(f"a shard whose pod was deleted is ready again: {back:.0f} s")
    assert outcome.wrong == []
    assert outcome.kinds["right"] > 1000
    assert back < 60


def test_a_new_server_image_and_a_new_release_lose_no_request(
    deployment: Deployment, bodies: dict[str, set[bytes]], halved: str
) -> None:
    cluster = deployment.cluster
    halves = new_release("halves")
    cluster.populate(halves, file=halved)
    deployment.wait_for(next(iter(bodies)), f'"release":"{halves}"')
    both = {path: known | {deployment.get(path).content} for path, known in bodies.items()}
    assert sum(len(known) == 2 for known in both.values()) == len(both)
    cluster.make("rollback", "COMPILATION=gtex17", "RELEASE=r1")
    deployment.wait_for(next(iter(bodies)), '"release":"r1"')
    for command in (
        ["docker", "tag", "snapshard/server:0.1.0", "snapshard/server:0.1.1"],
        [*cluster.load.split(), "snapshard/server:0.1.1"],
    ):
        subprocess.run(command, env=cluster.environment, check=True)
    with at_work(deployment.url, both, right_body(both)) as outcome:
        cluster.kubectl("set", "image", "deployment/server", "server=snapshard/server:0.1.1")
        cluster.make("rollback", "COMPILATION=gtex17", f"RELEASE={halves}")
        cluster.kubectl("rollout", "status", "deployment/server", "--timeout=300s")
        cluster.make("rollback", "COMPILATION=gtex17", "RELEASE=r1")
        time.sleep(5)
    assert outcome.wrong == []
    deployment.wait_for(next(iter(bodies)), '"release":"r1"')


def test_a_loader_that_is_killed_resumes_and_loads_no_shard_twice(
    deployment: Deployment, bodies: dict[str, set[bytes]]
) -> None:
    cluster, release = deployment.cluster, new_release("killed")
    loading = subprocess.Popen(
        [
            "make",
            "populate",
            "SOURCE=http://source:8080/gtex17/junctions.tsv.gz",
            "COMPILATION=gtex17",
            f"RELEASE={release}",
        ],
        env=cluster.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    before = _when_some_are_loaded(cluster, f"gtex17@{release}")
    busy = [pod for pod in _loader_pods(cluster) if pod["status"]["phase"] == "Running"]
    for pod in busy:
        cluster.kubectl("delete", "pod", pod["metadata"]["name"], "--grace-period=0", "--force")
    assert next(iter(bodies.values())) == {deployment.get(next(iter(bodies))).content}
    said, _ = loading.communicate(timeout=300)
    assert loading.returncode == 0, said
    assert busy
    after = _loaded_at(cluster, f"gtex17@{release}")
    assert before
    assert before.items() <= after.items()
    deployment.wait_for(next(iter(bodies)), f'"release":"{release}"')
    for path, known in bodies.items():
        assert (
            json.loads(deployment.get(path).content)["rows"]
            == json.loads(next(iter(known)))["rows"]
        )


def _loader_pods(cluster) -> list[dict]:
    return cluster.get("pods", "-l", "app.kubernetes.io/instance=load-shards")["items"]


def _loaded_at(cluster, schema: str) -> dict[str, str]:
    """When each interval was loaded, by its number."""
    query = f"""SELECT json_object_agg(number, loaded) FROM content
        WHERE schema = '{schema}' AND kind = 'junction'"""
    text = cluster.kubectl(
        "exec", "catalog-0", "--", "psql", "-U", "postgres", "-d", "snapshard", "-tAc", query
    )
    return json.loads(text.strip() or "null") or {}


def _when_some_are_loaded(cluster, schema: str) -> dict[str, str]:
    for _ in range(600):
        loaded = _loaded_at(cluster, schema)
        if loaded and any(pod["status"]["phase"] == "Running" for pod in _loader_pods(cluster)):
            return loaded
        time.sleep(0.2)
    raise AssertionError("no moment at which some shards were loaded and others were not")


def test_a_full_volume_fails_the_load_with_a_clear_message_and_the_served_release_stays(
    deployment: Deployment,
) -> None:
    """The volumes of a test cluster have no limit, so one shard gets its data folder in memory,
    which has.
    """
    cluster = deployment.cluster
    small = {"name": "small", "emptyDir": {"medium": "Memory", "sizeLimit": "112Mi"}}
    template = cluster.get("statefulset", "shard-c")["spec"]["template"]["spec"]
    mounts = [
        {**mount, "name": "small"} if mount["name"] == "data" else mount
        for mount in template["containers"][0]["volumeMounts"]
    ]
    patch = {
        "spec": {
            "template": {
                "spec": {
                    "volumes": [small],
                    "containers": [{"name": "postgres", "volumeMounts": mounts}],
                }
            }
        }
    }
    cluster.kubectl("patch", "statefulset", "shard-c", "--type=strategic", "-p", json.dumps(patch))
    try:
        cluster.kubectl("rollout", "status", "statefulset/shard-c", "--timeout=120s")
        served, failing = new_release("served"), new_release("failing")
        cluster.populate(served)
        free = "$(df -m --output=avail /var/lib/postgresql | tail -1)"
        fill = f"dd if=/dev/zero of=/var/lib/postgresql/ballast bs=1M count=$(({free} - 2))"
        cluster.kubectl("exec", "shard-c-0", "--", "sh", "-c", fill)
        path = next(path for path, shard in shard_paths().items() if shard == "c")
        deployment.wait_for(path, f'"release":"{served}"')
        before = deployment.get(path).content
        said = cluster.populate(failing, check=False)
        assert "job load-shards did not complete" in said
        assert "No space left on device" in said
        (container,) = cluster.get("pod", "shard-c-0")["status"]["containerStatuses"]
        assert container["restartCount"] == 0
        deployment.wait_for(path, f'"release":"{served}"')
        assert deployment.get(path).content == before
        cluster.kubectl("exec", "shard-c-0", "--", "rm", "/var/lib/postgresql/ballast")
        assert f"gtex17/{failing}: served" in cluster.populate(failing)
    finally:
        cluster.kubectl("rollout", "undo", "statefulset/shard-c")
        cluster.kubectl("rollout", "status", "statefulset/shard-c", "--timeout=120s")
