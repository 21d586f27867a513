"""Objects of an S3 store, by addresses that are signed for a while: whatever reads http(s) reads
them too.
"""

from functools import cache
from typing import Any

from snapshard.errors import BadSource

SCHEME = "s3://"
_SIGNED_SECONDS = 24 * 3600
"""An address is signed anew whenever a file is opened or resumed; one reading of it may take this
long.
"""


def http_address(location: str) -> str:
    """Where a source is had by HTTP: an http(s) address as it is, for s3://BUCKET/KEY one that is
    signed for a day.

    Region, credentials and, for another store than Amazon's, AWS_ENDPOINT_URL come from AWS's own
    variables and files. Where there are no credentials it is not signed, which a public bucket
    takes. Raises BadSource.
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
    try:
        place = {"Bucket": bucket, "Key": key}
        address: str = client.generate_presigned_url(
            "get_object", Params=place, ExpiresIn=_SIGNED_SECONDS
        )
    except errors as exc:
        raise BadSource(location, " ".join(str(exc).split())) from exc
    return address


@cache
def _client() -> tuple[Any, type[Exception]]:
    """A client, made once, and the family of its errors. Its package takes long to import and few
    sources are on S3.
    """
    import botocore
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    session = get_session()
    signature = "s3v4" if session.get_credentials() else botocore.UNSIGNED
    return session.create_client("s3", config=Config(signature_version=signature)), BotoCoreError
