"""`snapshard remove-samples`: nothing of the samples is left in the new release, and it equals one that
was loaded without them.
"""

import re
from itertools import count

import pytest
from command_line import run_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from own_samples import gtf, sample_files, write_samples
from release_tables import catalog_rows, release_tables, texts
from stored import stored_lines

from snapshard_populate.loading import LoadPlan, load_compilation
from snapshard_populate.releases import default_layout, release_statuses

_numbers = count(1)


@pytest.fixture
def run(embedded, monkeypatch):
    """A function that runs the command line on the test server; returns exit code and output."""
    monkeypatch.setenv("SNAPSHARD_DATA", str(embedded.folder))
    return run_command


@given(files=sample_files(), data=st.data())
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_release_without_samples_equals_a_load_without_them(run, embedded, tmp_path, files, data):
    number = next(_numbers)
    folder = tmp_path / str(number)
    folder.mkdir()
    removed = data.draw(
        st.sets(st.sampled_from(sorted(files)), min_size=1, max_size=len(files) - 1)
    )
    lines = [f"{name},{'LBL'[at % 3]},{at}\n" for at, name in enumerate(files)]
    (folder / "samples.csv").write_text("patient,tissue,age\n" + "".join(lines))
    (folder / "genes.gtf").write_text(gtf())
    options = ("--group-by", "tissue", "--annotation", folder / "genes.gtf", "--shards", 3)
    options = (*options, "--samples", folder / "samples.csv")
    remaining = {name: junctions for name, junctions in files.items() if name not in removed}
    for name, of_load in (("less", files), ("never", remaining)):
        source = write_samples(folder / name, of_load)
        code, output = run("load", source, "--compilation", f"{name}{number}", *options)
        assert code == 0, output
    code, output = run("remove-samples", f"less{number}", "--column", "patient", *sorted(removed))
    assert code == 0, output
    shards = embedded.shard_map()
    tables = release_tables(shards, f"less{number}@r2")
    assert tables == release_tables(shards, f"never{number}@r1")


def test_nothing_of_a_sample_is_left(run, embedded, tmp_path):
    shared_place = ("chr1", 5, 9, 1, 1, 0)
    files = {
        "P1": [(*shared_place, 7, 0, 30), ("chr2", 40, 60, 1, 1, 0, 3, 0, 30)],
        # A place, a number of reads and a file without reads that no other sample has.
        "Withdrawn": [
            (*shared_place, 987_654, 0, 30),
            ("chr3", 7_654_321, 7_654_399, 1, 1, 0, 1, 0, 30),
            ("chr3", 8_000_001, 8_000_099, 1, 1, 0, 0, 4, 30),
        ],
        "P3": [(*shared_place, 2, 0, 30)],
    }
    table = "patient,disease\nP1,none\nWithdrawn,Kuru\nP3,none\n"
    (tmp_path / "samples.csv").write_text(table)
    source = write_samples(tmp_path / "star", files)
    options = ("--samples", tmp_path / "samples.csv", "--group-by", "disease", "--shards", 3)
    code, output = run("load", source, "--compilation", "consent", "--assembly", "GRCh38", *options)
    assert code == 0, output
    traces = ("Withdrawn", "Kuru", "987654", "987,654", "987663", "7654321", "7654399", "8000001")
    shards = embedded.shard_map()

    def found(release):
        tables = release_tables(shards, f"consent@{release}")
        rows = [row for of_table in tables.values() for row in of_table]
        rows += catalog_rows(shards, f"consent@{release}")
        text = texts(rows)
        members = [row[3] for row in tables["catalog", "sample_group"]]
        bins = [
            row[1:4] for name, of_table in tables.items() for row in of_table if "density" in name
        ]
        return (
            {trace for trace in traces if trace in text}
            | {"sample 2" for ids in members if 2 in ids}
            | {"pair of sample 2" for row in rows if re.search(r",2:\d", texts([row]))}
            | {"window of chr3" for chrom, *_ in bins if chrom == "chr3"}
        )

    assert found("r1") >= {"Withdrawn", "Kuru", "987654", "7654321", "sample 2", "window of chr3"}
    code, output = run("remove-samples", "consent", "2")
    assert code == 0, output
    assert "consent/r2: published, 2 junctions, 1 sample removed; consent/r1 still has" in output
    assert found("r2") == set()
    status = release_statuses(shards.catalog, "consent")[-1]
    assert (status.sample_count, status.source) == (2, "consent/r1 without 1 sample")
    code, output = run(
        "query", "chr1", "--compilation", "consent", "--columns", "samples,coverage_sum"
    )
    assert output.splitlines()[-1].split("\t") == [",1:7,3:2", "9"]


def without(line, removed):
    """A line of a source without the pairs of some samples, or nothing if none is left."""
    cells = line.rstrip("\n").split("\t")
    pairs = [pair.split(":") for pair in cells[11].split(",") if pair]
    left = [(sample, int(reads)) for sample, reads in pairs if int(sample) not in removed]
    if len(left) == len(pairs):
        return [cells[1:]]
    if not left:
        return []
    reads = sorted(count for _, count in left)
    middle = (reads[(len(reads) - 1) // 2] + reads[len(reads) // 2]) / 2
    cells[11] = "".join(f",{sample}:{count}" for sample, count in left)
    cells[12:16] = [
        str(len(reads)),
        str(sum(reads)),
        f"{int(sum(reads) / len(reads) * 1000 + 0.5) / 1000:.3f}",
        f"{middle:.3f}",
    ]
    return [cells[1:]]


def test_samples_are_removed_from_every_kind_of_rows(run, embedded, simulated, compilations):
    names = ["s1", "s2", "s3"]
    shards = embedded.ensure_shards(names)
    load_compilation(shards, LoadPlan(compilations["sim"], default_layout(names), release="full"))
    before = {
        kind: stored_lines(shards, "sim@full", kind)
        for kind in ("junction", "gene", "exon", "base")
    }
    samples = [line.split("\t") for line in (simulated / "samples.tsv").read_text().splitlines()]
    removed = {int(cells[0]) for cells in samples[1:40:3]}
    code, output = run("remove-samples", "sim", "--release", "less", *sorted(removed))
    assert code == 0, output
    for kind in ("junction", "gene", "exon"):
        after = stored_lines(shards, "sim@less", kind)
        expected = {
            interval: [cells for line in lines for cells in without(line, removed)]
            for interval, lines in before[kind].items()
        }
        got = {
            interval: [line.rstrip("\n").split("\t")[1:] for line in lines]
            for interval, lines in after.items()
        }
        assert got == expected, kind
    header = (simulated / "bases.header.tsv").read_text().split()
    assert per_base(before["base"], header, removed) == per_base(
        stored_lines(shards, "sim@less", "base"),
        [name for name in header if not name.isdigit() or int(name) not in removed],
        set(),
    )


def per_base(lines_by_interval, header, removed):
    """The reads of the samples that are not removed at every place where they change."""
    kept = [at for at, name in enumerate(header) if at > 2 and int(name) not in removed]
    stretches = []
    for lines in lines_by_interval.values():
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            values = [float(cells[at]) for at in kept]
            if not any(values):
                continue
            if (
                stretches
                and stretches[-1][0] == cells[0]
                and stretches[-1][2:] == [cells[1], values]
            ):
                stretches[-1][2] = cells[2]
                continue
            stretches.append([cells[0], cells[1], cells[2], values])
    return stretches


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected samples to remove: SAMPLES or --list FILE"),
        (("9",), "no sample of refusal/r1 with this rail_id '9'"),
        (("--column", "donor", "1"), "one of rail_id, sample, junction_file"),
        (("1", "2"), "expected samples of which some remain"),
    ],
)
def test_what_cannot_be_removed_is_refused(run, embedded, tmp_path, arguments, message):
    junctions = [("chr1", 5, 9, 1, 1, 0, 5, 0, 30)]
    source = write_samples(tmp_path / "star", dict.fromkeys(("P1", "P2"), junctions))
    options = ("--compilation", "refusal", "--assembly", "GRCh38", "--shards", 3, "--if-absent")
    assert run("load", source, *options)[0] == 0
    code, output = run("remove-samples", "refusal", *arguments)
    assert code != 0
    assert message in output
    assert len(release_statuses(embedded.shard_map().catalog, "refusal")) == 1
