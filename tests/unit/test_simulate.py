"""Simulated junctions: what holds for every row, and how near their statistics are to GTEx's."""

import statistics
from itertools import islice, pairwise

import numpy as np
import pytest

from snapshard.errors import BadSetting
from snapshard.junction import NAMES
from snapshard_populate.simulate import (
    CHROMOSOMES,
    FIRST_RAIL_ID,
    MEGABASE,
    TISSUES,
    Plan,
    apportion,
    junction_lines,
    simulate_tissues,
)

ROWS, SAMPLES = 50_000, 9662
ORDER = [chromosome.name for chromosome in CHROMOSOMES]


def rows_of(**numbers: int) -> list[list[str]]:
    text = b"".join(junction_lines(**numbers)).decode()
    assert text.endswith("\n")
    return [line.split("\t") for line in text[:-1].split("\n")]


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    return rows_of(junctions=ROWS, samples=SAMPLES, seed=7)


@pytest.fixture(scope="module")
def column(rows):
    """A function from a column's name to its values."""
    return lambda name, kind=str: np.array([kind(row[NAMES.index(name)]) for row in rows])


def pairs_of(row: list[str]) -> list[tuple[int, int]]:
    text = row[NAMES.index("samples")]
    assert text.startswith(",")
    return [
        (int(sample), int(reads))
        for sample, reads in (pair.split(":") for pair in text[1:].split(","))
    ]


def share_at_least(counts: np.ndarray, least: int) -> float:
    return float((counts >= least).mean())


def test_number_of_rows_and_columns_is_exact(rows):
    assert len(rows) == ROWS
    assert {len(row) for row in rows} == {len(NAMES)}


def test_ids_count_lines_and_rows_are_distinct_and_in_genome_order(rows):
    assert [int(row[0]) for row in rows] == list(range(ROWS))
    keys = [(ORDER.index(row[1]), int(row[2]), int(row[3]), "+-".index(row[5])) for row in rows]
    assert all(before < after for before, after in pairwise(keys))


def test_introns_lie_on_their_chromosome_and_lengths_fit(rows):
    bases = {chromosome.name: chromosome.length for chromosome in CHROMOSOMES}
    for row in rows:
        start, end = int(row[2]), int(row[3])
        assert 1 <= start <= end <= bases[row[1]]
        assert int(row[4]) == end - start + 1


def test_statistics_of_a_row_are_those_of_its_pairs(rows):
    for row in islice(rows, 0, None, 20):
        pairs = pairs_of(row)
        samples, reads = zip(*pairs, strict=True)
        assert list(samples) == sorted(set(samples))
        assert FIRST_RAIL_ID <= samples[0] <= samples[-1] < FIRST_RAIL_ID + SAMPLES
        assert min(reads) >= 1
        mean, median = sum(reads) / len(reads), float(statistics.median(reads))
        assert row[12:16] == [str(len(reads)), str(sum(reads)), f"{mean:.3f}", f"{median:.3f}"]


def test_sums_above_the_table_of_words_are_written_in_full(column):
    assert column("coverage_sum", int).max() > 1 << 16


def test_annotated_junction_has_both_ends_annotated_by_its_sources(rows):
    annotated = [row for row in rows if row[6] != "0"]
    assert annotated
    for row in annotated:
        assert set(row[6].split(",")) <= set(row[9].split(",")) & set(row[10].split(","))


def test_samples_per_junction_follow_gtex(column):
    counts = column("samples_count", int)
    assert counts.mean() == pytest.approx(61.5, abs=4)
    expected = {2: 0.475, 5: 0.229, 10: 0.145, 20: 0.096, 100: 0.0353, 1000: 0.011}
    assert {least: share_at_least(counts, least) for least in expected} == pytest.approx(
        expected, rel=0.08
    )


def test_reads_per_pair_follow_gtex(column):
    counts, sums = column("samples_count", int), column("coverage_sum", int)
    assert 38 < sums.sum() / counts.sum() < 75
    rare, everywhere = counts < 10, counts > 9000
    assert 1.1 < sums[rare].sum() / counts[rare].sum() < 1.4
    assert sums[everywhere].sum() / counts[everywhere].sum() > 50


def test_annotated_share_rises_with_samples(column):
    counts, annotated = column("samples_count", int), column("annotated") != "0"
    shares = [annotated[counts >= least].mean() for least in (1, 5, 20, 100, 1000)]
    assert all(before < after for before, after in pairwise(shares))
    assert shares[0] == pytest.approx(0.011, rel=0.1)
    assert shares[3] == pytest.approx(0.27, abs=0.05)
    assert shares[4] > 0.6


def test_motifs_and_strands(column):
    motifs = np.char.add(column("left_motif"), column("right_motif"))
    found = {motif: (motifs == motif).mean() for motif in ("GTAG", "GCAG", "ATAC")}
    assert found == pytest.approx({"GTAG": 0.72, "GCAG": 0.13, "ATAC": 0.15}, abs=0.02)
    assert (column("strand") == "+").mean() == pytest.approx(0.5, abs=0.12)


def test_lengths_by_annotation(column):
    length, annotated = column("length", int), column("annotated") != "0"
    assert 1300 < np.median(length[annotated]) < 2600
    assert 800 < np.median(length[~annotated]) < 1500
    assert np.quantile(length, 0.99) > 80_000


def test_rows_per_chromosome_and_in_the_counted_window(column):
    chromosome, start = column("chromosome"), column("start", int)
    total = sum(each.share for each in CHROMOSOMES)
    for each in CHROMOSOMES:
        assert (chromosome == each.name).sum() == pytest.approx(ROWS * each.share / total, abs=2)
    window = ((chromosome == "chr1") & (start <= 25 * MEGABASE)).sum()
    assert window == pytest.approx(ROWS * 618_876 / 29_900_000, abs=2)


def test_samples_of_a_rare_junction_share_tissues(rows):
    of = simulate_tissues(Plan(ROWS, SAMPLES, 7)).of
    sizes = np.bincount(of)
    expected = float((sizes * (sizes - 1)).sum() / (SAMPLES * (SAMPLES - 1)))
    same = []
    for row in rows:
        if 2 <= int(row[12]) <= 50:
            found = np.bincount(of[[sample - FIRST_RAIL_ID for sample, _ in pairs_of(row)]])
            number = int(row[12])
            same.append((found * (found - 1)).sum() / (number * (number - 1)))
    assert np.mean(same) > 3 * expected


def test_same_seed_gives_the_same_rows_and_another_seed_others():
    def text(seed: int) -> bytes:
        return b"".join(junction_lines(junctions=2000, samples=40, seed=seed))

    assert text(1) == text(1)
    assert text(1) != text(2)


@pytest.mark.parametrize(
    ("junctions", "samples"), [(1, 1), (1, 9662), (7, 1), (300, 2), (300, 5), (20, 70_000)]
)
def test_edge_sizes_keep_every_promise(junctions, samples):
    rows = rows_of(junctions=junctions, samples=samples, seed=3)
    assert [int(row[0]) for row in rows] == list(range(junctions))
    for row in rows:
        found = [sample for sample, _ in pairs_of(row)]
        assert 1 <= len(found) == int(row[12]) <= samples
        assert FIRST_RAIL_ID <= found[0] <= found[-1] < FIRST_RAIL_ID + samples


def test_fewer_samples_thin_the_rare_junctions():
    few = rows_of(junctions=5000, samples=300, seed=1)
    counts = np.array([int(row[12]) for row in few])
    assert share_at_least(counts, 2) == pytest.approx(0.42, abs=0.05)
    assert np.mean([row[6] != "0" for row in few]) > 0.04


def test_whole_gtex_starts_to_stream_at_once():
    first = next(junction_lines(junctions=29_900_000, samples=500, seed=1))
    assert first.count(b"\n") <= 20_000


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ({"junctions": 0, "samples": 5, "seed": 1}, "junctions"),
        ({"junctions": 2**31, "samples": 5, "seed": 1}, "junctions"),
        ({"junctions": 5, "samples": 0, "seed": 1}, "samples"),
        ({"junctions": 5, "samples": 5, "seed": -1}, "seed"),
    ],
)
def test_numbers_out_of_range_are_named(numbers, name):
    with pytest.raises(BadSetting, match=name):
        next(junction_lines(**numbers))


def test_tables_are_whole():
    assert sum(tissue.size for tissue in TISSUES) == SAMPLES
    assert all(len(each.density) == each.length // MEGABASE + 1 for each in CHROMOSOMES)
    assert sum(each.share for each in CHROMOSOMES) == pytest.approx(1e6, rel=1e-3)


def test_apportioned_parts_add_up():
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(0, [1.0, 2.0]) == [0, 0]
