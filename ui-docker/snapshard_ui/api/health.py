"""Probes, counters and a description of the service."""

from importlib.metadata import version

import flask
from flask import Blueprint, Response

from snapshard_ui.api.models.releases import ServiceInfo
from snapshard_ui.api.params import NoParams
from snapshard_ui.api.releases import release_members
from snapshard_ui.api.responses import json_response
from snapshard_ui.api.routes import PREFIX, on_api, root
from snapshard_ui.runtime import current_backend, current_index, current_settings

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """200 while the process responds, whatever the state of the shards."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 if the catalog is known, so that queries can be routed. An unavailable shard does not
    take the others offline.
    """
    return json_response({"status": "ready", "releases": len(current_index().catalog.releases())})


@blueprint.get("/metrics")
def metrics() -> Response:
    """The counters of all workers in Prometheus' text format; checks every shard."""
    backend = current_backend()
    for state in backend.index.states():
        backend.metrics.shard_up.labels(state.name).set(state.up)
    backend.metrics.note_connections(backend.index)
    return Response(backend.metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@on_api("/service-info", model=ServiceInfo)
def service_info(params: NoParams) -> Response:
    """The service, as GA4GH's service-info describes it."""
    settings = current_settings()
    compilations = current_index().catalog.compilations()
    return json_response(
        {
            "id": settings.service_id,
            "name": "Snapshard",
            "type": {"group": "org.snapshard", "artifact": "junctions", "version": "1.0"},
            "description": "RNA-seq exon-exon junctions of many samples, by genome region",
            "organization": {"name": settings.organization, "url": settings.organization_url},
            "documentationUrl": flask.request.url_root.rstrip("/") + PREFIX + "/docs",
            "version": version("snapshard"),
            "compilations": [release_members(release) for release in compilations],
        }
    )


# GA4GH clients look for it at the root of the host.
root.add_url_rule("/service-info", "service_info", lambda: service_info(NoParams()))
