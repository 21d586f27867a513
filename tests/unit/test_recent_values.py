"""Values by key: which are kept, and what an error leaves."""

import pytest

from snapshard.catalog.recent_values import RecentValues


def test_the_least_recently_used_value_is_read_again():
    keys, recent = [], RecentValues(2)

    def get(key):
        return recent.get(key, lambda: keys.append(key) or f"value of {key}")

    for key in ("a", "b", "a", "c", "a", "b"):
        assert get(key) == f"value of {key}"
    assert keys == ["a", "b", "c", "b"]


def test_an_error_is_not_kept():
    recent = RecentValues(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 1) == 1
