"""The one name of a chromosome, whatever its spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.assembly import read_table
from snapshard.chromosome import chromosome_length, chromosome_name, is_chromosome, odd_character
from snapshard.errors import BadRegion

TABLE = read_table("chromosomes.tsv")


@pytest.mark.parametrize(
    "assembly", ["GRCh38", "hg38", "GRCh38.p13", "GRCh37", "mm10", "hs1", None]
)
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("chr1", "chr1"),
        ("1", "chr1"),
        ("Chr1", "chr1"),
        ("CHR19", "chr19"),
        ("x", "chrX"),
        ("chrx", "chrX"),
        ("MT", "chrM"),
        ("M", "chrM"),
        ("chrMT", "chrM"),
        ("chrm", "chrM"),
    ],
)
def test_plain_spellings_are_understood_in_every_assembly(text, name, assembly):
    assert chromosome_name(text, assembly) == name


@pytest.mark.parametrize(
    ("text", "assembly", "name"),
    [
        ("NC_000001.11", "GRCh38", "chr1"),
        ("nc_000001.11", "hg38", "chr1"),
        ("CM000663.2", "GRCh38.p14", "chr1"),
        ("NC_000001.10", "GRCh37", "chr1"),
        ("NC_012920.1", "GRCh38", "chrM"),
        ("NC_001807.4", "hg19", "chrM"),
        ("KI270706.1", "GRCh38", "chr1_KI270706v1_random"),
        ("KI270302.1", "GRCh38", "chrUn_KI270302v1"),
        ("NT_187396.1", "GRCh38", "chrUn_KI270302v1"),
        ("GL000219.1", "GRCh38", "chrUn_GL000219v1"),
        ("GL000219.1", "GRCh37", "chrUn_gl000219"),
        ("HSCHR6_MHC_APD_CTG1", "GRCh38", "chr6_GL000250v2_alt"),
        ("CHR_HSCHR6_MHC_APD_CTG1", "GRCh38", "chr6_GL000250v2_alt"),
        ("chrun_ki270302v1", "GRCh38", "chrUn_KI270302v1"),
        ("NC_000067.6", "GRCm38", "chr1"),
        ("NC_000067.7", "mm39", "chr1"),
        ("NC_060925.1", "hs1", "chr1"),
        ("23", "GRCh38", "23"),
        ("20", "mm10", "20"),
        ("23", None, "chr23"),
        ("NC_000001.11", None, "chr1"),
        ("KI270302.1", None, "KI270302.1"),
        ("HLA-A*01:01:01:01", "GRCh38", "HLA-A*01:01:01:01"),
        ("chrUn_JTFH01000001v1_decoy", "GRCh38", "chrUn_JTFH01000001v1_decoy"),
        ("2L", "BDGP6", "2L"),
    ],
)
def test_a_chromosome_has_one_name_in_its_assembly(text, assembly, name):
    assert chromosome_name(text, assembly) == name


@pytest.mark.parametrize(
    ("text", "assembly", "reason"),
    [
        ("NC_000001.10", "GRCh38", "a chromosome of GRCh38, but this is chr1 of GRCh37"),
        ("NC_000001.11", "hg19", "a chromosome of hg19, but this is chr1 of GRCh38"),
        ("NC_000067.6", "GRCm39", "a chromosome of GRCm39, but this is chr1 of GRCm38"),
        ("NC_000001.9", "GRCh38", "NC_000001.11, which is chr1 of GRCh38"),
        ("NC_000001", "GRCh38", "NC_000001.11, which is chr1 of GRCh38"),
        ("CM000663.1", "GRCh38", "a chromosome of GRCh38, but this is chr1 of GRCh37"),
        ("NC_000001.11", "TAIR10", "a chromosome of TAIR10, but this is chr1 of GRCh38"),
    ],
)
def test_an_accession_of_another_version_or_assembly_is_refused(text, assembly, reason):
    with pytest.raises(BadRegion, match=f"expected {reason}, got {text!r}"):
        chromosome_name(text, assembly)


@given(st.sampled_from(TABLE))
def test_every_name_in_the_table_finds_its_chromosome_and_its_length(record):
    assembly, name, length, *others = record
    for text in (name, name.upper(), *(others[0].split(",") if others else ())):
        assert chromosome_name(text, assembly) == name
    assert chromosome_name(name, assembly) == chromosome_name(
        chromosome_name(name, assembly), assembly
    )
    assert chromosome_length(name, assembly) == int(length)


@given(st.text(max_size=20), st.sampled_from(["GRCh38", "GRCh37", "TAIR10", None]))
def test_naming_a_name_again_changes_nothing(text, assembly):
    try:
        name = chromosome_name(text, assembly)
    except BadRegion:
        return
    assert chromosome_name(name, assembly) == name


def test_the_table_has_all_sequences_of_the_release_assembly():
    of_assembly = [record[1] for record in TABLE if record[0] == "GRCh38"]
    assert len(of_assembly) == len(set(of_assembly)) == 710
    assert sum("_random" in name for name in of_assembly) == 42
    assert sum(name.startswith("chrUn_") for name in of_assembly) == 127


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("chr1", ""),
        ("HLA-A*01:01:01:01", ""),
        ("HLA-DRB1*15:01", ""),
        ("gi|568336023|gb|CM000663.2|", ""),
        ("GRCh38#0#chr1", ""),
        ("chr1:5", ":"),
        ("chr 1", " "),
        ("*", "*"),
        ("chr1;2", ";"),
        ("chré", "é"),
    ],
)
def test_the_form_of_a_name(text, odd):
    assert is_chromosome(text) is not bool(odd)
    assert odd_character(text) == odd
