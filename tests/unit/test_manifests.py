"""The manifests as kustomize renders them: what is true of every pod, and what several files must
agree on.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from snapshard.connections import ShardMap
from snapshard.settings import Settings
from snapshard_populate.releases import read_layout

ROOT = Path(__file__).parents[2]
OVERLAYS = {
    path.parent.name: path.parent
    for path in sorted((ROOT / "kubernetes" / "overlays").glob("*/shards.tsv"))
}
SHARDS = {"small": 4, "full": 26}
each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
rendering = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl, which renders the manifests, is not installed"
)


@cache
def rendered(folder: Path) -> list[dict]:
    """Every object of a folder."""
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def objects(overlay: str) -> list[dict]:
    """Every object of an overlay, its Jobs too."""
    return rendered(OVERLAYS[overlay]) + rendered(OVERLAYS[overlay] / "populate")


def pods(overlay: str) -> Iterator[tuple[str, dict]]:
    """The name and pod template of everything that makes pods."""
    for one in objects(overlay):
        if one["kind"] in ("StatefulSet", "Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]


def our_version() -> str:
    """What is deployed if nobody names a version."""
    return re.search(
        r"^VERSION \?= (.+)$", (ROOT / "kubernetes" / "targets.mk").read_text(), re.MULTILINE
    )[1]


def of_everybody() -> dict[str, str]:
    """The labels that all objects and pods have."""
    said = {
        "name": "snapshard",
        "part-of": "snapshard",
        "managed-by": "kustomize",
        "version": our_version(),
    }
    return {f"app.kubernetes.io/{key}": value for key, value in said.items()}


@each_overlay
def test_generated_files_are_what_the_table_says(overlay: str) -> None:
    command = [sys.executable, ROOT / "kubernetes" / "shards.py", OVERLAYS[overlay], "--check"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == ""


@each_overlay
def test_layout_and_map_name_the_same_shards(overlay: str) -> None:
    folder = OVERLAYS[overlay] / "generated"
    addresses = ShardMap.from_file(folder / "shards.tsv").addresses
    intervals = read_layout((folder / "layout.tsv").read_text().splitlines())
    assert set(addresses) == {one.shard for one in intervals}
    assert len(addresses) == SHARDS[overlay]


@rendering
@each_overlay
def test_every_address_has_a_service_and_a_database(overlay: str) -> None:
    shard_map = ShardMap.from_file(OVERLAYS[overlay] / "generated" / "shards.tsv")
    hosts = {
        re.search(r"host=(\S+)", address)[1]
        for address in [shard_map.catalog, *shard_map.addresses.values()]
    }
    for kind in ("Service", "StatefulSet"):
        found = {one["metadata"]["name"] for one in objects(overlay) if one["kind"] == kind}
        assert found - hosts <= {"server", "source"}
        assert hosts <= found


@rendering
@each_overlay
def test_the_load_has_an_item_for_every_shard(overlay: str) -> None:
    load = next(one for one in objects(overlay) if one["metadata"]["name"] == "load-shards")
    assert load["spec"]["completions"] == SHARDS[overlay]


@rendering
@each_overlay
def test_every_pod_is_locked_up(overlay: str) -> None:
    for name, template in pods(overlay):
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        for container in spec["containers"]:
            locked = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["securityContext"] == locked, name


@rendering
@each_overlay
def test_memory_is_requested_as_it_is_limited_and_images_have_our_version(overlay: str) -> None:
    for name, template in pods(overlay):
        for container in template["spec"]["containers"]:
            resources = container["resources"]
            assert resources["requests"]["memory"] == resources["limits"]["memory"], name
            assert "cpu" in resources["requests"], name
            assert re.fullmatch(rf"snapshard/\w+:{re.escape(our_version())}", container["image"]), (
                name
            )


@rendering
@each_overlay
def test_what_serves_has_probes_that_ask_no_other_pod(overlay: str) -> None:
    for one in objects(overlay):
        if one["kind"] in ("StatefulSet", "Deployment"):
            (container,) = one["spec"]["template"]["spec"]["containers"]
            probes = [container[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")]
            for probe in probes:
                assert "127.0.0.1" in str(probe) or set(probe) & {"httpGet", "tcpSocket"}, one[
                    "metadata"
                ]["name"]
                assert "host" not in probe.get("httpGet", {})


@rendering
@each_overlay
def test_connections_of_all_servers_fit_a_database(overlay: str) -> None:
    for one in objects(overlay):
        if one["kind"] == "StatefulSet" and one["metadata"]["name"] != "source":
            (variable,) = one["spec"]["template"]["spec"]["containers"][0]["env"]
            assert variable["name"] == "SNAPSHARD_MAX_CONNECTIONS"
            assert connections_in_use(overlay) <= int(variable["value"])


def connections_in_use(overlay: str) -> int:
    """Connections to a database when every server, the loader and people use all of theirs."""
    autoscaler = next(one for one in objects(overlay) if one["kind"] == "HorizontalPodAutoscaler")
    per_server = Settings().connections
    servers = autoscaler["spec"]["maxReplicas"] + 1  # one more while a roll-out is under way
    loader, people, reserved = 4, 5, 3
    return servers * per_server + loader + people + reserved


def connection_limit(overlay: str) -> int:
    """The smallest max_connections of a database."""
    limits = [
        int(one["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"])
        for one in objects(overlay)
        if one["kind"] == "StatefulSet" and one["metadata"]["name"] != "source"
    ]
    return min(limits)


@rendering
@each_overlay
def test_every_object_is_labelled_and_in_our_namespace(overlay: str) -> None:
    for one in objects(overlay):
        labels = one["metadata"]["labels"]
        assert of_everybody().items() <= labels.items(), one["metadata"]["name"]
        if one["kind"] != "Namespace":
            assert one["metadata"]["namespace"] == "snapshard"
            assert "app.kubernetes.io/component" in labels, one["metadata"]["name"]


@rendering
@each_overlay
def test_what_runs_names_its_instance_on_its_pods_and_its_service_too(overlay: str) -> None:
    for one in objects(overlay):
        if one["kind"] in ("StatefulSet", "Deployment", "Job", "Service"):
            assert (
                one["metadata"]["labels"]["app.kubernetes.io/instance"] == one["metadata"]["name"]
            )
    for name, template in pods(overlay):
        labels = template["metadata"]["labels"]
        assert (of_everybody() | {"app.kubernetes.io/instance": name}).items() <= labels.items()
        assert "app.kubernetes.io/component" in labels, name


@rendering
@each_overlay
def test_no_selector_or_claim_depends_on_the_version(overlay: str) -> None:
    for one in objects(overlay):
        spec = one.get("spec", {})
        fixed = [spec.get("selector"), spec.get("podSelector"), spec.get("volumeClaimTemplates")]
        assert "app.kubernetes.io/version" not in str(fixed), one["metadata"]["name"]


@rendering
@pytest.mark.parametrize(
    "component", ["discovery", "ingress", "public-source", "router", "service-monitor", "replicas"]
)
def test_a_component_is_labelled_as_the_rest_and_its_objects_by_what_they_serve(
    component: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    slices = (
        '{"items": [{"addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.1"]}],'
        ' "ports": [{"port": 6443}]}]}'
    )
    policy = subprocess.run(
        [sys.executable, ROOT / "kubernetes" / "api_server.py"],
        input=slices,
        capture_output=True,
        text=True,
    )
    (tmp_path / "kubernetes" / "components" / "discovery" / "api-server.yaml").write_text(
        policy.stdout
    )
    added = added_by(component, tmp_path)
    whose = {one["metadata"]["labels"].get("app.kubernetes.io/component") for one in added}
    owners = {"public-source": "loader", "replicas": "replica", "router": "router"}
    assert whose == {owners.get(component, "server")}
    assert all(of_everybody().items() <= one["metadata"]["labels"].items() for one in added)


def added_by(component: str, copy: Path) -> list[dict]:
    """The objects that a component adds to the overlay small, in a copy of the manifests."""
    folder = copy / "kubernetes" / "overlays" / "small"
    with (folder / "kustomization.yaml").open("a") as file:
        place = "generated/replicas" if component == "replicas" else f"../../components/{component}"
        file.write(f"components: [{place}]\n")
    known = {(one["kind"], one["metadata"]["name"]) for one in rendered(OVERLAYS["small"])}
    return [one for one in rendered(folder) if (one["kind"], one["metadata"]["name"]) not in known]


@rendering
def test_only_labelled_pods_reach_the_router_and_it_reaches_only_databases(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    objects = {one["kind"]: one for one in added_by("router", tmp_path)}
    policy = objects["NetworkPolicy"]["spec"]
    assert policy["podSelector"]["matchLabels"] == {"app.kubernetes.io/component": "router"}
    (rule,) = policy["ingress"]
    assert rule["from"] == [{"podSelector": {"matchLabels": {"snapshard/sql": "yes"}}}]
    targets = [one["to"][0]["podSelector"] for one in policy["egress"]]
    assert targets[0]["matchExpressions"][0]["values"] == ["shard", "catalog", "replica"]
    spec = objects["Deployment"]["spec"]["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert (
            container["resources"]["requests"]["memory"]
            == container["resources"]["limits"]["memory"]
        )


@rendering
@each_overlay
def test_a_router_fits_the_connections_of_a_database(overlay: str) -> None:
    """The reader of a router has this many sessions, each with a connection to every shard."""
    text = (ROOT / "snapshard" / "sql" / "router.sql").read_text()
    router = int(re.search(r"ALTER ROLE reader CONNECTION LIMIT (\d+)", text)[1])
    assert connections_in_use(overlay) + router <= connection_limit(overlay)


@rendering
@each_overlay
def test_policies_deny_everything_first_and_open_5432_only_to_those_who_need_it(
    overlay: str,
) -> None:
    policies = {
        one["metadata"]["name"]: one["spec"]
        for one in objects(overlay)
        if one["kind"] == "NetworkPolicy"
    }
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (rule,) = policies["databases"]["ingress"]
    (who,) = rule["from"][0]["podSelector"]["matchExpressions"]
    assert who["values"] == ["server", "loader", "router"]
    assert policies["databases"].get("egress") is None


@rendering
@each_overlay
def test_no_budget_blocks_a_drain(overlay: str) -> None:
    budgets = [one["spec"] for one in objects(overlay) if one["kind"] == "PodDisruptionBudget"]
    assert len(budgets) == 2
    for budget in budgets:
        assert budget["maxUnavailable"] == 1
        assert "minAvailable" not in budget


@rendering
@each_overlay
def test_a_replica_is_a_copy_of_its_shard_and_comes_second_in_the_map(
    overlay: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "kubernetes", tmp_path / "kubernetes")
    folder = tmp_path / "kubernetes" / "overlays" / overlay
    with (folder / "kustomization.yaml").open("a") as file:
        file.write("components: [generated/replicas]\n")
    found = {(one["kind"], one["metadata"]["name"]): one for one in rendered(folder)}
    map_text = found["ConfigMap", "shard-map"]["data"]["shards.tsv"]
    lines = dict(line.split("\t") for line in map_text.splitlines() if not line.startswith("#"))
    for shard in set(lines) - {"catalog"}:
        name = f"shard-{shard}"
        assert lines[shard] == f"host={name},{name}-replica dbname=snapshard"
        assert found["Service", name]["metadata"]["annotations"] == {
            "snapshard/address": lines[shard]
        }
        primary, replica = (found["StatefulSet", one]["spec"] for one in (name, f"{name}-replica"))
        assert (
            primary["volumeClaimTemplates"][0]["spec"] == replica["volumeClaimTemplates"][0]["spec"]
        )
        assert "wal_level=replica" in primary["template"]["spec"]["containers"][0]["args"]
        (copying,), (running,) = (
            replica["template"]["spec"]["initContainers"],
            replica["template"]["spec"]["containers"],
        )
        assert copying["image"] == running["image"]
        assert copying["securityContext"] == running["securityContext"]
    assert lines["catalog"] == "host=catalog dbname=snapshard"


def test_a_position_cuts_a_chromosome(tmp_path: Path) -> None:
    whole = ",".join(f"chr{name}" for name in [*range(2, 23), "X", "Y", "M"])
    table = (
        f"catalog\t-\t1Gi\t1Gi\t1\na\tchr1:1-1000,{whole}\t1Gi\t1Gi\t1\n"
        "b\tchr1:1001-,other\t1Gi\t1Gi\t1\n"
    )
    (tmp_path / "shards.tsv").write_text(table)
    subprocess.run(
        [sys.executable, ROOT / "kubernetes" / "shards.py", tmp_path],
        check=True,
        capture_output=True,
    )
    intervals = read_layout((tmp_path / "generated" / "layout.tsv").read_text().splitlines())
    assert [(one.first, one.shard) for one in intervals if one.chrom == "chr1"] == [
        (1, "a"),
        (1001, "b"),
    ]


def test_a_chromosome_that_no_shard_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "shards.tsv").write_text("catalog\t-\t1Gi\t1Gi\t1\na\tchr1,other\t1Gi\t1Gi\t1\n")
    command = [sys.executable, ROOT / "kubernetes" / "shards.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "chr2, chr3" in done.stderr
