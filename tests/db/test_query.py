"""Every kind of question against a list comprehension over the file's rows, at several cuts of the
genome.
"""

import operator
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapshard.chromosome import chromosome_name
from snapshard.errors import QueryTimeout
from snapshard.filters import FILTERABLE, OPERATORS, Filter
from snapshard.junction import NAMES, RECOMPUTED, SUMMARY, ColumnType, annotation_class
from snapshard.match import Match
from snapshard.pairs import SampleSet
from snapshard.query import Query
from snapshard.region import Region
from snapshard.rows import decimal_text

CASES = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
"""On each of four compilations: 400 for every way to match, every filter and the restriction to
samples.
"""
COMPILATIONS = ["gtex", "gtex17", "gtexv2", "sim"]
SYMBOLS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MATCHES = {
    Match.OVERLAP: lambda row, s, e: row.start <= e and row.end >= s,
    Match.CONTAINS: lambda row, s, e: s <= row.start and row.end <= e,
    Match.EXACT: lambda row, s, e: row.start == s and row.end == e,
    Match.START: lambda row, s, e: s <= row.start <= e,
    Match.END: lambda row, s, e: s <= row.end <= e,
}


class Row:
    """A line of the file, taken apart in the plainest way."""

    def __init__(self, line):
        self.line = line
        self.fields = dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True))
        self.chrom = self.fields["chromosome"]
        self.start, self.end = int(self.fields["start"]), int(self.fields["end"])

    def value(self, column):
        if column == "class":
            known = {
                name: self.fields[name] != "0"
                for name in ("annotated", "left_annotated", "right_annotated")
            }
            pair, left, right = known.values()
            return annotation_class(
                pair=pair, left_end=left, right_end=right, strand=self.fields["strand"]
            )
        text = self.fields[column]
        kind = FILTERABLE[column].type
        if kind is ColumnType.FLAG:
            return int(text != "0")
        if kind is ColumnType.TEXT:
            return text
        if text == "":
            return None
        return int(text) if kind is ColumnType.INTEGER else Fraction(text)

    def restricted(self, wanted):
        pairs = [
            pair
            for pair in self.fields["samples"].split(",")[1:]
            if int(pair.split(":")[0]) in wanted
        ]
        coverages = sorted(int(pair.split(":")[1]) for pair in pairs)
        if not coverages:
            return None
        middle = (coverages[(len(coverages) - 1) // 2] + coverages[len(coverages) // 2]) / 2
        texts = [
            str(len(pairs)),
            str(sum(coverages)),
            decimal_text(sum(coverages) / len(pairs)),
            decimal_text(middle),
        ]
        changed = {"samples": "".join("," + pair for pair in pairs)} | dict(
            zip(RECOMPUTED, texts, strict=True)
        )
        return Row("\t".join((self.fields | changed)[name] for name in NAMES) + "\n")


def satisfies(row, one):
    value = row.value(one.column)
    if FILTERABLE[one.column].type is ColumnType.TEXT:
        return (plain(one.column, value) == plain(one.column, one.value)) is (one.operator == "=")
    wanted = (
        Fraction(one.operand) if FILTERABLE[one.column].type is ColumnType.DECIMAL else one.operand
    )
    return value is not None and SYMBOLS[one.operator](value, wanted)


def plain(column, text):
    """A text as filters compare it: without case, and with one sign for an unknown strand."""
    if column == "strand":
        return "?" if text in "?*." else text
    if column == "class":
        return "" if text == "?" else text.upper()
    return text if column == "chromosome" else text.upper()


def in_region(row, region, match):
    return row.chrom == region.chrom and MATCHES[match](row, region.start, region.end)


def text_of(rows):
    return "".join(row.line for row in rows)


def asked(world, query, limit=None):
    return b"".join(
        part.text for part in world.index.rows(world.release, query, limit=limit)
    ).decode()


@pytest.fixture(scope="module", params=COMPILATIONS)
def world(request, worlds):
    """A compilation on five shards, two of them cut inside chr1: its index, release and the file's
    lines in genome order.
    """
    return worlds(request.param, 5)


@pytest.fixture(scope="module")
def rows(world):
    return [Row(line) for line in world.lines]


@pytest.fixture(scope="module")
def of_chrom(rows):
    """The rows of each chromosome, so that a naive answer does not read the whole file each time."""
    return {
        chrom: [row for row in rows if row.chrom == chrom] for chrom in {row.chrom for row in rows}
    }


def regions(rows):
    """Regions at, in and around junctions, so that most have an answer and many just miss one."""

    def around(row, left, right):
        start = max(1, row.start + left)
        return Region(row.chrom, start, max(start, row.end + right))

    near = st.sampled_from([-100_000, -1000, -1, 0, 0, 0, 1, 1000])
    exact = st.sampled_from(rows).map(lambda row: Region(row.chrom, row.start, row.end))
    touching = st.sampled_from(rows).flatmap(
        lambda row: st.sampled_from([max(1, row.start - 1), row.start, row.end, row.end + 1]).map(
            lambda at: Region(row.chrom, at, at)
        )
    )
    return st.one_of(st.builds(around, st.sampled_from(rows), near, near), exact, touching)


def values(rows, column):
    """Values that occur in a column, so that every operator has something to tell apart."""
    kind = FILTERABLE[column].type
    if kind is ColumnType.FLAG:
        return st.sampled_from(["0", "1"])
    if column == "class":
        return st.sampled_from(["DA", "NDA", "D", "A", "N", "da", "nDA", "?"])
    if column == "strand":
        return st.sampled_from("+-?")
    if column.endswith("motif"):
        return st.text("ACGTNacgtn", min_size=2, max_size=2)
    occurring = st.sampled_from(rows).map(lambda row: row.fields[column] or "0")
    other = {
        ColumnType.INTEGER: st.integers(-5, 10**6).map(str),
        ColumnType.DECIMAL: st.decimals(-5, 500, places=3).map(str),
    }
    return st.one_of(occurring, other[kind]) if kind in other else occurring


def operators(column):
    """The operators of a column."""
    is_text = FILTERABLE[column].type is ColumnType.TEXT
    return st.sampled_from(["=", "!="] if is_text else list(OPERATORS))


def test_everything_comes_back_byte_for_byte(world):
    assert asked(world, Query()) == "".join(world.lines)


@pytest.mark.parametrize("match", Match)
def test_each_way_to_match_a_region(world, rows, match):
    order = {row.line: number for number, row in enumerate(rows)}
    of_chrom = {
        chrom: [row for row in rows if row.chrom == chrom] for chrom in {row.chrom for row in rows}
    }

    @CASES
    @given(st.lists(regions(rows), min_size=1, max_size=3))
    def check(wanted):
        query = Query(regions=tuple(wanted), match=match)
        near = [row for chrom in {region.chrom for region in wanted} for row in of_chrom[chrom]]
        expected = [row for row in near if any(in_region(row, region, match) for region in wanted)]
        expected.sort(key=lambda row: order[row.line])
        assert asked(world, query) == text_of(expected)
        assert world.index.count(world.release, query) == len(expected)

    check()


@pytest.mark.parametrize("column", FILTERABLE)
def test_each_filter(world, rows, of_chrom, column):
    @CASES
    @given(regions(rows), operators(column), values(rows, column))
    def check(region, symbol, value):
        one = Filter(column, symbol, value)
        query = Query(regions=(region,), filters=(one,))
        if one.names_chromosome:
            one = Filter(column, symbol, chromosome_name(value, world.release.assembly))
        expected = [
            row
            for row in of_chrom[region.chrom]
            if in_region(row, region, Match.OVERLAP) and satisfies(row, one)
        ]
        assert asked(world, query) == text_of(expected)
        assert world.index.count(world.release, query) == len(expected)

    check()


def test_restriction_to_samples(world, rows, of_chrom):
    known = sorted(
        {
            int(pair.split(":")[0])
            for row in rows[:2000]
            for pair in row.fields["samples"].split(",")[1:]
        }
    )
    statistic = st.builds(
        Filter,
        st.sampled_from(RECOMPUTED),
        st.sampled_from(list(OPERATORS)),
        st.integers(0, 40).map(str),
    )
    stored = st.builds(Filter, st.just("strand"), st.just("="), st.sampled_from("+-"))

    @CASES
    @given(
        regions(rows),
        st.sets(st.sampled_from(known), max_size=40),
        st.lists(statistic | stored, max_size=2),
    )
    def check(region, wanted, filters):
        query = Query(regions=(region,), samples=SampleSet(wanted), filters=tuple(filters))
        near = [row for row in of_chrom[region.chrom] if in_region(row, region, Match.OVERLAP)]
        left = [cut for row in near if (cut := row.restricted(wanted))]
        expected = [row for row in left if all(satisfies_float(row, one) for one in filters)]
        assert asked(world, query) == text_of(expected)
        assert world.index.count(world.release, query) == len(expected)

    check()


def test_counting_in_samples_ends_at_the_deadline_and_an_export_does_not(worlds):
    index, release, lines = worlds("sim", 5)
    some = {int(pair.split(":")[0]) for pair in Row(lines[0]).fields["samples"].split(",")[1:]}
    query = Query(samples=SampleSet(some))
    expected = sum(Row(line).restricted(some) is not None for line in lines)
    assert index.count(release, query) == expected
    usual = index.settings
    index.settings = replace(usual, read_seconds=1e-9)
    try:
        with pytest.raises(
            QueryTimeout,
            match="did not respond within 1e-09 s; request a smaller region or use an export",
        ) as caught:
            index.count(release, query)
        assert caught.value.shard in release.shards
        assert sum(len(rows) for rows in index.rows(release, query)) == expected
    finally:
        index.settings = usual


def satisfies_float(row, one):
    """Recomputed decimals compare as the doubles that they are printed from; twelve digits tell
    these values apart.
    """
    if FILTERABLE[one.column].type is ColumnType.DECIMAL:
        return SYMBOLS[one.operator](float(row.fields[one.column]), float(one.operand))
    return satisfies(row, one)


def test_summaries_limits_and_continuation(world, rows, of_chrom):
    @CASES
    @given(regions(rows), st.integers(1, 50), st.data())
    def check(region, limit, data):
        query = Query(regions=(region,))
        expected = [row for row in of_chrom[region.chrom] if in_region(row, region, Match.OVERLAP)]
        assert asked(world, query, limit) == text_of(expected[:limit])
        parts = world.index.summaries(world.release, query, columns=SUMMARY)
        lines = ["\t".join(row.fields[name] for name in SUMMARY) + "\n" for row in expected]
        assert b"".join(part.text for part in parts).decode() == "".join(lines)
        if expected:
            last = data.draw(st.integers(0, len(expected) - 1))
            place = world.index.row_address(
                world.release, int(expected[last].fields["snaptron_id"])
            )
            assert asked(world, replace(query, after=place)) == text_of(expected[last + 1 :])

    check()


def test_ids_come_in_genome_order_and_unknown_ones_are_left_out(world, rows):
    unknown = max(int(row.fields["snaptron_id"]) for row in rows) + 1

    @CASES
    @given(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=20), st.booleans())
    def check(picked, with_unknown):
        ids = [int(rows[number].fields["snaptron_id"]) for number in picked] + [
            unknown
        ] * with_unknown
        assert asked(world, Query(ids=tuple(ids))) == text_of(
            rows[number] for number in sorted(picked)
        )

    check()


@pytest.mark.parametrize("name", ["gtex", "sim"])
def test_answers_do_not_depend_on_the_cut(worlds, name):
    cuts = [worlds(name, count) for count in (1, 5, 25)]
    rows = [Row(line) for line in cuts[0].lines]
    filters = st.builds(
        Filter,
        st.just("samples_count"),
        st.sampled_from(list(OPERATORS)),
        st.integers(0, 9).map(str),
    )

    @settings(CASES, max_examples=200)
    @given(
        st.lists(regions(rows), max_size=2), st.sampled_from(Match), st.lists(filters, max_size=1)
    )
    def check(wanted, match, conditions):
        query = Query(regions=tuple(wanted), match=match, filters=tuple(conditions))
        first, *others = [asked(world, query) for world in cuts]
        assert all(other == first for other in others)
        assert len({world.index.count(world.release, query) for world in cuts}) == 1

    check()
