"""The words that server and client share are those that the server's own objects use."""

from datetime import UTC, datetime

from snapshard.catalog import gene_members
from snapshard.catalog.genes import Gene
from snapshard.release import Release
from snapshard.wire import GENE, PROVENANCE, provenance_header

RELEASE = Release(
    compilation="sim",
    name="r1",
    schema="sim@r1",
    state="published",
    title="",
    assembly="GRCh38",
    simulated=True,
    sample_count=3,
    created=datetime(2026, 11, 27, tzinfo=UTC),
    published=None,
    intervals=(),
)


def test_the_members_of_provenance_are_those_of_a_release():
    assert tuple(RELEASE.provenance()) == PROVENANCE


def test_the_members_of_a_gene_are_those_of_a_response():
    assert tuple(gene_members(Gene("g", "A", "chr1", 1, 2, "+"))) == GENE


def test_a_member_has_a_header_of_its_own():
    assert provenance_header("coordinate_system") == "Snapshard-Coordinate-System"
