"""Samples, genes, exons, annotations, base coverage, registry (cases K, L, Q, X and Y)."""

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from snaptron_wire import HEADER, projected

GENE_NAMES = ["NA", "NA", "NA", "exon_count", "gene_id:gene_name:gene_type:bp_length"]
GENE_HEADER = [*HEADER[:7], *GENE_NAMES, *HEADER[12:17], "compilation_id"]


def place_of(annotated):
    return "chr1:1-3000" if annotated.name == "tiny" else f"{annotated.c}:1-300000000"


def test_K1_all_samples(described):
    answer = described.get("all=1", "samples")
    lines = answer.text.split("\n")
    ids = [int(line.split("\t")[0]) for line in lines[1:-1]]
    assert answer.headers["content-type"] == "text/plain"
    assert lines[0].startswith("rail_id\t")
    assert lines[-1] == ""
    assert ids == sorted(set(ids))
    assert {line.count("\t") for line in lines[1:-1]} <= set(range(lines[0].count("\t") + 1))


def test_K2_every_sample_seen_is_described(annotated):
    known = {
        line.split("\t")[0] for line in annotated.body("all=1", "samples").decode().split("\n")
    }
    for endpoint in ("snaptron", "genes", "exons"):
        rows = annotated.rows(f"regions={place_of(annotated)}", endpoint)
        assert {pair.split(":")[0] for row in rows for pair in row[12].split(",")[1:]} <= known


def test_K3_when_the_samples_changed(described):
    first = described.body("check_for_update=1", "samples")
    assert re.fullmatch(rb"\d+\.\d+\n", first)
    assert 1.7e9 < float(first) <= time.time()
    assert described.body("check_for_update=1", "samples") == first


def test_K4_K5_K6_samples_by_id(described):
    n, m = described.N[3], described.N[0]
    body = described.body(f"ids={n},{m},{n}", "samples").decode().split("\n")
    assert body[0].split("\t") == ["DataSource:Type", *described.H, "all"]
    assert [line.split("\t")[1:] for line in body[1:-1]] == [described.M[0], described.M[3]]
    unknown = described.body("ids=999999999", "samples").decode().split("\n")[1].split("\t")
    assert unknown[1:] == ["999999999", *["NA"] * len(described.H)]
    assert described.server.get(f"/{described.name}/samples/{n}").body == described.body(
        f"ids={n}", "samples"
    )


def test_K7_K8_samples_by_a_word(described):
    query = f"sfilter={described.ft}:{described.word}"
    assert described.first_line(query, "samples")[:3] == [
        "DataSource:Type",
        "Lucene TF-IDF Score",
        "rail_id",
    ]
    rows = described.rows(query, "samples")
    by_id = {row[0]: row for row in described.M}
    assert all(row[2:] == by_id[row[2]] for row in rows)
    assert len({row[2] for row in rows}) == len(rows)
    scores = [float(row[1]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_K9_to_K12_other_requests_for_samples(described):
    nothing = f"sfilter={described.ft}:zzqqxx"
    assert described.body(nothing, "samples").count(b"\n") == 1
    assert described.body(f"{nothing}&header=0", "samples") == b""
    assert described.get(f"regions={described.R}", "samples").aborted
    assert described.get("rfilter=samples_count>1", "samples").aborted
    assert described.body("header=1", "samples") == b""


def test_L1_genes(annotated):
    place = place_of(annotated)
    assert annotated.first_line(f"regions={place}", "genes") == GENE_HEADER
    rows = annotated.rows(f"regions={place}", "genes")
    assert rows
    assert {row[0].partition(":")[2] for row in rows} == {"G"}
    keys = [(int(row[3]), int(row[4])) for row in rows]
    assert keys == sorted(keys)


def test_L2_L3_genes_by_name(annotated):
    row = next(row for row in annotated.rows(f"regions={place_of(annotated)}", "genes") if row[11])
    gene_id = row[11].split(":")[0]
    found = annotated.rows(f"regions={gene_id}", "genes")
    assert row in found
    assert {tuple(one[2:5]) for one in found} == {tuple(row[2:5])}


@pytest.mark.parametrize("endpoint", ["genes", "exons"])
def test_L4_L7_conditions_filters_and_samples(annotated, endpoint):
    place = place_of(annotated)
    rows = annotated.rows(f"regions={place}", endpoint)
    row = rows[len(rows) // 2]
    span = f"{row[2]}:{row[3]}-{row[4]}"
    near = annotated.rows(f"regions={span}", endpoint)
    inside = [r for r in near if int(r[3]) >= int(row[3]) and int(r[4]) <= int(row[4])]
    assert annotated.rows(f"regions={span}&contains=1", endpoint) == inside
    assert annotated.rows(f"regions={span}&exact=1", endpoint) == [
        r for r in near if r[3:5] == row[3:5]
    ]
    several = annotated.rows(f"regions={place}&rfilter=samples_count>:2", endpoint)
    assert [r[1] for r in several] == [r[1] for r in rows if int(r[13]) >= 2]
    minus = annotated.rows(f"regions={place}&rfilter=strand:-", endpoint)
    assert [r[1] for r in minus] == [r[1] for r in rows if r[6] == "-"]
    samples = [
        pair.split(":")[0] for pair in max(rows, key=lambda r: int(r[13]))[12].split(",")[1:3]
    ]
    assert annotated.rows(f"regions={place}&sids={','.join(samples)}", endpoint) == projected(
        rows, samples
    )


def test_L5_L6_ids_and_the_header_of_exons(annotated):
    row = annotated.rows(f"regions={place_of(annotated)}", "genes")[0]
    assert annotated.rows(f"ids={row[1]}", "genes")[0][:15] == row[:15]
    assert annotated.first_line(f"regions={place_of(annotated)}", "exons") == GENE_HEADER
    exons = annotated.rows(f"regions={place_of(annotated)}", "exons")
    assert {row[0].partition(":")[2] for row in exons} == {"E"}
    assert {len(row) for row in exons} == {18}


def test_L8_columns_by_their_junction_names(annotated):
    rows = annotated.rows(f"regions={place_of(annotated)}", "genes")
    chosen = annotated.rows(
        f"regions={place_of(annotated)}&fields=snaptron_id,right_annotated", "genes"
    )
    assert chosen == [[row[0], row[1], row[11]] for row in rows]


def test_L9_a_gene_without_samples(sites):
    tiny = sites("tiny")
    row = next(row for row in tiny.rows("regions=chr1:1-3000", "genes") if row[1] == "7")
    assert row[12:17] == ["", "0", "0", "0.000", "0.000"]
    assert "7" not in [row[1] for row in tiny.rows("regions=chr1:1-3000&sids=0,1,3,10", "genes")]


def test_Q1_to_Q4_annotations(annotated):
    names = annotated.first_line(f"regions={annotated.R}", "annotations")
    assert names[0] == "DataSource:Type"
    assert names[4:6] == ["start", "end"]
    tiny = annotated.name == "tiny"
    symbol = (
        "GENEA"
        if tiny
        else annotated.rows(f"regions={place_of(annotated)}", "genes")[5][11].split(":")[1]
    )
    best = [
        line.split("\t")
        for line in annotated.body(f"regions={symbol}", "annotations").decode().split("\n")[1:-1]
    ]
    scores = [int(row[6]) for row in best]
    assert 0 < len(best) <= 20
    assert scores == sorted(scores, reverse=True)
    limited = annotated.body(f"regions={symbol}&limit=1", "annotations").decode().split("\n")[1:-1]
    assert [line.split("\t") for line in limited] == best[:1]
    row = best[0]
    span = f"{row[1]}:{row[4]}-{row[5]}"
    found = [
        line.split("\t")
        for line in annotated.body(f"regions={span}", "annotations").decode().split("\n")[1:-1]
    ]
    assert all(int(one[4]) <= int(row[5]) and int(one[5]) >= int(row[4]) for one in found)
    inside = [one for one in found if int(one[4]) >= int(row[4]) and int(one[5]) <= int(row[5])]
    contained = (
        annotated.body(f"regions={span}&contains=1", "annotations").decode().split("\n")[1:-1]
    )
    assert [line.split("\t") for line in contained] == inside
    exact = annotated.body(f"regions={span}&exact=1", "annotations").decode().split("\n")[1:-1]
    assert [line.split("\t") for line in exact] == [one for one in found if one[4:6] == row[4:6]]


def bases_of(annotated, compilations):
    path = Path(compilations[annotated.name].bases)
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix in (".gz", ".bgz") else content).decode()
    return [line.split("\t") for line in text.splitlines()]


def test_X1_to_X8_base_coverage(annotated, compilations):
    data = bases_of(annotated, compilations)
    some = [row for row in data if row[0] == data[len(data) // 2][0]]
    some = some[len(some) // 3 : len(some) // 3 + 8]
    c, s, e = some[0][0], int(some[0][1]) + 1, int(some[-1][2])
    region = f"regions={c}:{s}-{e}"
    expected = [row for row in data if row[0] == c and int(row[1]) < e and int(row[2]) >= s]
    names = annotated.first_line(region, "bases")
    samples = names[4:]
    assert names[:4] == ["DataSource:Type", "chromosome", "start", "end"]
    assert [row[1:] for row in annotated.rows(region, "bases")] == expected
    border = int(some[3][2])
    for base in (border, border + 1):
        found = annotated.rows(f"regions={c}:{base}-{base}", "bases")
        assert [row[1:] for row in found] == [
            row for row in data if row[0] == c and int(row[1]) < base <= int(row[2])
        ]
    two = [samples[1], samples[0]]
    chosen = annotated.rows(f"{region}&sids={','.join(two)}", "bases")
    assert [row[1:] for row in chosen] == [[*row[:3], row[4], row[3]] for row in expected]
    columns = annotated.rows(f"{region}&fields={','.join(two)}", "bases")
    assert [row[1:] for row in columns] == [[row[4], row[3]] for row in expected]
    means = (
        annotated.body(f"{region}&calc=1&calc_axis=1&calc_op=mean", "bases")
        .decode()
        .split("\n")[:-1]
    )
    assert means == [
        "\t".join([*row[:3], f"{sum(map(float, row[3:])) / len(samples):.3f}"]) for row in expected
    ]
    sums = [round(sum(float(row[3 + n]) for row in expected)) for n in range(len(samples))]
    (line,) = (
        annotated.body(f"{region}&calc=1&calc_axis=0&calc_op=sum&label=t", "bases")
        .decode()
        .split("\n")[:-1]
    )
    assert line.split("\t") == [f"{c}|{s}|{e}|t", *map(str, sums)]
    track = annotated.body(f"{region}&return_format=3", "bases").decode().split("\n")
    assert track[0] == f"browser position {c}:{s}-{e}"
    assert track[1].startswith('track type=bedGraph name="Snaptron Bases"')
    assert [one.split("\t")[:3] for one in track[2:-1]] == [row[:3] for row in expected]
    calc = "calc=1&calc_axis=0&calc_op=sum"
    both = annotated.get(f"group=a&{region}&{calc}|||group=b&{region}&{calc}", "bases").text.split(
        "\n"
    )[:-1]
    assert [one.split("\t")[0] for one in both] == [f"{c}|{s}|{e}|a", f"{c}|{s}|{e}|b"]


def test_coverage_loaded_from_a_file_per_sample_is_that_of_one_file(sites):
    tiny, split = sites("tiny"), sites("split")
    assert split.first_line("regions=chr1:1-9", "bases") == tiny.first_line(
        "regions=chr1:1-9", "bases"
    )
    for query in (
        "regions=chr1:1-1000000",
        "regions=chr1:41-60",
        "regions=chr1:41-60&sids=10,0",
        "regions=chr1:50-60&either=1",
    ):
        one, other = ([row[1:] for row in site.rows(query, "bases")] for site in (tiny, split))
        assert [row for row in one if any(float(value) for value in row[3:])] == other


def test_Y1_to_Y5_the_registry(server, sites):
    answer = server.get("//snaptron/registry")
    known = json.loads(answer.text[7:])
    assert (answer.status, answer.body[:7], answer.headers["content-type"]) == (
        200,
        b"200 OK\n",
        "application/json",
    )
    assert known.keys() == {"tiny", "sim", "srav2", "gtexfull", "gtex", "gtex17"}
    for name, fields in known.items():
        header = server.get(f"/{name}/samples?all=1").text.split("\n")[0].split("\t")
        assert fields.keys() == {*header, "all"}
        assert set(fields.values()) <= {"i", "f", "t"}
        assert fields["rail_id"] == "i"
        assert server.get(f"/{name}/snaptron?regions=chr1:1-1").status == 200


def test_what_a_compilation_does_not_have_is_not_there(server):
    for path in (
        "/gtexv2/samples?all=1",
        "/gtexv2/genes?regions=chr1:1-9",
        "/gtex/bases?regions=chr1:1-9",
        "/gtex/annotations?regions=chr1:1-9",
    ):
        assert server.get(path).status == 404
