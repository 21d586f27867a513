"""The `next` of a page: where the following page begins, bound to the release. Its form is nobody's
business but ours.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.release import Release

_EXPECTED = "the `next` of an earlier page of this compilation, or a snaptron_id"


@dataclass(frozen=True)
class Token:
    """The last row of a page in a release: a junction's snaptron_id, a sample's place among the
    samples.
    """

    schema: str
    row: int

    def __str__(self) -> str:
        text = f"{self.schema} {self.row}".encode()
        return urlsafe_b64encode(text + b" %08x" % binascii.crc32(text)).rstrip(b"=").decode()


def parse_token(text: str) -> Token:
    """The token that a page gave out. Raises BadQuery for anything else."""
    try:
        plain, _, check = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).rpartition(
            b" "
        )
        if check != b"%08x" % binascii.crc32(plain):
            raise ValueError("the checksum differs")
        schema, number = plain.decode().split(" ")
        return Token(schema, int(number))
    except (ValueError, TypeError):
        raise BadQuery("after", text, _EXPECTED) from None


def release_name(after: str | None, compilation: str, release: str | None) -> str | None:
    """The release to ask: the one of the URL, else the one that the token was made for, else None
    for the current one.

    Raises BadQuery for a token of another compilation, or of another release than the URL names.
    """
    if after is None or after.isdigit():
        return release
    of_compilation, _, of_release = parse_token(after).schema.partition("@")
    if of_compilation != compilation or release not in (None, of_release):
        raise BadQuery("after", after, _EXPECTED + (f", release {release}" if release else ""))
    return of_release


def token_of(release: Release, row: int) -> str:
    """The token for the page behind a row."""
    return str(Token(release.schema, row))
