"""What the growth results say of sizes: the fitted lines, the model, the tables in pages, and the
volumes of the overlay.
"""

from pathlib import Path

import pytest

from analysis.document import filled
from analysis.growth.costs import Costs, Line, fit
from analysis.growth.model import CHROMOSOME_SHARES, GIB, SRA3, Size, pod
from analysis.growth.report import DOCUMENTS, count_seconds, tables_of
from analysis.growth.sizing import costs_of
from analysis.measuring import read_result

ROOT = Path(__file__).parents[2]


def results() -> tuple[dict, dict, dict]:
    """The files in the repository."""
    return read_result("growth-loads"), read_result("growth-answers"), read_result("clients")


def test_a_line_is_found_from_its_points() -> None:
    line = fit([(10, 25.0), (60, 125.0), (280, 565.0)])
    assert (line.fixed, line.per_pair) == (pytest.approx(5), pytest.approx(2))


def test_what_does_not_grow_with_samples_is_flat() -> None:
    assert fit([(10, 8.0), (60, 8.0), (280, 6.5)]) == Line(pytest.approx(7.5), 0)


def test_a_line_does_not_begin_below_nothing() -> None:
    assert fit([(10, 1.0), (20, 40.0)]).fixed == 0


def test_a_shard_needs_room_for_two_releases_and_the_log_and_keeps_its_columns_in_memory() -> None:
    per_junction = {
        "text": Line(100, 8),
        "rows": Line(150, 0),
        "payload": Line(20, 3),
        "beside": Line(15, 0),
    }
    costs = Costs(**per_junction, load=Line(1e-5, 1e-6), junction_ms=Line(1, 0), sample_bytes=700)
    size = Size("half in both samples", junctions=4e6, samples=2, junctions_per_sample=3e6)
    shard = pod(size, costs, share=0.5, count_seconds=1e-7)
    assert size.pairs == 1.5
    # 189.5 bytes of 2 million junctions, twice; the log of 2 GB; 15 % more.
    assert shard.volume == pytest.approx(1.15 * (2 * 2e6 * 189.5 + 2e9))
    assert shard.memory == pytest.approx(0.5e9 + 2e6 * 150)
    assert shard.load_seconds == pytest.approx(2e6 * 11.5e-6)
    assert shard.count_seconds == pytest.approx(0.2)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_tables_in_pages_are_those_of_the_results(document: Path) -> None:
    text = document.read_text()
    assert "<!-- table: sizing -->" in text
    assert filled(text, tables_of(*results())) == text


def test_the_full_overlay_has_room_for_228_million_junctions_over_316_thousand_samples() -> None:
    loads, answers, _ = results()
    costs, counting = costs_of(loads, answers), count_seconds(loads, answers)
    lines = (ROOT / "kubernetes" / "overlays" / "full" / "shards.tsv").read_text().splitlines()
    held = {
        chrom: (volume, memory)
        for _, chrom, volume, memory, _ in (line.split("\t") for line in lines if line[0] != "#")
    }
    for chrom, share in CHROMOSOME_SHARES.items():
        need = pod(SRA3, costs, share=share, count_seconds=counting)
        volume, memory = (float(amount.removesuffix("Gi")) for amount in held[chrom])
        assert volume * GIB >= need.volume, chrom
        assert memory * GIB >= need.memory, chrom
