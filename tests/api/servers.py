"""Publishes a release for the time of a test."""

from contextlib import contextmanager

import httpx
from waiting import wait_for

from snapshard_populate.releases import publish_release

__all__ = ["known_to_all", "published", "wait_for"]


@contextmanager
def published(world, server, compilation, release):
    """Another release is the current one inside, and the server knows."""
    shards, url = world.index.shard_map, f"{server.url}/api/v1/compilations/{compilation}"
    before = world.index.catalog.release(compilation).name
    try:
        publish_release(shards.catalog, compilation, release)
        known_to_all(url, lambda answer: answer["release"]["release"] == release)
        yield
    finally:
        publish_release(shards.catalog, compilation, before)
        known_to_all(url, lambda answer: answer["release"]["release"] == before)


def known_to_all(url, fits):
    """Waits until every worker of the server answers so; each of many connections is taken by one
    or the other.
    """
    wait_for(lambda: all(fits(httpx.get(url).json()) for _ in range(10)), 10)
