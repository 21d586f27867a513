"""Whether the process lives, whether it can take traffic, what it counts, and what it is."""

from importlib.metadata import version

from flask import Blueprint, Response, request

from snapshard_ui.api.models.releases import ServiceInfo
from snapshard_ui.api.models.responses import json_response
from snapshard_ui.api.params import NoParams
from snapshard_ui.api.releases import describe
from snapshard_ui.api.routes import PREFIX, on_api, root
from snapshard_ui.runtime import current_backend, current_index, current_settings

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """200 as long as the process answers at all; says nothing of shards."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when the catalog is known, so that queries can be routed; a lost shard does not take the
    others offline.
    """
    return json_response({"status": "ready", "releases": len(current_index().catalog.releases())})


@blueprint.get("/metrics")
def metrics() -> Response:
    """All workers' counters, in Prometheus' text form; asks every shard whether it is up."""
    ours = current_backend()
    for state in ours.index.states():
        ours.metrics.shard_up.labels(state.name).set(state.up)
    ours.metrics.note_connections(ours.index)
    return Response(ours.metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@on_api("/service-info", answer=ServiceInfo)
def service_info(params: NoParams) -> Response:
    """What the service is, in GA4GH's words."""
    settings = current_settings()
    return json_response(
        {
            "id": settings.service_id,
            "name": "Snapshard",
            "type": {"group": "org.snapshard", "artifact": "junctions", "version": "1.0"},
            "description": "RNA-seq exon-exon junctions of many samples, by genome region",
            "organization": {"name": settings.organization, "url": settings.organization_url},
            "documentationUrl": request.url_root.rstrip("/") + PREFIX + "/docs",
            "version": version("snapshard"),
            "compilations": [
                describe(release) for release in current_index().catalog.compilations()
            ],
        }
    )


root.add_url_rule("/service-info", "service_info", lambda: service_info(NoParams()))
