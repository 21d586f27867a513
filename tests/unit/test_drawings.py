"""Pictures by what they draw: positions of arcs and exons, nothing outside, well-formed SVG."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapshard.junction import AnnotationClass
from snapshard.region import Region
from snapshard.transcripts import Transcript
from snapshard_ui.pictures import (
    Arc,
    Bin,
    DensityFigure,
    Figure,
    Model,
    draw_density,
    draw_junctions,
)
from snapshard_ui.pictures.junction_figure import MARGIN

SVG = "{http://www.w3.org/2000/svg}"
WINDOW = Region("chr1", 1_001, 2_000)
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def arc(start, end, strand="+", number=5, junction_class="DA", name=None):
    return Arc(
        name or f"chr1:{start}-{end}:{strand}",
        start,
        end,
        strand,
        number,
        junction_class,
        "details",
    )


def tree(arcs=(), models=(), *, window=WINDOW, theme="light", **options):
    figure = Figure(window, "heading", tuple(arcs), tuple(models), "remarks", **options)
    return ElementTree.fromstring(draw_junctions(figure).svg(theme))


def lines(svg):
    """The path of every arc by its name."""
    arcs = [group for group in svg.iter(f"{SVG}g") if group.get("class", "").startswith("arc ")]
    return {group.get("data-name"): group.find(f"{SVG}path[@class='line']") for group in arcs}


def points(path):
    values = [float(text) for text in NUMBER.findall(path)]
    return list(zip(values[::2], values[1::2], strict=True))


def pixel(base, *, width=1_000, window=WINDOW):
    """Where a base begins."""
    share = (base - window.start) / (window.end - window.start + 1)
    return MARGIN + share * (width - 2 * MARGIN)


def test_an_arc_stands_on_the_edges_of_the_exons_beside_its_intron():
    transcript = Transcript(
        "t1", "g1", "G", "chr1", 1_101, 1_700, "+", ((1_101, 1_200), (1_501, 1_700))
    )
    svg = tree([arc(1_201, 1_500)], [Model(transcript, "G t1", is_main=True)])
    first, *_, last = points(lines(svg)["chr1:1201-1500:+"].get("d"))
    assert first[0] == pytest.approx(pixel(1_201), abs=0.01)
    assert last[0] == pytest.approx(pixel(1_501), abs=0.01)
    assert first[1] == last[1]
    exons = [box for box in svg.iter(f"{SVG}rect") if box.get("class") == "exon"]
    edges = [(float(box.get("x")), float(box.get("x")) + float(box.get("width"))) for box in exons]
    assert edges[0][1] == pytest.approx(first[0], abs=0.02)
    assert edges[1][0] == pytest.approx(last[0], abs=0.02)


def test_the_reverse_strand_is_below_the_axis_and_every_other_strand_above():
    svg = tree([arc(1_100, 1_200), arc(1_300, 1_400, "-"), arc(1_500, 1_600, "?")])
    heights = {
        name: path[0][1] - path[1][1]
        for name, line in lines(svg).items()
        if (path := points(line.get("d")))
    }
    assert heights["chr1:1100-1200:+"] > 0 < heights["chr1:1500-1600:?"]
    assert heights["chr1:1300-1400:-"] < 0


def test_an_arc_that_leaves_the_window_ends_in_a_tip_at_its_edge():
    svg = tree([arc(900, 1_100), arc(1_900, 2_100), arc(500, 2_500, "-")])
    for name, line in lines(svg).items():
        group = next(each for each in svg.iter(f"{SVG}g") if each.get("data-name") == name)
        tips = [points(tip.get("d"))[0][0] for tip in group.findall(f"{SVG}path[@class='tip']")]
        ends = [x for x, _ in points(line.get("d"))]
        assert all(MARGIN <= x <= 1_000 - MARGIN for x in ends)
        expected = {
            "chr1:900-1100:+": [MARGIN],
            "chr1:1900-2100:+": [1_000 - MARGIN],
            "chr1:500-2500:-": [MARGIN, 1_000 - MARGIN],
        }
        assert tips == expected[name]


def test_annotated_and_novel_arcs_differ_by_dash_in_every_theme():
    svg = tree([arc(1_100, 1_200), arc(1_100, 1_300, junction_class="N")], theme="auto")
    classes = {
        group.get("data-name"): group.get("class").split()
        for group in svg.iter(f"{SVG}g")
        if group.get("data-name")
    }
    assert "annotated" in classes["chr1:1100-1200:+"]
    assert "novel" in classes["chr1:1100-1300:+"]
    style = svg.find(f"{SVG}style").text
    assert len(re.findall(r"\.novel \.line \{[^}]*stroke-dasharray", style)) == 2
    assert "prefers-color-scheme: dark" in style


def test_a_wider_arc_has_more_samples_and_each_has_its_number():
    svg = tree([arc(1_100, 1_200, number=1), arc(1_300, 1_400, number=1_000)])
    widths = {name: float(line.get("stroke-width")) for name, line in lines(svg).items()}
    assert widths["chr1:1100-1200:+"] == 1 < widths["chr1:1300-1400:+"] <= 6
    counts = {text.get("data-count-of"): text.text for text in svg.iter(f"{SVG}text")}
    assert counts["chr1:1300-1400:+"] == "1,000"
    assert counts["chr1:1100-1200:+"] == "1"


def test_numbers_do_not_cover_each_other():
    svg = tree([arc(1_100, 1_900, number=number, name=f"j{number}") for number in (3, 99, 7)])
    counts = [text.text for text in svg.iter(f"{SVG}text") if text.get("data-count-of")]
    assert counts == ["99"]


def test_the_exons_of_the_main_transcript_are_numbered_from_its_start():
    exons = ((1_001, 1_100), (1_401, 1_500), (1_901, 2_000))
    for strand, expected in (("+", ["1", "2", "3"]), ("-", ["3", "2", "1"])):
        transcript = Transcript("t1", "g1", "G", "chr1", 1_001, 2_000, strand, exons)
        svg = tree(models=[Model(transcript, "G t1", is_main=True)])
        main = next(
            group for group in svg.iter(f"{SVG}g") if group.get("class") == "transcript main"
        )
        assert [text.text for text in main.iter(f"{SVG}text")][1:] == expected


def test_coding_bases_are_thicker_than_the_rest_of_their_exon():
    transcript = Transcript(
        "t1", "g1", "G", "chr1", 1_001, 2_000, "+", ((1_001, 2_000),), (1_251, 1_500)
    )
    boxes = [
        box
        for box in tree(models=[Model(transcript, "t1")]).iter(f"{SVG}rect")
        if box.get("class") == "exon"
    ]
    exon, coding = boxes
    assert float(coding.get("height")) > float(exon.get("height"))
    assert float(coding.get("x")) == pytest.approx(pixel(1_251), abs=0.01)
    assert float(coding.get("width")) == pytest.approx(pixel(1_501) - pixel(1_251), abs=0.02)


def test_transcripts_that_overlap_are_in_different_rows():
    models = [
        Model(Transcript(f"t{number}", "g", "G", "chr1", *span, "+", (span,)), f"t{number}")
        for number, span in enumerate([(1_001, 1_400), (1_300, 1_600), (1_700, 1_900)])
    ]
    tops = [
        float(group.find(f"{SVG}text").get("y"))
        for group in tree(models=models).iter(f"{SVG}g")
        if group.get("class") == "transcript"
    ]
    assert len(tops) == 3
    assert len(set(tops)) == 2


def test_texts_are_escaped_and_control_characters_dropped():
    transcript = Transcript("t1", "g1", "G", "chr1", 1_100, 1_200, "+", ((1_100, 1_200),))
    svg = tree([arc(1_100, 1_200, name='<&">\x01')], [Model(transcript, "<script>&\x00")])
    assert list(lines(svg)) == ['<&">']
    assert "<script>&" in [text.text for text in svg.iter(f"{SVG}text")]


spans = st.tuples(st.integers(1, 4_000), st.integers(0, 3_000)).map(
    lambda pair: (pair[0], sum(pair))
)


@given(
    spans=st.lists(spans.filter(lambda span: span[0] <= 2_000 and span[1] >= 1_001), max_size=30),
    strand=st.sampled_from("+-?"),
    width=st.integers(320, 2_000),
)
def test_every_arc_is_drawn_once_and_nothing_is_outside_the_view(spans, strand, width):
    arcs = [arc(*span, strand, name=f"j{number}") for number, span in enumerate(spans)]
    svg = tree(arcs, width=float(width))
    drawn = lines(svg)
    assert sorted(drawn) == sorted(each.name for each in arcs)
    _, _, right, bottom = map(float, svg.get("viewBox").split())
    assert right == width
    for each in arcs:
        path = points(drawn[each.name].get("d"))
        assert all(-0.01 <= x <= right + 0.01 for x, _ in path)
        # The control points of a curve are outside of it: it reaches three quarters of their height.
        base, highest = path[0][1], path[1][1]
        assert 0 <= base + (highest - base) * 3 / 4 <= bottom
        if each.start >= WINDOW.start and each.end <= WINDOW.end:
            assert path[0][0] == pytest.approx(pixel(each.start, width=width), abs=0.01)
            assert path[-1][0] == pytest.approx(pixel(each.end + 1, width=width), abs=0.01)


def test_a_bar_is_as_high_as_its_bin_has_junctions():
    window = Region("chr1", 1, 300_000)
    bins = (Bin(1, 100_000, 10, 4), Bin(100_001, 200_000, 40, 0), Bin(200_001, 300_000, 20, 20))
    drawing = draw_density(DensityFigure(window, "heading", bins, "remarks"))
    svg = ElementTree.fromstring(drawing.svg("dark"))
    groups = [group for group in svg.iter(f"{SVG}g") if group.get("class") == "bin"]
    heights = [
        [float(box.get("height")) for box in group.findall(f"{SVG}rect")] for group in groups
    ]
    highest = heights[1][0]
    shares = [[height / highest for height in pair] for pair in heights]
    assert shares == [[0.25, 0.1], [1, 0], [0.5, 0.5]]


def test_an_arc_before_the_first_base_is_refused():
    with pytest.raises(ValueError, match="expected 1 <= start <= end, got 0-5"):
        arc(0, 5)
    assert not arc(1, 5, junction_class=AnnotationClass.NDA).is_annotated


def test_an_exon_at_the_edge_of_the_window_keeps_its_number():
    exons = ((1_001, 1_002), (1_500, 1_510), (1_999, 2_000))
    transcript = Transcript("t1", "g1", "G", "chr1", 1_001, 2_000, "+", exons)
    svg = tree(models=[Model(transcript, "G t1", is_main=True)])
    (model,) = [each for each in svg.iter(f"{SVG}g") if each.get("class") == "transcript main"]
    numbers = [text for text in model.iter(f"{SVG}text") if text.get("class") == "soft"]
    assert [text.text for text in numbers] == ["1", "2", "3"]
    assert all(MARGIN < float(text.get("x")) < 1_000 - MARGIN for text in numbers)


def test_the_legend_names_unknown_strands_only_if_an_arc_has_one():
    known = ElementTree.tostring(tree([arc(1_100, 1_200)]), encoding="unicode")
    unknown = ElementTree.tostring(tree([arc(1_100, 1_200, "?")]), encoding="unicode")
    assert "above: + strand, below" in known
    assert "above: + and unknown strand, below" in unknown


def test_gene_models_stand_above_the_bars_of_a_density():
    transcript = Transcript("t1", "g1", "G", "chr1", 1_101, 1_300, "+", ((1_101, 1_300),))
    bins = (Bin(1_001, 1_100, 8, 2), Bin(1_101, 1_200, 4, 0))
    models = (Model(transcript, "G t1", is_main=True),)
    figure = DensityFigure(WINDOW, "heading", bins, "remarks", models=models)
    drawing = draw_density(figure)
    svg = ElementTree.fromstring(drawing.svg("light"))
    boxes = {"exon": [], "bar": []}
    for box in svg.iter(f"{SVG}rect"):
        if box.get("class") in boxes and box.get("height") != "10":
            boxes[box.get("class")].append(box)
    lowest_exon = max(float(box.get("y")) + float(box.get("height")) for box in boxes["exon"])
    assert lowest_exon < min(float(box.get("y")) for box in boxes["bar"])
    plain = draw_density(DensityFigure(WINDOW, "heading", bins, "remarks"))
    assert drawing.height > plain.height
