"""Objects of an S3 store, as signed http(s) addresses that every reader of http(s) can open."""

from functools import cache
from typing import Any

from snapshard.errors import BadSource

SCHEME = "s3://"
_SIGNED_SECONDS = 24 * 3600
"""An address is signed again whenever a file is opened or a download is resumed; reading without an
interruption may take this long.
"""


def http_address(location: str) -> str:
    """The http(s) address of a source: of s3://BUCKET/KEY an address that is signed for a day; an
    http(s) address is returned unchanged.

    Region, credentials and, for a store other than Amazon's, AWS_ENDPOINT_URL come from AWS's own
    variables and files. Without credentials the address is not signed, which works for public
    buckets. Raises BadSource.
    """
    if not location.startswith(SCHEME):
        return location
    bucket, _, key = location.removeprefix(SCHEME).partition("/")
    if not bucket or not key:
        raise BadSource(location, "expected s3://BUCKET/KEY")
    try:
        client, errors = _client()
    except ModuleNotFoundError as exc:
        raise BadSource(
            location, "reading from S3 needs botocore: pip install 'snapshard[s3]'"
        ) from exc
    parameters = {"Bucket": bucket, "Key": key}
    try:
        address: str = client.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=_SIGNED_SECONDS
        )
    except errors as exc:
        raise BadSource(location, " ".join(str(exc).split())) from exc
    return address


@cache
def _client() -> tuple[Any, type[Exception]]:
    """The client and the base class of its errors, created once."""
    # Importing botocore takes long, and few sources are on S3.
    import botocore
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    session = get_session()
    signature = "s3v4" if session.get_credentials() else botocore.UNSIGNED
    return session.create_client("s3", config=Config(signature_version=signature)), BotoCoreError
