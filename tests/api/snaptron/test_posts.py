"""Bulk queries and queries in JSON (cases I and J)."""

import base64
import json
import urllib.parse

import pytest
from snaptron_wire import HEADER

DATATYPES = "datatypes:str int str int int int str bool str str str str str int int float float str".replace(
    " ", "\t"
)


def encoded(queries, *, separator="|||"):
    return base64.b64encode(separator.join(queries).encode()).decode()


def bulk(site, queries, endpoint="snaptron"):
    return site.post(endpoint, "groups=" + urllib.parse.quote_plus(encoded(queries)))


def lines(answer):
    assert answer.complete
    return [line.split("\t") for line in answer.text.split("\n")[:-1]]


def alone(site, query, endpoint="snaptron"):
    """A sub-query's rows when it is asked alone, with its group in front."""
    group, *rest = query.split("&")
    rows = site.rows("&".join(part for part in rest if not part.startswith("header=")), endpoint)
    return [[group.removeprefix("group="), *row[1:]] for row in rows]


def queries_of(site):
    return [
        f"group=a&regions={site.R}",
        f"group=b&header=0&regions={site.R2}&sids={','.join(site.L)}",
        f"group=a&header=0&regions={site.R}&rfilter=strand:+&contains=1",
        f"group=c-1:x.y&header=0&regions={site.R}&either=2&rfilter=samples_count>:2",
    ]


def test_I1_I2_I6_blocks_are_the_single_answers(site):
    found = lines(bulk(site, queries_of(site)))
    assert found[0] == ["Group", *HEADER[1:]]
    assert found[1:] == [row for query in queries_of(site) for row in alone(site, query)]


def test_I3_I4_I5_the_first_query_prints_the_header(site):
    first, second, *_ = queries_of(site)
    assert lines(bulk(site, [f"group=z&regions={site.R}&header=0", first, second]))[0][0] == "z"
    both = lines(bulk(site, [first, f"group=b&regions={site.R2}&header=1"]))
    assert [row[0] for row in both].count("Group") == 1
    assert lines(bulk(site, ["group=e&regions=chr29:1-9", first]))[0][0] == "Group"


def test_I7_fifty_queries(site):
    step = max(1, (site.E - site.S) // 50)
    queries = [
        f"group=g{n}&{'header=0&' if n else ''}regions={site.c}:{site.S + n * step}-{site.S + n * step + 100}"
        for n in range(50)
    ]
    assert lines(bulk(site, queries))[1:] == [
        row for query in queries for row in alone(site, query)
    ]


def test_I8_I9_I10_ways_of_encoding(site):
    queries = [f"group=a>>>>&regions={site.R}"]
    expected = bulk(site, queries).body
    assert (
        site.post("snaptron", "groups=" + urllib.parse.quote_plus(encoded(queries)) + "%0A").body
        == expected
    )
    raw = encoded(queries)
    assert "+" in raw
    assert site.post("snaptron", "groups=" + raw).body == expected
    quoted = [urllib.parse.quote(query, safe="=&") for query in queries]
    assert bulk(site, quoted).body == expected


def test_I11_genes_and_exons(annotated):
    place = "chr1:1-3000" if annotated.name == "tiny" else f"{annotated.c}:1-300000000"
    for endpoint in ("genes", "exons"):
        query = f"group=a&regions={place}&rfilter=samples_count>:1"
        found = lines(bulk(annotated, [query], endpoint))
        assert found[0][0] == "Group"
        assert found[1:] == alone(annotated, query, endpoint)


def test_I12_a_bulk_query_in_the_url(site):
    queries = [f"group=a&regions={site.R}", f"group=b&regions={site.R2}"]
    assert site.get("|||".join(queries)).body == bulk(site, queries).body


def test_I13_an_error_ends_the_answer_behind_the_rows_before_it(site):
    answer = bulk(
        site,
        [f"group=a&regions={site.R}", "group=b&regions=NOSUCHGENE", f"group=c&regions={site.R}"],
    )
    rows = [line.split("\t") for line in answer.text.split("\n")[1:-2]]
    assert answer.aborted
    assert rows == alone(site, f"group=a&regions={site.R}")
    assert answer.text.split("\n")[-2].startswith("ERROR")


def test_I14_I15_nothing_leaks_into_the_next_query(site):
    filters = "rfilter=left_annotated:1&rfilter=samples_count>:1&rfilter=samples_count<:9"
    second = f"group=b&regions={site.R}&{filters}&header=0"
    for first in (
        f"group=a&regions={site.R}&sids={site.L[0]}",
        f"group=a&regions={site.R}&fields=snaptron_id",
    ):
        found = [row for row in lines(bulk(site, [first, second])) if row[0] == "b"]
        assert found == alone(site, second)


def test_I16_I17_no_group_and_no_query(site):
    plain = bulk(site, [f"regions={site.R}"])
    assert plain.body == site.body(f"regions={site.R}")
    assert site.post("snaptron", "regions=chr1:1-9").status == 400
    assert site.post("snaptron", "").status == 400


def as_json(site, clauses, endpoint="snaptron"):
    return site.post(endpoint, "fields=" + urllib.parse.quote_plus(json.dumps(clauses)))


def test_J1_a_clause_with_a_filter(site):
    answer = as_json(
        site, [{"intervals": [site.R], "samples_count": [{"op": ">:", "val": 2}]}]
    ).text.split("\n")
    direct = site.body(f"regions={site.R}&rfilter=samples_count>:2").decode().split("\n")
    assert answer == [direct[0], DATATYPES, *direct[1:]]


def test_J2_J3_J4_ids_intersections_and_several_clauses(site):
    a, b = site.D[0][1], site.D[1][1]
    rows = site.body(f"ids={a},{b}&header=0").decode()
    assert as_json(site, [{"ids": [a, b]}]).text.split("\n", 2)[2] == rows
    inside = site.body(f"regions={site.R}&ids={a}&header=0").decode()
    assert as_json(site, [{"intervals": [site.R], "ids": [a]}]).text.split("\n", 2)[2] == inside
    assert (
        as_json(site, [{"intervals": [site.R], "ids": [a]}, {"ids": [a, b]}]).text.split("\n", 2)[2]
        == inside + rows
    )


def test_J5_genes(sites):
    tiny = sites("tiny")
    assert (
        as_json(tiny, [{"genes": ["MULTI"]}]).text.split("\n", 2)[2]
        == tiny.body("regions=MULTI&header=0").decode()
    )


def test_J6_clauses_to_genes_give_genes(annotated):
    place = "chr1:1-3000" if annotated.name == "tiny" else f"{annotated.c}:1-300000000"
    found = as_json(annotated, [{"intervals": [place]}], "genes").text.split("\n", 2)[2]
    assert found == annotated.body(f"regions={place}&header=0", "genes").decode()


def test_J7_samples_by_id_with_chosen_columns(described):
    ids = described.N[:3]
    found = as_json(described, [{"ids": ids, "sample_fields": "0,1"}], "samples").text.split("\n")
    assert found[0].split("\t") == ["DataSource:Type", *described.H, "all"]
    assert [line.split("\t")[1:] for line in found[1:-1]] == [row[:2] for row in described.M[:3]]


def test_strict_in_the_query_string_is_for_the_form(site):
    clauses = (
        [{"intervals": ["NOSUCHGENE"]}],
        [{"intervals": [site.R], "samples_count": [{"op": "?", "val": 1}]}],
    )
    for one, status in zip(clauses, (404, 400), strict=True):
        body = "fields=" + urllib.parse.quote_plus(json.dumps(one))
        assert site.post("snaptron", body).aborted
        assert site.post("snaptron?strict=0", body).aborted
        assert site.post("snaptron?strict=1", body).status == status
    groups = "groups=" + urllib.parse.quote_plus(encoded(["group=a&regions=NOSUCHGENE"]))
    assert site.post("snaptron?strict=1", groups).status == 404
    right = "fields=" + urllib.parse.quote_plus(json.dumps([{"intervals": [site.R]}]))
    assert site.post("snaptron?strict=1", right).body == site.post("snaptron", right).body


@pytest.mark.parametrize(
    "text", ['[{"intervals":', "{}", "[]", '[{"samples_count":[{}],"intervals":["chr1:1-9"]}]']
)
def test_J8_broken_json_aborts(site, text):
    assert site.post("snaptron", "fields=" + urllib.parse.quote_plus(text)).aborted


def test_clauses_that_are_nested_too_deeply_are_answered_as_other_broken_ones(site):
    deep, broken = (site.post("snaptron", "fields=" + "[" * depth) for depth in (20_000, 1))
    assert deep.status == broken.status != 500
    assert b"a JSON list of clauses" in deep.body
