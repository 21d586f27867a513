"""The Flask server: REST API, web page and the Snaptron protocol."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from snapshard.connections import ShardSource
from snapshard.settings import Settings
from snapshard_ui import (
    api,
    data_folder,
    mcp,
    openapi,  # noqa: F401  # its routes register when it is imported
    snaptron,
    web,
)
from snapshard_ui.http import Trailers, paths, problems, request_log
from snapshard_ui.runtime import BODY_LIMIT, backend

_FORWARDED = ("x_for", "x_proto", "x_host", "x_port", "x_prefix")
"""The headers that are trusted from the proxies that the settings count: X-Forwarded-For, -Proto,
-Host, -Port, -Prefix.
"""


def create_app(settings: Settings | None = None, shards: ShardSource | None = None) -> Flask:
    """The application. Without arguments it reads the environment, and finds the shards as the
    settings say.
    """
    app, settings = Flask(__name__), settings or Settings.from_env()
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = BODY_LIMIT
    backend.install(app, settings, shards)
    request_log.install(app)
    problems.install(app)
    rooms = (web, data_folder, snaptron, mcp)
    for blueprint in (*api.BLUEPRINTS, *[room.blueprint for room in rooms]):
        app.register_blueprint(blueprint)
    paths.install(app)
    app.wsgi_app = Trailers(app.wsgi_app)  # type: ignore[method-assign]
    # Outermost, so that everything inside sees the address that the client used. Without a proxy
    # anybody could send these headers.
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, **dict.fromkeys(_FORWARDED, settings.proxies))  # type: ignore[method-assign]
    return app
