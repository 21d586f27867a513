"""Probes, counters and a description of the service."""

from importlib.metadata import version

import flask
from flask import Blueprint, Response

from snapshard.connections import CATALOG, unreachable_shards
from snapshard.errors import ShardUnavailable
from snapshard_ui.api.models.releases import ServiceInfo
from snapshard_ui.api.params import NoParams
from snapshard_ui.api.releases import release_members
from snapshard_ui.api.responses import json_response
from snapshard_ui.api.routes import PREFIX, on_api, root
from snapshard_ui.runtime import current_backend, current_index, current_settings

_READY_SECONDS = 0.9
"""How long the check of readiness waits for the shards: probes expect the truth within a second."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """200 while the process responds, whatever the state of the shards."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 if queries can be answered now: the releases are known and a shard responds. An
    unavailable shard does not take the others offline, but is named.
    """
    index = current_index()
    unreachable = unreachable_shards(index.shard_map, _READY_SECONDS)
    shards = index.pools.names() or [CATALOG]
    if all(name in unreachable for name in shards):
        raise ShardUnavailable(shards[0], unreachable[shards[0]])
    # A catalog that hangs would make this answer wait.
    if CATALOG in unreachable and index.catalog.last_known() is None:
        raise ShardUnavailable(CATALOG, unreachable[CATALOG])
    releases = index.catalog.last_known() if CATALOG in unreachable else index.catalog.releases()
    return json_response(
        {"status": "ready", "releases": len(releases or ()), "unavailable": list(unreachable)}
    )


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
