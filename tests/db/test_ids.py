"""Rows by their ids, from compilations whose ids ascend with the rows and from others."""

import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored import FIVE, read_lines
from test_query import CASES

from snapshard.filters import Filter
from snapshard.index import rows_by_id
from snapshard.junction import NAMES
from snapshard.query import Query, intervals_to_ask
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation
from snapshard_populate.releases import default_layout, read_layout

COLUMNS = ("snaptron_id", "start", "samples_count")
LAYOUTS = {
    "one shard": default_layout(["s1"]),
    "five shards": read_layout(FIVE),
    "shards in turn": default_layout([f"s{number}" for number in range(1, 5)]),
}
IDS = ("ascending", "with gaps", "without order")


@pytest.fixture(scope="module")
def load(embedded, index, simulated, tmp_path_factory):
    """Loads the simulated rows with other ids, and returns the release and the lines."""
    folder, known = tmp_path_factory.mktemp("ids"), {}
    lines = read_lines(str(simulated / "junctions.bgz"))

    def release(ids, layout):
        if (ids, layout) not in known:
            name = f"ids{len(known)}"
            numbered = [
                f"{number}\t{line.partition(chr(9))[2]}"
                for number, line in zip(numbers(ids, len(lines)), lines, strict=True)
            ]
            (folder / name).write_text("".join(numbered))
            intervals = LAYOUTS[layout]
            shards = embedded.ensure_shards(sorted({one.shard for one in intervals}))
            plan = LoadPlan(Compilation(name, str(folder / name)), intervals, release="r1")
            load_compilation(shards, plan)
            known[ids, layout] = index.catalog.release(name, "r1"), numbered
        return known[ids, layout]

    return release


def numbers(ids, count):
    """The ids of so many rows."""
    if ids == "ascending":
        return list(range(7, 7 + count))
    chance = random.Random(1)
    drawn = chance.sample(range(20 * count), count)
    return sorted(drawn) if ids == "with gaps" else drawn


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("ids", IDS)
def test_rows_by_id_are_those_of_the_file_in_its_order(index, load, ids, layout):
    release, lines = load(ids, layout)
    by_id = {int(line.partition("\t")[0]): line for line in lines}

    @CASES
    @given(
        st.sets(st.sampled_from(sorted(by_id)), min_size=1, max_size=30),
        st.sets(st.integers(0, 20 * len(lines)), max_size=30),
        st.integers(1, 40),
        st.booleans(),
    )
    def check(some, others, limit, frequent):
        wanted = some | others
        filters = (Filter("samples_count", ">=", "3"),) if frequent else ()
        query = Query(ids=tuple(wanted), filters=filters)
        expected = [
            line
            for line in lines
            if int(line.partition("\t")[0]) in wanted
            and (not frequent or int(field(line, "samples_count")) >= 3)
        ]
        parts = index.summaries(release, query, columns=COLUMNS, limit=limit)
        columns = ["\t".join(field(line, name) for name in COLUMNS) + "\n" for line in expected]
        assert b"".join(rows.text for rows in parts).decode() == "".join(islice(columns, limit))
        parts = index.rows(release, query, limit=len(lines))
        assert b"".join(rows.text for rows in parts).decode() == "".join(expected)
        assert index.count(release, query) == len(expected)
        if not frequent:
            found = rows_by_id(index, release, wanted, kind="junction")
            assert found.text.decode() == "".join(
                by_id[number] for number in sorted(wanted & by_id.keys())
            )

    check()


@pytest.mark.parametrize("ids", IDS)
def test_only_the_block_of_an_ascending_id_is_searched(index, load, ids):
    release, lines = load(ids, "one shard")
    wanted = [int(lines[number].partition("\t")[0]) for number in (0, len(lines) // 2, -1)]
    query = Query(ids=tuple(wanted))
    candidates = [
        index.reader(release, query, interval).candidates()
        for interval in intervals_to_ask(query, release)
    ]
    pairs = [list(zip(blocks.ids, blocks.listed, strict=True)) for blocks in candidates if blocks]
    found = sorted(number for pair in pairs for number, _ in pair)
    assert found == ([] if ids == "without order" else sorted(wanted))


def field(line, name):
    return line.rstrip("\n").split("\t")[NAMES.index(name)]
