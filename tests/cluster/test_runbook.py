"""The runbook: the steps of kubernetes/README.md that no other test needs, in an order that ends
with nothing.
"""

import base64
import json
from pathlib import Path

import pytest

from .clients import at_work, right_body
from .conftest import SHARED, Deployment, cloned, new_release
from .questions import shard_paths

pytestmark = pytest.mark.cluster
PSQL = ("psql", "-U", "postgres", "-d", "snapshard", "-tAc")


@pytest.fixture(scope="module")
def bodies(deployment: Deployment) -> dict[str, set[bytes]]:
    """The right answer to every path, by the release that is served throughout."""
    answers = {path: deployment.get(path) for path in shard_paths(1)}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: {answer.content} for path, answer in answers.items()}


def all_right(deployment: Deployment, bodies: dict[str, set[bytes]]) -> bool:
    """Whether every path is answered as it was."""
    return all(deployment.get(path).content in known for path, known in bodies.items())


def test_memory_grows_in_the_table_and_in_the_server(
    deployment: Deployment, bodies: dict[str, set[bytes]], clone: Path
) -> None:
    cluster = deployment.cluster
    assert (
        cluster.kubectl("exec", "shard-a-0", "--", *PSQL, "SHOW shared_buffers").strip() == "128MB"
    )
    cluster.make("grow", "SHARD=a", "MEMORY=640Mi", folder=clone)
    assert "\t640Mi\t" in (clone / "kubernetes/overlays/small/shards.tsv").read_text()
    assert (
        cluster.kubectl("exec", "shard-a-0", "--", *PSQL, "SHOW shared_buffers").strip() == "160MB"
    )
    deployment.wait_for(
        next(path for path, shard in shard_paths(1).items() if shard == "a"), '"rows"'
    )
    assert all_right(deployment, bodies)


def test_a_volume_that_cannot_grow_is_refused_before_anything_changes(
    deployment: Deployment, clone: Path
) -> None:
    """The test cluster's volumes cannot expand: what the API server says of it is all that can be
    seen here.
    """
    overlay = clone / "kubernetes/overlays/small"
    before = {path: path.read_text() for path in overlay.rglob("*") if path.is_file()}
    said = deployment.cluster.make("grow", "SHARD=a", "VOLUME=5Gi", folder=clone, check=False)
    assert (
        "only dynamically provisioned pvc can be resized "
        "and the storageclass that provisions the pvc must support resize"
    ) in said
    assert deployment.cluster.get("statefulset", "shard-a")["status"]["readyReplicas"] == 1
    assert {path: path.read_text() for path in overlay.rglob("*") if path.is_file()} == before


def test_a_shard_that_there_is_not_cannot_grow(deployment: Deployment, clone: Path) -> None:
    said = deployment.cluster.make("grow", "SHARD=z", "MEMORY=5Gi", folder=clone, check=False)
    assert "the cluster has no StatefulSet shard-z" in said


def test_a_lost_shard_comes_back_from_its_backup(
    deployment: Deployment, bodies: dict[str, set[bytes]], tmp_path: Path
) -> None:
    cluster = deployment.cluster
    cluster.make("backup", "SHARD=d", f"FILE={tmp_path / 'd.dump'}")
    cluster.kubectl("delete", "pvc", "data-shard-d-0", "--wait=false")
    cluster.kubectl("delete", "pod", "shard-d-0", "--wait")
    cluster.ready_seconds("shard-d-0")
    path = next(path for path, shard in shard_paths(1).items() if shard == "d")
    assert deployment.get(path).status_code != 200
    cluster.make("restore", "SHARD=d", f"FILE={tmp_path / 'd.dump'}")
    deployment.wait_for(path, '"rows"')
    assert all_right(deployment, bodies)
    rights = """SELECT has_schema_privilege('reader', 'gtex17@r1', right)
        FROM unnest('{USAGE,CREATE}'::text[]) AS right"""
    assert cluster.kubectl(
        "exec", "shard-d-0", "--", *PSQL, rights.replace("right", "allowed")
    ).split() == [
        "t",
        "f",
    ]


def test_the_catalog_comes_back_from_its_backup(
    deployment: Deployment, bodies: dict[str, set[bytes]], tmp_path: Path
) -> None:
    cluster = deployment.cluster
    cluster.make("backup", "SHARD=catalog", f"FILE={tmp_path / 'catalog.dump'}")
    cluster.kubectl("exec", "catalog-0", "--", *PSQL, "UPDATE compilation SET title = 'LOST'")
    cluster.make("restore", "SHARD=catalog", f"FILE={tmp_path / 'catalog.dump'}")
    assert (
        cluster.kubectl("exec", "catalog-0", "--", *PSQL, "SELECT title FROM compilation").strip()
        == "GTEX17"
    )
    assert all_right(deployment, bodies)


def test_passwords_are_rotated_under_load_and_the_old_ones_are_refused(
    deployment: Deployment, bodies: dict[str, set[bytes]]
) -> None:
    cluster = deployment.cluster
    old = _password(deployment)
    with at_work(deployment.url, bodies, right_body(bodies), count=5) as outcome:
        cluster.make("rotate")
    assert set(outcome.kinds) <= {"right", "503"}
    assert _password(deployment) != old
    assert not _lets_in(deployment, old)
    assert _lets_in(deployment, _password(deployment))
    assert all_right(deployment, bodies)


def _lets_in(deployment: Deployment, password: str) -> bool:
    probe = f"PGPASSWORD={password} psql -h 127.0.0.1 -U reader -d snapshard -c 'SELECT 1'"
    said = deployment.cluster.kubectl("exec", "shard-a-0", "--", "sh", "-c", probe, check=False)
    assert "1 row" in said or "password authentication failed" in said
    return "1 row" in said


def _password(deployment: Deployment) -> str:
    return base64.b64decode(
        deployment.cluster.get("secret", "database-passwords")["data"]["reader"]
    ).decode()


def test_an_upgrade_takes_one_database_after_the_other(
    deployment: Deployment, bodies: dict[str, set[bytes]]
) -> None:
    cluster = deployment.cluster
    owners = shard_paths(1)
    right = right_body(bodies)

    def judge(path: str, answer) -> tuple[str, str]:
        if answer.status_code == 503 and f"shard '{owners[path]}'" in answer.text:
            return "503 that names the shard", ""
        return right(path, answer)

    with at_work(deployment.url, bodies, judge, count=5) as outcome:
        cluster.make("upgrade", "VERSION=0.1.2")
    assert outcome.wrong == []
    running = [pod for pod in cluster.get("pods")["items"] if pod["status"]["phase"] == "Running"]
    images = {pod["spec"]["containers"][0]["image"] for pod in running}
    assert images == {f"snapshard/{part}:0.1.2" for part in ("postgres", "server", "loader")}
    assert {pod["metadata"]["labels"]["app.kubernetes.io/version"] for pod in running} == {"0.1.2"}
    assert all_right(deployment, bodies)


@pytest.fixture(scope="module")
def cut(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A release that is served, with chr1 on two shards; it knows what its samples are."""
    clone = cloned(tmp_path_factory.mktemp("cut"))
    table = clone / "kubernetes/overlays/small/shards.tsv"
    text = table.read_text()
    assert "a\tchr1," in text
    table.write_text(
        text.replace("a\tchr1,", "a\tchr1:1-30000000,").replace(
            "b\tchr2,", "b\tchr1:30000001-,chr2,"
        )
    )
    deployment.cluster.make("shards", folder=clone)
    deployment.cluster.make(
        "source",
        f"FROM={SHARED / 'data' / 'samples' / 'gtex.samples.tsv.gz'}",
        "NAME=gtex17/samples.tsv.gz",
    )
    release = new_release("cut")
    deployment.cluster.populate(
        release, "OPTIONS=--samples http://source:8080/gtex17/samples.tsv.gz", folder=clone
    )
    return release


def test_intervals_are_cut_anew_by_a_new_release(
    deployment: Deployment, bodies: dict[str, set[bytes]], cut: str
) -> None:
    intervals = "SELECT string_agg(shard || ' ' || first, ',' ORDER BY number) FROM interval"
    query = f"{intervals} WHERE schema = 'gtex17@{cut}' AND chromosome = 'chr1'"
    assert (
        deployment.cluster.kubectl("exec", "catalog-0", "--", *PSQL, query).strip()
        == "a 1,b 30000001"
    )
    for path, known in bodies.items():
        deployment.wait_for(path, f'"release":"{cut}"')
        assert deployment.get(path).json()["rows"] == json.loads(next(iter(known)))["rows"]
    assert "run_accession" in deployment.get("/api/v1/compilations/gtex17/samples/50645").text


def test_an_old_release_is_retired_and_pruned(
    deployment: Deployment, bodies: dict[str, set[bytes]], cut: str
) -> None:
    cluster = deployment.cluster
    back = cluster.make("rollback", "COMPILATION=gtex17")
    assert ": served" in back
    assert cut not in back
    cluster.make("rollback", "COMPILATION=gtex17", "RELEASE=r1")
    (served,) = [line for line in cluster.make("releases").splitlines() if "<- served" in line]
    assert served.startswith("gtex17/r1 ")
    assert f"gtex17/{cut}: retired" in cluster.make(
        "retire", "COMPILATION=gtex17", f"RELEASE={cut}"
    )
    assert "dropped" not in cluster.make("prune")
    assert _databases_with(deployment, cut) == [
        "catalog",
        "shard-a",
        "shard-b",
        "shard-c",
        "shard-d",
    ]
    assert f"dropped gtex17/{cut}" in cluster.make("prune", "KEEP_FOR=0")
    assert _databases_with(deployment, cut) == []
    deployment.wait_for(next(iter(bodies)), '"release":"r1"')
    assert all_right(deployment, bodies)


def _databases_with(deployment: Deployment, release: str) -> list[str]:
    query = f"SELECT count(*) FROM pg_namespace WHERE nspname = 'gtex17@{release}'"
    names = ["catalog", "shard-a", "shard-b", "shard-c", "shard-d"]
    return [
        name
        for name in names
        if deployment.cluster.kubectl("exec", f"{name}-0", "--", *PSQL, query).strip() == "1"
    ]


def test_removal_asks_first_and_leaves_nothing(deployment: Deployment) -> None:
    cluster = deployment.cluster
    assert "say CONFIRM=yes" in cluster.make("remove", check=False)
    assert cluster.get("pods")["items"]
    cluster.make("remove", "CONFIRM=yes")
    assert "NotFound" in cluster.kubectl("get", "namespace", "snapshard", check=False)
    left = cluster.get("persistentvolumes")["items"]
    assert not [
        one
        for one in left
        if one["spec"]["claimRef"]["namespace"] == "snapshard" and one["status"]["phase"] == "Bound"
    ]
