"""Page tokens: the value of `next`, which tells where the following page begins and in which
release. The token format is private.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.release import Release

_EXPECTED = "the `next` of an earlier page of this compilation, or a snaptron_id"


@dataclass(frozen=True)
class Token:
    """The last row of a page in a release: a junction's snaptron_id, or a sample's index among the
    samples.
    """

    schema: str
    row: int

    def __str__(self) -> str:
        # The checksum makes a mistyped or shortened token an error instead of another page.
        text = f"{self.schema} {self.row}".encode()
        return urlsafe_b64encode(text + b" %08x" % binascii.crc32(text)).rstrip(b"=").decode()


def parse_token(text: str) -> Token:
    """The token of a page. Raises BadQuery for anything else."""
    try:
        padding = b"=" * (-len(text) % 4)
        plain, _, checksum = urlsafe_b64decode(text.encode() + padding).rpartition(b" ")
        if checksum != b"%08x" % binascii.crc32(plain):
            raise ValueError("the checksum differs")
        schema, number = plain.decode().split(" ")
        return Token(schema, int(number))
    except (ValueError, TypeError):
        raise BadQuery("after", text, _EXPECTED) from None


def release_name(after: str | None, compilation: str, release: str | None) -> str | None:
    """The name of the release to query: that of the URL, else that of the token, else None for the
    current one.

    Raises BadQuery for a token of another compilation, or of another release than the URL names.
    """
    if after is None or after.isdigit():
        return release
    token_compilation, _, token_release = parse_token(after).schema.partition("@")
    if token_compilation != compilation or release not in (None, token_release):
        raise BadQuery("after", after, _EXPECTED + (f", release {release}" if release else ""))
    return token_release


def row_token(release: Release, row: int) -> str:
    """The token for the page after a row."""
    return str(Token(release.schema, row))
