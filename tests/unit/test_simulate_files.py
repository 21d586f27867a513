"""The files of a simulated compilation: each well formed, and all of them telling the same story."""

import gzip
import json
import statistics
from itertools import pairwise
from pathlib import Path

import pysam
import pytest

from snapshard.junction import NAMES
from snapshard_populate.simulate import junction_lines, simulate

JUNCTIONS, SAMPLES, SEED = 3000, 60, 11
FILES = {
    "all_transcripts.gtf",
    "bases.header.tsv",
    "bases.tsv.bgz",
    "bases.tsv.bgz.tbi",
    "compilation.json",
    "exons.bgz",
    "exons.bgz.tbi",
    "gencode.gff3",
    "genes.bgz",
    "genes.bgz.tbi",
    "junctions.bgz",
    "junctions.bgz.tbi",
    "refseq_transcripts_by_hgvs.tsv",
    "samples.groups.tsv",
    "samples.tsv",
    "samples.types.tsv",
    "ucsc_known_canonical_transcript.tsv",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sim")
    simulate(path, junctions=JUNCTIONS, samples=SAMPLES, seed=SEED)
    return path


def table(path: Path) -> list[list[str]]:
    text = (
        gzip.decompress(path.read_bytes()).decode() if path.suffix == ".bgz" else path.read_text()
    )
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@pytest.fixture(scope="module")
def ref_flat(folder) -> list[list[str]]:
    return table(folder / "refseq_transcripts_by_hgvs.tsv")


def exons_of(transcript: list[str]) -> list[tuple[int, int]]:
    """Exons of a refFlat line, 1-based and closed."""
    starts, ends = (text.rstrip(",").split(",") for text in transcript[9:11])
    return [(int(start) + 1, int(end)) for start, end in zip(starts, ends, strict=True)]


def rail_ids(folder: Path) -> list[int]:
    return [int(row[0]) for row in table(folder / "samples.tsv")[1:]]


def test_every_file_is_there_and_says_that_it_is_simulated(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    description = json.loads((folder / "compilation.json").read_text())
    assert description["simulated"] is True
    assert (description["name"], description["assembly"]) == ("sim", "GRCh38")
    assert (description["junctions"], description["samples"], description["seed"]) == (
        JUNCTIONS,
        SAMPLES,
        SEED,
    )
    assert "simulated" in (folder / "gencode.gff3").read_text().splitlines()[1]


def test_same_numbers_give_the_same_bytes_and_another_seed_others(folder, tmp_path):
    simulate(tmp_path / "again", junctions=JUNCTIONS, samples=SAMPLES, seed=SEED)
    simulate(tmp_path / "other", junctions=JUNCTIONS, samples=SAMPLES, seed=SEED + 1)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes(), name
    for name in FILES - {"samples.types.tsv", "bases.header.tsv"}:
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes(), name


def test_junction_file_holds_the_streamed_lines(folder):
    streamed = b"".join(junction_lines(junctions=JUNCTIONS, samples=SAMPLES, seed=SEED))
    assert gzip.decompress((folder / "junctions.bgz").read_bytes()) == streamed


@pytest.mark.parametrize("name", ["junctions.bgz", "genes.bgz", "exons.bgz"])
def test_index_finds_what_overlaps(folder, name):
    rows = table(folder / name)
    start, end = 1_000_000, 200_000_000
    expected = [
        row for row in rows if row[1] == "chr2" and int(row[2]) <= end and int(row[3]) >= start
    ]
    assert expected
    with pysam.TabixFile(str(folder / name)) as file:
        assert [line.split("\t") for line in file.fetch("chr2", start - 1, end)] == expected


def test_samples_have_gtex_columns_with_types(folder):
    header, *rows = table(folder / "samples.tsv")
    types = table(folder / "samples.types.tsv")
    assert len(header) == 29
    assert header[0] == "rail_id"
    assert [name for name, _ in types] == [*header, "all"]
    assert types[-1] == ["all", "t"]
    assert all(len(row) == 29 for row in rows)
    assert rail_ids(folder) == list(range(50_099, 50_099 + SAMPLES))
    casts = {"i": int, "f": float, "t": str}
    for number, (_, kind) in enumerate(types[:-1]):
        for row in rows:
            if row[number] not in ("", "NA"):
                casts[kind](row[number])


def test_accessions_are_distinct_and_invented(folder):
    rows = table(folder / "samples.tsv")[1:]
    for column in (1, 2, 3, 5):
        assert len({row[column] for row in rows}) == SAMPLES
        assert all(row[column].startswith("SIM") for row in rows)


def test_groups_partition_the_samples_by_tissue(folder):
    group_of = {int(row[0]): row[9] for row in table(folder / "samples.tsv")[1:]}
    _, *groups = table(folder / "samples.groups.tsv")
    members = {short: [int(rail_id) for rail_id in ids.split(",")] for short, _, _, ids in groups}
    assert sorted(rail_id for ids in members.values() for rail_id in ids) == rail_ids(folder)
    for short, _, number, _ in groups:
        assert int(number) == len(members[short])
        assert members[short] == sorted(
            rail_id for rail_id, name in group_of.items() if name == short
        )


def test_women_have_no_prostate_and_men_no_ovary(tmp_path):
    simulate(tmp_path, junctions=1, samples=600, seed=2)
    found = {(row[9], row[10]) for row in table(tmp_path / "samples.tsv")[1:]}
    assert {("Prostate", "male"), ("Ovary", "female")} <= found
    assert (
        not {("Prostate", "female"), ("Testis", "female"), ("Ovary", "male"), ("Uterus", "male")}
        & found
    )


def test_annotated_junctions_are_introns_of_transcripts_and_known_ends_are_exon_ends(
    folder, ref_flat
):
    introns, left_ends, right_ends = set(), set(), set()
    for transcript in ref_flat:
        exons = exons_of(transcript)
        for (_, before), (after, _) in pairwise(exons):
            introns.add((transcript[2], before + 1, after - 1, transcript[3]))
            left_ends.add((transcript[2], before + 1))
            right_ends.add((transcript[2], after - 1))
    rows = [dict(zip(NAMES, row, strict=True)) for row in table(folder / "junctions.bgz")]
    assert sum(row["annotated"] != "0" for row in rows) > 50
    for row in rows:
        start, end = int(row["start"]), int(row["end"])
        if row["annotated"] != "0":
            assert (row["chromosome"], start, end, row["strand"]) in introns
        if row["left_annotated"] != "0":
            assert (row["chromosome"], start) in left_ends
        if row["right_annotated"] != "0":
            assert (row["chromosome"], end) in right_ends


def test_gene_files_agree(folder, ref_flat):
    spans = {}
    for row in ref_flat:
        spans.setdefault(row[0], []).append((row[2], row[3], int(row[4]) + 1, int(row[5])))
    attributes = [
        dict(item.split("=") for item in row[8].split(";"))
        for row in table(folder / "gencode.gff3")
    ]
    gff = {
        each["gene_name"]: (row[0], row[6], int(row[3]), int(row[4]))
        for row, each in zip(table(folder / "gencode.gff3"), attributes, strict=True)
    }
    genes = {}
    for row in table(folder / "genes.bgz"):
        gene_id, symbol, kind, _ = row[10].split(":")
        genes[symbol] = (row[1], row[5], int(row[2]), int(row[3]))
        assert {
            "gene_id": gene_id,
            "gene_name": symbol,
            "gene_type": kind,
            "ID": gene_id,
        } in attributes
    assert {symbol: {*each} for symbol, each in spans.items()} == {
        symbol: {span} for symbol, span in gff.items()
    }
    assert genes == gff


def test_transcript_files_agree(folder, ref_flat):
    gtf = {row[8].split('"')[1]: row for row in table(folder / "all_transcripts.gtf")}
    assert set(gtf) == {row[1] for row in ref_flat}
    for row in ref_flat:
        line = gtf[row[1]]
        exons = line[8].split('exons "')[1].split('"')[0]
        assert exons == ",".join(f"{start}-{end}" for start, end in exons_of(row))
        coding = "NA" if row[6] == row[7] else f"{int(row[6]) + 1}-{row[7]}"
        assert f'cds_span "{coding}"' in line[8]
    canonical = table(folder / "ucsc_known_canonical_transcript.tsv")
    first = {}
    for row in ref_flat:
        first.setdefault(row[0], row)
    assert [row[3:13] for row in canonical] == [row[1:] for row in first.values()]
    assert [row[14] for row in canonical] == list(first)


@pytest.mark.parametrize("name", ["genes.bgz", "exons.bgz"])
def test_gene_and_exon_rows_add_up(folder, name):
    known = set(rail_ids(folder))
    rows = table(folder / name)
    assert [int(row[0]) for row in rows] == list(range(len(rows)))
    for row in rows:
        assert len(row) == 17
        assert row[6:9] == ["", "", ""]
        assert int(row[4]) == int(row[3]) - int(row[2]) + 1
        samples, reads = zip(
            *(map(int, pair.split(":")) for pair in row[11][1:].split(",")), strict=True
        )
        assert set(samples) <= known
        mean, median = sum(reads) / len(reads), float(statistics.median(reads))
        assert row[12:16] == [str(len(reads)), str(sum(reads)), f"{mean:.3f}", f"{median:.3f}"]


def test_exons_are_those_of_the_canonical_transcripts(folder):
    canonical = table(folder / "ucsc_known_canonical_transcript.tsv")
    expected = {(row[4], start, end) for row in canonical for start, end in exons_of(row[2:])}
    assert {(row[1], int(row[2]), int(row[3])) for row in table(folder / "exons.bgz")} == expected


def test_bases_are_touching_intervals_with_a_value_per_sample(folder):
    (header,) = table(folder / "bases.header.tsv")
    assert header == ["chromosome", "start", "end", *map(str, rail_ids(folder))]
    rows = table(folder / "bases.tsv.bgz")
    assert len(rows) > 20
    spans = {
        (row[4], int(row[6])): int(row[7])
        for row in table(folder / "ucsc_known_canonical_transcript.tsv")
    }
    before = None
    for row in rows:
        assert len(row) == len(header)
        start, end = int(row[1]), int(row[2])
        assert start < end
        assert (row[0], start) in spans or before == (row[0], start)
        before = row[0], end
        assert all(float(value) >= 0 and value.endswith(".0") for value in row[3:])


@pytest.mark.parametrize(("junctions", "samples"), [(1, 1), (40, 5)])
def test_smallest_compilations_are_whole(tmp_path, junctions, samples):
    simulate(tmp_path, junctions=junctions, samples=samples, seed=5)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert len(table(tmp_path / "junctions.bgz")) == junctions
    assert len(rail_ids(tmp_path)) == samples


def test_progress_ends_at_all_junctions(tmp_path):
    told = []
    simulate(
        tmp_path, junctions=500, samples=3, seed=1, progress=lambda *report: told.append(report)
    )
    assert told[-1][0] == "bases.tsv.bgz"
    assert [report for report in told if report[0] == "junctions.bgz"][-1] == (
        "junctions.bgz",
        500,
        500,
    )
