"""The annotation classes of many rows at once."""

import numpy as np
from numpy.typing import NDArray

from snapshard.junction import AnnotationClass
from snapshard.rows import Rows

_CLASSES = tuple(AnnotationClass)
_CODE = {name: code for code, name in enumerate(_CLASSES)}
_ONE_END = np.array(
    [_CODE[AnnotationClass.A], _CODE[AnnotationClass.D], _CODE[AnnotationClass.UNKNOWN]]
)
"""Codes of rows with one annotated end: it is the acceptor, it is the donor, or there is no strand.
"""


def annotation_classes(rows: Rows) -> list[str]:
    """The annotation class of every row, as `snapshard.junction.annotation_class` defines it."""
    pair_annotated = rows.flags("annotated")
    left_annotated = rows.flags("left_annotated")
    right_annotated = rows.flags("right_annotated")
    text, starts, _ = rows.spans("strand")
    strand = text.take(starts)
    plus, minus = strand == ord("+"), strand == ord("-")
    # With one annotated end, that end is the donor if it is the left one on + or the right one on -.
    is_donor = (left_annotated == plus).astype(np.int64)
    one_end = _ONE_END[np.where(plus | minus, is_donor, 2)]
    both_or_none = np.where(
        left_annotated & right_annotated, _CODE[AnnotationClass.NDA], _CODE[AnnotationClass.N]
    )
    unpaired = np.where(left_annotated == right_annotated, both_or_none, one_end)
    codes: NDArray[np.int64] = np.where(pair_annotated, _CODE[AnnotationClass.DA], unpaired)
    return [_CLASSES[code] for code in codes.tolist()]
