"""Places of samples, against a list."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from snapshard.sample_order import SampleOrder

IDS = st.integers(0, 60) | st.integers(2**20 - 2, 2**20 + 2) | st.integers(0, 2**40)


@settings(deadline=None)
@given(st.sets(IDS), st.lists(IDS))
def test_a_sample_is_at_its_place_in_the_list_or_at_none(ids, samples):
    ascending = sorted(ids)
    expected = [ascending.index(one) if one in ids else -1 for one in samples]
    order, array = SampleOrder(np.array(ascending, np.int64)), np.array(samples, np.int64)
    assert order.places(array).tolist() == expected
    assert order.places_among(array).tolist() == [place for place in expected if place >= 0]
    assert len(order) == len(ids)
