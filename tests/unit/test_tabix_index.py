"""Indexes of blocks against htslib, which reads files with them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pysam
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard_ui.data_folder.tabix_index import IndexedSpan, tabix_index
from snapshard_ui.render import END, stored_blocks

POSITIONS = st.one_of(
    st.integers(1, 3_000),
    st.integers(1, 40).map(lambda number: number << 14),
    st.integers(1, 2**29 - 10),
)
SPANS = st.tuples(POSITIONS, st.integers(0, 300) | st.integers(0, 2_000_000))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(SPANS, min_size=1, max_size=40), min_size=1, max_size=3),
    st.integers(1, 9),
    st.lists(SPANS, min_size=1, max_size=10),
)
def test_htslib_finds_exactly_the_overlapping_rows(chromosomes, rows_per_block, regions):
    files, spans, lines, offset = [], [], [], 0
    for number, rows in enumerate(chromosomes):
        rows = sorted((start, min(start + more, 2**29 - 1)) for start, more in rows)
        for first in range(0, len(rows), rows_per_block):
            block = rows[first : first + rows_per_block]
            texts = [f"{len(lines) + i}\tc{number}\t{a}\t{b}\n" for i, (a, b) in enumerate(block)]
            files.append(stored_blocks("".join(texts).encode()))
            begin, offset = offset, offset + len(files[-1])
            ends = max(end for _, end in block)
            spans.append(IndexedSpan(f"c{number}", block[0][0], ends, begin << 16, offset << 16))
            lines += [(f"c{number}", *row, text) for row, text in zip(block, texts, strict=True)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.bgz"
        path.write_bytes(b"".join(files) + END)
        path.with_suffix(".bgz.tbi").write_bytes(tabix_index(spans))
        with pysam.TabixFile(str(path)) as file:
            for number in range(len(chromosomes)):
                for start, more in regions:
                    last = min(start + more, 2**29 - 1)
                    expected = [
                        text.rstrip("\n")
                        for chrom, a, b, text in lines
                        if chrom == f"c{number}" and a <= last and b >= start
                    ]
                    assert list(file.fetch(f"c{number}", start - 1, last)) == expected
