"""Hot lines: what a shard's hot table holds of each row, as text for COPY.

That is every field but the samples and the length as it is written, the row's block and position,
and its annotation class.
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

_CLASSES = tuple(AnnotationClass)
_CODE = {name: code for code, name in enumerate(_CLASSES)}
_ONE_END = np.array(
    [_CODE[AnnotationClass.A], _CODE[AnnotationClass.D], _CODE[AnnotationClass.UNKNOWN]]
)
"""Codes of rows with one annotated end: it is the acceptor, it is the donor, or there is no strand.
"""
_NO_DATASET = b"\\N"


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


def hot_lines(rows: Rows, *, block: int, classes: list[str]) -> bytes:
    """The rows as text for COPY, in the order of HOT_COLUMNS.

    Nothing needs escaping, because the checks refuse rows with a backslash.
    """
    # Without length and samples, three runs of adjacent columns remain. They are copied as runs,
    # tabs included: per-field work in Python would dominate the load.
    padded, ids, _ = rows.spans("snaptron_id")
    _, lengths, length_ends = rows.spans("length")
    _, samples, samples_ends = rows.spans("samples")
    _, datasets, row_ends = rows.spans("source_dataset_id")
    runs = np.stack((ids, lengths, length_ends + 1, samples, samples_ends + 1, row_ends), axis=1)
    # Positions count from the padding in front of the text.
    runs -= len(padded) - len(rows.text)
    no_dataset = (datasets == row_ends).tolist()
    text = rows.text
    return b"".join(
        [
            b"%s%s%s%s\t%d\t%d\t%s\n"
            % (
                text[id_start:id_stop],
                text[strand_start:strand_stop],
                text[count_start:count_stop],
                _NO_DATASET if no_dataset[position] else b"",
                block,
                position,
                classes[position].encode(),
            )
            for position, (
                id_start,
                id_stop,
                strand_start,
                strand_stop,
                count_start,
                count_stop,
            ) in enumerate(runs.tolist())
        ]
    )
