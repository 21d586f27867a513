"""What every engine must answer: checked against the shards, and against matrices read plainly."""

import gzip
from collections import defaultdict

import numpy as np
import pyarrow.parquet as pq
from stored import read_lines

from snapshard.comparison import (
    ComparedSamples,
    ComparisonRequest,
    Measure,
    compare_rows,
    joined_tables,
)
from snapshard.engines import (
    PublishedFolder,
    compare_prevalence,
    field_members,
    find_studies,
    group_members,
    summarise_groups,
    transpose_studies,
    write_junction_file,
)
from snapshard.files import publish
from snapshard.measures import summarise
from snapshard.membership import Membership
from snapshard.query import Query
from snapshard.release import SampleGroup
from snapshard.rows import Rows
from snapshard.tool_files.tables import write_recount3

KEYS = ("chromosome", "start", "end", "strand")
VALUES = ("samples", "reads", "median", "maximum")


def published_release(world, target):
    publish(world.index, world.release, str(target))
    return PublishedFolder.open(target / f"release={world.release.name}")


def all_rows(world):
    return Rows(b"".join(rows.text for rows in world.index.rows(world.release, Query())))


def check_groups(engine, world, release, folder):
    """Tissues, and studies, which the release does not have as groups."""
    rows = all_rows(world)
    for members in (group_members(release), field_members(release, "study_accession")):
        query = summarise_groups(engine, release, members)
        names = sorted(set(members.column("group").to_pylist()))
        pairs = zip(
            members.column("group").to_pylist(), members.column("rail_id").to_pylist(), strict=True
        )
        of_group = defaultdict(list)
        for name, sample in pairs:
            of_group[name].append(sample)
        membership = Membership({n: np.array(of_group[name]) for n, name in enumerate(names)})
        expected = summarise(rows.pairs, membership)
        ids = rows.integers("snaptron_id")[expected.positions].tolist()
        columns = [expected.samples, expected.reads, expected.medians, expected.maxima]
        groups = [names[number] for number in expected.groups.tolist()]
        lines = zip(ids, groups, *[column.tolist() for column in columns], strict=True)
        table = engine.read(query).select(["snaptron_id", "group", *VALUES]).to_pydict()
        assert sorted(zip(*table.values(), strict=True)) == sorted(lines)
    engine.write(query, folder)
    written = pq.read_table(folder).num_rows
    assert written == len(table["group"]) > 1_000


def check_prevalence(engine, world, release, min_reads):
    """All tests of two cohorts over the whole release."""
    ids = np.sort(world.index.facts.of(world.release).samples.ids)
    groups = (
        SampleGroup(0, "odd", "", ids[ids % 2 == 1]),
        SampleGroup(1, "even", "", ids[ids % 2 == 0][:-10]),
    )
    request = ComparisonRequest(
        ComparedSamples(groups), Measure.PREVALENCE, min_reads=min_reads, min_samples=3
    )
    table = compare_prevalence(engine, release, request)
    parts = world.index.rows(world.release, Query())
    expected = joined_tables([*compare_rows(parts, (), world.release.assembly, request)], 2)
    order, other = np.argsort(table.names), np.argsort(expected.names)
    assert len(table) > 100
    assert [table.names[i] for i in order] == [expected.names[i] for i in other]
    for name in ("n", "level", "effect", "low", "high", "p", "q", "tau"):
        np.testing.assert_array_equal(getattr(table, name)[order], getattr(expected, name)[other])


def check_studies(engine, source, tmp_path):
    """Real matrices of recount3, against dictionaries."""
    folder = tmp_path / "out"
    engine.write(transpose_studies(engine, find_studies(source)), folder)
    path = tmp_path / "junctions.tsv.gz"
    count = write_junction_file(folder, path)
    expected, lines = plain_transpose(source), gzip.decompress(path.read_bytes()).decode()
    rows = Rows(lines.encode())
    assert count == len(rows) == len(expected) > 5_000
    places = zip(*[[text.decode() for text in rows.texts(name)] for name in KEYS], strict=True)
    texts = dict(zip(places, rows.texts("samples"), strict=True))
    assert texts == {key: "".join(pairs).encode() for key, pairs in expected.items()}
    assert rows.integers("snaptron_id").tolist() == list(range(1, count + 1))


def plain_transpose(source):
    """The pairs of every junction, by sample."""
    pairs = defaultdict(list)
    for matrix in sorted(source.glob("*.MM.gz")):
        path = str(matrix).removesuffix(".MM.gz")
        junctions = read_lines(f"{path}.RR.gz")[1:]
        samples = read_lines(f"{path}.ID.gz")[1:]
        cells = [line for line in read_lines(matrix) if not line.startswith("%")][1:]
        for row, column, reads in (map(int, line.split()) for line in cells):
            fields = junctions[row - 1].rstrip("\n").split("\t")
            key = (fields[0], fields[1], fields[2], fields[4])
            pairs[key].append((int(samples[column - 1]), reads))
    return {key: [f",{s}:{n}" for s, n in sorted(found)] for key, found in pairs.items()}


def write_studies(world, folder):
    """The release as the matrices of three studies."""
    rows = all_rows(world)
    ids = np.unique(rows.pairs.samples)
    for number, members in enumerate(np.array_split(ids, 3)):
        place = folder / f"s{number}"
        place.mkdir(parents=True)
        mask = np.isin(rows.pairs.samples, members)
        own = rows.where(np.isin(np.arange(len(rows)), rows.pairs.row_of[mask]))
        for path in write_recount3(place, only(own, set(members.tolist())), {}):
            path.rename(folder / path.name.replace("junctions", f"s{number}"))


def only(rows, members):
    """The rows with the pairs of these samples alone."""
    lines = []
    for line in rows.text.decode().splitlines():
        fields = line.split("\t")
        pairs = [pair for pair in fields[11].split(",")[1:] if int(pair.split(":")[0]) in members]
        fields[11] = "".join(f",{pair}" for pair in pairs)
        lines.append("\t".join(fields) + "\n")
    return Rows("".join(lines).encode())


def check_transposed_release(engine, world, tmp_path):
    """Matrices made of a release become its rows again, but for the ids and the form of decimals."""
    write_studies(world, tmp_path / "studies")
    engine.write(transpose_studies(engine, find_studies(tmp_path / "studies")), tmp_path / "out")
    write_junction_file(tmp_path / "out", tmp_path / "junctions.tsv.gz")
    made = Rows(gzip.decompress((tmp_path / "junctions.tsv.gz").read_bytes()))
    rows = all_rows(world)
    lines, expected = sorted(plain_lines(made)), sorted(plain_lines(rows))
    assert [line[:-1] for line in lines] == [line[:-1] for line in expected]
    # The source rounds means to three decimals.
    means = [[float(line[-1]) for line in part] for part in (lines, expected)]
    np.testing.assert_allclose(*means, atol=0.000_501)


def plain_lines(rows):
    """The columns of every row but its id, with its pairs sorted, the median a number, the mean last."""
    lines = []
    for line in rows.text.decode().splitlines():
        fields = line.split("\t")[1:16]
        pairs = sorted(fields[10].split(",")[1:], key=lambda pair: int(pair.split(":")[0]))
        fields[10] = ",".join(pair for pair in pairs if not pair.endswith(":0"))
        lines.append((*fields[:13], float(fields[14]), fields[13]))
    return lines
