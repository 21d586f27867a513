"""The Flask server: REST API, web page and the Snaptron protocol."""

import importlib

from flask import Flask

from snapshard.settings import Settings
from snapshard.shards import ShardSource
from snapshard_ui import backend, health, junctions, problems


def create_app(settings: Settings | None = None, shards: ShardSource | None = None) -> Flask:
    """The application, wired. Without arguments it reads the environment and finds the shards as the settings say."""
    app = Flask(__name__)
    backend.install(app, settings or Settings.from_env(), shards)
    problems.install(app)
    for module in (health, junctions):
        app.register_blueprint(module.blueprint)
    # The Snaptron protocol has a blueprint of its own in snaptron.py.
    snaptron = importlib.import_module("snapshard_ui.snaptron")
    if hasattr(snaptron, "blueprint"):
        app.register_blueprint(snaptron.blueprint)
    return app
