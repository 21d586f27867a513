"""Pages: walked to their end they are the export, however the genome is cut."""

import math
import os
import random
import threading
from collections import Counter

import httpx
import pytest
from servers import wait_for

from snapshard.match import MEANINGS
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation
from snapshard_populate.releases import publish_release

WALKS = int(os.environ.get("SNAPSHARD_TEST_WALKS", "45"))
MOST_PAGES = 60
FILTERS = [
    "samples_count>=2",
    "samples_count<3",
    "strand=-",
    "annotated=0",
    "coverage_avg>1.5",
    "length<5000",
    "class=N",
]


def walk(http, path, parameters):
    """The ids of every page, and how many rows each page had."""
    found, sizes = [], []
    url = path + ".ndjson"
    while url:
        answer = http.get(url, params=parameters | {"about": "false"} if not sizes else None)
        assert answer.status_code == 200, answer.text
        rows = answer.text.splitlines()
        found += rows
        sizes.append(len(rows))
        link = answer.links.get("next")
        assert answer.headers["Snapshard-Truncated"] == str(link is not None).lower()
        url = link and httpx.URL(http.base_url).join(link["url"])
    return found, sizes


def random_question(chance, rows, genes, groups):
    """Some parameters."""
    parameters = {
        "filter": chance.sample(FILTERS, chance.randrange(3)),
        "match": chance.choice(list(MEANINGS)),
    }
    if chance.random() < 0.3:
        parameters["gene"] = chance.sample(genes, chance.randint(1, 3))
    if chance.random() < 0.5:
        near = [chance.choice(rows) for _ in range(chance.randint(1, 3))]
        parameters["region"] = [
            f"{row['chromosome']}:{row['start']}-{int(row['end']) + 10 ** chance.randint(2, 8)}"
            for row in near
        ]
    if chance.random() < 0.2:
        parameters["group"] = chance.sample(groups, chance.randint(1, 3))
    if chance.random() < 0.3:
        pairs = chance.choice(rows)["samples"][1:].split(",")
        parameters["sample_ids"] = ",".join(pair.split(":")[0] for pair in pairs[:5])
    return parameters


def known_genes(http):
    """Symbols that have one place each."""
    symbols = [
        one["symbol"]
        for one in http.get("/genes", params={"prefix": "S", "limit": 1000}).json()["genes"]
    ]
    return [symbol for symbol, places in Counter(symbols).items() if places == 1]


@pytest.mark.parametrize("count", [1, 5, 25])
def test_random_walks_over_the_pages_are_the_export(count, world, http):
    chance, rows = random.Random(count), world.rows
    path = f"/releases/{world.releases[count].name}/junctions"
    genes, groups = (
        known_genes(http),
        [one["group"] for one in http.get("/groups").json()["groups"]],
    )
    for _ in range(WALKS // 3):
        question = random_question(chance, rows, genes, groups)
        whole = http.get(
            f"{path}:export.ndjson", params=question | {"about": "false"}
        ).text.splitlines()
        # From one row a page on; of a long answer so many that there are some sixty pages at most.
        limit = int(10 ** chance.uniform(math.log10(max(1, len(whole) / MOST_PAGES)), 3.7))
        found, sizes = walk(http, path, question | {"limit": min(limit, 5000)})
        assert found == whole
        assert all(size == min(limit, 5000) for size in sizes[:-1])


def test_a_walk_stays_in_its_release_when_another_is_published(world, http):
    first = http.get("/junctions", params={"limit": 1500}).json()
    shards = world.index.shard_map
    try:
        publish_release(shards.catalog, "sim", world.releases[25].name)
        second = http.get("/junctions", params={"limit": 2000, "after": first["next"]}).json()
        assert second["about"]["release"] == first["about"]["release"] == world.release.name
        numbers = [row["snaptron_id"] for row in first["rows"] + second["rows"]]
        assert numbers == [int(row["snaptron_id"]) for row in world.rows]
    finally:
        publish_release(shards.catalog, "sim", world.release.name)


@pytest.mark.parametrize("after", ["nonsense", "Z3RleA", "é", "1 2", "-1"])
def test_a_token_that_no_page_gave_is_refused(after, http):
    answer = http.get("/junctions", params={"after": after})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "after"


def test_a_token_of_another_release_is_refused(world, http):
    token = http.get(f"/releases/{world.releases[1].name}/junctions", params={"limit": 1}).json()[
        "next"
    ]
    answer = http.get(f"/releases/{world.releases[25].name}/junctions", params={"after": token})
    assert answer.status_code == 400


def test_pages_go_on_behind_a_number(world, http):
    numbers = [int(row["snaptron_id"]) for row in world.rows]
    found = http.get("/junctions", params={"after": numbers[41], "limit": 3}).json()["rows"]
    assert [row["snaptron_id"] for row in found] == numbers[42:45]


def test_a_page_ends_by_bytes_before_it_ends_by_rows(world, start_server):
    small = start_server("--data", str(world.folder), page_bytes=20_000, workers=1)
    with httpx.Client(base_url=small.url + "/api/v1/compilations/sim", timeout=60) as http:
        page = http.get(
            "/junctions.tsv", params={"samples": "true", "about": "false", "limit": 5000}
        )
        assert len(page.content) <= 20_500
        assert page.headers["Snapshard-Truncated"] == "true"
        whole = http.get(
            "/junctions:export.ndjson",
            params={"about": "false", "samples": "true", "region": "chr1"},
        ).text
        assert (
            walk(http, "/junctions", {"samples": "true", "limit": 5000, "region": "chr1"})[0]
            == whole.splitlines()
        )
        assert http.get(
            "/junctions", params={"limit": 1, "samples": "true", "filter": "samples_count>=40"}
        ).json()["rows"]
    small.stop()


def test_a_new_release_is_seen_by_the_next_request_and_never_before_it_is_whole(world, http):
    bare = str(http.base_url).rstrip("/").removesuffix("sim") + "bare"
    compilation = Compilation("bare", str(world.source / "junctions.bgz"), assembly="GRCh38")
    seen, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            about = httpx.get(bare + "/junctions", params={"limit": 1, "count": "exact"}).json()
            seen.append((about["about"]["release"], about["count"]["rows"]))

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        load_compilation(
            world.index.shard_map, LoadPlan(compilation, world.releases[1].intervals, "again")
        )
    finally:
        stop.set()
        asking.join()
    assert set(seen) <= {("r1", len(world.rows)), ("again", len(world.rows))}
    assert wait_for(lambda: httpx.get(bare).json()["about"]["release"] == "again", 5) < 3
