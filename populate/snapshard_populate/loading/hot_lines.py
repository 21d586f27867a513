"""What goes into a shard's table of hot columns: each row's verbatim fields but samples and length,
its block and its class.
"""

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import NAMES, AnnotationClass
from snapshard.rows import Rows

HOT_COLUMNS = (
    *[name for name in NAMES if name not in ("length", "samples")],
    "block",
    "position",
    "class",
)
"""The columns of a hot line in their order. `length` is not stored: it follows from start and end.
"""

_PAD = 8  # bytes in front of the text in Rows.spans
_CLASSES = tuple(AnnotationClass)
_CODE = {name: code for code, name in enumerate(_CLASSES)}
_ONE_END = np.array(
    [_CODE[AnnotationClass.A], _CODE[AnnotationClass.D], _CODE[AnnotationClass.UNKNOWN]]
)
_NO_DATASET = b"\\N"


def annotation_classes(rows: Rows) -> list[str]:
    """The annotation class of every row: `snapshard.junction.annotation_class` for many at once."""
    pair, left, right = (
        rows.flags(name) for name in ("annotated", "left_annotated", "right_annotated")
    )
    text, starts, _ = rows.spans("strand")
    strand = text.take(starts)
    plus, minus = strand == ord("+"), strand == ord("-")
    one_end = _ONE_END[np.where(plus | minus, (left == plus).astype(np.int64), 2)]
    both_ends = np.where(left & right, _CODE[AnnotationClass.NDA], _CODE[AnnotationClass.N])
    codes: NDArray[np.int64] = np.where(
        pair, _CODE[AnnotationClass.DA], np.where(left == right, both_ends, one_end)
    )
    return [_CLASSES[code] for code in codes.tolist()]


def hot_lines(rows: Rows, *, block: int, classes: list[str]) -> bytes:
    """The rows as text for COPY, in the order of HOT_COLUMNS; rows hold no backslash, so nothing
    needs escaping.
    """
    text = rows.text
    _, first, _ = rows.spans("snaptron_id")
    _, length, strand = rows.spans("length")
    _, samples, counts = rows.spans("samples")
    _, dataset, end = rows.spans("source_dataset_id")
    places = np.stack((first, length, strand + 1, samples, counts + 1, end), axis=1) - _PAD
    missing = (dataset == end).tolist()
    return b"".join(
        [
            b"%s%s%s%s\t%d\t%d\t%s\n"
            % (
                text[a:b],
                text[c:d],
                text[e:f],
                _NO_DATASET if missing[row] else b"",
                block,
                row,
                classes[row].encode(),
            )
            for row, (a, b, c, d, e, f) in enumerate(places.tolist())
        ]
    )
