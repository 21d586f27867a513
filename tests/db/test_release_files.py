"""Answers from published files equal those of the server with the same release."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import bucket_store

import snapshard
from snapshard import Client
from snapshard.client import Truncated
from snapshard.errors import BadQuery, BadRegion, BadSource, NotFound
from snapshard.files import publish
from snapshard.match import Match

COMPILATIONS = ("sim", "gtex")


@pytest.fixture(scope="module")
def targets(worlds, tmp_path_factory):
    """The published release of each compilation: the folder and the world."""
    targets = {}
    for name in COMPILATIONS:
        world = worlds(name, 5)
        target = tmp_path_factory.mktemp(name)
        publish(world.index, world.release, str(target))
        targets[name] = target, world
    return targets


@pytest.fixture(scope="module", params=COMPILATIONS)
def pair(request, targets, embedded):
    """A server's client and the published files of the same release, and the names of its samples."""
    target, world = targets[request.param]
    release = {"compilation": request.param, "release": world.release.name}
    with Client(data=embedded.folder, **release) as client, snapshard.open(target) as files:
        yield client, files, world


def assert_same(frame, expected):
    pd.testing.assert_frame_equal(frame, expected, check_like=False)
    for name in ("compilation", "release", "assembly", "sample_count", "simulated"):
        # The client reads an unknown assembly of a table as the text "null".
        value = expected.attrs[name]
        assert frame.attrs[name] == (None if value == "null" else value)


@st.composite
def conditions(draw, world):
    """A region near some junction, a match, and sometimes filters and samples."""
    # Hypothesis describes what it samples from, which all lines would make too long.
    line = world.lines[draw(st.integers(0, len(world.lines) - 1))].split("\t")
    chrom, start, end = line[1], int(line[2]), int(line[3])
    before, after = draw(st.integers(0, 200_000)), draw(st.integers(0, 200_000))
    region = f"{chrom}:{max(1, start - before)}-{end + after}"
    if draw(st.booleans()):
        region = f"{chrom}:{start}-{end}"
    options = {"match": draw(st.sampled_from(list(map(str, Match))))}
    filters = ["samples_count>=3", "coverage_sum<40", "strand=+", "annotated=1", "class=DA"]
    filters += ["coverage_avg>2.5", "length>=1000", "source_dataset_id>=0", "class!=N"]
    options["filter"] = draw(st.lists(st.sampled_from(filters), max_size=2, unique=True))
    ids = world.index.facts.of(world.release).samples.ids.tolist()
    places = draw(st.lists(st.integers(0, len(ids) - 1), max_size=20, unique=True))
    options["sample_ids"] = [ids[place] for place in places]
    return region, options


def test_queries_equal_those_of_the_server(pair):
    client, files, world = pair

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conditions(world))
    def check(query):
        region, options = query
        assert_same(files.junctions(region, **options), client.junctions(region, **options))
        assert_same(files.tidy(region, **options), client.tidy(region, **options))
        assert files.count(region, **options) == client.count(region, **options)

    check()


def test_all_junctions_come_in_genome_order(pair):
    client, files, _ = pair
    assert_same(
        files.junctions(filter="samples_count>=10"), client.junctions(filter="samples_count>=10")
    )


def test_an_exact_junction_comes_with_all_of_its_samples(pair):
    client, files, world = pair
    line = max(world.lines, key=lambda line: int(line.split("\t")[12])).split("\t")
    span = f"{line[1]}:{line[2]}-{line[3]}"
    frame = files.tidy(span, match="exact")
    assert_same(frame, client.tidy(span, match="exact"))
    assert len(frame) >= int(line[12])


def test_a_matrix_equals_that_of_the_server(pair):
    client, files, world = pair
    line = world.lines[len(world.lines) // 2].split("\t")
    region = f"{line[1]}:{line[2]}-{int(line[3]) + 300_000}"
    matrix, expected = files.matrix(region), client.matrix(region)
    assert (matrix.values != expected.values).nnz == 0
    np.testing.assert_array_equal(matrix.samples, expected.samples)


def test_samples_are_found_by_words_and_conditions(pair):
    client, files, _ = pair
    fields = list(client.fields()["name"])
    assert_same(files.samples(), client.samples())
    assert_same(
        files.samples("brain", fields=fields[:3]), client.samples("brain", fields=fields[:3])
    )
    assert_same(files.groups(), client.groups())


def test_samples_are_found_by_accession(targets):
    target, world = targets["gtex"]
    samples = world.index.facts.of(world.release).samples
    with snapshard.open(target) as files:
        line = samples.row(3).decode().split("\t")
        names = dict(zip(samples.names, line, strict=True))
        run = next(value for value in line if value.startswith("SRR"))
        assert files.accession(run) == [int(names["rail_id"])]
        study = next((value for value in line if value.startswith("SRP")), None)
        if study:
            assert len(files.accession(study)) == len(samples.ids)
        with pytest.raises(NotFound, match="no sample or study 'SRR0'"):
            files.accession([run, "SRR0"])


def test_a_group_restricts_to_its_samples(pair):
    client, files, _ = pair
    group = files.groups()["group"][0]
    options = {"group": group, "filter": "samples_count>=2"}
    assert_same(files.junctions("chr2", **options), client.junctions("chr2", **options))


def test_genes_are_found_by_symbol_and_by_id(targets, embedded):
    target, world = targets["sim"]
    release = {"compilation": "sim", "release": world.release.name}
    with Client(data=embedded.folder, **release) as client, snapshard.open(target) as files:
        for name in ("SIMG00001", "simg00003", files.gene("SIMG00002")["gene_id"]):
            assert files.gene(name) == client.gene(name)
            assert_same(files.junctions(gene=name), client.junctions(gene=name))
        with pytest.raises(NotFound, match="no gene 'NONE1'"):
            files.gene("NONE1")


def test_psi_equals_that_of_the_server(pair):
    client, files, world = pair
    lines = sorted(world.lines, key=lambda line: -int(line.split("\t")[12]))
    named = []
    for line in lines:
        fields = line.split("\t")
        if fields[1] == lines[0].split("\t")[1]:
            named.append(f"{fields[1]}:{fields[2]}-{fields[3]}:{fields[5]}")
    event = {"include": named[0], "exclude": named[1]}
    for samples in (False, True):
        frame, expected = (one.psi(**event, samples=samples) for one in (files, client))
        assert_same(frame, expected)
        assert len(frame) > 0
        assert frame.attrs["events"] == expected.attrs["events"]


@pytest.mark.parametrize(
    "groups",
    [
        {"group_by": "SMTS"},
        {"group_by": "SMTS", "sort": "share", "top": 3},
        {"cohort": ["brain:SMTS=Brain", "others:SMTS!=Brain"]},
        {"search": "b"},
    ],
    ids=["field", "top of a field", "cohorts", "search"],
)
def test_psi_of_a_site_equals_that_of_the_server_for_all_kinds_of_groups(pair, groups):
    client, files, world = pair
    line = max(world.lines, key=lambda line: int(line.split("\t")[12])).split("\t")
    event = {"site": f"{line[1]}:{line[2]}:{line[5]}", "limit": 2, "min_reads": 5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Truncated)
        frame, expected = (one.psi(**event, **groups) for one in (files, client))
    assert_same(frame, expected)
    assert len(frame) > 0
    for name in ("events", "grouping", "truncated", "min_reads"):
        assert frame.attrs[name] == expected.attrs[name]


def test_psi_warns_of_junctions_and_groups_that_are_left_out(targets):
    target, world = targets["sim"]
    line = world.lines[0].split("\t")
    event = {"include": f"{line[1]}:{line[2]}-{line[3]}", "exclude": f"{line[1]}:1-2"}
    with snapshard.open(target) as files:
        with pytest.warns(Truncated, match="there are more junctions or groups"):
            assert len(files.psi(**event, group_by="SMTS", top=1)) == 1
        with pytest.raises(BadQuery, match="group_by"):
            files.psi(**event, group_by="none")
        with pytest.raises(NotFound, match="no sample group 'none'"):
            files.psi(**event, group="none")
        with pytest.raises(BadQuery, match="expected include and exclude, or exon, or site"):
            files.psi(site="chr1:100:+", exon="chr1:100-200")


def test_a_limit_warns_that_there_is_more(targets):
    with snapshard.open(targets["sim"][0]) as files:
        with pytest.warns(Truncated, match="truncated at limit=3"):
            frame = files.junctions("chr1", limit=3)
        assert len(frame) == 3
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            files.junctions("chr1", limit=1_000_000)


def test_bad_questions_say_what_was_expected(targets):
    with snapshard.open(targets["sim"][0]) as files:
        with pytest.raises(NotFound, match="no chromosome 'chr99'; available: chr1, "):
            files.junctions("chr99:1-2")
        with pytest.raises(BadRegion, match="chr1:2-1"):
            files.junctions("chr1:2-1")
        with pytest.raises(BadQuery, match="sample_ids: expected samples of sim/cut5"):
            files.junctions("chr1", sample_ids=[1])
        with pytest.raises(NotFound, match="no sample group 'none'"):
            files.junctions("chr1", group="none")


def test_a_folder_without_a_complete_release_is_refused(targets, tmp_path):
    with pytest.raises(NotFound, match="no published release at"):
        snapshard.open(tmp_path)
    (tmp_path / "release=r1").mkdir()
    with pytest.raises(NotFound, match=r"no complete publication at .*release=r1"):
        snapshard.open(tmp_path)
    with pytest.raises(NotFound, match="available: cut5"):
        snapshard.open(targets["sim"][0], "r9")


def test_a_file_of_another_size_is_refused_by_name(worlds, tmp_path):
    world = worlds("sim", 1)
    publish(world.index, world.release, str(tmp_path))
    path = tmp_path / f"release={world.release.name}/chromosome=chr1/junctions.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with (
        snapshard.open(tmp_path) as files,
        pytest.raises(BadSource, match=r"chromosome=chr1/junctions\.parquet: expected"),
    ):
        files.junctions("chr1")


def test_files_on_s3_answer_like_those_in_a_folder(targets, worlds):
    world = worlds("sim", 5)
    with bucket_store("published") as target, snapshard.open(targets["sim"][0]) as local:
        publish(world.index, world.release, target)
        with snapshard.open(target) as remote:
            assert_same(remote.junctions("chr2"), local.junctions("chr2"))
            assert_same(remote.tidy("chr3"), local.tidy("chr3"))
            assert_same(remote.samples(), local.samples())
