"""Who may do what: the API server's rights, Pod Security, the network, and what the API server
accepts.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clients import at_work, right_body
from .conftest import ROOT, Cluster, Deployment
from .questions import shard_paths

pytestmark = pytest.mark.cluster
_LOCKED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
_USER = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
_CONNECT = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def state(place):
    host, port = place.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 3).close()
    except OSError:
        return place, "closed"
    return place, "open"

with ThreadPoolExecutor(20) as pool:
    for found in pool.map(state, sys.argv[1:]):
        print(*found)
"""


@pytest.mark.parametrize("account", ["server", "loader", "database", "source"])
def test_accounts_may_do_nothing_with_the_api_server(deployment: Deployment, account: str) -> None:
    as_account = f"--as=system:serviceaccount:snapshard:{account}"
    may = deployment.cluster.kubectl(
        "auth", "can-i", "--list", "--no-headers", as_account
    ).splitlines()
    known = {
        "selfsubjectreviews.authentication.k8s.io",
        "selfsubjectaccessreviews.authorization.k8s.io",
    }
    known |= {"selfsubjectrulesreviews.authorization.k8s.io"}
    assert {line.split()[0] for line in may if not line.lstrip().startswith("[")} <= known
    for verb, what in (
        ("get", "secrets"),
        ("list", "pods"),
        ("create", "pods/exec"),
        ("get", "services"),
    ):
        assert deployment.cluster.kubectl(
            "auth", "can-i", verb, what, as_account, check=False
        ).startswith("no")


def test_pods_hold_no_token(deployment: Deployment) -> None:
    for pod in deployment.cluster.get("pods")["items"]:
        assert "serviceaccount" not in json.dumps(pod["spec"]["containers"]), pod["metadata"][
            "name"
        ]


def test_the_namespace_refuses_a_privileged_pod(deployment: Deployment) -> None:
    container = {
        "name": "bad",
        "image": "snapshard/loader:0.1.0",
        "securityContext": {"privileged": True},
    }
    said = deployment.cluster.kubectl(
        "apply", "-f", "-", given=_pod("bad", container, {}, {}), check=False
    )
    assert 'violates PodSecurity "restricted:latest": privileged' in said


def _pod(name: str, container: dict, labels: dict[str, str], security: dict) -> str:
    spec = {
        "containers": [container],
        "securityContext": security,
        "automountServiceAccountToken": False,
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
        }
    )


@pytest.fixture(scope="module")
def stranger(deployment: Deployment) -> Iterator[str]:
    """A pod of the namespace that has nothing to do with us."""
    container = {
        "name": "stranger",
        "image": "snapshard/loader:0.1.0",
        "command": ["sleep", "600"],
        "securityContext": _LOCKED,
    }
    deployment.cluster.kubectl("apply", "-f", "-", given=_pod("stranger", container, {}, _USER))
    deployment.cluster.kubectl("wait", "--for=condition=Ready", "pod/stranger", "--timeout=60s")
    yield "stranger"
    deployment.cluster.kubectl("delete", "pod", "stranger", "--grace-period=0", "--force")


def _reached(cluster: Cluster, pod: str, places: list[str]) -> set[str]:
    said = cluster.kubectl("exec", pod, "--", "python3", "-c", _CONNECT, *places)
    return {line.split()[0] for line in said.splitlines() if line.split()[1] == "open"}


def _places(cluster: Cluster) -> dict[str, str]:
    """Address and port of everything that a pod may want to reach, by name."""
    pods = cluster.get("pods")["items"]
    ports = {"shard": 5432, "catalog": 5432, "source": 8080, "server": 8080}
    places = {
        pod["metadata"][
            "name"
        ]: f"{pod['status']['podIP']}:{ports[pod['metadata']['labels']['app.kubernetes.io/component']]}"
        for pod in pods
        if pod["metadata"].get("labels", {}).get("app.kubernetes.io/component") in ports
        and pod["status"]["phase"] == "Running"
    }
    places["dns"] = (
        cluster.kubectl(
            "get", "service", "kube-dns", "-n", "kube-system", "-o", "jsonpath={.spec.clusterIP}"
        )
        + ":53"
    )
    places["api"] = (
        cluster.kubectl(
            "get", "service", "kubernetes", "-n", "default", "-o", "jsonpath={.spec.clusterIP}"
        )
        + ":443"
    )
    metrics = cluster.kubectl(
        "get",
        "pods",
        "-n",
        "kube-system",
        "-l",
        "k8s-app=metrics-server",
        "-o",
        "jsonpath={.items[0].status.podIP}",
    )
    places["elsewhere"] = f"{metrics}:10250"
    return places


def test_a_stranger_reaches_no_database_and_the_server_only_what_it_needs(
    deployment: Deployment, stranger: str
) -> None:
    cluster = deployment.cluster
    places = _places(cluster)
    names = {address: name for name, address in places.items()}
    databases = {name for name in places if name.startswith(("shard-", "catalog"))}
    servers = {name for name in places if name.startswith("server-")}
    assert len(databases) == 5
    assert not _reached(cluster, stranger, list(places.values()))
    reached = {names[one] for one in _reached(cluster, min(servers), list(places.values()))}
    assert reached - servers == databases | {"dns"}
    reached = {names[one] for one in _reached(cluster, "source-0", list(places.values()))}
    assert reached <= {"source-0"}


def test_a_database_reaches_nobody(deployment: Deployment) -> None:
    places = _places(deployment.cluster)
    for name in ("catalog-0", "api", "dns", "elsewhere"):
        host, port = places[name].split(":")
        probe = f"timeout 2 bash -c 'exec 3<>/dev/tcp/{host}/{port}' && echo open || echo closed"
        assert (
            deployment.cluster.kubectl("exec", "shard-a-0", "--", "bash", "-c", probe).strip()
            == "closed"
        ), name


def test_passwords_are_not_in_any_environment_or_manifest(deployment: Deployment) -> None:
    server = next(
        pod["metadata"]["name"]
        for pod in deployment.cluster.get("pods", "-l", "app.kubernetes.io/component=server")[
            "items"
        ]
    )
    environment = deployment.cluster.kubectl("exec", server, "--", "env")
    assert "PGSERVICEFILE=" in environment
    assert "PASSWORD" not in environment.upper()
    assert (
        subprocess.run(
            ["git", "grep", "-l", "kind: Secret", "--", "*.yaml"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        ).stdout
        == ""
    )


OVERLAYS = sorted(
    path.parent for path in (ROOT / "kubernetes" / "overlays").glob("*/kustomization.yaml")
)
FOLDERS = [folder for overlay in OVERLAYS for folder in (overlay, overlay / "populate")]


@pytest.fixture(scope="module")
def empty_namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace without objects: a dry run makes none, and what is deployed has volumes whose
    sizes cannot change.
    """
    cluster.kubectl("create", "namespace", "snapshard-dry")
    yield "snapshard-dry"
    cluster.kubectl("delete", "namespace", "snapshard-dry", "--wait=false")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_the_api_server_accepts_every_object(
    cluster: Cluster, empty_namespace: str, folder: Path
) -> None:
    manifests = cluster.kubectl("kustomize", str(folder)).replace(
        "namespace: snapshard\n", f"namespace: {empty_namespace}\n"
    )
    command = ["kubectl", "apply", "--dry-run=server", "-f", "-"]
    done = subprocess.run(
        command, env=cluster.environment, input=manifests, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("(server dry run)") == len(
        [line for line in manifests.splitlines() if line.startswith("kind: ")]
    )


def test_load_brings_a_server_and_rest_takes_it_away(deployment: Deployment) -> None:
    cluster = deployment.cluster
    hasty = {
        "spec": {
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 5}},
            "metrics": [_cpu(60)],
        }
    }
    before = cluster.get("hpa", "server")["spec"]
    cluster.kubectl("patch", "hpa", "server", "--type=merge", "-p", json.dumps(hasty))
    bodies = {path: {deployment.get(path).content} for path in shard_paths(1)}
    try:
        with at_work(deployment.url, bodies, right_body(bodies), count=12, pause=0) as outcome:
            _until(cluster, lambda count: count >= 3, seconds=120)
        _until(cluster, lambda count: count == 2, seconds=240)
    finally:
        usual = {"spec": {"behavior": before["behavior"], "metrics": before["metrics"]}}
        cluster.kubectl("patch", "hpa", "server", "--type=merge", "-p", json.dumps(usual))
    assert outcome.wrong == []


def _cpu(percent: int) -> dict:
    return {
        "type": "Resource",
        "resource": {
            "name": "cpu",
            "target": {"type": "Utilization", "averageUtilization": percent},
        },
    }


def _until(cluster: Cluster, enough, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not enough(
        ready := cluster.get("deployment", "server")["status"].get("readyReplicas", 0)
    ):
        assert time.monotonic() < end, (
            f"{ready} servers: {cluster.kubectl('describe', 'hpa', 'server')}"
        )
        time.sleep(2)
