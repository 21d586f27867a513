"""Names and chromosomes of assemblies, and the numbers of rows."""

import re

import pytest

from snapshard.assembly import (
    PRIMARY,
    are_same_assembly,
    grc_name,
    is_primary,
    ucsc_name,
)
from snapshard.chromosome import chromosome_lengths
from snapshard.junction import parse_id
from snapshard.transcripts import introns_between


def test_an_assembly_has_two_names():
    assert (grc_name("hg38"), grc_name("GRCh38"), grc_name("T2T")) == ("GRCh38", "GRCh38", "T2T")
    assert (ucsc_name("GRCh37"), ucsc_name("hg19"), ucsc_name("T2T")) == ("hg19", "hg19", "T2T")
    assert are_same_assembly("HG38", "grch38")
    assert not are_same_assembly("hg38", "GRCh37")


@pytest.mark.parametrize(
    ("name", "assembly"),
    [
        ("GRCh38.p13", "GRCh38"),
        ("grch38.P14", "GRCh38"),
        ("hg38.p12", "GRCh38"),
        ("GCA_000001405.15", "GRCh38"),
        ("GCF_000001405.40", "GRCh38"),
        ("GRCh37.p13", "GRCh37"),
        ("b37", "GRCh37"),
        ("GCF_000001405.25", "GRCh37"),
        ("mm10", "GRCm38"),
        ("GRCm38.p6", "GRCm38"),
        ("mm39", "GRCm39"),
        ("hs1", "T2T-CHM13v2.0"),
        ("TAIR10.p1", "TAIR10"),
    ],
)
def test_a_patch_and_an_accession_name_the_assembly_whose_coordinates_they_have(name, assembly):
    assert are_same_assembly(name, assembly)
    assert not are_same_assembly(name, "GRCz11")


def test_the_chromosomes_are_in_genome_order_and_primary():
    lengths = chromosome_lengths("GRCh38")
    assert list(lengths) == [f"chr{name}" for name in [*range(1, 23), "X", "Y", "M"]]
    assert lengths["chr1"] == 248_956_422
    assert all(map(is_primary, lengths))
    assert chromosome_lengths("unknown") == {}


@pytest.mark.parametrize("chrom", ["chr1_random", "1", "chr30", "chrMT", "chrUn", "chr", "xchr1"])
def test_other_contigs_are_not_primary(chrom):
    assert not is_primary(chrom)
    assert not re.search(f"^{PRIMARY}$", chrom)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("", None),
        ("-1", None),
        ("\u0663", None),
    ],
)
def test_a_number_of_a_row_has_up_to_eighteen_digits(text, number):
    assert parse_id(text) == number


def test_an_intron_between_exons_that_touch_has_no_base():
    assert introns_between([(1, 10), (21, 30), (31, 40)]) == [(11, 20), (31, 30)]
    assert introns_between([(1, 10)]) == []
