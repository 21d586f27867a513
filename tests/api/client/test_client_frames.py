"""DataFrames of the client against the files that were loaded, from a folder and from a server."""

import statistics
import warnings

import numpy as np
import pandas as pd
import pytest

from snapshard.client import Ambiguous, Client, Missing, Refused, Truncated
from snapshard.errors import BadQuery, BadSetting
from snapshard.junction import SUMMARY

REAL = {"compilation": "gtex"}


def inside(rows, chrom, start, end):
    return [
        row
        for row in rows
        if row["chromosome"] == chrom and int(row["start"]) <= end and int(row["end"]) >= start
    ]


def ids(rows):
    return [int(row["snaptron_id"]) for row in rows]


def test_junctions_are_the_rows_of_the_file_with_types(client, rows):
    frame = client.junctions("chr2:1-100,000,000")
    wanted = inside(rows, "chr2", 1, 100_000_000)
    assert len(wanted) > 100
    assert frame["snaptron_id"].tolist() == ids(wanted)
    for name in SUMMARY:
        texts = [row[name] for row in wanted]
        assert frame[name].tolist() == [
            type(value)(text) for value, text in zip(frame[name].tolist(), texts, strict=True)
        ]
    kinds = frame.dtypes.astype(str).to_dict()
    assert {
        kinds[name] for name in ("start", "end", "length", "samples_count", "coverage_sum")
    } == {"int64"}
    assert {kinds[name] for name in ("coverage_avg", "coverage_median")} == {"float64"}
    assert kinds["source_dataset_id"] == "Int64"
    row = frame.iloc[0]
    assert row["name"] == f"GRCh38:chr2:{row['start']}-{row['end']}:{row['strand']}"


def test_a_frame_says_of_what_it_is(client):
    attrs = client.junctions("chr2", columns="start").attrs
    assert attrs == {
        "compilation": "sim",
        "release": "r1",
        "assembly": "GRCh38",
        "coordinate_system": "1-based, closed, intron",
        "sample_count": 40,
        "simulated": True,
        "truncated": False,
        "missing_shards": [],
        "why_empty": None,
    }


def test_an_empty_frame_says_why(client):
    assert (
        "no junction of sim r1 (GRCh38, 1-based, both ends included) has exactly the coordinates chr2:5-6"
        in str(client.junctions("chr2:5-6", match="exact").attrs["why_empty"])
    )
    assert (
        "match without the filters, none with"
        in client.junctions("chr2", filter="samples_count>=999").attrs["why_empty"]
    )


def test_all_pages_are_followed_without_a_warning(client, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = client.junctions(columns=["snaptron_id"])
    assert frame["snaptron_id"].tolist() == ids(rows)
    assert len(rows) == 12_000
    assert frame.attrs["truncated"] is False


@pytest.mark.parametrize("limit", [1, 4_999, 5_000, 5_001, 11_999])
def test_a_limit_below_the_rows_there_are_cuts_and_warns(client, rows, limit):
    with pytest.warns(
        Truncated, match=rf"truncated at limit={limit}: there are more rows"
    ) as caught:
        frame = client.junctions(columns="snaptron_id", limit=limit)
    assert frame["snaptron_id"].tolist() == ids(rows)[:limit]
    assert frame.attrs["truncated"] is True
    assert caught[0].filename == __file__


def test_samples_cut_at_a_limit_warn_at_the_line_that_asked(client):
    with pytest.warns(Truncated) as caught:
        assert len(client.samples(limit=3)) == 3
    assert caught[0].filename == __file__


def test_a_limit_that_all_rows_fit_in_does_not_warn(client, rows):
    assert len(client.junctions(columns="snaptron_id", limit=12_000)) == 12_000


def test_conditions_reach_the_server(client, rows):
    frame = client.junctions(
        ["chr1:1-60,000,000", "chrX"],
        match="contains",
        filter=["samples_count>=3", "strand=+"],
        columns=["snaptron_id", "strand"],
    )
    wanted = [
        row
        for row in [*inside(rows, "chr1", 1, 60_000_000), *inside(rows, "chrX", 1, 10**9)]
        if (row["chromosome"] == "chrX" or int(row["end"]) <= 60_000_000)
        and int(row["samples_count"]) >= 3
        and row["strand"] == "+"
    ]
    assert wanted
    assert frame["snaptron_id"].tolist() == ids(wanted)
    assert list(frame.columns) == ["snaptron_id", "strand"]


def test_ids_and_after_count_from_zero(client, rows):
    assert client.junctions(ids=[0, 7, 3])["snaptron_id"].tolist() == [0, 3, 7]
    assert (
        client.junctions("chr1", after=0, columns="snaptron_id")["snaptron_id"].iloc[0]
        == ids(rows)[1]
    )


def test_tidy_rows_are_the_pairs(client, rows):
    frame = client.tidy("chr3")
    wanted = [
        (int(row["snaptron_id"]), *pair)
        for row in inside(rows, "chr3", 1, 10**9)
        for pair in row["pairs"].items()
    ]
    assert (
        list(frame[["snaptron_id", "rail_id", "coverage"]].itertuples(index=False, name=None))
        == wanted
    )
    assert list(frame.columns) == [
        "snaptron_id",
        "chromosome",
        "start",
        "end",
        "strand",
        "rail_id",
        "coverage",
    ]


def test_restricted_to_samples_the_statistics_are_of_them(client, rows):
    some = sorted({sample for row in rows for sample in row["pairs"]})[:10]
    frame = client.junctions("chr4", sample_ids=some)
    wanted = [
        (row, [row["pairs"][s] for s in row["pairs"] if s in some])
        for row in inside(rows, "chr4", 1, 10**9)
    ]
    wanted = [(row, coverages) for row, coverages in wanted if coverages]
    assert frame["snaptron_id"].tolist() == ids([row for row, _ in wanted])
    assert frame["coverage_sum"].tolist() == [sum(coverages) for _, coverages in wanted]
    assert frame["coverage_median"].tolist() == [
        statistics.median(coverages) for _, coverages in wanted
    ]


def test_matrix_keeps_its_keys(client, rows):
    matrix = client.matrix("chr5")
    wanted = inside(rows, "chr5", 1, 10**9)
    assert matrix.junctions["snaptron_id"].tolist() == ids(wanted)
    assert matrix.values.shape == (len(wanted), len(matrix.samples))
    dense = matrix.frame()
    for row in wanted:
        line = dense.loc[int(row["snaptron_id"])]
        assert line[line > 0].to_dict() == row["pairs"]


def test_matrix_of_chosen_samples_has_a_column_for_each(client, rows):
    row = min(inside(rows, "chr6", 1, 10**9), key=lambda row: len(row["pairs"]))
    absent = next(sample for sample in client.samples().index if sample not in row["pairs"])
    region = f"chr6:{row['start']}-{row['end']}"
    chosen = sorted([absent, *row["pairs"]])
    matrix = client.matrix(
        region, match="exact", sample_ids=chosen, filter="strand=" + row["strand"]
    )
    assert matrix.samples.tolist() == chosen
    assert matrix.values[:, chosen.index(absent)].sum() == 0


def test_nothing_found_is_an_empty_frame_with_its_columns(client):
    empty = client.junctions("chr1:1-2")
    assert empty.empty
    assert empty.dtypes["start"] == "int64"
    assert client.tidy("chr1:1-2").empty
    assert client.matrix("chr1:1-2").values.shape == (0, 0)


def test_count_is_that_of_the_rows(client, rows):
    assert client.count("chr7", filter="samples_count>=2") == sum(
        int(row["samples_count"]) >= 2 for row in inside(rows, "chr7", 1, 10**9)
    )
    assert client.count(exact=False) == 12_000


def test_samples_are_those_of_the_file_with_its_types(client, source):
    frame = client.samples()
    raw = pd.read_csv(source / "samples.tsv", sep="\t", dtype=str, keep_default_na=False).set_index(
        "rail_id"
    )
    assert frame.index.tolist() == [int(one) for one in raw.index]
    assert list(frame.columns) == list(raw.columns)
    types = dict(
        line.split("\t")[:2] for line in (source / "samples.types.tsv").read_text().splitlines()
    )
    for name in raw.columns:
        assert {"Int64": "i", "float64": "f", "str": "t"}[str(frame[name].dtype)] == types[name], (
            name
        )
    assert frame["SMRIN"].tolist() == pytest.approx(
        [float(text) if text else np.nan for text in raw["SMRIN"]], nan_ok=True
    )


def test_samples_by_words_filters_and_fields(client):
    everyone = client.samples()
    frame = client.samples("Brain", filter="SMRIN>=7", fields=["rail_id", "SMTS", "SMRIN"])
    wanted = everyone[(everyone["SMTS"] == "Brain") & (everyone["SMRIN"] >= 7)]
    assert frame.index.tolist() == wanted.index.tolist()
    assert list(frame.columns) == ["SMTS", "SMRIN"]


def test_evidence_counts_samples_of_each_group(client, rows, source):
    row = max(rows, key=lambda one: len(one["pairs"]))
    frame = client.evidence(int(row["snaptron_id"]))
    groups = [
        line.split("\t") for line in (source / "samples.groups.tsv").read_text().splitlines()[1:]
    ]
    members = {name: {int(one) for one in ids.split(",") if one} for name, _, _, ids in groups}
    assert set(frame.index) == set(members)
    for name, line in frame.iterrows():
        coverages = [
            coverage for sample, coverage in row["pairs"].items() if sample in members[name]
        ]
        assert (line["n"], line["N"], line["reads"]) == (
            len(coverages),
            len(members[name]),
            sum(coverages),
        )
        assert line["median"] == pytest.approx(
            statistics.median(coverages) if coverages else np.nan, nan_ok=True
        )
    wanted = {
        "n": len(row["pairs"]),
        "N": 40,
        "reads": sum(row["pairs"].values()),
        "median": statistics.median(row["pairs"].values()),
        "max": max(row["pairs"].values()),
        "verdict": "seen",
    }
    assert {name: frame.attrs["seen"][name] for name in wanted} == wanted
    assert set(frame["verdict"]) <= {"seen", "absent although expressed", "not informative"}
    assert frame["upper_bound"].notna().tolist() == (
        frame["verdict"].eq("absent although expressed").tolist()
    )


def test_absence_is_an_answer(client):
    frame = client.evidence("GRCh38:chr2:1000-2000:+")
    assert frame.attrs["found"] is False
    assert (frame.attrs["seen"]["n"], frame.attrs["seen"]["N"]) == (0, 40)
    assert (frame["n"] == 0).all()
    assert frame["median"].isna().all()


def test_batch_answers_in_order_and_says_what_is_absent(client, rows):
    def name(row):
        return f"GRCh38:{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}"

    asked = [name(rows[900]), "chr1:1-2", name(rows[3]), name(rows[900])]
    frame = client.batch(asked)
    assert frame["asked"].tolist() == asked
    assert frame["found"].tolist() == [True, False, True, True]
    assert frame["snaptron_id"].astype(object).where(frame["found"], None).tolist() == [
        ids(rows)[900],
        None,
        ids(rows)[3],
        ids(rows)[900],
    ]
    assert frame.attrs["release"] == "r1"
    assert client.batch([]).empty


def test_batch_of_more_than_a_request_holds(remote, rows):
    asked = [f"chr1:{position}-{position + 50}:+" for position in range(1, 10_001)] + [
        f"{rows[5]['chromosome']}:{rows[5]['start']}-{rows[5]['end']}"
    ]
    frame = remote.batch(asked)
    assert len(frame) == 10_001
    assert frame["snaptron_id"].iloc[-1] == ids(rows)[5]


def test_a_splice_site_lists_its_junctions_by_role(client, rows):
    row = next(row for row in rows if row["strand"] == "+")
    frame = client.splice_site(f"{row['chromosome']}:{row['start']}")
    same = [
        one
        for one in rows
        if one["chromosome"] == row["chromosome"] and row["start"] in (one["start"], one["end"])
    ]
    assert sorted(frame["snaptron_id"].tolist()) == sorted(ids(same))
    assert frame.set_index("snaptron_id")["role"][int(row["snaptron_id"])] == "donor"
    assert frame.attrs["site"] == f"GRCh38:{row['chromosome']}:{row['start']}"
    assert client.splice_site("chr1:1").empty


def test_fields_and_facets_describe_the_samples(client):
    fields = client.fields().set_index("name")["type"]
    assert (fields["rail_id"], fields["SMTS"]) == ("integer", "text")
    facets = client.facets("SMTS")
    assert facets["count"].sum() == 40
    assert (
        facets.set_index("value")["count"].to_dict()
        == client.samples()["SMTS"].value_counts().to_dict()
    )
    with pytest.warns(Truncated, match=f"SMTS has {len(facets)} values"):
        assert len(client.facets("SMTS", limit=1)) == 1


def test_a_gene_is_found_by_symbol_and_by_id_without_version(client):
    gene = client.gene("simg00001")
    assert client.gene(gene["gene_id"].partition(".")[0]) == client.gene(gene["gene_id"]) == gene


def test_genes_groups_compilations_shards(client):
    with pytest.warns(
        Truncated, match="truncated at limit=3: more genes start with simg0000"
    ) as caught:
        genes = client.genes("simg0000", limit=3)
    assert caught[0].filename == __file__
    assert genes.attrs["truncated"] is True
    assert client.genes("simg00001").attrs["truncated"] is False
    assert genes["symbol"].str.startswith("SIMG0000").all()
    assert len(client.junctions(gene=genes["symbol"].iloc[0])) > 0
    assert client.groups()["sample_count"].sum() == 40
    assert [one["compilation"] for one in client.compilations()] == ["gtex", "sim"]
    shards = client.shards()
    assert shards["up"].all()
    assert len(shards) == 3


def test_real_data_answer_the_same_from_folder_and_server(local, remote):
    """ALK, every junction over 9,662 GTEx samples: 8 MB of samples, which pages end by bytes."""
    one, other = (
        local.tidy("chr2:29,193,000-29,920,000", **REAL),
        remote.tidy("chr2:29,193,000-29,920,000", **REAL),
    )
    pd.testing.assert_frame_equal(one, other)
    summed = one.groupby("snaptron_id")["coverage"].sum()
    wide = local.junctions("chr2:29,193,000-29,920,000", **REAL).set_index("snaptron_id")
    assert summed.to_dict() == wide["coverage_sum"].to_dict()
    assert one.attrs["sample_count"] == 9_662
    assert one.attrs["simulated"] is False


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda c: c.junctions("chr1:9-3"), Refused, "start not after end"),
        (lambda c: c.junctions("chr1", filter="coverage>1"), Refused, "coverage"),
        (lambda c: c.junctions("chr1", match="near"), Refused, "near"),
        (lambda c: c.junctions("chr99"), Missing, "no chromosome 'chr99'"),
        (lambda c: c.junctions(gene="NOGENE"), Missing, "no gene 'NOGENE'"),
        (
            lambda c: c.junctions(group="Spleeen"),
            Missing,
            "no sample group 'Spleeen'; available: .*Skin",
        ),
        (
            lambda c: c.junctions(compilation="gtexx"),
            Missing,
            "no compilation 'gtexx'; available: gtex, sim",
        ),
        (lambda c: c.junctions(release="r9"), Missing, "no release 'sim/r9'"),
        (lambda c: c.junctions(columns="start,stop"), Refused, "stop"),
        (lambda c: c.evidence("hello"), Refused, "GRCh38:chr2"),
        (lambda c: c.evidence("GRCh37:chr2:1-2:+"), Refused, "not lifted over"),
    ],
)
def test_what_is_not_understood_is_said_in_the_servers_words(client, ask, kind, says):
    with pytest.raises(kind, match=says) as caught:
        ask(client)
    assert caught.value.exit_code == 2
    assert caught.value.problem["detail"]


def test_a_condition_that_does_not_exist_is_refused_by_python(client):
    with pytest.raises(TypeError, match="regoin"):
        client.junctions(regoin="chr1")


def test_several_compilations_need_a_name(folder):
    with Client.local(folder) as client, pytest.raises(BadQuery, match="expected one of gtex, sim"):
        client.junctions("chr1")


def test_the_environment_names_a_server_or_a_folder(server, folder, monkeypatch):
    monkeypatch.setenv("SNAPSHARD_DATA", str(folder))
    with Client(compilation="sim") as client:
        assert client.count("chr1") > 0
    monkeypatch.setenv("SNAPSHARD_URL", "http://127.0.0.1:9")
    with Client.local(folder, compilation="sim") as client:
        assert client.count("chr1") > 0
    monkeypatch.setenv("SNAPSHARD_URL", server)
    with Client(compilation="sim") as client:
        assert client.count("chr1") > 0


def test_a_server_and_a_folder_exclude_each_other(server, folder):
    with pytest.raises(BadSetting, match="expected a server or a folder, not both"):
        Client(server, data=folder)


def test_exons_cut_at_their_limit_warn(client):
    with pytest.warns(Truncated, match="truncated at its limit: there are more exons") as caught:
        frame = client.splicing(
            "exons", {"query": "chr1:1-100,000,000;contains", "longest": 10_000, "limit": 1}
        )
    assert caught[0].filename == __file__
    assert (len(frame), frame.attrs["truncated"]) == (1, True)


def test_a_junction_on_both_strands_asks_to_choose():
    error = Ambiguous(
        300,
        {
            "detail": "several",
            "choices": [{"name": "GRCh38:chr1:1-2:+"}, {"name": "GRCh38:chr1:1-2:-"}],
        },
    )
    assert str(error) == "several; choose one of: GRCh38:chr1:1-2:+, GRCh38:chr1:1-2:-"
