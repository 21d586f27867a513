"""Compilations, their releases, and the state of the shards."""

from flask import Response

from snapshard.release import Interval, Release
from snapshard_ui.api.models.releases import CompilationList, ReleaseAnswer, ReleaseList, ShardList
from snapshard_ui.api.params import NoParams
from snapshard_ui.api.responses import json_response
from snapshard_ui.api.routes import ReleaseRequest, on_api, on_release
from snapshard_ui.http import current_record
from snapshard_ui.runtime import current_backend, current_index


@on_api("/compilations", model=CompilationList)
def compilations(params: NoParams) -> Response:
    """The compilations, each with its current release."""
    current = current_index().catalog.compilations()
    return json_response({"compilations": [release_members(release) for release in current]})


@on_api("/compilations/<compilation>/releases", model=ReleaseList)
def releases(params: NoParams, compilation: str) -> Response:
    """The releases of a compilation that can be queried, oldest first.

    URLs without a release mean the current one.
    """
    catalog = current_index().catalog
    current = catalog.release(compilation)
    current_record().compilation = current.compilation
    members = [
        release_members(release)
        for release in catalog.releases()
        if release.compilation == compilation
    ]
    return json_response({"current": current.name, "releases": members})


# A release can become the current one, or be withdrawn: its state is part of the ETag.
@on_release("", model=ReleaseAnswer, changing=lambda release: (release.state, release.published))
def release(request: ReleaseRequest[NoParams]) -> Response:
    """One release: its size, and how the genome is partitioned."""
    return json_response(
        {
            "about": request.release.provenance(),
            "release": release_members(request.release),
            "intervals": [_interval_members(interval) for interval in request.release.intervals],
        }
    )


@on_api("/shards", model=ShardList)
def shards(params: NoParams) -> Response:
    """Every shard, checked now: whether it responds, how quickly, and which releases it holds."""
    index, metrics = current_index(), current_backend().metrics
    releases = index.catalog.releases()
    members = []
    for state in index.states():
        metrics.shard_up.labels(state.name).set(state.up)
        names = [
            f"{release.compilation}/{release.name}"
            for release in releases
            if state.name in release.shards
        ]
        members.append(
            {
                "name": state.name,
                "up": state.up,
                "milliseconds": round(state.milliseconds, 1),
                "reason": state.reason,
                "releases": names,
            }
        )
    return json_response({"shards": members})


def release_members(release: Release) -> dict[str, object]:
    """A release as the JSON members of lists."""
    return {
        **release.provenance(),
        "title": release.title,
        "state": release.state,
        "junction_count": release.row_count,
        "shards": list(release.shards),
        "created": release.created.isoformat(),
        "published": release.published.isoformat() if release.published else None,
        "notices": list(release.notices),
    }


def _interval_members(interval: Interval) -> dict[str, object]:
    junctions = interval.content.get("junction")
    return {
        "chromosome": interval.chrom,
        "first": interval.first,
        "last": interval.last,
        "shard": interval.shard,
        "junctions": junctions.row_count if junctions is not None else 0,
    }
