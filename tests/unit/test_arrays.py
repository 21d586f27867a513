"""Tracks against naive sums, and the files that they are mapped from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.arrays.track import Source, Track
from snapshard.arrays.track_writer import TrackWriter
from snapshard.errors import BadQuery, BadRelease

GROUPS = 2
rows = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 12), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=30,
)


def written(folder, source, parts):
    """The track of parts, which are (starts, ends, values)."""
    paths = [folder / "positions.npy", folder / "totals.npy"]
    with TrackWriter(*paths, groups=GROUPS) as writer:
        for starts, ends, values in parts:
            if source is Source.JUNCTIONS:
                writer.add_points(starts, values)
            else:
                writer.add_stretches(starts, ends, values)
    return Track(source, *(np.lib.format.open_memmap(path, mode="r") for path in paths))


def parts_of(starts, ends, values, cut):
    yield starts[:cut], ends[:cut], values[:cut]
    yield starts[cut:], ends[cut:], values[cut:]


@given(rows=rows, cut=st.integers(0, 30), window=st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_junctions_count_where_they_start(tmp_path_factory, rows, cut, window):
    rows = sorted(rows)
    starts, ends = (np.array([row[n] for row in rows], np.int64) for n in (0, 1))
    values = np.array([row[2:] for row in rows], float)
    parts = parts_of(starts, ends, values, cut)
    track = written(tmp_path_factory.mktemp("track"), Source.JUNCTIONS, parts)
    first, last = min(window), max(window)
    expected = [sum(row[2 + n] for row in rows if first <= row[0] <= last) for n in range(GROUPS)]
    assert track.sums(first, last).tolist() == expected
    columns = track.profile(first, last, max(1, (last - first + 1) // 3))
    assert columns.sum(axis=0).tolist() == expected


@given(
    rows=rows, cut=st.integers(0, 30), window=st.tuples(st.integers(1, 200), st.integers(1, 200))
)
def test_coverage_counts_every_base(tmp_path_factory, rows, cut, window):
    # Stretches that follow each other, with a gap of `gap - 1` bases between them.
    starts, ends, base = [], [], 0
    for gap, length, *_ in ((row[0] % 3 + 1, *row[1:]) for row in rows):
        starts.append(base + gap)
        base = base + gap + length - 1
        ends.append(base)
    values = np.array([row[2:] for row in rows], float)
    depth = np.zeros((1_000, GROUPS))
    for start, end, value in zip(starts, ends, values, strict=True):
        depth[start : end + 1] = value
    parts = parts_of(np.array(starts), np.array(ends), values, cut)
    track = written(tmp_path_factory.mktemp("track"), Source.BASES, parts)
    first, last = min(window), max(window)
    expected = depth[first : last + 1].sum(axis=0)
    assert track.sums(first, last) == pytest.approx(expected)
    single = track.profile(first, last, last - first + 1)
    assert single == pytest.approx(depth[first : last + 1])


def test_a_profile_has_no_more_columns_than_bases(tmp_path):
    part = (np.array([5]), np.array([9]), np.ones((1, GROUPS)))
    track = written(tmp_path, Source.JUNCTIONS, [part])
    with pytest.raises(BadQuery, match="1 to 10 columns"):
        track.profile(1, 10, 11)


@pytest.mark.parametrize("starts", [[5, 4], [0, 3]])
def test_rows_out_of_order_are_refused(tmp_path, starts):
    values = np.ones((2, GROUPS))
    with TrackWriter(tmp_path / "p.npy", tmp_path / "t.npy", groups=GROUPS) as writer:
        writer.add_points(np.array([3]), values[:1])
        with pytest.raises(BadRelease, match="ascending order"):
            writer.add_points(np.array(starts), values)


def test_stretches_that_overlap_are_refused(tmp_path):
    with (
        TrackWriter(tmp_path / "p.npy", tmp_path / "t.npy", groups=GROUPS) as writer,
        pytest.raises(BadRelease, match="do not overlap"),
    ):
        writer.add_stretches(np.array([1, 5]), np.array([6, 9]), np.ones((2, GROUPS)))
