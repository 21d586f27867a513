"""Optional components: what the API server says of those it knows, and discovery at work."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.client import BaseClient

from .clients import at_work, right_body
from .conftest import SOURCE, Cluster, Deployment, new_release
from .questions import shard_paths

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("as_found")]


COMPONENTS = {
    "public-source": "../../components/public-source",
    "ingress": "../../components/ingress",
}
COMPONENTS |= {
    "service-monitor": "../../components/service-monitor",
    "replicas": "generated/replicas",
}
MONITOR = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servicemonitors.monitoring.coreos.com}
spec:
  group: monitoring.coreos.com
  names: {kind: ServiceMonitor, plural: servicemonitors, singular: servicemonitor}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""


def with_component(clone: Path, place: str, overlay: str = "small") -> Path:
    """An overlay of a clone, or its populate folder, with a component."""
    folder = clone / "kubernetes" / "overlays" / overlay
    with (folder / "kustomization.yaml").open("a") as file:
        file.write(f"components: [{place}]\n")
    return folder


@pytest.fixture(scope="module")
def monitors(cluster: Cluster) -> Iterator[None]:
    """The API server knows ServiceMonitors, whose definition is the Prometheus Operator's."""
    cluster.kubectl("apply", "-f", "-", given=MONITOR)
    cluster.kubectl(
        "wait",
        "--for=condition=Established",
        "crd/servicemonitors.monitoring.coreos.com",
        "--timeout=30s",
    )
    yield
    cluster.kubectl("delete", "crd", "servicemonitors.monitoring.coreos.com")


@pytest.mark.parametrize("overlay", ["small", "full"])
@pytest.mark.parametrize("name", COMPONENTS)
def test_the_api_server_accepts_a_component(
    cluster: Cluster, clone: Path, monitors: None, name: str, overlay: str
) -> None:
    """In a namespace without objects, because sizes of volumes that there are cannot change."""
    manifests = cluster.kubectl("kustomize", str(with_component(clone, COMPONENTS[name], overlay)))
    elsewhere = manifests.replace("namespace: snapshard\n", "namespace: default\n")
    command = ["kubectl", "apply", "--dry-run=server", "-f", "-"]
    done = subprocess.run(
        command, env=cluster.environment, input=elsewhere, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("(server dry run)") == len(
        [line for line in manifests.splitlines() if line.startswith("kind: ")]
    )


@pytest.fixture
def store(bucket: BaseClient) -> str:
    """The source, on S3."""
    bucket.put_object(Bucket="junctions", Key="gtex17/junctions.tsv.gz", Body=SOURCE.read_bytes())
    return "s3://junctions/gtex17/junctions.tsv.gz"


def test_a_release_is_loaded_from_s3_with_the_credentials_of_a_secret(
    deployment: Deployment, clone: Path, store: str
) -> None:
    with_component(clone, "../../../components/s3-source", "small/populate")
    release = new_release("s3")
    said = deployment.cluster.make(
        "populate", f"SOURCE={store}", "COMPILATION=gtex17", f"RELEASE={release}", folder=clone
    )
    assert f"gtex17/{release}: served" in said
    assert _rows(deployment.cluster, f"gtex17@{release}") == _rows(deployment.cluster, "gtex17@r1")


def _rows(cluster: Cluster, schema: str) -> str:
    """What the catalog has counted of a release."""
    query = f"""SELECT sum(row_count), sum(text_bytes) FROM content
        WHERE schema = '{schema}' AND kind = 'junction'"""
    return cluster.kubectl(
        "exec", "catalog-0", "--", "psql", "-U", "postgres", "-d", "snapshard", "-tAc", query
    ).strip()


@pytest.fixture
def replicas(deployment: Deployment, clone: Path) -> Iterator[None]:
    """A read replica for every shard, and servers that know of them."""
    cluster = deployment.cluster
    before = _names(cluster)
    with_component(clone, "generated/replicas")
    try:
        cluster.deploy(clone)
        _until_servers_know(cluster, "host=shard-b,shard-b-replica ")
        yield
    finally:
        cluster.deploy()
        cluster.kubectl(
            "delete",
            "statefulset,service,pvc,pdb,networkpolicy",
            "-l",
            "app.kubernetes.io/component=replica",
        )
    assert _names(cluster) == before


def _names(cluster: Cluster) -> set[str]:
    """Everything of the kinds that the component adds to."""
    return set(
        cluster.kubectl("get", "statefulset,service,pvc,pdb,networkpolicy", "-o", "name").split()
    )


def _until_servers_know(cluster: Cluster, address: str) -> None:
    """A changed ConfigMap reaches a pod within a minute or so; also a new pod may still get the one
    before.
    """
    end = time.monotonic() + 180
    while not all(address in text for text in _maps(cluster)):
        assert time.monotonic() < end, _maps(cluster)
        time.sleep(1)
    time.sleep(2)  # A server believes the map that it read for so long.


def _maps(cluster: Cluster) -> list[str]:
    pods = cluster.get("pods", "-l", "app.kubernetes.io/component=server")["items"]
    names = [pod["metadata"]["name"] for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    return [
        cluster.kubectl("exec", name, "--", "cat", "/etc/snapshard/map/shards.tsv", check=False)
        for name in names
    ]


def test_a_replica_follows_its_shard_answers_while_it_is_away_and_grows_with_it(
    deployment: Deployment, replicas: None, clone: Path
) -> None:
    cluster, release = deployment.cluster, new_release("followed")
    cluster.populate(release, folder=clone)
    deployment.wait_for(next(iter(shard_paths(1))), f'"release":"{release}"')
    bodies = {path: {deployment.get(path).content} for path in shard_paths(1)}
    cluster.kubectl("scale", "statefulset/shard-b", "--replicas=0")
    cluster.kubectl("wait", "--for=delete", "pod/shard-b-0", "--timeout=90s")
    try:
        deployment.wait_for(
            next(path for path, shard in shard_paths(1).items() if shard == "b"), '"rows"'
        )
        with at_work(deployment.url, bodies, right_body(bodies)) as outcome:
            time.sleep(20)
        assert cluster.kubectl("get", "pod/shard-b-0", check=False).endswith(
            'pods "shard-b-0" not found\n'
        )
    finally:
        cluster.kubectl("scale", "statefulset/shard-b", "--replicas=1")
        cluster.ready_seconds("shard-b-0")
    assert outcome.wrong == []
    assert outcome.kinds["right"] > 200
    writing = "CREATE TABLE public.mine (a int)"
    asked = [
        "exec",
        "shard-b-replica-0",
        "--",
        "psql",
        "-U",
        "postgres",
        "-d",
        "snapshard",
        "-c",
        writing,
    ]
    assert "cannot execute CREATE TABLE in a read-only transaction" in cluster.kubectl(
        *asked, check=False
    )
    cluster.make("recopy", "SHARD=b")
    following = """SELECT count(*) FROM pg_stat_replication
        WHERE application_name = 'replica' AND state = 'streaming'"""
    _until_it_says(cluster, "shard-b-0", following, "1")
    # Volumes here cannot be larger; what they are is accepted.
    cluster.make("grow", "SHARD=c", "VOLUME=4Gi", "MEMORY=640Mi", folder=clone)
    for name in ("shard-c", "shard-c-replica"):
        buffers = [
            "exec",
            f"{name}-0",
            "--",
            "psql",
            "-U",
            "postgres",
            "-d",
            "snapshard",
            "-tAc",
            "SHOW shared_buffers",
        ]
        assert cluster.kubectl(*buffers).strip() == "160MB"
    _until_it_says(cluster, "shard-c-0", following, "1")


def _until_it_says(cluster: Cluster, pod: str, query: str, expected: str) -> None:
    for _ in range(60):
        said = cluster.kubectl(
            "exec", pod, "--", "psql", "-U", "postgres", "-d", "snapshard", "-tAc", query
        ).strip()
        if said == expected:
            return
        time.sleep(0.5)
    raise AssertionError(said)


def test_discovery_follows_services_without_a_restart(deployment: Deployment, clone: Path) -> None:
    cluster = deployment.cluster
    cluster.make("discovery", folder=clone)
    with_component(clone, "../../components/discovery")
    try:
        cluster.deploy(clone)
        as_server = "--as=system:serviceaccount:snapshard:server"
        may = cluster.kubectl("auth", "can-i", "--list", "--no-headers", as_server)
        assert [line.split()[-2:] for line in may.splitlines() if line.startswith("services ")] == [
            ["[list", "watch]"]
        ]
        assert "secrets" not in may
        path = "/api/v1/compilations/gtex17/junctions?region=chr1:1-2000000&limit=1"
        deployment.wait_for(path, '"rows"')
        cluster.kubectl("label", "service", "shard-a", "snapshard/shard-")
        cluster.kubectl(
            "annotate", "service", "shard-b", "snapshard/address=host=nowhere dbname=snapshard"
        )
        deployment.wait_for(
            "/api/v1/compilations/gtex17/junctions?region=chr2:1-2000000&limit=1", "shard 'b'"
        )
        deployment.wait_for(path, "'a'")
        cluster.kubectl("label", "service", "shard-a", "snapshard/shard=a")
        cluster.kubectl("annotate", "service", "shard-b", "snapshard/address-")
        deployment.wait_for(path, '"rows"')
        deployment.wait_for(
            "/api/v1/compilations/gtex17/junctions?region=chr2:1-2000000&limit=1", '"rows"'
        )
    finally:
        cluster.deploy()
        cluster.kubectl("delete", "networkpolicy,role,rolebinding", "discovery")
