"""A bucket to publish to, on a server that speaks S3's protocol."""

from contextlib import contextmanager

import pytest
from botocore.session import get_session
from moto.moto_server.threaded_moto_server import ThreadedMotoServer


@contextmanager
def bucket_store(bucket):
    """The address s3://BUCKET/data/PREFIX of an empty bucket; AWS's variables lead to it meanwhile."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", "me")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "mine alone")
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            address = "http://{}:{}".format(*server.get_host_and_port())
            patch.setenv("AWS_ENDPOINT_URL", address)
            client = get_session().create_client("s3")
            client.create_bucket(Bucket=bucket)
            client.close()
            yield f"s3://{bucket}/data"
    finally:
        server.stop()
