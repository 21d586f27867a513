"""Every item of a batch gets what it would get alone: its own result, or its own error."""

from urllib.parse import quote

import pytest

ITEMS = [
    "GRCh38:chr1:14830-14969:-",
    "chr1_14830_14969",
    "chr9999:1-2:+",
    "",
    "hg19:chr1:14830-14969:-",
    "4",
    "77",
    "chr1:0-5",
    "chr1:100-200",
    "a\x00b",
    "chr1:14830-15020",
    "x" * 1_000,
]


def test_an_error_leaves_the_other_items_alone(http):
    answer = http.post("/junctions:batch", json={"junctions": ITEMS})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["name"] for result in results] == [item[:200] for item in ITEMS]
    found = {number for number, result in enumerate(results, 1) if result["found"]}
    assert found == {1, 6, 11}
    for number, result in enumerate(results, 1):
        assert (result["error"] or {"item": number})["item"] == number


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_gets_the_error_that_it_would_get_alone(item, http):
    result = http.post("/junctions:batch", json={"junctions": [item]}).json()["results"][0]
    alone = http.get(f"/junctions/{quote(item, safe='')}/evidence")
    if result["error"]:
        # A path without a name, or with a NUL, is refused before it is read as a name.
        assert alone.status_code == result["error"]["status"] or item in ("", "a\x00b")
    else:
        assert (alone.status_code == 200 and alone.json()["found"]) is result["found"]


def test_items_that_are_no_text_get_an_error_each(http):
    body = (
        b'{"junctions": [5, null, 1.5, true, ["chr1:14830-14969:-"], {"a": 1}, 1e999,'
        b' "\\ud800", "chr1:14830-14969:-", 123456789012345678901234567890]}'
    )
    answer = http.post("/junctions:batch", content=body)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["found"] for result in results] == [True, *[False] * 7, True, False]
    assert [bool(result["error"]) for result in results] == [False, *[True] * 7, False, True]


def test_the_client_gives_every_name_its_row(client):
    frame = client.batch(ITEMS)
    assert frame["asked"].tolist() == [item[:200] for item in ITEMS]
    assert frame["found"].tolist() == [number in (0, 5, 10) for number in range(len(ITEMS))]
    errors = frame["error"].tolist()
    assert "expected assembly:chromosome:start-end:strand" in errors[1]
    assert "no chromosome 'chr9999'" in errors[2]
    assert frame["error"].notna().tolist() == [
        *(False, True, True, True, True, False, False, True, False, True, False, True)
    ]
