"""Base coverage in one file per sample, against a list of the reads on every base."""

import gzip
from pathlib import Path

import pyBigWig
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.errors import BadSource
from snapshard_populate.formats import (
    CoverageFile,
    MergedCoverage,
    merged_coverage,
    read_coverage_files,
)
from snapshard_populate.loading import Compilation, read_folder
from snapshard_populate.reading import ErrorBudget, open_source

CHROMS = ("chr1", "chr10", "chr2")
REAL = (
    Path(__file__).parents[3] / "shared/data/coverage/gtex_lung_SRR660824.chr21_22.hg38.bedGraph.gz"
)


def merged(files, name="list"):
    side = MergedCoverage(name, files, errors=ErrorBudget())
    return [line.split("\t") for line in iter_lines(side)]


def iter_lines(side, size=50):
    text = b""
    while part := side.read(size):
        text += part
    return text.decode().splitlines()


def steps_of(reads):
    """Steps of equal coverage, zeros left out, of a list with the reads on every base."""
    steps, start = [], 0
    for end in range(1, len(reads) + 1):
        if end == len(reads) or reads[end] != reads[start]:
            if reads[start]:
                steps.append((start, end, reads[start]))
            start = end
    return steps


def write_bedgraph(path, reads):
    lines = [
        f"{chrom}\t{s}\t{e}\t{v}\n"
        for chrom in CHROMS
        for s, e, v in steps_of(reads.get(chrom, []))
    ]
    path.write_text("track type=bedGraph\n" + "".join(lines))


def write_bigwig(path, reads):
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([(chrom, 5_000_000) for chrom in CHROMS])
        for chrom in CHROMS:
            steps = steps_of(reads.get(chrom, []))
            if steps:
                starts, ends, values = (list(one) for one in zip(*steps, strict=True))
                file.addEntries(
                    [chrom] * len(steps), starts, ends=ends, values=[float(one) for one in values]
                )


def by_base(samples):
    """The rows that are expected, base by base."""
    rows = []
    for chrom in CHROMS:
        longest = max((len(reads.get(chrom, [])) for reads in samples), default=0)
        columns = [
            [*reads.get(chrom, []), *[0] * (longest - len(reads.get(chrom, [])))]
            for reads in samples
        ]
        start = 0
        for base in range(1, longest + 1):
            here, before = (
                [column[at] for column in columns] for at in (min(base, longest - 1), base - 1)
            )
            if base == longest or here != before:
                if any(before):
                    rows.append([chrom, str(start), str(base), *[f"{value}.0" for value in before]])
                start = base
    return rows


READS = st.dictionaries(st.sampled_from(CHROMS), st.lists(st.integers(0, 3), max_size=30))


@given(
    samples=st.lists(READS.filter(lambda one: any(map(any, one.values()))), min_size=1, max_size=5),
    kinds=st.data(),
)
def test_every_base_has_the_reads_of_every_sample(samples, kinds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("side")
    files = []
    for number, reads in enumerate(samples):
        write = kinds.draw(st.sampled_from([write_bedgraph, write_bigwig]))
        write(folder / str(number), reads)
        files.append(CoverageFile(number, str(folder / str(number))))
    assert merged(files) == by_base(samples)


def test_what_is_read_ahead_and_tabled_at_a_time_changes_nothing(tmp_path, monkeypatch):
    samples = [
        {"chr1": [(n * k) % 5 for n in range(4_000)], "chr2": [k] * 3_000} for k in (1, 2, 3)
    ]
    for number, reads in enumerate(samples):
        write_bedgraph(tmp_path / str(number), reads)
    files = [CoverageFile(number, str(tmp_path / str(number))) for number in range(3)]
    expected = by_base(samples)
    assert merged(files) == expected
    for name, value in (("_LEAST_AHEAD", 100), ("_AHEAD_BYTES", 300), ("_CELLS", 21)):
        monkeypatch.setattr(merged_coverage, name, value)
    assert merged(files) == expected


def test_steps_over_the_borders_of_windows_come_once(tmp_path):
    write_bigwig(tmp_path / "w", {"chr1": [0, *[2] * 3]})
    with pyBigWig.open(str(tmp_path / "long"), "w") as file:
        file.addHeader([("chr1", 5_000_000)])
        file.addEntries(
            ["chr1"] * 2, [1_000_000, 3_000_000], ends=[2_500_000, 4_000_000], values=[1.0, 2.5]
        )
    found = merged([CoverageFile(7, str(tmp_path / "w")), CoverageFile(8, str(tmp_path / "long"))])
    assert found == [
        ["chr1", "1", "4", "2.0", "0.0"],
        ["chr1", "1000000", "2500000", "0.0", "1.0"],
        ["chr1", "3000000", "4000000", "0.0", "2.5"],
    ]


def test_a_real_bedgraph_is_its_own_merger_and_equals_its_bigwig(tmp_path):
    if not REAL.exists():
        pytest.skip(f"no real coverage at {REAL}")
    with gzip.open(REAL, "rt") as file:
        steps = [line.split() for line, _ in zip(file, range(40_000), strict=False)]
    plain, big = tmp_path / "plain.bedGraph", tmp_path / "big.bw"
    plain.write_text("".join("\t".join(step) + "\n" for step in steps))
    with pyBigWig.open(str(big), "w") as file:
        file.addHeader([("chr21", 46_709_983)])
        starts, ends, values = ([int(step[n]) for step in steps] for n in (1, 2, 3))
        file.addEntries(["chr21"] * len(steps), starts, ends=ends, values=list(map(float, values)))
    both = merged([CoverageFile(1, str(plain)), CoverageFile(2, str(big))])
    assert all(row[3] == row[4] for row in both)
    covered = [[int(row[1]), int(row[2]), float(row[3])] for row in both]
    assert sum((end - start) * value for start, end, value in covered) == sum(
        (int(end) - int(start)) * float(value) for _, start, end, value in steps
    )
    assert merged([CoverageFile(1, str(plain))]) == [row[:4] for row in both]


def listed(text, tmp_path):
    (tmp_path / "bases.files.tsv").write_text(text)
    with open_source(tmp_path / "bases.files.tsv") as source:
        return read_coverage_files(source)


def test_places_of_a_list_are_relative_to_it(tmp_path):
    files = listed("5\tone.bw\n3\t/data/two.bedGraph.gz\n", tmp_path)
    assert files == (
        CoverageFile(5, str(tmp_path / "one.bw")),
        CoverageFile(3, "/data/two.bedGraph.gz"),
    )


@pytest.mark.parametrize(
    "text", ["", "5\n", "x\tfile\n", "5\t\n", "5\ta\n5\tb\n", "rail_id\tfile\n"]
)
def test_what_is_no_list_is_refused(text, tmp_path):
    with pytest.raises(BadSource):
        listed(text, tmp_path)


def test_chromosomes_out_of_order_and_broken_files_are_refused(tmp_path):
    (tmp_path / "order").write_text("chr2\t0\t5\t1\nchr10\t0\t5\t1\n")
    with pytest.raises(BadSource, match="plain string order"):
        merged([CoverageFile(1, str(tmp_path / "order"))])
    (tmp_path / "broken").write_bytes(b"\x26\xfc\x8f\x88" + bytes(100))
    with pytest.raises(BadSource, match="not a complete bigWig"):
        merged([CoverageFile(1, str(tmp_path / "broken"))])
    with pytest.raises(BadSource, match="cannot be opened"):
        merged([CoverageFile(1, str(tmp_path / "absent"))])


def test_a_folder_may_have_one_file_of_all_samples_or_one_each(tmp_path):
    (tmp_path / "junctions.tsv").write_text("")
    (tmp_path / "bases.files.tsv").write_text("1\tx.bw\n")
    assert read_folder(tmp_path).bases_files == str(tmp_path / "bases.files.tsv")
    with pytest.raises(BadSource, match="load only one"):
        Compilation("x", "j", bases="b", bases_header="h", bases_files="f")
