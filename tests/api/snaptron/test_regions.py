"""Intervals, gene names and shards (cases B, P and W)."""

import re
from pathlib import Path

import pytest
from snaptron_wire import HEADER, Running


def start(row):
    return int(row[3])


def end(row):
    return int(row[4])


def inside(site, row):
    return start(row) >= site.S and end(row) <= site.E


def test_rows_are_the_lines_of_the_source_that_overlap(site):
    expected = [
        line
        for line in site.lines
        if line[1] == site.c and int(line[2]) <= site.E and int(line[3]) >= site.S
    ]
    assert [row[1:] for row in site.D] == sorted(
        expected, key=lambda line: (int(line[2]), int(line[3]))
    )


def test_B1_header_and_fields(site):
    body = site.body(f"regions={site.R}").decode().split("\n")[:-1]
    assert body[0].split("\t") == HEADER
    rows = [line.split("\t") for line in body[1:]]
    assert {len(row) for row in rows} == {18}
    assert len({row[0] for row in rows}) == 1
    assert re.fullmatch(r"[^:]+:I", rows[0][0])


def test_B2_rows_overlap_and_ids_differ(site):
    assert all(row[2] == site.c and start(row) <= site.E and end(row) >= site.S for row in site.D)
    assert all(int(row[5]) == end(row) - start(row) + 1 for row in site.D)
    assert len({row[1] for row in site.D}) == len(site.D)


def test_B3_rows_are_in_order(site):
    keys = [(start(row), end(row), int(row[1])) for row in site.D]
    assert keys == sorted(keys)


def test_B4_a_cut_region_gives_the_same_rows(site):
    cut = max(site.S, start(site.D[len(site.D) // 2]))
    left, right = (
        site.rows(f"regions={site.c}:{one}") for one in (f"{site.S}-{cut}", f"{cut + 1}-{site.E}")
    )
    both = {row[1] for row in left} & {row[1] for row in right}
    assert {row[1] for row in left} | {row[1] for row in right} == {row[1] for row in site.D}
    assert both == {row[1] for row in site.D if start(row) <= cut < end(row)}


def test_B5_windows_of_a_chromosome_give_all_of_it(site):
    last = max(int(line[2]) for line in site.lines if line[1] == site.c)
    window = last // 12 + 1
    found = []
    for first in range(1, last + 1, window):
        found += site.rows(f"regions={site.c}:{first}-{first + window - 1}&either=1")
    assert found == site.rows(f"regions={site.c}:1-{last}&either=1")
    assert len(found) == sum(line[1] == site.c for line in site.lines)


def test_B6_B7_touching_one_base_is_enough(site):
    x = site.x
    assert x in site.rows(f"regions={site.c}:{x[3]}-{x[3]}")
    assert x in site.rows(f"regions={site.c}:{x[4]}-{x[4]}")
    assert x not in site.rows(f"regions={site.c}:{start(x) - 1}-{start(x) - 1}")
    assert x not in site.rows(f"regions={site.c}:{end(x) + 1}-{end(x) + 1}")


def test_B8_to_B11_coordinate_conditions(site):
    contained = [row for row in site.D if inside(site, row)]
    left = [row for row in site.D if start(row) >= site.S]
    right = [row for row in site.D if end(row) <= site.E]
    assert site.rows(f"regions={site.R}&contains=1") == contained
    assert site.rows(f"regions={site.R}&either=1") == left
    assert site.rows(f"regions={site.R}&either=2") == right
    assert contained == [row for row in left if row in right]


def test_B12_exact_finds_every_strand(site):
    same = [row for row in site.D if row[3:5] == site.x[3:5]]
    assert site.rows(f"regions={site.c}:{site.x[3]}-{site.x[4]}&exact=1") == same
    assert site.x in same


def test_B13_B14_splice_sites(site):
    p, q = site.x[3], site.x[4]
    starting = site.rows(f"regions={site.c}:{p}-{p}&either=1")
    assert starting == [row for row in site.rows(f"regions={site.c}:{p}-{p}") if row[3] == p]
    ending = site.rows(f"regions={site.c}:{q}-{q}&either=2")
    assert {row[4] for row in ending} == {q}
    assert site.x in starting
    assert site.x in ending


def test_B15_conditions_together_intersect(site):
    region = f"regions={site.c}:{site.x[3]}-{site.x[4]}"
    assert site.rows(f"{region}&contains=1&exact=1") == site.rows(f"{region}&exact=1")
    assert site.rows(f"regions={site.R}&contains=1&either=1") == site.rows(
        f"regions={site.R}&contains=1"
    )


@pytest.mark.parametrize(
    "off",
    ["contains=0", "exact=0", "either=0", "contains=0&exact=0&either=0", "contains=1&contains=0"],
)
def test_B16_B17_a_zero_switches_off_and_the_last_wins(site, off):
    assert site.rows(f"regions={site.R}&{off}") == site.D


def test_B18_base_0_is_base_1(site):
    assert site.body(f"regions={site.c}:0-{site.E}") == site.body(f"regions={site.c}:1-{site.E}")


def test_B19_a_region_that_ends_before_it_starts_is_empty(site):
    reversed_region = f"regions={site.c}:{site.E}-{site.S}"
    for query in (reversed_region, f"{reversed_region}&rfilter=samples_count>:1"):
        assert site.body(query).decode() == "\t".join(HEADER) + "\n"


def test_B20_an_end_beyond_the_chromosome_is_its_end(site):
    last = max(int(line[3]) for line in site.lines if line[1] == site.c)
    assert site.body(f"regions={site.c}:{site.S}-10000000000") == site.body(
        f"regions={site.c}:{site.S}-{last}"
    )


def test_B21_a_chromosome_without_data_is_empty(site):
    assert site.body("regions=chr29:1-1000").decode() == "\t".join(HEADER) + "\n"


def test_B22_to_B24_several_regions_follow_each_other(site):
    second = site.rows(f"regions={site.R2}")
    assert second
    assert site.rows(f"regions={site.R},{site.R2}") == site.D + second
    assert site.rows(f"regions={site.R},{site.R}") == site.D + site.D
    assert site.rows(f"regions={site.R}&regions={site.R2}") == site.D + second
    assert site.rows(f"regions={site.R}, {site.R2}".replace(" ", "%20")) == site.D + second


def test_B25_the_number_of_rows(site):
    for regions in (site.R, f"{site.R},{site.R}"):
        assert site.body(f"regions={regions}&result_count=1").decode() == f"{len(site.D)}\n"


def test_B26_the_same_bytes_every_time(site):
    assert len({site.body(f"regions={site.R}") for _ in range(10)}) == 1


def test_B26_the_same_bytes_after_a_restart(sites, data_folder):
    with Running("--data", str(data_folder), workers=1) as again:
        for site in map(sites, ("tiny", "sim", "gtex", "gtex17", "gtexv2")):
            path = f"/{site.name}/snaptron?regions={site.R}"
            assert again.server.get(path).body == site.server.get(path).body


# --- gene names


def a_gene(annotated):
    """A symbol with one interval, and that interval."""
    symbol = "GENEA" if annotated.name == "tiny" else some_symbol(annotated)
    row = annotated.rows(f"regions={symbol}&return_format=2")[0]
    return symbol, row[1]


def some_symbol(annotated):
    rows = annotated.rows(f"regions={annotated.c}:1-300000000", "genes")
    return rows[len(rows) // 2][11].split(":")[1]


def test_P1_P2_a_gene_is_its_interval_in_any_case(annotated):
    symbol, interval = a_gene(annotated)
    assert annotated.body(f"regions={symbol}") == annotated.body(f"regions={interval}")
    assert annotated.body(f"regions={symbol.lower()}") == annotated.body(f"regions={interval}")
    assert len(annotated.rows(f"regions={symbol}")) > 0


def test_P3_a_gene_of_several_intervals_gives_all_of_them(sites):
    tiny = sites("tiny")
    assert [row[1] for row in tiny.rows("regions=MULTI&return_format=2")] == [
        "chrX:2691179-2741309",
        "chrY:2691179-2741309",
    ]
    assert tiny.rows("regions=MULTI") == tiny.rows(
        "regions=chrX:2691179-2741309,chrY:2691179-2741309"
    )


def test_P4_an_unknown_gene_aborts_the_answer(site):
    answer = site.get("regions=NOSUCHGENE")
    assert answer.aborted
    assert answer.headers["content-type"] == "text/plain"
    assert re.fullmatch(r"ERROR[^\n]*\n", answer.text)


def test_P5_regions_before_an_unknown_gene_are_answered(site):
    answer = site.get(f"regions={site.R},NOSUCHGENE&header=0")
    lines = answer.text.split("\n")
    assert answer.aborted
    assert [line.split("\t") for line in lines[:-2]] == site.D
    assert lines[-2].startswith("ERROR")


def test_P6_P7_a_versioned_id_is_exact_and_only_itself(annotated):
    row = annotated.rows(
        f"regions={annotated.c if annotated.name == 'sim' else 'chr1'}:1-300000000", "genes"
    )[0]
    gene_id = row[11].split(":")[0]
    found = annotated.rows(f"regions={gene_id}", "genes")
    assert found
    spans = {(one[2], one[3], one[4]) for one in found}
    assert len(spans) == 1
    exact = annotated.rows(f"regions={gene_id}")
    assert {(one[2], one[3], one[4]) for one in exact} <= spans
    assert annotated.rows(f"regions={gene_id},{annotated.R}") == exact + annotated.D


@pytest.mark.parametrize(
    "text", ["chr1:1,000-2,000", "chrx:1-9", "1:1-9", "chr1:1-9:+", "", "chr1_random:1-9", "chr1:1"]
)
def test_P8_what_is_no_region_aborts(site, text):
    assert site.get(f"regions={text}").aborted


def test_P9_every_symbol_has_the_intervals_of_the_rule(annotated, compilations):
    for symbol, expected in intervals_by_rule(compilations[annotated.name].refflat).items():
        assert [row[1] for row in annotated.rows(f"regions={symbol}&return_format=2")] == expected


def intervals_by_rule(path, most=60):
    """The intervals of symbols, by the rule of the protocol written down once more, from the table
    itself.
    """
    found = {}
    for line in Path(path).read_text().splitlines():
        symbol, _, chrom, _, first, last = line.split("\t")[:6]
        if not re.fullmatch("chr[12]?[0-9XYM]", chrom) or (
            symbol not in found and len(found) >= most
        ):
            continue
        new = [int(first) + 1, int(last)]
        own = found.setdefault(symbol, {}).setdefault(chrom, [])
        merged = False
        for old in own:
            if (old[0] <= new[1] and new[0] <= old[1]) or abs(old[1] - new[1]) <= 10_000:
                old[0], old[1], merged = min(old[0], new[0]), max(old[1], new[1]), True
        if not merged:
            own.append(new)
    return {
        symbol: [f"{chrom}:{first}-{last}" for chrom in sorted(by) for first, last in by[chrom]]
        for symbol, by in found.items()
    }


# --- shards


def test_W1_chromosomes_come_in_the_order_asked(site):
    chroms = list(
        dict.fromkeys(line[1] for line in site.lines if re.fullmatch("chr[12]?[0-9XYM]", line[1]))
    )[::-1]
    regions = [f"{chrom}:1-20000000" for chrom in chroms[:6]]
    assert site.rows("regions=" + ",".join(regions)) == [
        row for one in regions for row in site.rows(f"regions={one}")
    ]


def test_W2_ids_of_all_chromosomes_ascend(site):
    some = [line[0] for line in site.lines[:: max(1, len(site.lines) // 40)]]
    assert [row[1] for row in site.rows("ids=" + ",".join(some[::-1]))] == sorted(
        set(some), key=int
    )


def test_W6_counts_over_chromosomes_add_up(site):
    chroms = {line[1] for line in site.lines if re.fullmatch("chr[12]?[0-9XYM]", line[1])}
    counts = [int(site.body(f"regions={chrom}:1-2000000000&result_count=1")) for chrom in chroms]
    assert sum(counts) == sum(line[1] in chroms for line in site.lines)
