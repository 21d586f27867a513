"""Tiles of power-of-two sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.tile import MOST_ZOOM, Tile, read_number


@given(zoom=st.integers(0, MOST_ZOOM - 1), x=st.integers(0, 7))
def test_two_neighbours_are_the_tile_above(zoom, x):
    above = Tile("chr1", zoom, x).region
    left = Tile("chr1", zoom + 1, 2 * x).region
    right = Tile("chr1", zoom + 1, 2 * x + 1).region
    assert (left.start, right.end) == (above.start, above.end)
    assert left.end + 1 == right.start


def test_the_first_tile_of_the_first_level_holds_chr1():
    region = Tile("chr1", 0, 0).region
    assert (region.start, region.end) == (1, 268_435_456)


@pytest.mark.parametrize(("zoom", "x"), [(MOST_ZOOM + 1, 0), (-1, 0), (0, 8), (0, -1)])
def test_a_tile_that_does_not_exist_is_refused(zoom, x):
    with pytest.raises(BadQuery, match="from 0 to"):
        Tile("chr1", zoom, x)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "٣", "x", "9" * 10])
def test_a_number_has_digits_only(text):
    with pytest.raises(BadQuery, match="a number without sign"):
        read_number("zoom", text)
