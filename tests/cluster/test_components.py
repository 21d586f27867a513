"""Optional components: what the API server says of those it knows, and discovery at work."""

from pathlib import Path

import pytest

from .conftest import Cluster, Deployment

pytestmark = pytest.mark.cluster


def with_component(clone: Path, name: str) -> Path:
    """The overlay `small` of a clone, with a component."""
    overlay = clone / "kubernetes" / "overlays" / "small"
    with (overlay / "kustomization.yaml").open("a") as file:
        file.write(f"components: [../../components/{name}]\n")
    return overlay


@pytest.mark.parametrize("name", ["public-source", "ingress"])
def test_the_api_server_accepts_a_component(deployment: Deployment, clone: Path, name: str) -> None:
    manifests = deployment.cluster.kubectl("kustomize", str(with_component(clone, name)))
    selected = ["-l", "app.kubernetes.io/part-of=snapshard", "--dry-run=server", "-f", "-"]
    assert "created (server dry run)" in deployment.cluster.kubectl("apply", *selected, given=manifests)


def test_the_monitor_renders_but_its_definition_is_not_in_this_cluster(cluster: Cluster, clone: Path) -> None:
    manifests = cluster.kubectl("kustomize", str(with_component(clone, "service-monitor")))
    assert "kind: ServiceMonitor" in manifests
    assert cluster.kubectl("api-resources", "--api-group=monitoring.coreos.com", "--no-headers", check=False).strip() == ""


def test_discovery_follows_services_without_a_restart(deployment: Deployment, clone: Path) -> None:
    cluster = deployment.cluster
    cluster.make("discovery", folder=clone)
    overlay = with_component(clone, "discovery")
    _apply(cluster, overlay)
    cluster.kubectl("rollout", "status", "deployment/server", "--timeout=120s")
    try:
        as_server = "--as=system:serviceaccount:snapshard:server"
        may = cluster.kubectl("auth", "can-i", "--list", "--no-headers", as_server)
        assert [line.split()[-2:] for line in may.splitlines() if line.startswith("services ")] == [["[list", "watch]"]]
        assert "secrets" not in may
        path = "/api/v1/compilations/gtex17/junctions?region=chr1:1-2000000&limit=1"
        deployment.wait_for(path, '"rows"')
        cluster.kubectl("label", "service", "shard-a", "snapshard/shard-")
        cluster.kubectl("annotate", "service", "shard-b", "snapshard/address=host=nowhere dbname=snapshard")
        deployment.wait_for("/api/v1/compilations/gtex17/junctions?region=chr2:1-2000000&limit=1", "shard 'b'")
        deployment.wait_for(path, "'a'")
        cluster.kubectl("label", "service", "shard-a", "snapshard/shard=a")
        cluster.kubectl("annotate", "service", "shard-b", "snapshard/address-")
        deployment.wait_for(path, '"rows"')
        deployment.wait_for("/api/v1/compilations/gtex17/junctions?region=chr2:1-2000000&limit=1", '"rows"')
    finally:
        _apply(cluster, overlay, without="discovery")
        cluster.kubectl("delete", "networkpolicy,role,rolebinding", "discovery")
        cluster.kubectl("rollout", "status", "deployment/server", "--timeout=120s")


def _apply(cluster: Cluster, overlay: Path, *, without: str = "") -> None:
    """Brings the servers, and what the component adds, to what an overlay says."""
    if without:
        kustomization = overlay / "kustomization.yaml"
        kustomization.write_text(kustomization.read_text().replace(f"components: [../../components/{without}]\n", ""))
    manifests = cluster.kubectl("kustomize", str(overlay))
    cluster.kubectl("apply", "-f", "-", "-l", "app.kubernetes.io/component notin (shard, catalog)", given=manifests)
