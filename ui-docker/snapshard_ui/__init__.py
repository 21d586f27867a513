"""The Flask server: REST API, web page and the Snaptron protocol."""

from flask import Flask

from snapshard.settings import Settings
from snapshard.shards import ShardSource
from snapshard_ui import (
    backend,
    evidence,
    genes,
    health,
    junctions,
    observing,
    openapi,
    pages,
    problems,
    releases,
    routes,
    samples,
    snaptron,
    splicing_api,
)

VIEWS = (junctions, evidence, genes, samples, splicing_api, releases, health, openapi)
"""The modules whose views make up the API; importing them registers the views."""


def create_app(settings: Settings | None = None, shards: ShardSource | None = None) -> Flask:
    """The application, wired. Without arguments it reads the environment and finds the shards as the settings say."""
    app = Flask(__name__)
    backend.install(app, settings or Settings.from_env(), shards)
    observing.install(app)
    problems.install(app)
    for blueprint in (health.blueprint, routes.api, pages.blueprint, snaptron.blueprint):
        app.register_blueprint(blueprint)
    return app
