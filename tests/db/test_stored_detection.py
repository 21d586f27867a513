"""Detections from the stored summaries against those computed from the sample lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_query import CASES, Row

from snapshard.match import Match
from snapshard.measures import measure_evidence, stored_detections
from snapshard.query import Query
from snapshard.region import Region


@pytest.mark.parametrize("name", ["gtex", "sim"])
def test_stored_detections_are_those_of_the_sample_lists(worlds, name):
    index, release, lines = worlds(name, 5)
    groups = index.facts.of(release).groups
    assert groups

    @CASES
    @given(st.sampled_from(lines))
    def check(line):
        row = Row(line)
        junction = Region(row.chrom, row.start, row.end)
        found = list(index.rows(release, Query((junction,), match=Match.EXACT), limit=100))
        expected = [
            measure_evidence(
                rows.part(number, number + 1).pairs.samples,
                rows.part(number, number + 1).pairs.coverages,
                sample_count=release.sample_count,
                groups=groups,
            ).groups
            for rows in found
            for number in range(len(rows))
        ]
        assert stored_detections(index, release, junction) == expected

    check()


def test_a_junction_that_is_not_there_has_no_detections(worlds):
    index, release, _ = worlds("sim", 5)
    assert stored_detections(index, release, Region("chr1", 1, 2)) == []
    assert stored_detections(index, release, Region("chrNo", 1, 2)) == []


def test_a_release_without_groups_has_no_detections(worlds):
    index, release, lines = worlds("gtexv2", 5)
    row = Row(lines[0])
    assert stored_detections(index, release, Region(row.chrom, row.start, row.end)) == []
