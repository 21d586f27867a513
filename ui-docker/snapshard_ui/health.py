"""Whether the process lives, and whether it can take traffic."""

from flask import Blueprint, Response

from snapshard_ui.answers import json_response
from snapshard_ui.backend import current_index

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """200 as long as the process answers at all; says nothing of shards."""
    return json_response({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when the catalog is known, so that queries can be routed; a lost shard does not take the others offline."""
    return json_response({"status": "ready", "releases": len(current_index().catalog.releases())})
