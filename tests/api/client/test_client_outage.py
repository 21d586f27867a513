"""A shard that is away: an error that names it, or an answer that says what it lacks."""

import pytest

from snapshard.client import Client, Partial, Unavailable
from snapshard.connections import Embedded


@pytest.fixture
def without_s2(folder, tmp_path, monkeypatch):
    """A client of the addresses of three shards, of which one has nobody behind it."""
    embedded = Embedded(folder)
    addresses = embedded.shard_map()
    lines = [("catalog", addresses.catalog), *addresses.addresses.items()]
    lines = [
        (name, "host=127.0.0.1 port=1 dbname=x" if name == "s2" else address)
        for name, address in lines
    ]
    (tmp_path / "shards.tsv").write_text("".join(f"{name}\t{address}\n" for name, address in lines))
    monkeypatch.setenv("SNAPSHARD_SHARDS", str(tmp_path / "shards.tsv"))
    with Client(compilation="sim", tries=1) as client:
        yield client
    embedded.close()


def test_an_answer_that_needs_the_shard_fails_and_names_it(without_s2):
    with pytest.raises(
        Unavailable, match=r"shard 's2' is unavailable.*HTTP 503; retry in \d+ s"
    ) as caught:
        without_s2.junctions(columns="snaptron_id")
    assert caught.value.problem["shards"] == ["s2"]


def test_an_answer_that_was_allowed_to_lack_it_says_so(without_s2, local):
    with pytest.warns(Partial, match="no response from s2: rows are missing"):
        frame = without_s2.junctions(columns=["snaptron_id", "chromosome"], allow_partial=True)
    assert frame.attrs["missing_shards"] == ["s2"]
    cut = local.get()["intervals"]
    lost = {one["chromosome"] for one in cut if one["shard"] == "s2"}
    whole = local.junctions(columns=["snaptron_id", "chromosome"])
    assert (
        frame["snaptron_id"].tolist()
        == whole[~whole["chromosome"].isin(lost)]["snaptron_id"].tolist()
    )
    assert 0 < len(frame) < len(whole)


def test_other_shards_answer_as_ever(without_s2, local):
    other = next(one["chromosome"] for one in local.get()["intervals"] if one["shard"] == "s1")
    assert len(without_s2.junctions(other)) == local.count(other) > 0
    assert without_s2.shards().set_index("name")["up"].to_dict() == {
        "s1": True,
        "s2": False,
        "s3": True,
    }
