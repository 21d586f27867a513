"""The web server of the source pod: serves a folder of sources over HTTP.

It supports range requests and strong entity tags. Loaders need both, to read single regions of an
indexed file and to resume interrupted downloads.
"""

from flask import Flask, Response, send_from_directory


def source_server(folder: str) -> Flask:
    """A WSGI application that serves GET and HEAD for every file below the folder, as stored; 404
    for everything else.
    """
    app = Flask(__name__, static_folder=None)

    @app.get("/<path:name>")
    def source(name: str) -> Response:
        # Flask would derive Content-Encoding from the name of a .gz file, and clients would
        # decompress it.
        return send_from_directory(
            folder, name, mimetype="application/octet-stream", conditional=True, max_age=0
        )

    return app
