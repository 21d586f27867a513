"""Which compilations and releases there are, and how their shards are."""

from typing import Any

from flask import Response

from snapshard.release import Release
from snapshard_ui.api.models.releases import CompilationList, ReleaseAnswer, ReleaseList, ShardList
from snapshard_ui.api.models.responses import json_response
from snapshard_ui.api.params import NoParams
from snapshard_ui.api.routes import ReleaseRequest, on_api, on_release
from snapshard_ui.runtime import current_backend, current_index


@on_api("/compilations", answer=CompilationList)
def compilations(params: NoParams) -> Response:
    """The compilations, each with its current release."""
    return json_response(
        {"compilations": [describe(release) for release in current_index().catalog.compilations()]}
    )


@on_api("/compilations/<compilation>/releases", answer=ReleaseList)
def releases(params: NoParams, compilation: str) -> Response:
    """The releases of a compilation that can be asked, oldest first; the current one is what URLs
    without a release mean.
    """
    catalog = current_index().catalog
    current = catalog.release(compilation)
    found = [
        describe(release) for release in catalog.releases() if release.compilation == compilation
    ]
    return json_response({"current": current.name, "releases": found})


@on_release("", answer=ReleaseAnswer, changing=lambda release: (release.state, release.published))
def release(asked: ReleaseRequest[NoParams]) -> Response:
    """One release: its size, and how the genome is cut."""
    intervals = [
        {
            "chromosome": one.chrom,
            "first": one.first,
            "last": one.last,
            "shard": one.shard,
            "junctions": _rows(one.content),
        }
        for one in asked.release.intervals
    ]
    return json_response(
        {
            "about": asked.release.provenance(),
            "release": describe(asked.release),
            "intervals": intervals,
        }
    )


@on_api("/shards", answer=ShardList)
def shards(params: NoParams) -> Response:
    """Every shard, asked now: whether it answers, how quickly, and which releases it holds."""
    index, metrics = current_index(), current_backend().metrics
    known = index.catalog.releases()
    answer = []
    for state in index.states():
        metrics.shard_up.labels(state.name).set(state.up)
        held = [
            f"{release.compilation}/{release.name}"
            for release in known
            if state.name in release.shards
        ]
        took = round(state.milliseconds, 1)
        answer.append(
            {
                "name": state.name,
                "up": state.up,
                "milliseconds": took,
                "reason": state.reason,
                "releases": held,
            }
        )
    return json_response({"shards": answer})


def describe(release: Release) -> dict[str, Any]:
    """What lists say of a release."""
    return {
        **release.provenance(),
        "title": release.title,
        "state": release.state,
        "junction_count": release.row_count,
        "shards": list(release.shards),
        "created": release.created.isoformat(),
        "published": release.published.isoformat() if release.published else None,
    }


def _rows(content: Any) -> int:
    return content["junction"].row_count if "junction" in content else 0
