"""Evidence, genes and samples, against a plain reading of the source's files."""

import gzip
import statistics
from collections import Counter

import httpx
import pytest


def columns(path):
    """The rows of a tab-separated file with a header, as dicts."""
    opened = gzip.open if path.suffix in (".gz", ".bgz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        names, *rows = [line.rstrip("\n").split("\t") for line in file]
    return [dict(zip(names, row, strict=False)) for row in rows]


@pytest.fixture(scope="module")
def samples(world):
    """The samples file."""
    return columns(next(world.source.glob("samples.tsv*")))


def pairs(row):
    """Sample and reads."""
    return {
        int(sample): int(reads)
        for sample, reads in (pair.split(":") for pair in row["samples"][1:].split(","))
    }


def expected(reads, of):
    """What is said of these reads."""
    if not reads:
        return {"n": 0, "N": of, "reads": 0, "median": None, "max": None}
    return {
        "n": len(reads),
        "N": of,
        "reads": sum(reads),
        "median": statistics.median(reads),
        "max": max(reads),
    }


def test_evidence_counts_samples_and_reads_over_all_and_per_group(world, http, samples):
    groups = world.index.facts.of(world.release).groups
    for place in (0, 700, 1400, 2100):
        row = world.rows[place]
        answer = http.get(f"/junctions/{row['snaptron_id']}/evidence").json()
        reads = pairs(row)
        assert answer["found"] is True
        wanted = expected(list(reads.values()), len(samples))
        assert {name: answer["seen"][name] for name in wanted} == wanted
        by_name = {one["group"]: one for one in answer["groups"]}
        assert list(by_name) == sorted(by_name, key=lambda name: not by_name[name]["accessible"])
        assert by_name.keys() == {group.name for group in groups}
        for group in groups:
            one = by_name[group.name]
            members = set(group.members.tolist())
            wanted = expected([n for sample, n in reads.items() if sample in members], len(members))
            assert {name: one[name] for name in wanted} == wanted
        assert f"{len(reads)} of {len(samples)} samples" in answer["summary"]


def test_a_junction_that_is_absent_is_an_explicit_zero_of_all(http, samples):
    answer = http.get("/junctions/GRCh38:chr2:12345-23456:+/evidence").json()
    assert (answer["found"], answer["class"]) == (False, None)
    wanted = expected([], len(samples))
    assert {name: answer["seen"][name] for name in wanted} == wanted
    assert all((one["n"], one["N"] > 0) == (0, True) for one in answer["groups"])
    assert f"0 of {len(samples)} samples" in answer["summary"]


def test_without_a_samples_file_nobody_knows_how_many_there_are(server):
    bare = f"{server.url}/api/v1/compilations/bare"
    number = httpx.get(bare + "/junctions?limit=1").json()["rows"][0]["snaptron_id"]
    answer = httpx.get(f"{bare}/junctions/{number}/evidence").json()
    assert answer["seen"]["n"] > 0
    assert answer["seen"]["N"] is None
    assert answer["groups"] == []
    assert "an unknown number of samples" in answer["summary"]
    assert answer["about"]["sample_count"] is None


def test_evidence_tells_of_other_junctions_at_the_same_ends(world, http):
    starts = Counter((row["chromosome"], row["start"]) for row in world.rows)
    place = max(starts, key=lambda one: starts[one])
    mine, *others = [row for row in world.rows if (row["chromosome"], row["start"]) == place]
    answer = http.get(f"/junctions/{mine['snaptron_id']}/evidence").json()
    reads = sum(int(row["coverage_sum"]) for row in others)
    assert answer["same_start"] == {"junctions": len(others), "reads": reads, "truncated": False}


def test_evidence_says_where_it_stopped_counting_junctions_at_the_same_ends(world, start_server):
    starts = Counter((row["chromosome"], row["start"]) for row in world.rows)
    place = max(starts, key=lambda one: starts[one])
    same = [row for row in world.rows if (row["chromosome"], row["start"]) == place]
    assert len(same) > 2
    few = start_server("--data", str(world.folder), max_rows=1, workers=1)
    for mine in same:
        first = next(row for row in same if row is not mine)
        answer = httpx.get(
            f"{few.url}/api/v1/compilations/sim/junctions/{mine['snaptron_id']}/evidence"
        ).json()
        assert answer["same_start"] == {
            "junctions": 1,
            "reads": int(first["coverage_sum"]),
            "truncated": True,
        }
    few.stop()


def test_samples_are_those_of_the_file(http, samples):
    answer = http.get("/samples", params={"limit": 5000}).json()
    assert answer["count"] == {"rows": len(samples), "kind": "exact"}
    assert [row["rail_id"] for row in answer["rows"]] == [int(row["rail_id"]) for row in samples]
    text = http.get("/samples.tsv", params={"about": "false", "limit": 5000}).text.splitlines()
    assert [line.split("\t") for line in text] == [
        list(samples[0]),
        *[list(row.values()) for row in samples],
    ]


def test_samples_come_in_pages(http, samples):
    found, url = [], "/samples?limit=7"
    while url:
        answer = http.get(url)
        found += [row["rail_id"] for row in answer.json()["rows"]]
        url = answer.links.get("next", {}).get("url")
        url = url and httpx.URL(http.base_url).join(url)
    assert found == [int(row["rail_id"]) for row in samples]


def test_samples_are_found_by_words_and_numbers(http, samples):
    fields = {one["name"]: one["type"] for one in http.get("/samples/fields").json()["fields"]}
    assert list(fields) == list(samples[0])
    number = next(name for name, kind in fields.items() if kind == "decimal")
    middle = sorted(float(row[number]) for row in samples if row[number])[len(samples) // 2]
    found = http.get("/samples", params={"filter": f"{number}>={middle}"}).json()["rows"]
    assert [row["rail_id"] for row in found] == [
        int(row["rail_id"]) for row in samples if row[number] and float(row[number]) >= middle
    ]
    tissue = samples[0]["SMTS"]
    found = http.get(
        "/samples", params={"filter": f"SMTS={tissue}", "fields": "rail_id,SMTS"}
    ).json()["rows"]
    assert {row["rail_id"] for row in found} >= {
        int(row["rail_id"]) for row in samples if row["SMTS"] == tissue
    }
    assert http.get("/samples", params={"q": tissue.lower()}).json()["count"]["rows"] >= len(found)


def test_facets_count_each_value(http, samples):
    answer = http.get("/samples/facets", params={"field": "SMTS"}).json()
    assert {one["value"]: one["count"] for one in answer["values"]} == Counter(
        row["SMTS"] for row in samples
    )
    assert answer["truncated"] is False


def test_groups_and_their_members(world, http):
    groups = world.index.facts.of(world.release).groups
    answer = http.get("/groups").json()["groups"]
    assert [(one["group"], one["sample_count"]) for one in answer] == [
        (group.name, len(group.members)) for group in groups
    ]
    one = http.get(f"/groups/{groups[0].name}").json()
    assert one["samples"] == groups[0].members.tolist()


def test_one_sample(http, samples):
    assert (
        http.get(f"/samples/{samples[3]['rail_id']}").json()["sample"]["SMTS"] == samples[3]["SMTS"]
    )


def test_a_gene_is_found_in_any_case_by_symbol_and_id_with_and_without_version(world, http):
    genes = [
        gene
        for letter in "ACDS"
        for gene in http.get("/genes", params={"prefix": letter, "limit": 1000}).json()["genes"]
    ]
    symbols = Counter(gene["symbol"].upper() for gene in genes)
    gene = next(gene for gene in genes if symbols[gene["symbol"].upper()] == 1)
    names = [
        gene["symbol"],
        gene["symbol"].lower(),
        gene["gene_id"],
        gene["gene_id"].partition(".")[0],
    ]
    for name in names:
        found = http.get(f"/genes/{name}").json()["gene"]
        assert (found["chromosome"], found["start"]) == (gene["chromosome"], gene["start"])


def test_an_exact_symbol_comes_first(http):
    for letter in "ACS":
        for gene in http.get("/genes", params={"prefix": letter, "limit": 5}).json()["genes"]:
            first = http.get("/genes", params={"prefix": gene["symbol"], "limit": 1}).json()[
                "genes"
            ][0]
            assert first["symbol"].upper() == gene["symbol"].upper()


@pytest.mark.parametrize("prefix", ["S", "simg0000"])
def test_genes_say_whether_they_are_cut(prefix, world, http):
    def ask(limit):
        answer = http.get("/genes", params={"prefix": prefix, "limit": limit})
        assert answer.headers["Snapshard-Truncated"] == str(answer.json()["truncated"]).lower()
        return answer.json()

    whole = ask(1000)
    count = len(whole["genes"])
    assert count > 2
    assert ask(count)["truncated"] is whole["truncated"] is False
    assert ask(count - 1) == {**whole, "truncated": True, "genes": whole["genes"][:-1]}


def test_an_ambiguous_symbol_is_answered_with_its_places(world, http, ambiguous):
    answer = http.get(f"/genes/{ambiguous}")
    assert answer.status_code == 300
    assert len(answer.json()["choices"]) == 2
    assert {"chromosome", "start", "end"} <= set(answer.json()["choices"][0])
    assert http.get("/junctions", params={"gene": ambiguous}).status_code == 300


@pytest.fixture(scope="module")
def ambiguous(world):
    """A symbol that has two places: written into the catalog, since the simulated annotation has
    none.
    """
    import psycopg

    schema = psycopg.sql.Identifier(world.release.schema)
    places = [
        (-1, "TWICE.1", "TWICE", "chrX", 100, 200, "+", "", "test"),
        (-2, "TWICE.2", "TWICE", "chrY", 100, 200, "+", "", "test"),
    ]
    with psycopg.connect(world.index.shard_map.catalog) as connection:
        connection.cursor().executemany(
            psycopg.sql.SQL(
                "INSERT INTO {}.gene VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            ).format(schema),
            places,
        )
    yield "TWICE"
    with psycopg.connect(world.index.shard_map.catalog) as connection:
        connection.execute(psycopg.sql.SQL("DELETE FROM {}.gene WHERE number < 0").format(schema))
