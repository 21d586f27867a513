"""The measurement of published files: its questions find every pair, and its bars hold."""

import pytest

from analysis.columns import PAGE, ask, measure, scan_text, tables_of, write_release
from analysis.document import filled
from analysis.measuring import read_result
from analysis.source import write_lines
from snapshard.files.table_file import Layout


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return measure(tmp_path_factory.mktemp("columns"), rows=2_000, repeats=1, delay=0)


def test_one_junction_takes_at_most_three_requests_and_a_megabyte(result):
    question = result["questions"]["1"]
    assert 1 <= question["requests"] <= 3
    assert 0 < question["bytes"] <= 1_000_000


def test_every_layout_and_number_of_junctions_is_measured(result):
    assert list(result["questions"]) == ["1", "10", "100", "1000"]
    assert len(result["layouts"]) == 4
    assert all(figures["file_bytes"] > 0 for figures in result["layouts"].values())
    assert list(result["studies"]) == ["10", "100", "1000"]
    assert result["studies"]["10"]["counts"] < result["studies"]["1000"]["counts"]


def test_every_block_size_is_measured_with_all_rows_and_fewer_bytes_of_one_column(result):
    blocks = result["blocks"]
    assert len(blocks) == 20
    assert {figures["rows"] for figures in blocks.values()} == {500}
    for name, figures in blocks.items():
        assert figures["requests"] > 0
        if "one column" in name:
            assert figures["bytes"] < blocks[name.replace("one column", "all columns")]["bytes"]


def test_the_files_and_the_text_have_the_same_samples(tmp_path):
    text = tmp_path / "rows.tsv"
    write_lines(text, 500)
    write_release(text, str(tmp_path / "files"), Layout(64, 1_000))
    for line in text.read_text().splitlines()[::50]:
        fields = line.split("\t")
        span = f"chr1:{fields[2]}-{fields[3]}"
        assert ask(str(tmp_path / "files"), [span]) == scan_text(text, span) >= int(fields[12])


def test_the_page_has_the_figures_of_the_results():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, tables_of(read_result("columns"))) == text


def test_the_results_meet_the_bars():
    figures = read_result("columns")
    one = figures["questions"]["1"]
    assert one["requests"] <= 3
    assert one["bytes"] <= 1_000_000
    assert figures["delay"] == 0.03
