"""Variants as people write them, places in transcripts beside two other tools, and the rules of sites and
events: the definitions' examples.
"""

import doctest
import gzip
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mutalyzer_hgvs_parser import to_model

from snapshard.errors import BadQuery, BadRegion, BadSource
from snapshard.region import Region
from snapshard.transcripts import INCOMPLETE_START, Transcript
from snapshard.variants import (
    CodingPosition,
    Spliced,
    Variant,
    genome_position,
    genome_variant,
    lift_over,
    parse_variant,
    sites,
    transcript_positions,
)
from snapshard.variants.hgvs import parse_coding

with warnings.catch_warnings():
    # The package escapes regular expressions as Python 3.12 no longer likes it.
    warnings.simplefilter("ignore")
    from pyhgvs import CDNA_START_CODON, CDNA_STOP_CODON, CDNACoord, cdna_to_genomic_coord
    from pyhgvs.utils import make_transcript

CASES = settings(max_examples=300, deadline=None)
EXONS = ((101, 200), (301, 360), (501, 600))
PLUS = Transcript("ENST1.1", "ENSG1.1", "GENE", "chr1", 101, 600, "+", EXONS, (151, 552))
JUNCTIONS = [
    Spliced(201, 300, "+", 90, 900, True, True, True),
    Spliced(205, 300, "+", 4, 5, False, False, True),
    Spliced(201, 500, "+", 7, 9, False, True, True),
    Spliced(361, 500, "+", 80, 700, True, True, True),
]


@pytest.mark.parametrize("module", [sites, transcript_positions])
def test_the_examples_of_the_definitions_hold(module):
    texts = {"transcript": PLUS, "junctions": JUNCTIONS}
    result = doctest.testmod(module, extraglobs=texts)
    assert result.attempted > 1
    assert result.failed == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chr2-71549340-A-G", (71549340, 71549340, "A", "G")),
        ("2-71549340-a-g", (71549340, 71549340, "A", "G")),
        ("chr2:71549340A>G", (71549340, 71549340, "A", "G")),
        ("chr2:71,549,340 A > G", (71549340, 71549340, "A", "G")),
        ("2:71549340", (71549340, 71549340, None, None)),
        ("chr2-71549340", (71549340, 71549340, None, None)),
        ("GRCh38:chr2:71549340:A:G", (71549340, 71549340, "A", "G")),
        ("hg38:chr2-71549340-AT-G", (71549340, 71549341, "AT", "G")),
        ("chr2 71549340 AT A", (71549340, 71549341, "AT", "A")),
        ("NC_000002.12:g.71549340A>G", (71549340, 71549340, "A", "G")),
        ("chr2:g.71549340_71549342del", (71549340, 71549342, None, None)),
        ("chr2:g.71549340delAT", (71549340, 71549341, "AT", None)),
        ("chr2:71549340-71549342", (71549340, 71549342, None, None)),
        (" chr2–71549340–A–G ", (71549340, 71549340, "A", "G")),
    ],
)
def test_a_genomic_variant_is_read_in_every_form(text, expected):
    start, end, *bases = expected
    assert parse_variant(text, "GRCh38") == Variant(Region("chr2", start, end), *bases)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a variant such as"),
        ("DYSF", "expected a variant such as"),
        ("chr2:71549340A>", "expected a variant such as"),
        ("chr2-71549340-A-Q", "expected a variant such as"),
        ("hg19:chr2:71549340", "positions are not lifted over"),
        ("NC_000002.11:g.71549340A>G", "chr2 of GRCh37"),
        ("chr2:242193530", "positions up to 242,193,529"),
        ("chr2:0A>G", "expected"),
        ("chr2:200-100", "end is not before"),
        ("chr2:100-102delAT", "3 reference bases"),
        ("chr2:100-2000", "at most 1,000 bases"),
        ("DYSF:p.Arg5Cys", "one place in a transcript"),
        ("DYSF:c.0A>G", "one place in a transcript"),
        ("DYSF:c.(100_200)del", "one place in a transcript"),
        ("DYSF:c.100A>G;200C>T", "one place in a transcript"),
        ("DYSF:c.100con200", "one place in a transcript"),
        ("DYSF:c.100delAGfoo", "one place in a transcript"),
        ("DYSF:n.-5", "without - or"),
    ],
)
def test_what_is_no_variant_of_the_assembly_is_refused_with_the_reason(text, complaint):
    with pytest.raises((BadQuery, BadRegion), match=complaint):
        parse_variant(text, "GRCh38")


POSITIONS = st.builds(
    CodingPosition,
    st.integers(1, 9_999),
    st.integers(-999, 999),
    st.sampled_from(["", "-", "*"]),
)
SMALL_POSITIONS = st.builds(
    CodingPosition, st.integers(1, 90), st.integers(-9, 9), st.sampled_from(["", "-", "*"])
)
EDITS = {
    "A>G": ("A", "G"),
    "del": (None, None),
    "delAG": ("AG", None),
    "dup": (None, None),
    "dupT": ("T", None),
    "inv": (None, None),
    "insACC": (None, None),
    "delinsTT": (None, "TT"),
    "delAGinsTT": ("AG", "TT"),
    "=": (None, None),
}


@CASES
@given(
    st.sampled_from(["NM_003494.4", "ENST00000410020", "DYSF", "NM_003494.4(DYSF)", "ALK.t2"]),
    POSITIONS,
    st.none() | POSITIONS,
    st.sampled_from(sorted(EDITS)),
)
def test_an_hgvs_name_is_read_as_mutalyzer_reads_it(transcript, first, last, edit):
    text = f"{transcript}:c.{first}{'' if last is None else f'_{last}'}{edit}"
    name = parse_coding(text)
    model = to_model(text.replace("insACC", "delinsACC"))
    location = model["variants"][0]["location"]
    ends = [location] if location["type"] == "point" else [location["start"], location["end"]]
    positions = [name.first] if last is None else [name.first, name.last]
    assert [as_position(end) for end in ends] == positions
    assert name.transcript == model["reference"]["id"]
    assert (name.reference, name.alternate) == EDITS[edit]


def as_position(point):
    zone = {"upstream": "-", "downstream": "*"}.get(point.get("outside_cds"), "")
    return CodingPosition(point["position"], point.get("offset", {}).get("value", 0), zone)


@st.composite
def transcripts(draw):
    """A coding transcript of one to five exons on either strand."""
    sizes = draw(
        st.lists(st.tuples(st.integers(1, 30), st.integers(4, 40)), min_size=1, max_size=5)
    )
    exons, start = [], draw(st.integers(50, 90))
    for exon, intron in sizes:
        exons.append((start, start + exon - 1))
        start += exon + intron
    bases = [base for first, last in exons for base in range(first, last + 1)]
    coding = sorted(draw(st.tuples(st.sampled_from(bases), st.sampled_from(bases))))
    assume(coding[1] - coding[0] >= 2)
    strand = draw(st.sampled_from("+-"))
    span = exons[0][0], exons[-1][1]
    return Transcript("T.1", "G.1", "G", "chr1", *span, strand, tuple(exons), tuple(coding))


def names_of(transcript):
    """The HGVS position of every base of a transcript and of its introns, by walking along it."""
    step = -1 if transcript.strand == "-" else 1
    bases = [base for first, last in transcript.exons for base in range(first, last + 1)][::step]
    start, stop = transcript.cds[::step]
    first, last = bases.index(start), bases.index(stop)
    zones = []
    for number in range(len(bases)):
        if number < first:
            zones.append(("-", first - number))
        elif number > last:
            zones.append(("*", number - last))
        else:
            zones.append(("", number - first + 1))
    names = {}
    for number, (base, (zone, count)) in enumerate(zip(bases, zones, strict=True)):
        names[CodingPosition(count, 0, zone)] = base
        if number + 1 < len(bases) and abs(bases[number + 1] - base) > 1:
            next_zone, next_count = zones[number + 1]
            for offset in range(1, abs(bases[number + 1] - base)):
                names[CodingPosition(count, offset, zone)] = base + step * offset
                names[CodingPosition(next_count, -offset, next_zone)] = (
                    bases[number + 1] - step * offset
                )
    return names


@CASES
@given(transcripts(), SMALL_POSITIONS)
def test_a_position_is_the_one_that_walking_along_the_transcript_gives(transcript, position):
    names = names_of(transcript)
    for name, base in names.items():
        assert genome_position(transcript, name) == base
    if position not in names:
        with pytest.raises(BadQuery):
            genome_position(transcript, position)


@CASES
@given(transcripts(), st.data())
def test_a_position_is_the_one_that_pyhgvs_gives(transcript, data):
    position = data.draw(st.sampled_from(sorted(names_of(transcript), key=str)))
    coordinate = CDNACoord(
        -position.base if position.zone == "-" else position.base,
        position.offset,
        CDNA_STOP_CODON if position.zone == "*" else CDNA_START_CODON,
    )
    # Its positions are 0-based, with an end that is not included.
    other = make_transcript(
        {
            "id": transcript.transcript_id,
            "gene_name": transcript.symbol,
            "chrom": transcript.chrom,
            "start": transcript.start - 1,
            "end": transcript.end,
            "strand": transcript.strand,
            "cds_start": transcript.cds[0] - 1,
            "cds_end": transcript.cds[1],
            "exons": [(first - 1, last) for first, last in transcript.exons],
        }
    )
    assert genome_position(transcript, position) == cdna_to_genomic_coord(other, coordinate)


def test_a_name_on_the_minus_strand_states_the_bases_of_the_other_strand():
    minus = Transcript("M.1", "G.1", "G", "chr1", 101, 600, "-", EXONS, (151, 552))
    name = parse_coding("M.1:c.52+5G>A")
    assert genome_variant(minus, name) == Variant(Region("chr1", 496, 496), "C", "T")
    name = parse_coding("M.1:c.52+4_52+5delGT")
    assert genome_variant(minus, name) == Variant(Region("chr1", 496, 497), "AC")
    name = parse_coding("M.1:c.52+4delGT")
    assert genome_variant(minus, name) == Variant(Region("chr1", 496, 497), "AC")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("T:c.49+1", "last base of an exon"),
        ("T:c.51-200", "100 bases"),
        ("T:c.400", r"c\.1 to c\.162"),
        ("T:c.-51", "inside T"),
        ("T:c.*49", "inside T"),
        ("T:c.*48+1", "none on this side"),
        ("T:c.51_50", "end is not before"),
    ],
)
def test_a_place_that_the_transcript_does_not_have_is_refused(name, complaint):
    transcript = Transcript("T", "G", "G", "chr1", 101, 600, "+", EXONS, (151, 552))
    with pytest.raises(BadQuery, match=complaint):
        genome_variant(transcript, parse_coding(name))


def test_a_transcript_without_a_start_codon_has_no_coding_positions():
    incomplete = Transcript(
        "T", "G", "G", "chr1", 101, 600, "+", EXONS, (101, 552), tags=(INCOMPLETE_START,)
    )
    with pytest.raises(BadQuery, match="does not know the start codon"):
        genome_variant(incomplete, parse_coding("T:c.5"))
    silent = Transcript("T", "G", "G", "chr1", 101, 600, "+", EXONS)
    with pytest.raises(BadQuery, match="no coding sequence"):
        genome_variant(silent, parse_coding("T:c.5"))
    assert genome_variant(silent, parse_coding("T:n.101-1")).region == Region("chr1", 300, 300)


CHAIN = """chain 1000 chr2 10000 + 1000 2000 chr2 20000 + 5000 6100 1
400 0 100
600

chain 900 chr3 10000 + 0 500 chr4 10000 - 0 500 2
500

"""


@pytest.fixture
def chain(tmp_path):
    """A chain file: chr2 shifts by 4,000, behind 1,400 by 4,100; chr3 is turned round on chr4."""
    path = tmp_path / "old.chain.gz"
    path.write_bytes(gzip.compress(CHAIN.encode()))
    return path


def test_a_variant_is_lifted_over_as_the_chain_says(chain):
    old = Variant(Region("chr2", 1_001, 1_002), "AC", "T")
    assert lift_over(old, chain) == Variant(Region("chr2", 5_001, 5_002), "AC", "T")
    old = Variant(Region("chr2", 1_401, 1_401), "A", "G")
    assert lift_over(old, chain) == Variant(Region("chr2", 5_501, 5_501), "A", "G")
    turned = Variant(Region("chr3", 1, 2), "AC", "T")
    assert lift_over(turned, chain) == Variant(Region("chr4", 9_999, 10_000), "GT", "A")


def test_what_has_no_single_place_is_not_lifted_over(chain, tmp_path):
    with pytest.raises(BadQuery, match="not as far apart"):
        lift_over(Variant(Region("chr2", 1_400, 1_401)), chain)
    for place in (Region("chr2", 3_000, 3_000), Region("chr9", 5, 5)):
        with pytest.raises(BadQuery, match="no place"):
            lift_over(Variant(place), chain)
    (tmp_path / "no.chain").write_text("nothing\n")
    for path in ("no.chain", "missing.chain"):
        with pytest.raises(BadSource, match="chain file"):
            lift_over(Variant(Region("chr2", 5, 5)), tmp_path / path)
