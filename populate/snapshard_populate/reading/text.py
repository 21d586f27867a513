"""The text of a source: UTF-8, of lines that end with a newline and hold no control characters.

Two habits of other programs are repaired, because nothing is lost: a byte order mark in front
(Excel, Notepad) is passed over, and Windows line ends become newlines. UTF-16 is refused as a
whole, and any other control character with its line: it would divide or shift the fields of
whoever reads the text later.
"""

import re
from collections.abc import Callable, Iterator

from snapshard.errors import BadSource

MARK = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""
MARK_PASSED_OVER = "the byte order mark in front was passed over"
LINE_ENDS_CONVERTED = "Windows line ends were converted"
_OTHER_MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_LONGEST_MARK = 4
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def repaired(blocks: Iterator[bytes], name: str, note: Callable[[str], None]) -> Iterator[bytes]:
    """Yields a source's text, block by block and none of them empty, without a byte order mark and
    with newlines as line ends. `note` receives what was repaired, once for each kind.

    Raises BadSource for UTF-16.
    """
    line_ends_noted = False
    carriage_return = b""
    for block in _without_mark(blocks, name, note):
        text = carriage_return + block if carriage_return else block
        # The newline that belongs to a carriage return may be the first byte of the next block.
        carriage_return = text[-1:] if text.endswith(b"\r") else b""
        text = text[: len(text) - len(carriage_return)]
        if b"\r\n" in text:
            text = text.replace(b"\r\n", b"\n")
            if not line_ends_noted:
                note(LINE_ENDS_CONVERTED)
                line_ends_noted = True
        if text:
            yield text


def _without_mark(
    blocks: Iterator[bytes], name: str, note: Callable[[str], None]
) -> Iterator[bytes]:
    head = b""
    while len(head) < _LONGEST_MARK and (block := next(blocks, b"")):
        head += block
    for mark, encoding in _OTHER_MARKS.items():
        if head.startswith(mark):
            raise BadSource(
                name,
                f"expected UTF-8 text, got {encoding} (its byte order mark is {mark.hex(' ')}); "
                f"convert it: iconv -f {encoding} -t UTF-8 FILE",
            )
    if head.startswith(MARK):
        note(MARK_PASSED_OVER)
        head = head.removeprefix(MARK)
    if head:
        yield head
    yield from blocks


def unclean_reason(line: bytes) -> str | None:
    """The reason why a line, without its newline, is not clean text; None if it is."""
    if match := _CONTROL.search(line):
        return (
            f"expected printable text, got a control character (0x{match[0].hex()}) "
            f"at byte {match.start() + 1}"
        )
    try:
        line.decode()
    except UnicodeDecodeError as error:
        got = f"byte 0x{line[error.start]:02x} at byte {error.start + 1}"
        return f"expected UTF-8 text, got {got}"
    return None
