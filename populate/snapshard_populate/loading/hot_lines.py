"""Hot lines: what a shard's hot table holds of each row, as text for COPY.

That is every field but the samples and the length as it is written, the row's block and position,
and its annotation class.
"""

import numpy as np

from snapshard.junction import NAMES
from snapshard.rows import Rows

HOT_COLUMNS = (
    *[name for name in NAMES if name not in ("length", "samples")],
    "block",
    "position",
    "class",
)
"""The columns of a hot line in their order. `length` is not stored: it follows from start and end.
"""

_NO_DATASET = b"\\N"


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
