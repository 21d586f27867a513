"""Exports into files: what is in them, and what becomes of them on a line that fails."""

import hashlib
import io
import json

import pandas as pd
import pyarrow as pa
import pytest

from snapshard.client import BadFile, Client, Interrupted, Refused, ServerUnreachable
from snapshard.errors import BadQuery

from .conftest import cut_after, replaced

PLACE = "chr1:1-120,000,000"
FORMATS = {
    "tsv": {},
    "csv": {},
    "ndjson": {},
    "tidy.tsv": {"shape": "tidy"},
    "tidy.ndjson": {"shape": "tidy"},
    "samples.csv": {"samples": True},
    "bed": {},
    "bed12": {},
    "igv": {},
    "parquet": {},
    "arrow": {},
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("snapshard.client.export.PAUSE", 0)


@pytest.fixture(scope="module")
def whole(remote, tmp_path_factory):
    """Each format as it comes when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("whole")
    return {
        name: remote.export(folder / f"x.{name}", PLACE, **options)
        for name, options in FORMATS.items()
    }


def digest(exported):
    return hashlib.sha256(exported.path.read_bytes()).hexdigest()


def test_every_format_holds_the_same_junctions(whole, client):
    frame = client.junctions(PLACE)
    starts = frame["start"].tolist()
    assert len(starts) > 500
    read = {
        name: one.path.read_text().splitlines()
        for name, one in whole.items()
        if name not in ("parquet", "arrow")
    }
    assert [int(line.split("\t")[2]) for line in read["tsv"][2:]] == starts
    assert [int(line.split(",")[2]) for line in read["csv"][2:]] == starts
    assert [json.loads(line)["start"] for line in read["ndjson"][1:]] == starts
    assert [int(line.split("\t")[1]) + 1 for line in read["bed"][1:]] == starts
    assert pd.read_parquet(whole["parquet"].path)["start"].tolist() == starts
    assert (
        pa.ipc.open_stream(io.BytesIO(whole["arrow"].path.read_bytes()))
        .read_all()["start"]
        .to_pylist()
        == starts
    )
    tidy = client.tidy(PLACE)
    assert [tuple(map(int, line.split("\t")[-2:])) for line in read["tidy.tsv"][2:]] == list(
        tidy[["rail_id", "coverage"]].itertuples(index=False, name=None)
    )


def test_files_of_lines_say_of_what_they_are(whole):
    for name, one in whole.items():
        if name in ("parquet", "arrow"):
            continue
        first = one.path.read_text().splitlines()[0]
        assert "sim" in first
        assert "1-based, closed, intron" in first
        assert "COMPLETE" not in one.path.read_text()
        assert '"complete"' not in one.path.read_text()


def test_a_folder_exports_the_same_bytes_as_a_server(whole, local, tmp_path):
    for name in ("tsv", "tidy.ndjson", "parquet"):
        assert digest(local.export(tmp_path / f"x.{name}", PLACE, **FORMATS[name])) == digest(
            whole[name]
        )


@pytest.mark.parametrize("name", ["tsv", "csv", "ndjson", "tidy.tsv", "tidy.ndjson", "samples.csv"])
def test_an_export_that_breaks_off_goes_on_behind_its_last_junction(
    whole, bad_line, tmp_path, name
):
    bad_line.faults = [cut_after(20_000), cut_after(5_000), cut_after(2_000), cut_after(30_000)]
    with Client(bad_line.url, compilation="sim") as client:
        done = client.export(tmp_path / f"x.{name}", PLACE, **FORMATS[name])
    assert digest(done) == digest(whole[name])
    assert done.responses == 5
    assert [("after=" in line) for line in bad_line.exports] == [False, True, True, True, True]
    assert [file.name for file in tmp_path.iterdir()] == [f"x.{name}"]


@pytest.mark.parametrize("name", ["bed", "parquet"])
def test_formats_without_ids_begin_again(whole, bad_line, tmp_path, name):
    bad_line.faults = [cut_after(10_000), cut_after(2_000)]
    with Client(bad_line.url, compilation="sim") as client:
        done = client.export(tmp_path / f"x.{name}", PLACE)
    assert digest(done) == digest(whole[name])
    assert done.responses == 3


def test_a_part_that_an_earlier_run_left_is_continued(whole, bad_line, remote, tmp_path):
    bad_line.faults = [cut_after(20_000)] + [cut_after(100)] * 9
    target = tmp_path / "x.tsv"
    with (
        Client(bad_line.url, compilation="sim", tries=1) as client,
        pytest.raises(Interrupted, match=r"x.tsv.part has .* run the same export to resume"),
    ):
        client.export(target, PLACE)
    assert not target.exists()
    assert (tmp_path / "x.tsv.part").stat().st_size > 10_000
    done = remote.export(target, PLACE)
    assert done.responses == 1
    assert digest(done) == digest(whole["tsv"])


def test_a_part_of_another_export_is_not_continued(bad_line, remote, tmp_path):
    bad_line.faults = [cut_after(20_000)] + [cut_after(100)] * 9
    with Client(bad_line.url, compilation="sim", tries=1) as client, pytest.raises(Interrupted):
        client.export(tmp_path / "x.tsv", PLACE)
    with pytest.raises(BadFile, match=r"x.tsv.part belongs to another export"):
        remote.export(tmp_path / "x.tsv", PLACE, filter="samples_count>=3")


def test_bytes_that_changed_on_the_way_are_fetched_again(whole, bad_line, tmp_path):
    bad_line.faults = [replaced(b"\tchr1\t", b"\tchr7\t")]
    with Client(bad_line.url, compilation="sim") as client:
        done = client.export(tmp_path / "x.tsv", PLACE)
    assert done.responses == 2
    assert digest(done) == digest(whole["tsv"])


@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_bytes_of_a_binary_file_that_changed_on_the_way_are_fetched_again(
    whole, bad_line, tmp_path, name
):
    bad_line.faults = [flipped(5_000)]
    with Client(bad_line.url, compilation="sim") as client:
        done = client.export(tmp_path / f"x.{name}", PLACE)
    assert done.responses == 2
    assert digest(done) == digest(whole[name])


def flipped(place):
    """One bit of the byte at this place of the answer changes."""

    def fault(chunks):
        text = bytearray(b"".join(chunks))
        text[place] ^= 1
        return iter([bytes(text)])

    return fault


def test_bytes_that_always_change_are_never_taken_for_whole(bad_line, tmp_path):
    bad_line.faults = [replaced(b"\tchr1\t", b"\tchr7\t")] * 10
    with (
        Client(bad_line.url, compilation="sim", tries=1) as client,
        pytest.raises(Interrupted, match="checksum"),
    ):
        client.export(tmp_path / "x.tsv", PLACE)
    assert not (tmp_path / "x.tsv").exists()


def test_an_answer_without_its_last_line_is_not_whole(bad_line, whole, tmp_path):
    def without_end(chunks):
        text = b"".join(chunks)
        begin = text.index(b"#COMPLETE")
        # As if the server had ended there: the chunk is made shorter, and the chunk of length 0
        # that ends an answer follows.
        return iter([text[: text.rindex(b"\r\n", 0, begin)], b"\r\n0\r\n\r\n"])

    bad_line.faults = [without_end]
    with Client(bad_line.url, compilation="sim") as client:
        done = client.export(tmp_path / "x.tsv", PLACE)
    assert done.responses == 2
    assert digest(done) == digest(whole["tsv"])


def test_progress_is_told_the_bytes_so_far(remote, tmp_path):
    told = []
    done = remote.export(tmp_path / "x.tsv", PLACE, progress=told.append)
    assert told == sorted(told)
    assert done.bytes <= told[-1] <= done.bytes + 200


def test_a_query_that_is_wrong_leaves_no_file(remote, tmp_path):
    with pytest.raises(Refused, match="cover"):
        remote.export(tmp_path / "x.tsv", filter="cover>1")
    with pytest.raises(
        BadQuery, match=r"expected a suffix that names the format \(.bed, .*parquet.*got 'x.txt'"
    ):
        remote.export(tmp_path / "x.txt")
    with pytest.raises(BadFile, match="cannot write"):
        remote.export(tmp_path / "no" / "x.tsv")
    assert list(tmp_path.iterdir()) == []


def test_a_lost_server_keeps_the_part(tmp_path):
    with (
        Client("http://127.0.0.1:9", compilation="sim", tries=1) as client,
        pytest.raises(ServerUnreachable),
    ):
        client.export(tmp_path / "x.tsv")
