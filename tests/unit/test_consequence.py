"""What junctions mean for a transcript: the definitions' examples, and a naive reading of the spliced
sequence.
"""

import doctest
import gzip
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from Bio.Seq import Seq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from snapshard.errors import BadQuery
from snapshard.transcripts import Transcript, consequence, stop
from snapshard.transcripts.consequence import Frame, Place, consequence_of
from snapshard.transcripts.stop import StopKind, stop_of

EXONS = ((101, 200), (301, 360), (501, 600))
PLUS = Transcript("ENST1.1", "ENSG1.1", "GENE", "chr1", 101, 600, "+", EXONS, (151, 552))
MINUS = replace(PLUS, strand="-")
CODONS = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
SENSE = [codon for codon in CODONS if str(Seq(codon).translate()) != "*"]
CASES = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize("module", [consequence, stop])
def test_the_examples_of_the_definitions_hold(module):
    genome = dict(
        zip([151, 152, 153, 201, 202, 203, 204, 550, 551, 552], "ATGGTAATAA", strict=True)
    )

    def bases(chrom, first, last):
        return "".join(genome.get(place, "C") for place in range(first, last + 1))

    texts = {"transcript": PLUS, "consequence_of": consequence_of, "bases": bases}
    result = doctest.testmod(module, extraglobs=texts)
    assert result.attempted > 1
    assert result.failed == 0


@st.composite
def transcripts(draw):
    """A coding transcript of one to six exons with introns of 5 bases and more, and its genome: the
    coding sequence reads from a start codon to a stop codon.
    """
    sizes = draw(
        st.lists(st.tuples(st.integers(1, 25), st.integers(5, 30)), min_size=1, max_size=6)
    )
    exons, start = [], draw(st.integers(2, 9))
    for exon, intron in sizes:
        exons.append((start, start + exon - 1))
        start += exon + intron
    strand = draw(st.sampled_from("+-"))
    bases = [base for first, last in exons for base in range(first, last + 1)]
    assume(len(bases) >= 9)
    codons = draw(st.integers(2, len(bases) // 3))
    skipped = draw(st.integers(0, len(bases) - 3 * codons))
    coding = bases[skipped : skipped + 3 * codons]
    generator = random.Random(draw(st.integers(0, 10**6)))
    genome = {place: generator.choice("ACGT") for place in range(1, start + 50)}
    order = coding if strand == "+" else coding[::-1]
    text = "ATG" + "".join(generator.choice(SENSE) for _ in range(codons - 2))
    text += generator.choice(["TAA", "TAG", "TGA"])
    for place, base in zip(order, text, strict=True):
        genome[place] = base if strand == "+" else str(Seq(base).complement())
    transcript = Transcript(
        "T1", "G1", "G", "chr1", exons[0][0], exons[-1][1], strand, tuple(exons),
        (min(coding), max(coding)),
    )  # fmt: skip
    return transcript, genome


@st.composite
def questions(draw):
    """A transcript with its genome, and junctions and retained introns that may exclude each other."""
    transcript, genome = draw(transcripts())
    first, last = transcript.start + 1, transcript.end - 1
    assume(first <= last)
    edges = [edge for intron in transcript.introns() for edge in intron]
    place = (
        st.one_of(st.sampled_from(edges), st.integers(first, last))
        if edges
        else st.integers(first, last)
    )
    spans = st.lists(st.tuples(place, place).map(lambda pair: tuple(sorted(pair))), max_size=3)
    junctions = draw(spans)
    introns = len(transcript.exons) - 1
    retained = draw(st.lists(st.integers(1, introns), max_size=2, unique=True)) if introns else []
    return transcript, genome, junctions, retained


def spliced(transcript, junctions, retained):
    """Every base of the new transcript in the direction of transcription, base by base; None if the
    junctions and the retained introns exclude each other.
    """
    introns = [set(range(first, last + 1)) for first, last in transcript.introns()]
    if transcript.strand == "-":
        introns.reverse()
    removed = set()
    for first, last in junctions:
        bases = set(range(first, last + 1))
        if removed & set(range(first - 1, last + 2)):
            return None
        removed |= bases
    exonic = {base for first, last in transcript.exons for base in range(first, last + 1)}
    for number, intron in enumerate(introns, 1):
        touched = any(intron & set(range(first - 1, last + 2)) for first, last in junctions)
        if number in retained and touched:
            return None
        if number in retained or touched:
            exonic |= intron
    return sorted(exonic - removed, reverse=transcript.strand == "-")


def read(transcript, places, genome):
    """The sequence of places in the direction of transcription."""
    text = Seq("".join(genome[place] for place in places))
    return str(text.complement() if transcript.strand == "-" else text)


@CASES
@given(questions())
def test_a_consequence_is_that_of_the_spliced_sequence(question):
    transcript, genome, junctions, retained = question
    new = spliced(transcript, junctions, retained)
    if new is None:
        with pytest.raises(BadQuery):
            consequence_of(transcript, junctions, retained=retained)
        return
    result = consequence_of(transcript, junctions, retained=retained)
    old = spliced(transcript, [], [])
    assert (result.inserted, result.removed) == (len({*new} - {*old}), len({*old} - {*new}))
    assert sorted(new) == [base for a, b in result.exons for base in range(a, b + 1)]
    assert all(first[1] + 1 < second[0] for first, second in pairwise(result.exons))
    expect_frame(transcript, old, new, result)
    expect_stop(transcript, genome, new, result)


def expect_frame(transcript, old, new, result):
    first, last = transcript.cds
    coding = [base for base in old if first <= base <= last]
    changed = [base for base in new if first <= base <= last]
    assert result.coding_change == len(changed) - len(coding)
    joined = ",".join(map(str, new)).join(",,")
    has_start = ",".join(map(str, coding[:3])).join(",,") in joined
    has_stop = ",".join(map(str, coding[-3:])).join(",,") in joined
    if coding == changed:
        assert result.frame is Frame.UNCHANGED
    elif not has_start:
        assert result.frame is Frame.NO_START
    elif not has_stop:
        assert result.frame is Frame.NO_STOP
    else:
        # Read from the start codon, the stop codon's last base ends a codon or not.
        read_bases = new.index(coding[-1]) - new.index(coding[0]) + 1
        assert result.frame is (Frame.LOST if read_bases % 3 else Frame.KEPT)


def expect_stop(transcript, genome, new, result):
    found = stop_of(result, lambda chrom, a, b: "".join(genome[place] for place in range(a, b + 1)))
    if result.frame is Frame.NO_START:
        assert found.kind is StopKind.UNKNOWN
        return
    old = spliced(transcript, [], [])
    coding = [base for base in old if transcript.cds[0] <= base <= transcript.cds[1]]
    text = read(transcript, new[new.index(coding[0]) :], genome)
    protein = str(Seq(text[: len(text) // 3 * 3]).translate())
    assert protein.startswith("M")
    if "*" not in protein:
        assert found == stop.Stop(StopKind.NONE)
        return
    place = new.index(coding[0]) + 3 * protein.index("*")
    sign = -1 if transcript.strand == "-" else 1
    ahead = sign * (new[place] - coding[-3])
    kind = StopKind.PREMATURE if ahead < 0 else StopKind.DOWNSTREAM if ahead else StopKind.ANNOTATED
    assert (found.kind, found.codon, found.position) == (kind, protein.index("*") + 1, new[place])
    exons = result.exons[::sign]
    assert exons[found.exon - 1][0] <= new[place] <= exons[found.exon - 1][1]
    if len(exons) > 1:
        last_exon = exons[-1][1] - exons[-1][0] + 1
        assert found.to_last_junction == len(new) - last_exon - (place + 3)


@CASES
@given(questions())
def test_skipped_exons_and_moved_sites_are_those_of_a_plain_reading(question):
    transcript, _, junctions, _ = question
    if spliced(transcript, junctions, []) is None:
        return
    result = consequence_of(transcript, junctions)
    ordered = transcript.exons[:: -1 if transcript.strand == "-" else 1]
    removed = [set(range(a, b + 1)) for a, b in junctions]
    assert result.skipped_exons == tuple(
        number
        for number, (a, b) in enumerate(ordered, 1)
        if any(set(range(a, b + 1)) <= bases for bases in removed)
    )
    for site in result.sites:
        a, b = ordered[site.exon - 1]
        donor = site.role == "donor"
        forward = transcript.strand == "+"
        # The exon base beside the intron: before a donor, behind an acceptor.
        beside = site.position + (1 if donor != forward else -1)
        annotated = b if donor == forward else a
        assert site.moved == (beside - annotated) * (1 if forward else -1)
        inside = a <= beside <= b
        expected = Place.EXON if inside else Place.INTRON
        assert site.place is (Place.ANNOTATED if not site.moved else expected)


@pytest.mark.parametrize(
    ("transcript", "junctions", "facts"),
    [
        # A pseudoexon 420-431 in the second intron: both of its junctions, named together.
        (PLUS, [(361, 419), (432, 500)], {"coding_change": 12, "frame": Frame.KEPT, "skipped_exons": ()}),
        (MINUS, [(361, 419), (432, 500)], {"coding_change": 12, "frame": Frame.KEPT}),
        # An intron inside an exon, and a junction inside an intron.
        (PLUS, [(320, 349)], {"inside_exon": 2, "coding_change": -30, "frame": Frame.KEPT}),
        (MINUS, [(130, 139)], {"inside_exon": 3, "coding_change": 0, "frame": Frame.UNCHANGED}),
        (PLUS, [(221, 280)], {"inside_intron": 1, "inserted": 40, "frame": Frame.LOST}),
        # The start codon 151-153, the stop codon 550-552; on - they change places.
        (PLUS, [(152, 300)], {"frame": Frame.NO_START}),
        (MINUS, [(152, 300)], {"frame": Frame.NO_STOP}),
        (PLUS, [(361, 550)], {"frame": Frame.NO_STOP}),
        (PLUS, [(201, 300)], {"is_annotated": True, "frame": Frame.UNCHANGED}),
        (replace(PLUS, cds=None), [(201, 500)], {"frame": Frame.NOT_CODING, "coding_change": None}),
        (replace(PLUS, tags=("cds_start_NF",)), [(152, 300)], {"frame": Frame.LOST}),
    ],
)  # fmt: skip
def test_cases_with_names(transcript, junctions, facts):
    result = consequence_of(transcript, junctions)
    assert {name: getattr(result, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("transcript", "junctions", "retained", "expected"),
    [
        (PLUS, [(101, 300)], [], "a junction between exon bases of ENST1.1, inside 101-600"),
        (PLUS, [(201, 600)], [], "inside 101-600, got '201-600'"),
        (PLUS, [(201, 300), (301, 360)], [], "with an exon between each two, got '201-300, 301-360'"),
        (PLUS, [], [3], "an intron of ENST1.1, 1 to 2, got 3"),
        (PLUS, [(205, 300)], [1], "an intron that no junction replaces"),
        (replace(PLUS, strand="?"), [(201, 300)], [], "a transcript on + or -"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(transcript, junctions, retained, expected):
    with pytest.raises(BadQuery) as caught:
        consequence_of(transcript, junctions, retained=retained)
    assert expected in str(caught.value)


def test_a_stop_is_unknown_without_a_sequence_and_with_a_wrong_one():
    skipping = consequence_of(PLUS, [(201, 500)])
    assert "no FASTA" in stop_of(skipping, None).reason
    wrong = stop_of(skipping, lambda chrom, first, last: "A" * (last - first + 1))
    assert (wrong.kind, "does not read" in wrong.reason) == (StopKind.UNKNOWN, True)
    unknown_start = replace(PLUS, tags=("cds_start_NF",))
    assert (
        "start codon" in stop_of(consequence_of(unknown_start, [(201, 500)]), lambda *_: "").reason
    )


def test_every_exon_of_real_transcripts_is_skipped_by_its_number(shared):
    """GENCODE's exons, taken as coding throughout, since the file has no coding spans: the frame is kept
    if the exon's length is a multiple of 3.
    """
    with gzip.open(shared / "data/annotation/gencode_v43.refFlat_like.txt.gz", "rt") as file:
        lines = [line.split("\t") for number, line in enumerate(file) if number % 100 == 0]
    frames = []
    for symbol, name, chrom, strand, start, end, *_, starts, ends in lines:
        edges = zip(starts.split(",")[:-1], ends.rstrip(",\n").split(","), strict=True)
        exons = tuple((int(first) + 1, int(last)) for first, last in edges)
        span = int(start) + 1, int(end)
        transcript = Transcript(name, symbol, symbol, chrom, *span, strand, exons, span)
        for place in range(1, len(exons) - 1):
            junction = exons[place - 1][1] + 1, exons[place + 1][0] - 1
            result = consequence_of(transcript, [junction])
            assert result.skipped_exons == (place + 1 if strand == "+" else len(exons) - place,)
            assert result.removed == exons[place][1] - exons[place][0] + 1
            if result.frame in (Frame.KEPT, Frame.LOST):
                assert (result.removed % 3 == 0) == (result.frame is Frame.KEPT)
            frames.append(result.frame)
    assert len(frames) > 10_000
    assert {Frame.KEPT, Frame.LOST} <= {*frames}
