"""A cluster, the overlay `small` deployed and loaded by the runbook's own targets, and the same
data in the embedded topology.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pysam
import pytest
import requests
from botocore.client import BaseClient
from botocore.config import Config
from botocore.session import get_session
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("SNAPSHARD_SHARED", ROOT.parent / "shared"))
SOURCE = SHARED / "data" / "gtex17" / "junctions.tsv.gz"
LAYOUT = ROOT / "kubernetes" / "overlays" / "small" / "generated" / "layout.tsv"
RUN = Path("/run/one-node")
MEASURED = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What was measured, at the end of a run whether it passed or not: what a test prints is shown
    only if it fails.
    """
    if lines := config.stash.get(MEASURED, []):
        terminalreporter.section("measured on the cluster")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the run."""
    return request.config.stash.setdefault(MEASURED, [])


class Cluster:
    """kubectl and make against one cluster."""

    def __init__(self, environment: dict[str, str], load: str, host: str) -> None:
        self.environment = environment
        self.load = load
        self.host = host
        """This machine's address as pods see it; empty if nobody said."""

    def kubectl(self, *words: str, check: bool = True, given: str | None = None) -> str:
        """What kubectl prints, in our namespace; what it says on the way to failing is in the
        error.
        """
        command = ["kubectl", "--namespace=snapshard", *words]
        done = subprocess.run(
            command, env=self.environment, input=given, capture_output=True, text=True
        )
        assert done.returncode == 0 or not check, f"{' '.join(words)}: {done.stderr}"
        return done.stdout if done.returncode == 0 else done.stdout + done.stderr

    def get(self, *words: str) -> dict:
        """An object, or a list of objects."""
        return json.loads(self.kubectl("get", *words, "-o", "json"))

    def make(self, *words: str, folder: Path = ROOT, check: bool = True) -> str:
        """What a target prints, errors included."""
        command = [
            "make",
            "--no-print-directory",
            f"LOAD={self.load}",
            f"PYTHON={sys.executable}",
            *words,
        ]
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0 or not check, f"make {' '.join(words)}:\n{done.stdout}"
        return done.stdout

    def deploy(self, folder: Path = ROOT) -> None:
        """Brings the cluster to what a folder's overlay `small` says, with the images that it has."""
        self.make("--assume-old=images", "deploy", "LOAD=:", folder=folder)

    def populate(
        self, release: str, *words: str, file: str = "junctions.tsv.gz", **more: object
    ) -> str:
        """Loads a file of the source pod as a release of gtex17 and publishes it."""
        source = f"SOURCE=http://source:8080/gtex17/{file}"
        return self.make(
            "populate", source, "COMPILATION=gtex17", f"RELEASE={release}", *words, **more
        )

    def ready_seconds(self, pod: str, *, within: float = 120) -> float:
        """Seconds until a new pod of that name is ready."""
        begun = time.monotonic()
        while time.monotonic() - begun < within:
            if "True" in self.kubectl(
                "get",
                "pod",
                pod,
                "-o",
                'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
                check=False,
            ):
                return time.monotonic() - begun
            time.sleep(0.5)
        raise AssertionError(self.kubectl("describe", "pod", pod))


def new_release(name: str) -> str:
    """A release's name that was not used before, also on a deployment that is used again."""
    return f"{name}-{int(time.time())}"


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The cluster of CLUSTER_KUBECONFIG (CLUSTER_LOAD: how a node gets images, CLUSTER_HOST: we to
    pods), else our own.
    """
    if configuration := os.environ.get("CLUSTER_KUBECONFIG"):
        environment = {**os.environ, "KUBECONFIG": configuration}
        return Cluster(
            environment, os.environ.get("CLUSTER_LOAD", ":"), os.environ.get("CLUSTER_HOST", "")
        )
    script = SHARED / "cluster" / "one-node"
    if not script.exists():
        pytest.skip(f"CLUSTER_KUBECONFIG names no cluster, and there is no {script} to start one")
    subprocess.run(["nice", script, "up"], check=True)
    path = f"{RUN / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return Cluster(
        {**os.environ, "KUBECONFIG": str(RUN / "admin.conf"), "PATH": path},
        f"nice {script} load",
        "10.97.0.1",
    )


@dataclass
class Deployment:
    """What was brought up, and where it answers."""

    cluster: Cluster
    url: str

    def get(self, path: str, **options: object) -> requests.Response:
        """An answer of whichever server the Service chose, on a connection of its own."""
        return requests.get(self.url + path, timeout=30, **options)

    def wait_for(self, path: str, text: str) -> None:
        """Until an answer holds the text; what came instead is in the error."""
        for _ in range(60):
            answer = self.get(path).text
            if text in answer:
                return
            time.sleep(0.5)
        raise AssertionError(answer)


@pytest.fixture(scope="session")
def deployment(cluster: Cluster, measured: list[str]) -> Deployment:
    """From nothing to a served compilation, by the runbook's targets; CLUSTER_REUSE=1 takes what is
    there.
    """
    if not SOURCE.exists():
        pytest.skip(f"no {SOURCE}: set SNAPSHARD_SHARED to the folder of the shared data")
    if os.environ.get("CLUSTER_REUSE"):
        return Deployment(cluster, _address(cluster))
    cluster.kubectl("delete", "namespace", "snapshard", "--ignore-not-found", "--wait")
    with timed(measured, "images, deploy and wait"):
        cluster.make("deploy", "OVERLAY=small")
    made = Deployment(cluster, _opened(cluster))
    with timed(measured, "copy to the source pod"):
        cluster.make("source", f"FROM={SOURCE.parent}", "NAME=gtex17")
    with timed(measured, "load and publish gtex17"):
        cluster.populate("r1")
    made.wait_for("/api/v1/compilations/gtex17/junctions?limit=1", '"release":"r1"')
    return made


@contextmanager
def timed(measured: list[str], step: str) -> Iterator[None]:
    """Notes how long the block takes."""
    begun = time.monotonic()
    yield
    measured.append(f"{step}: {time.monotonic() - begun:.0f} s")


def _opened(cluster: Cluster) -> str:
    """A way in from this machine: a NodePort of the servers' pods."""
    cluster.kubectl(
        "expose",
        "deployment",
        "server",
        "--name=outside",
        "--type=NodePort",
        "--port=80",
        "--target-port=8080",
    )
    return _address(cluster)


def _address(cluster: Cluster) -> str:
    port = cluster.get("service", "outside")["spec"]["ports"][0]["nodePort"]
    addresses = cluster.get("nodes")["items"][0]["status"]["addresses"]
    return (
        f"http://{next(one['address'] for one in addresses if one['type'] == 'InternalIP')}:{port}"
    )


@pytest.fixture
def bucket(deployment: Deployment, tmp_path: Path) -> Iterator[BaseClient]:
    """A client of a server of S3 on this machine, which loaders may reach; its bucket `junctions` is
    empty.
    """
    cluster = deployment.cluster
    if not cluster.host:
        pytest.skip("CLUSTER_HOST does not say by which address pods reach this machine")
    server = ThreadedMotoServer(cluster.host, 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    address, keys = (
        f"http://{cluster.host}:{port}",
        {"AWS_ACCESS_KEY_ID": "loader", "AWS_SECRET_ACCESS_KEY": "its own"},
    )
    keys["AWS_DEFAULT_REGION"] = "us-east-1"
    client = get_session().create_client(
        "s3",
        "us-east-1",
        endpoint_url=address,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(),
    )
    client.create_bucket(Bucket="junctions")
    said = tmp_path / "credentials"
    said.write_text(
        "".join(
            f"{name}={value}\n" for name, value in (keys | {"AWS_ENDPOINT_URL": address}).items()
        )
    )
    cluster.kubectl("create", "secret", "generic", "s3-credentials", f"--from-env-file={said}")
    to = [
        {
            "to": [{"ipBlock": {"cidr": f"{cluster.host}/32"}}],
            "ports": [{"protocol": "TCP", "port": int(port)}],
        }
    ]
    chosen = {"matchLabels": {"app.kubernetes.io/component": "loader"}}
    spec = {"podSelector": chosen, "policyTypes": ["Egress"], "egress": to}
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "store"},
        "spec": spec,
    }
    cluster.kubectl("apply", "-f", "-", given=json.dumps(policy))
    yield client
    client.close()
    cluster.kubectl("delete", "secret/s3-credentials", "networkpolicy/store")
    server.stop()


@pytest.fixture
def as_found(deployment: Deployment) -> Iterator[None]:
    """The release that is served before a test is served after it, also after one that failed."""
    yield
    path = "/api/v1/compilations/gtex17/junctions?limit=1"
    if '"release":"r1"' not in deployment.get(path).text:
        deployment.cluster.make("rollback", "COMPILATION=gtex17", "RELEASE=r1")
        deployment.wait_for(path, '"release":"r1"')


@pytest.fixture(scope="session")
def embedded() -> Iterator[object]:
    """The embedded topology with the same compilation, cut likewise (page tokens say where): a test
    client of the same server.
    """
    from snapshard.settings import Settings
    from snapshard_ui import create_app

    folder = Path(tempfile.mkdtemp())
    folder.chmod(
        0o755
    )  # Run by root, the server is another user, who must get in; pytest's own folders let nobody in.
    load = [
        "load",
        str(SOURCE),
        "--compilation",
        "gtex17",
        "--release",
        "r1",
        "--layout",
        str(LAYOUT),
        "--data",
        str(folder),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "snapshard", *load], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    app = create_app(Settings(data=folder))
    yield app.test_client()
    app.extensions["snapshard"].index.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def halved(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An indexed file beside the source in its pod that holds every second row of it: a release
    that answers otherwise.
    """
    plain = tmp_path_factory.mktemp("source") / "halved.tsv"
    with gzip.open(SOURCE, "rb") as rows, plain.open("wb") as kept:
        kept.writelines(row for number, row in enumerate(rows) if number % 2)
    path = pysam.tabix_index(str(plain), seq_col=1, start_col=2, end_col=3)
    for name in (path, f"{path}.tbi"):
        deployment.cluster.kubectl(
            "cp", "--no-preserve", name, f"source-0:/srv/gtex17/{Path(name).name}"
        )
    return Path(path).name


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what the runbook needs, whose tables a test may change."""
    return cloned(tmp_path)


def cloned(folder: Path) -> Path:
    """The folder, with a copy of what the runbook needs."""
    shutil.copytree(ROOT / "kubernetes", folder / "kubernetes")
    shutil.copy(ROOT / "Makefile", folder)
    return folder
