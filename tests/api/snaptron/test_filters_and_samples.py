"""Row filters, and answers restricted to samples (cases C, D and E)."""

import base64
import operator
import statistics
import urllib.parse
from itertools import pairwise
from pathlib import Path

import pytest
from snaptron_wire import fmt12, number

OPERATORS = {
    ">:": operator.ge,
    "<:": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    ":": operator.eq,
    "!:": operator.ne,
}
PLACE = {
    "length": 5,
    "samples_count": 13,
    "coverage_sum": 14,
    "coverage_avg": 15,
    "coverage_median": 16,
}


def three(rows):
    """Rows as filters write them: three decimals in the averages."""
    return [
        [*row[:15], f"{float(row[15]):.3f}", f"{float(row[16]):.3f}", *row[17:]] for row in rows
    ]


def middle(site, name):
    values = sorted(float(row[PLACE[name]]) for row in site.D)
    value = values[len(values) // 2]
    return f"{value:.0f}" if name in ("length", "samples_count", "coverage_sum") else f"{value:.3f}"


@pytest.mark.parametrize("name", PLACE)
def test_C1_C2_every_column_with_every_operator(site, name):
    value = middle(site, name)
    for symbol, holds in OPERATORS.items():
        expected = [row for row in site.D if holds(float(row[PLACE[name]]), float(value))]
        assert site.rows(f"regions={site.R}&rfilter={name}{symbol}{value}") == three(expected), (
            symbol
        )


def test_C3_C4_filters_together_intersect(site):
    low, high = (
        sorted({int(row[13]) for row in site.D})[0],
        sorted({int(row[13]) for row in site.D})[-1],
    )
    between = f"rfilter=samples_count>:{low}&rfilter=samples_count<:{(low + high) // 2}"
    assert site.rows(f"regions={site.R}&{between}") == three(
        [r for r in site.D if low <= int(r[13]) <= (low + high) // 2]
    )
    total = middle(site, "coverage_sum")
    both = [r for r in site.D if int(r[14]) >= int(total) and int(r[5]) > 100]
    assert site.rows(f"regions={site.R}&rfilter=coverage_sum>:{total}&rfilter=length>100") == three(
        both
    )


def test_C5_strands(site):
    for strand in "+-":
        assert site.rows(f"regions={site.R}&rfilter=strand:{strand}") == three(
            [r for r in site.D if r[6] == strand]
        )


@pytest.mark.parametrize(
    ("name", "place"), [("annotated", 7), ("left_annotated", 10), ("right_annotated", 11)]
)
def test_C6_C7_annotation_flags(site, name, place):
    for value, holds in (("0", operator.eq), ("1", operator.ne)):
        assert site.rows(f"regions={site.R}&rfilter={name}:{value}") == three(
            [r for r in site.D if holds(r[place], "0")]
        )


def test_C8_filters_with_contains(site):
    inside = [r for r in site.D if int(r[3]) >= site.S and int(r[4]) <= site.E and int(r[13]) > 1]
    assert site.rows(f"regions={site.R}&contains=1&rfilter=samples_count>1") == three(inside)


def test_C9_a_stored_average_is_found_again(site):
    assert site.x[1] in [
        row[1] for row in site.rows(f"regions={site.R}&rfilter=coverage_avg:{site.x[15]}")
    ]


def test_C10_a_filter_that_all_satisfy_leaves_rows_as_they_are_but_for_decimals(site):
    assert site.rows(f"regions={site.R}&rfilter=samples_count>:1") == three(site.D)


def test_C11_a_negative_count_matches_nothing(site):
    assert site.rows(f"regions={site.R}&rfilter=samples_count:-1") == []


def test_C12_not_annotated_is_unannotated(site):
    query = f"regions={site.R}&rfilter=annotated"
    assert site.rows(f"{query}!:1") == site.rows(f"{query}:0")


@pytest.mark.parametrize(
    "text",
    ["length>:2.5", "nosuch:1", "samples_count", "samples_count>:1>:2", "coverage_avg:x", ">:1"],
)
def test_C13_what_is_no_filter_aborts(site, text):
    answer = site.get(f"regions={site.R}&rfilter={text}")
    assert answer.aborted
    assert answer.text.splitlines()[-1].startswith("ERROR")
    assert len(answer.text.splitlines()) <= 2


def test_C14_a_gene_with_a_filter(sites):
    tiny = sites("tiny")
    rows = [row for row in tiny.rows("regions=GENEA") if int(row[13]) >= 3]
    assert tiny.rows("regions=GENEA&rfilter=samples_count>:3") == rows


# --- restricted by ids or groups


def test_D1_to_D3_only_the_samples_asked_for(site):
    found = site.rows(f"regions={site.R}&sids={','.join(site.L)}")
    assert found == site.proj(site.D, site.L)
    assert all(row[12].startswith(",") for row in found)


def test_D4_order_repetition_and_unknown_ids_do_not_matter(site):
    a, b, c = (*site.L, *site.L)[:3]
    assert site.body(f"regions={site.R}&sids={c},{a},{b},{a},999999999") == site.body(
        f"regions={site.R}&sids={a},{b},{c}"
    )


def test_D5_a_sample_that_nobody_has_gives_the_header(site):
    assert site.body(f"regions={site.R}&sids=999999999").count(b"\n") == 1


def test_D6_all_samples_give_the_same_numbers(site):
    everyone = {pair.split(":")[0] for row in site.D for pair in row[12].split(",")[1:]}
    found = site.post(
        "snaptron", bulk([f"group=a&regions={site.R}&sids={','.join(sorted(everyone))}"])
    ).text.split("\n")[1:-1]
    expected = [row for row in site.D if row[12]]
    assert [line.split("\t")[1:15] for line in found] == [row[1:15] for row in expected]
    for line, row in zip(found, expected, strict=True):
        fields = line.split("\t")
        assert float(fields[16]) == pytest.approx(float(row[16]), abs=6e-4)
        assert float(fields[15]) == pytest.approx(float(row[15]), abs=6e-4)


def bulk(queries):
    return "groups=" + urllib.parse.quote_plus(
        base64.b64encode("|||".join(queries).encode()).decode()
    )


def test_D7_disjoint_samples_add_up(site):
    sums = {}
    for samples in (site.L, site.L2, site.L + site.L2):
        if samples:
            rows = site.rows(f"regions={site.R}&sids={','.join(samples)}")
            sums[tuple(samples)] = {row[1]: (int(row[13]), int(row[14])) for row in rows}
    if not site.L2:
        pytest.fail("the region's rows have too few samples")
    first, second, both = sums.values()
    for key, (count, total) in both.items():
        one, two = first.get(key, (0, 0)), second.get(key, (0, 0))
        assert (count, total) == (one[0] + two[0], one[1] + two[1])


def test_D8_an_id_is_not_taken_for_a_longer_one(site):
    everyone = sorted({pair.split(":")[0] for row in site.D for pair in row[12].split(",")[1:]})
    prefixes = [one for one, following in pairwise(everyone) if following.startswith(one)]
    for sample in prefixes[:3] or everyone[:1]:
        assert site.rows(f"regions={site.R}&sids={sample}") == site.proj(site.D, [sample])


def groups_of(described, compilations):
    lines = Path(compilations[described.name].groups).read_text().split("\n")[1:]
    return {
        line.split("\t")[0]: line.split("\t")[3].split(",")
        for line in lines
        if line and line.split("\t")[3]
    }


def test_D9_D10_D11_groups(described, compilations):
    groups = groups_of(described, compilations)
    name, other = list(groups)[:2]
    assert described.rows(f"regions={described.R}&sids={plus(name)}") == described.proj(
        described.D, groups[name]
    )
    both = described.rows(f"regions={described.R}&sids={plus(name)},{plus(other)}")
    assert both == described.proj(described.D, groups[name] + groups[other])
    assert described.get(f"regions={described.R}&sids=NoSuchGroup").aborted


def plus(text):
    return text.replace(" ", "%20").replace("&", "%26")


def test_D12_to_D15_filters_see_recomputed_values(site):
    rows = site.proj(site.D, site.L)
    query = f"regions={site.R}&sids={','.join(site.L)}"
    assert site.rows(f"{query}&rfilter=samples_count>:2") == [r for r in rows if int(r[13]) >= 2]
    mean = statistics.median(float(r[15]) for r in rows)
    expected = [r for r in rows if float(r[15]) >= float(fmt12(mean)) and r[6] == "-"]
    assert site.rows(f"{query}&rfilter=coverage_avg>:{fmt12(mean)}&rfilter=strand:-") == expected
    for order in (">:1&rfilter=samples_count<:2", "<:2&rfilter=samples_count>:1"):
        assert site.rows(f"{query}&rfilter=samples_count{order}") == [
            r for r in rows if 1 <= int(r[13]) <= 2
        ]
    assert site.rows(f"{query}&rfilter=left_annotated:1") == [r for r in rows if r[10] != "0"]


def test_D16_D17_conditions_and_regions_with_samples(site):
    sids = ",".join(site.L)
    for condition in ("contains=1", "either=1", "either=2"):
        unrestricted = site.rows(f"regions={site.R}&{condition}")
        assert site.rows(f"regions={site.R}&{condition}&sids={sids}") == site.proj(
            unrestricted, site.L
        )
    both = site.rows(f"regions={site.R},{site.R2}&sids={sids}")
    assert both == site.proj(site.D + site.rows(f"regions={site.R2}"), site.L)


def test_D18_two_thousand_samples(site):
    sids = ",".join([*map(str, range(70_000_000, 70_002_000)), *site.L])
    assert site.rows(f"regions={site.R}&sids={sids}") == site.proj(site.D, site.L)


# --- restricted by metadata


def found_ids(described, query):
    return [row[2] for row in described.rows(query, "samples")]


def test_E1_E2_a_search_restricts_like_its_samples(described):
    sample = described.L[0]
    by_id = described.body(f"regions={described.R}&sfilter=rail_id:{sample}")
    assert by_id == described.body(f"regions={described.R}&sids={sample}")
    ids = found_ids(described, f"sfilter={described.ft}:{described.word}")
    assert ids
    found = described.rows(f"regions={described.R}&sfilter={described.ft}:{described.word}")
    assert found == described.proj(described.D, ids)


def test_E3_E4_words_match_whole_and_in_any_case(described):
    name, word = described.ft, described.word
    hits = [
        set(found_ids(described, f"sfilter={name}:{one}"))
        for one in (word, word.upper(), word.capitalize())
    ]
    assert hits[0] == hits[1] == hits[2]
    place = described.H.index(name)
    words = {row[0]: row[place].lower() for row in described.M}
    assert all(word.lower() in words[one] for one in hits[0])
    assert {one for one, text in words.items() if word.lower() in text.split()} <= hits[0]


def test_E5_two_words_are_a_phrase(described):
    place, phrase = next(
        (place, value)
        for place, name in enumerate(described.H)
        if described.types[name] == "t"
        for value in (row[place] for row in described.M)
        if len(value.split()) >= 2
        and all(one.isalpha() and len(one) > 4 for one in value.split()[:2])
    )
    first, second = phrase.split()[:2]
    found = found_ids(described, f"sfilter={described.H[place]}:{first}%20{second}")
    texts = {row[0]: row[place].lower() for row in described.M}
    assert found
    assert all(first.lower() in texts[one] and second.lower() in texts[one] for one in found)
    swapped = found_ids(described, f"sfilter={described.H[place]}:{second}%20{first}")
    assert all(
        texts[one].index(second.lower()) < texts[one].rindex(first.lower()) for one in swapped
    )


def test_E6_all_fields_hold_what_one_holds(described):
    one = set(found_ids(described, f"sfilter={described.ft}:{described.word}"))
    assert one <= set(found_ids(described, f"sfilter=all:{described.word}"))


@pytest.mark.parametrize("symbol", [">", ">:", "<", "<:", ":"])
def test_E7_numbers_compare(described, symbol):
    place = described.H.index(described.fi)
    values = {row[0]: number(row[place]) for row in described.M}
    known = sorted({value for value in values.values() if value is not None})
    value = known[len(known) // 2]
    text = f"{value:.0f}" if described.types[described.fi] == "i" else repr(value)
    expected = {
        one for one, own in values.items() if own is not None and OPERATORS[symbol](own, value)
    }
    assert set(found_ids(described, f"sfilter={described.fi}{symbol}{text}")) == expected


def test_E8_all_conditions_must_hold(described):
    place = described.H.index(described.fi)
    known = sorted(number(row[place]) for row in described.M if number(row[place]) is not None)
    value = f"{known[len(known) // 3]:.0f}"
    first, second = f"sfilter={described.ft}:{described.word}", f"sfilter={described.fi}>{value}"
    both = set(found_ids(described, f"{first}&{second}"))
    assert both == set(found_ids(described, first)) & set(found_ids(described, second))


def test_E9_E10_no_hits_and_sids_beside_a_search(described):
    assert described.rows(f"regions={described.R}&sfilter={described.ft}:zzqqxx") == []
    assert described.body(f"regions={described.R}&sfilter={described.ft}:zzqqxx").count(b"\n") == 1
    sids = ",".join(described.L)
    ignored = described.body(
        f"regions={described.R}&sfilter={described.ft}:{described.word}&sids={sids}"
    )
    assert ignored == described.body(f"regions={described.R}&sids={sids}")


def test_E11_a_word_with_a_hyphen_and_capitals_is_found(sites):
    found = sites("tiny").rows("sfilter=library_strategy:RNA-Seq", "samples")
    assert len(found) == 9


@pytest.mark.parametrize("text", ["nosuchfield:1", "noword", "{ft}:a:b", "rail_id:abc"])
def test_E12_what_is_no_search_aborts(described, text):
    assert described.get(f"regions={described.R}&sfilter={text.format(ft=described.ft)}").aborted


def test_E13_a_search_with_a_row_filter(described):
    ids = found_ids(described, f"sfilter={described.ft}:{described.word}")
    expected = [row for row in described.proj(described.D, ids) if int(row[13]) >= 2]
    query = (
        f"regions={described.R}&sfilter={described.ft}:{described.word}&rfilter=samples_count>:2"
    )
    assert described.rows(query) == expected
