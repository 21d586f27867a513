"""Cuts of the genome, the shard map, and settings."""

import dataclasses

import pytest

from snapshard.chromosome import chromosome_lengths
from snapshard.connections import ShardMap
from snapshard.errors import BadQuery, BadSetting, BadShardMap, NotFound
from snapshard.region import LAST_BASE
from snapshard.release import OTHERS, schema_name
from snapshard.settings import Settings
from snapshard_populate.releases import default_layout, layout_lines, read_layout


def test_a_chromosome_can_be_cut_between_shards():
    first, second, others = read_layout(
        ["chr1\t100\ta\n", "# a comment\n", "1\t-\tb\n", "*\t-\ta\n"]
    )
    assert (first.chrom, first.first, first.last, first.shard) == ("chr1", 1, 100, "a")
    assert (second.chrom, second.first, second.last, second.shard) == ("chr1", 101, LAST_BASE, "b")
    assert others.holds_start("chrUn_1", 5, frozenset({"chr1", OTHERS}))
    assert not others.holds_start("chr1", 5, frozenset({"chr1", OTHERS}))


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "at least one line"),
        (["chr1\t-"], "expected three columns"),
        (["chr1\tmany\ta"], "expected a last base or '-', got 'many'"),
        (["chr1\t100\ta"], "chr1 ends at 100: its last line needs '-'"),
        (["chr1\t100\ta", "chr1\t50\tb"], "must ascend and not overlap"),
        (["chr1\t-\ta", "chr1\t-\tb"], "must ascend and not overlap"),
    ],
)
def test_a_layout_that_overlaps_or_leaves_bases_out_is_refused(lines, complaint):
    with pytest.raises(BadShardMap, match=complaint):
        read_layout(lines)


@pytest.mark.parametrize("count", [1, 2, 5, 25, 26])
def test_the_default_layout_uses_every_shard_and_holds_every_chromosome_once(count):
    shards = [f"shard-{number:02}" for number in range(count)]
    layout = default_layout(shards)
    assert [interval.chrom for interval in layout] == [*chromosome_lengths("GRCh38"), OTHERS]
    assert {interval.shard for interval in layout} == set(shards)
    assert read_layout(layout_lines(layout)) == layout


def test_the_default_layout_cuts_no_chromosome():
    with pytest.raises(BadShardMap, match="to split chromosomes write a layout file"):
        default_layout([str(number) for number in range(27)])


def test_a_schema_is_named_after_compilation_and_release():
    assert schema_name("gtex", "r1") == "gtex@r1"
    for compilation, release in [
        ("snaptron", "r1"),
        ("GTEx", "r1"),
        ("gtex", 'r"1'),
        ("gtex", ""),
        ("", "r1"),
    ]:
        with pytest.raises(BadQuery):
            schema_name(compilation, release)


def test_a_shard_map_is_read(tmp_path):
    file = tmp_path / "shards.tsv"
    file.write_text("# name, address\ncatalog\tdbname=c\nshard-01\thost=db1 dbname=s\n")
    shard_map = ShardMap.from_file(file)
    assert (shard_map.catalog, shard_map.address("shard-01")) == ("dbname=c", "host=db1 dbname=s")
    with pytest.raises(NotFound, match="no address for shard 'shard-02'; available: shard-01"):
        shard_map.address("shard-02")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("shard\thost=x", "no line named 'catalog'"),
        ("catalog host=x", "line 1: expected a name, a tab and an address"),
        ("catalog\thost=x\ncatalog\thost=y", "line 2: 'catalog' already has an address"),
        ("catalog\tpostgresql://u:secret@h/db", "an address must not contain a password"),
        ("catalog\tnonsense", "expected a libpq address, got 'nonsense'"),
    ],
)
def test_a_wrong_shard_map_names_the_line(tmp_path, text, complaint):
    file = tmp_path / "shards.tsv"
    file.write_text(text)
    with pytest.raises(BadShardMap, match=complaint):
        ShardMap.from_file(file)


def test_a_missing_shard_map_is_named(tmp_path):
    with pytest.raises(BadShardMap, match=r"cannot read the shard map .*nowhere"):
        ShardMap.from_file(tmp_path / "nowhere")


def test_settings_come_from_the_environment():
    assert Settings.from_env({"SNAPSHARD_MAX_ROWS": "7", "HOME": "/"}).max_rows == 7
    assert Settings.from_env({"SNAPSHARD_SHARED": "/x"}) == Settings()


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"SNAPSHARD_MAXROWS": "7"}, "SNAPSHARD_MAXROWS: expected one of"),
        ({"SNAPSHARD_MAX_ROWS": "many"}, "SNAPSHARD_MAX_ROWS: expected a whole number, got 'many'"),
        ({"SNAPSHARD_READ_SECONDS": "-1"}, "SNAPSHARD_READ_SECONDS: expected a number above 0"),
    ],
)
def test_a_wrong_setting_is_named(environment, complaint):
    with pytest.raises(BadSetting, match=complaint):
        Settings.from_env(environment)


def test_every_setting_says_its_unit_and_meaning():
    for one in dataclasses.fields(Settings):
        assert one.metadata["unit"]
        assert one.metadata["meaning"]
