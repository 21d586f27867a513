"""Box plots over the API: numbers and pictures of a junction's samples and of PSI, against a plain
reading of the source's files.
"""

import re
from collections import defaultdict
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from test_evidence import columns, pairs

SVG = "{http://www.w3.org/2000/svg}"
CASES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def library_sizes(world):
    """The mapped reads of each sample that has them."""
    rows = columns(next(world.source.glob("samples.tsv*")))
    return {
        int(row["rail_id"]): float(row["mapped_read_count"])
        for row in rows
        if row["mapped_read_count"]
    }


def values_by_group(world, values):
    """The values of the samples of each group that has one."""
    lists = defaultdict(list)
    for group in world.index.facts.of(world.release).groups:
        for sample in group.members.tolist():
            if sample in values:
                lists[group.name].append(values[sample])
    return lists


def check(answer, values):
    """The quartiles are NumPy's, and the whiskers are at the values that the definition names."""
    quartiles = np.percentile(values, [25, 50, 75])
    assert answer["n"] == len(values)
    assert [answer["q1"], answer["median"], answer["q3"]] == pytest.approx(list(quartiles))
    reach = 1.5 * (quartiles[2] - quartiles[0])
    inside = [x for x in values if quartiles[0] - reach <= x <= quartiles[2] + reach]
    ends = [min(*inside, quartiles[0]), max(*inside, quartiles[2])]
    assert [answer["low"], answer["high"]] == pytest.approx(ends)


def drawn(text):
    """The number of points of each row of a picture, by the name of the group, in its order."""
    rows = [
        group
        for group in ElementTree.fromstring(text).iter(f"{SVG}g")
        if group.get("class") == "row"
    ]
    return [(row.get("data-group"), row.find(f"{SVG}path").get("d").count("M")) for row in rows]


@CASES
@given(place=st.integers(0, 2_999), unit=st.sampled_from(["reads", "cpm"]))
def test_the_boxes_are_those_of_the_samples_with_the_junction(
    world, http, library_sizes, place, unit
):
    row = world.rows[place]
    reads = pairs(row)
    values = (
        reads
        if unit == "reads"
        else {
            sample: 1e6 * count / library_sizes[sample]
            for sample, count in reads.items()
            if sample in library_sizes
        }
    )
    path = f"/junctions/{row['snaptron_id']}/boxes"
    answer = http.get(path, params={"unit": unit, "top": 200}).json()
    check(answer["overall"], list(values.values()))
    lists = values_by_group(world, values)
    assert {group["group"] for group in answer["groups"]} == set(lists)
    for group in answer["groups"]:
        check(group, lists[group["group"]])
    medians = [group["median"] for group in answer["groups"]]
    assert medians == sorted(medians, reverse=True)
    groups = world.index.facts.of(world.release).groups
    assert (answer["empty"], answer["left_out"]) == (len(groups) - len(lists), 0)
    picture = http.get(path + ".svg", params={"unit": unit, "top": 200})
    expected = [(name["group"].replace("_", " "), name["n"]) for name in answer["groups"]]
    assert drawn(picture.text) == [("All samples", len(values)), *expected]


def most_seen(world):
    return max(world.rows, key=lambda row: int(row["samples_count"]))["snaptron_id"]


@pytest.mark.parametrize("sort", ["median", "n", "name"])
def test_the_groups_with_most_samples_are_kept_and_the_others_counted(world, http, sort):
    path = f"/junctions/{most_seen(world)}/boxes"
    all_groups = http.get(path, params={"sort": sort, "top": 200}).json()["groups"]
    answer = http.get(path, params={"sort": sort, "top": 3}).json()
    assert (answer["left_out"], answer["truncated"]) == (len(all_groups) - 3, True)
    kept = [group["group"] for group in answer["groups"]]
    assert kept == [group["group"] for group in all_groups if group["group"] in kept]
    least = min(group["n"] for group in answer["groups"])
    others = [group["n"] for group in all_groups if group["group"] not in kept]
    assert max(others) <= least
    text = http.get(path + ".svg", params={"sort": sort, "top": 3}).text
    remarks = ElementTree.fromstring(text).find(f"{SVG}desc").text
    assert f"{len(all_groups) - 3} groups with fewer samples not drawn" in remarks


def test_cohorts_and_groups_have_boxes(world, http):
    path = f"/junctions/{most_seen(world)}/boxes"
    query = {"group": "Brain", "cohort": "old:AGE>=60"}
    answer = http.get(path, params=query).json()
    assert {group["group"] for group in answer["groups"]} <= {"Brain", "old"}
    assert len(answer["groups"]) + answer["empty"] == 2


def test_an_absent_junction_has_an_empty_picture_that_says_so(http):
    path = "/junctions/chr2:12345-23456:+/boxes"
    answer = http.get(path).json()
    assert (answer["found"], answer["overall"]["n"], answer["overall"]["median"]) == (
        False,
        0,
        None,
    )
    assert "No sample has the junction." in http.get(path + ".svg").text


def test_a_release_without_samples_has_the_box_of_all(world, root):
    path = f"/api/v1/compilations/bare/junctions/{most_seen(world)}/boxes"
    answer = root.get(path).json()
    assert (answer["groups"], answer["overall"]["N"]) == ([], None)
    assert answer["overall"]["n"] > 1
    refused = root.get(path, params={"unit": "cpm"})
    assert (refused.status_code, "library sizes" in refused.json()["detail"]) == (400, True)


@pytest.mark.parametrize("path", ["/junctions/{}/boxes", "/psi"])
def test_the_picture_is_a_png_of_twice_the_size(world, http, path):
    row = next(row for row in world.rows if row["snaptron_id"] == most_seen(world))
    site = f"{row['chromosome']}:{row['start']}:{row['strand']}"
    query = {"site": site, "min_reads": 1} if path == "/psi" else {}
    path = path.format(row["snaptron_id"])
    size = re.search(
        r'width="640" height="(\d+)"',
        http.get(path + ".svg?width=640", params={**query, "width": 640}).text,
    )
    image = Image.open(BytesIO(http.get(path + ".png", params={**query, "width": 640}).content))
    assert image.size == (1_280, 2 * int(size[1]))
    assert len(set(image.convert("L").resize((64, 64)).tobytes())) > 3


@CASES
@given(place=st.integers(0, 2_999), least=st.integers(1, 20))
def test_the_rows_of_psi_are_the_informative_samples_of_each_group(world, http, place, least):
    row = world.rows[place]
    site = f"{row['chromosome']}:{row['start']}:{row['strand']}"
    query = {"site": site, "min_reads": least}
    numbers = http.get("/psi", params={**query, "limit": 4}).json()
    response = http.get("/psi.svg", params={**query, "top": 200})
    assert response.status_code == 200
    expected = []
    for event in numbers["events"]:
        groups = [group for group in event["groups"] if group["n"]]
        groups.sort(key=lambda group: -group["median"])
        if event["overall"]["n"]:
            expected.append(("All samples", event["overall"]["n"]))
        expected += [(group["group"].replace("_", " "), group["n"]) for group in groups]
    assert drawn(response.text) == expected


def test_a_set_of_junctions_is_an_event_with_a_picture(world, http):
    row = next(row for row in world.rows if row["snaptron_id"] == most_seen(world))
    name = f"{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}"
    other = f"{row['chromosome']}:{row['start']}-{int(row['end']) + 7}:{row['strand']}"
    response = http.get("/psi.svg", params={"include": name, "exclude": other, "min_reads": 1})
    assert ("All samples", int(row["samples_count"])) in drawn(response.text)
