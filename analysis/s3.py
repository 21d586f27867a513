"""An S3 server in this process that answers late and counts what it is asked for."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.session import get_session
from moto.server import DomainDispatcherApplication, create_backend_app
from pyarrow import fs
from werkzeug.serving import WSGIRequestHandler, make_server

BUCKET = "columns"


@dataclass
class Traffic:
    """What an S3 server answered so far: requests, and bytes of their bodies."""

    requests: int = 0
    bytes: int = 0


@contextmanager
def s3_server(delay: float) -> Iterator[Traffic]:
    """An S3 server with an empty bucket, and the count of its traffic; AWS's variables lead to it."""
    traffic, lock = Traffic(), threading.Lock()
    application = DomainDispatcherApplication(create_backend_app)

    def counted(environ, start_response):
        time.sleep(delay)
        body = b"".join(application(environ, start_response))
        with lock:
            traffic.requests += 1
            traffic.bytes += len(body) if environ["REQUEST_METHOD"] == "GET" else 0
        return [body]

    server = make_server("127.0.0.1", 0, counted, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "mine",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
    }
    client = get_session().create_client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.close()
    try:
        yield traffic
    finally:
        server.shutdown()
        server.server_close()


def file_system() -> fs.S3FileSystem:
    """Arrow's file system of the server to which AWS's variables lead."""
    address = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    return fs.S3FileSystem(endpoint_override=address, scheme="http")


class _Quiet(WSGIRequestHandler):
    """Writes no log, and keeps connections open as S3 does."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_) -> None:
        """Writes nothing."""
