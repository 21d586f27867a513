"""Answers by id, chosen columns, formats for the genome browser (cases F, G and H)."""

import pytest
from snaptron_wire import HEADER


def short(text):
    value = f"{float(text):.12g}"
    return value if "." in value else value + ".0"


def by_id(row):
    """A row as queries by id write it."""
    return [*row[:15], short(row[15]), short(row[16]), *row[17:]]


def test_F1_F2_ids_ascend_and_come_once(site):
    a, b, c = (site.D[n][1] for n in (7, 2, 5))
    assert site.rows(f"ids={a},{b},{c}") == sorted(
        (by_id(site.D[n]) for n in (7, 2, 5)), key=lambda row: int(row[1])
    )
    assert site.rows(f"ids={a},{a},999999999") == [by_id(site.D[7])]
    assert site.rows(f"ids={a}&id={b}") == site.rows(f"ids={a},{b}")
    assert site.rows(f"ids=snaptron_id,{a}") == [by_id(site.D[7])]


def test_F3_ids_in_the_path(site):
    a, b = site.D[0][1], site.D[3][1]
    for path in (a, f"{a},{b}", f"{a}/", f"/{a}"):
        assert site.server.get(f"/{site.name}/snaptron/{path}?header=0").body == site.body(
            f"ids={path.strip('/')}"
        )


def test_F4_F5_numbers_are_short(site):
    found = site.rows("ids=" + ",".join(row[1] for row in site.D))
    assert found == sorted(map(by_id, site.D), key=lambda row: int(row[1]))


def test_F6_F7_ids_with_regions_and_without(site):
    a, b = site.D[4][1], site.D[1][1]
    elsewhere = next(line[0] for line in site.lines if line[0] not in {row[1] for row in site.D})
    expected = [row for row in site.D if row[1] in (a, b)]
    assert site.rows(f"regions={site.R}&ids={a},{b},{elsewhere}") == expected
    assert site.rows(f"ids={a}&rfilter=samples_count>:1000000000&sids=1") == [by_id(site.D[4])]


def test_F8_a_hundred_ids(site):
    wanted = [line[0] for line in site.lines[:100]]
    assert [row[1] for row in site.rows("ids=" + ",".join(wanted))] == sorted(wanted, key=int)


def test_F9_F10_F11_header_nothing_found_and_nonsense(site):
    a = site.D[0][1]
    assert site.body(f"ids={a}&header=0").count(b"\n") == 1
    assert site.body("ids=999999999").decode() == "\t".join(HEADER) + "\n"
    assert site.get("ids=abc").aborted


def test_F12_every_row_is_found_by_its_id(site):
    for row in site.D[::10]:
        answer = site.server.get(f"/{site.name}/snaptron/{row[1]}")
        assert answer.text.split("\n")[1].split("\t") == by_id(row)


def test_G2_no_header(site):
    assert (
        site.body(f"regions={site.R}&header=0") == site.body(f"regions={site.R}").split(b"\n", 1)[1]
    )
    assert site.body("regions=chr29:1-9&header=0") == b""


def test_G3_G4_chosen_columns(site):
    assert site.first_line(f"regions={site.R}&fields=snaptron_id") == [
        "DataSource:Type",
        "snaptron_id",
    ]
    assert site.rows(f"regions={site.R}&fields=snaptron_id") == [row[:2] for row in site.D]
    chosen = site.rows(f"regions={site.R}&fields=samples_count,snaptron_id,strand")
    assert chosen == [[row[0], row[13], row[1], row[6]] for row in site.D]


def test_G5_G6_unknown_columns_and_the_count(site):
    assert site.get(f"regions={site.R}&fields=nosuch").aborted
    assert site.body(f"regions={site.R}&fields=rc").decode() == f"{len(site.D)}\n"


def test_G7_statistics_follow_from_the_samples(site):
    for row in site.D:
        values = sorted(int(pair.split(":")[1]) for pair in row[12].split(",")[1:])
        assert row[12].startswith(",")
        assert (int(row[13]), int(row[14])) == (len(values), sum(values))
        assert abs(float(row[15]) - sum(values) / len(values)) <= 6e-4
        middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
        assert abs(float(row[16]) - middle) <= 6e-4


def test_G7_every_sample_has_metadata(described):
    seen = {pair.split(":")[0] for row in described.D for pair in row[12].split(",")[1:]}
    assert seen <= set(described.N)


def test_G8_strands_and_motifs(site):
    strands = {"+", "-", "*"} | ({"?"} if site.name == "gtexv2" else set())
    assert {row[6] for row in site.D} <= strands
    assert {len(row[8]) for row in site.D} == {len(row[9]) for row in site.D} == {2}


def test_G9_format_0_is_the_usual_one(site):
    assert site.rows(f"regions={site.R}&return_format=0") == site.D


def track_of(site, rows, place, score=13):
    head = [
        f"browser position {place}",
        'track name="Snaptron" visibility=2 description="Snaptron Exported Splice Junctions"',
    ]
    return head, [
        [row[2], str(int(row[3]) - 1), row[4], "junc", row[score], row[6]] for row in rows
    ]


def check_track(lines, site, rows, place, score=13):
    head, expected = track_of(site, rows, place, score)
    assert lines[0] == head[0]
    assert lines[1].startswith(head[1])
    assert [line.split("\t") for line in lines[2 : 2 + len(rows)]] == expected


def test_H1_to_H4_tracks(site):
    lines = site.body(f"regions={site.R}&return_format=1").decode().split("\n")
    check_track(lines, site, site.D, site.R)
    assert len(lines) == len(site.D) + 3
    second = site.rows(f"regions={site.R2}")
    both = site.body(f"regions={site.R},{site.R2}&return_format=1").decode().split("\n")
    check_track(both, site, site.D, site.R)
    check_track(both[2 + len(site.D) :], site, second, site.R2)
    assert site.body(f"regions={site.R}&return_format=1&header=0").decode().split("\n") == lines
    scored = (
        site.body(f"regions={site.R}&return_format=1&score_by=coverage_sum").decode().split("\n")
    )
    check_track(scored, site, site.D, site.R, score=14)


def test_H5_H6_links_lead_to_the_track(site):
    query = f"regions={site.R}&return_format=2&rfilter=samples_count>:2"
    assert site.first_line(query) == ["DataSource:Type", "coordinate_string", "URL"]
    ((first, place, url),) = site.rows(query)
    assert first.endswith(":U")
    assert place == site.R
    assert f"position={site.R}" in url
    track = url.partition("hgct_customText=")[2]
    assert "return_format%3D1" in track
    path = track.partition("snaptron.cs.jhu.edu")[2]
    assert site.server.get(path).body == site.body(
        f"regions={site.R}&return_format=1&rfilter=samples_count>:2"
    )


def test_H7_a_gene_in_a_link_is_its_interval(sites):
    tiny = sites("tiny")
    ((_, place, url),) = tiny.rows("regions=GENEA&return_format=2")
    assert place == "chr1:50-2000"
    assert "regions%3Dchr1%3A50-2000" in url


def test_H8_ids_say_where_to_look(site):
    lines = (
        site.body(f"ids={site.D[0][1]}&return_format=1&coordinate_string={site.R}")
        .decode()
        .split("\n")
    )
    check_track(lines, site, [by_id(site.D[0])], site.R)


@pytest.mark.parametrize(
    "query",
    [
        "return_format=3",
        "return_format=4",
        "return_format=1&score_by=nosuch",
        "header=x",
        "contains=",
    ],
)
def test_what_a_parameter_cannot_be_aborts(site, query):
    assert site.get(f"regions={site.R}&{query}").aborted
