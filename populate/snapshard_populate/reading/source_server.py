"""Serves a folder of sources over HTTP: what the source pod of a cluster runs.

Parts of files and strong entity tags are what loaders need: to read their own piece of an indexed
file, and to go on with a download that broke off.
"""

from flask import Flask, Response, send_from_directory


def source_server(folder: str) -> Flask:
    """A WSGI application that answers GET and HEAD for every file below the folder, as it is
    stored; 404 for all else.
    """
    app = Flask(__name__, static_folder=None)

    @app.get("/<path:name>")
    def source(name: str) -> Response:
        # By its own name a .gz would be declared to be an encoding, which clients undo.
        return send_from_directory(
            folder, name, mimetype="application/octet-stream", conditional=True, max_age=0
        )

    return app
