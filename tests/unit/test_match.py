"""The rules of matching: the same on integers, arrays and SQL, and bounds that never contradict the
rows inside them.
"""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, column

from snapshard.match import MEANINGS, RULES, Bounds, Match

NAIVE = {
    Match.OVERLAP: lambda span, region: any(base in region for base in span),
    Match.CONTAINS: lambda span, region: all(base in region for base in span),
    Match.EXACT: lambda span, region: span == region,
    Match.START: lambda span, region: span[0] in region,
    Match.END: lambda span, region: span[-1] in region,
}
"""The same rules on ranges of bases, base by base."""

SPANS = st.tuples(st.integers(1, 12), st.integers(0, 6)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


def bases(span):
    return range(span[0], span[1] + 1)


@given(SPANS, SPANS)
def test_a_row_matches_as_its_bases_do(span, region):
    for match, rule in RULES.items():
        assert rule.row(*span, *region) == NAIVE[match](bases(span), bases(region)), match


@given(st.lists(SPANS, min_size=1, max_size=8), SPANS)
def test_arrays_match_as_integers_do(spans, region):
    starts, ends = np.array(spans).T
    for rule in RULES.values():
        assert rule.row(starts, ends, *region).tolist() == [
            rule.row(*span, *region) for span in spans
        ]


@given(st.lists(SPANS, min_size=1, max_size=8), SPANS)
def test_bounds_never_contradict_their_rows(spans, region):
    starts, ends = zip(*spans, strict=True)
    bounds = Bounds(min(starts), max(starts), max(ends))
    for match, rule in RULES.items():
        matching = [rule.row(*span, *region) for span in spans]
        assert rule.any_row(bounds, *region) or not any(matching), match
        assert all(matching) or not rule.every_row(bounds, *region), match


@given(st.lists(st.lists(SPANS, min_size=1, max_size=4), min_size=1, max_size=5), SPANS)
def test_bounds_may_be_arrays(blocks, region):
    single = [
        Bounds(min(s for s, _ in block), max(s for s, _ in block), max(e for _, e in block))
        for block in blocks
    ]
    arrays = Bounds(
        *(
            np.array([getattr(bounds, name) for bounds in single])
            for name in ("min_start", "max_start", "max_end")
        )
    )
    for rule in RULES.values():
        assert rule.any_row(arrays, *region).tolist() == [
            rule.any_row(bounds, *region) for bounds in single
        ]
        assert rule.every_row(arrays, *region).tolist() == [
            rule.every_row(bounds, *region) for bounds in single
        ]


@pytest.mark.parametrize("match", Match)
def test_the_rules_build_sql(match):
    start, end = column("start", Integer), column("end", Integer)
    clause = str(
        RULES[match].row(start, end, 100, 200).compile(compile_kwargs={"literal_binds": True})
    )
    assert " AND " in clause
    assert "100" in clause
    assert "200" in clause


def test_every_way_to_match_has_a_rule_and_a_meaning():
    assert list(RULES) == list(MEANINGS) == list(Match)


def test_importing_the_rules_costs_no_numpy_or_database_driver():
    program = (
        "import sys, snapshard.match; print({'numpy', 'sqlalchemy', 'psycopg'} & set(sys.modules))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert output == "set()\n"
