"""The background of a junction file, against a naive computation from the rows of the source."""

import io
import statistics
from collections import defaultdict

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapshard.background import AnnotatedFile, column_names
from snapshard.errors import BadRow, BadSource
from snapshard.junction import NAMES, annotation_class
from snapshard.junction_files import JunctionFile

UNKNOWN = "?*."


class Naive:
    """The rows of a source in memory."""

    def __init__(self, world):
        rows = [
            dict(zip(NAMES, line.rstrip("\n").split("\t"), strict=True)) for line in world.lines
        ]
        self.release, self.facts = world.release, world.index.facts.of(world.release)
        self.groups = {group.name: set(group.members.tolist()) for group in self.facts.groups}
        self.spans = [
            (row["chromosome"], int(row["start"]), int(row["end"]), row["strand"]) for row in rows
        ]
        self.at = defaultdict(list)
        self.starting, self.ending = defaultdict(list), defaultdict(list)
        for row, (chrom, start, end, _) in zip(rows, self.spans, strict=True):
            pairs = [pair.split(":") for pair in row["samples"].split(",") if pair]
            row["pairs"] = {int(sample): int(reads) for sample, reads in pairs}
            self.at[chrom, start, end].append(row)
            self.starting[chrom, start].append(row)
            self.ending[chrom, end].append(row)
        self.genes, self.introns = self.annotation(world)

    def annotation(self, world):
        schema = world.release.schema
        with world.index.catalog.connect() as connection:
            genes = connection.execute(
                psycopg.sql.SQL(
                    'SELECT symbol, chromosome, start, "end", strand FROM {}.gene ORDER BY start'
                ).format(psycopg.sql.Identifier(schema))
            ).fetchall()
            transcripts = connection.execute(
                psycopg.sql.SQL(
                    "SELECT chromosome, strand, exon_starts, exon_ends FROM {}.transcript"
                ).format(psycopg.sql.Identifier(schema))
            ).fetchall()
        introns = {
            (chrom, end + 1, start - 1, strand)
            for chrom, strand, starts, ends in transcripts
            for end, start in zip(ends, starts[1:], strict=False)
        }
        return genes, introns

    def row(self, chrom, start, end, strand):
        """The row that an intron is."""
        rows = self.at[chrom, start, end]
        if strand in UNKNOWN:
            return max(rows, key=lambda row: int(row["samples_count"]), default=None)
        same = [row for row in rows if row["strand"] == strand]
        return next(iter(same + [row for row in rows if row["strand"] in UNKNOWN]), None)

    def cells(self, chrom, start, end, strand, tissues):
        """The added cells of one intron."""
        row = self.row(chrom, start, end, strand)
        if strand in UNKNOWN and row is not None:
            strand = row["strand"]
        strand = "?" if strand in UNKNOWN else strand
        pairs = row["pairs"] if row else {}
        reads = sum(pairs.values())
        ends = [self.starting[chrom, start], self.ending[chrom, end]]
        if strand == "-":
            ends.reverse()
        usages = [self.usage(reads, rows, strand) for rows in ends]
        cells = [
            f"{self.release.assembly}:{chrom}:{start}-{end}:{strand}",
            self.cls(row, chrom, start, end, strand),
            self.gene(chrom, start, end, strand),
            str(len(pairs)),
            str(self.release.sample_count),
            str(reads),
            f"{statistics.median(pairs.values()):.3f}" if pairs else "NA",
            *usages,
        ]
        for tissue in tissues:
            members = self.groups[tissue]
            of_tissue = [count for sample, count in pairs.items() if sample in members]
            cells += [str(len(of_tissue)), str(len(members)), str(sum(of_tissue))]
        return cells

    def usage(self, reads, rows, strand):
        shared = [row for row in rows if row["strand"] == strand or row["strand"] in UNKNOWN]
        total = sum(int(row["coverage_sum"]) for row in shared)
        return "NA" if strand == "?" or not total else f"{reads / total:.4g}"

    def cls(self, row, chrom, start, end, strand):
        if row is not None:
            flags = [
                row[name] != "0" for name in ("annotated", "left_annotated", "right_annotated")
            ]
            strand = row["strand"]
        else:
            fits = [strand] if strand in "+-" else ["+", "-"]

            def used(rows, name):
                return any(
                    one[name] != "0" and (strand == "?" or one["strand"] in (strand, *UNKNOWN))
                    for one in rows
                )

            introns = [one for one in self.introns if one[0] == chrom and one[3] in fits]
            flags = [
                any(one[1:3] == (start, end) for one in introns),
                any(one[1] == start for one in introns)
                or used(self.starting[chrom, start], "left_annotated"),
                any(one[2] == end for one in introns)
                or used(self.ending[chrom, end], "right_annotated"),
            ]
        pair, left, right = flags
        return annotation_class(pair=pair, left_end=left, right_end=right, strand=strand) or "NA"

    def gene(self, chrom, start, end, strand):
        names = []
        for base in (start - 1, end + 1):
            for one in [strand] if strand in "+-" else ["+", "-"]:
                names += [
                    symbol
                    for symbol, gene_chrom, first, last, gene_strand in self.genes
                    if (gene_chrom, gene_strand) == (chrom, one) and first <= base <= last
                ]
        return ";".join(dict.fromkeys(names)) or "NA"


@pytest.fixture(scope="session")
def naive(worlds):
    return {count: Naive(worlds("sim", count)) for count in (1, 5)}


def annotate(world, text, *, tissues=(), rare=0.05, **options):
    """The rows as cells, the ranks by row, the notes."""
    groups = world.index.facts.of(world.release).groups_named(list(tissues))
    file = JunctionFile(io.BytesIO(text.encode()), "sample.tab", **options)
    result = AnnotatedFile(world.index, world.release, file, groups=groups, rare=rare)
    header = result.header().decode()
    lines = b"".join(result.rows()).decode().splitlines()
    notes, ranks = [], {}
    for remark in result.remarks():
        kind, _, words = remark.decode().strip().partition(" ")
        if kind == "#RANK":
            row, rank = (int(word.partition("=")[2]) for word in words.split())
            ranks[row] = rank
        else:
            notes.append(words)
    names = column_names(groups)
    assert header.rstrip("\n").split("\t")[-len(names) :] == names
    return [line.split("\t") for line in lines], ranks, notes


@pytest.mark.parametrize("count", [1, 5])
@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_cell_equals_a_naive_computation(worlds, naive, count, data):
    world, oracle = worlds("sim", count), naive[count]
    spans = data.draw(st.lists(st.sampled_from(oracle.spans), min_size=1, max_size=12))
    rows = []
    for chrom, start, end, strand in spans:
        # As it is, moved at one end, with another strand, or joined with another junction's end.
        change = data.draw(st.integers(0, 5))
        if change == 1:
            end += data.draw(st.sampled_from([1, 40]))
        elif change == 2 and start > 40:
            start -= data.draw(st.sampled_from([1, 40]))
        elif change == 3:
            strand = data.draw(st.sampled_from("+-?"))
        elif change == 4:
            others = [one for one in oracle.spans if one[0] == chrom and one[2] > start]
            end = data.draw(st.sampled_from(others))[2]
        rows.append((chrom, start, end, strand, data.draw(st.integers(0, 9))))
    tissues = data.draw(st.lists(st.sampled_from(sorted(oracle.groups)), max_size=2, unique=True))
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    cells, ranks, _ = annotate(world, text, tissues=tissues)
    expected = [[*map(str, row), *oracle.cells(*row[:4], tissues)] for row in rows]
    assert cells == expected
    assert ranks == naive_ranks(rows, expected, tissues)


def naive_ranks(rows, expected, tissues):
    """The ranks of the rare rows: few samples first, then many reads, then the earlier row."""
    keys = []
    for number, (row, cells) in enumerate(zip(rows, expected, strict=True), 1):
        counts = cells[14:] if tissues else cells[8:10]
        samples, size = sum(map(int, counts[0::3])), sum(map(int, counts[1::3]))
        if samples <= 0.05 * size:
            keys.append((samples, -row[4], number))
    return {number: rank for rank, (_, _, number) in enumerate(sorted(keys), 1)}


def test_lines_stay_as_they_came_and_several_junctions_take_several_rows(worlds):
    world = worlds("sim", 5)
    header = "gene_id\tjunctions_coords\tseqid\tstrand"
    lines = ["g\t100-200;100-300\tchr1\t+", "h\t\tchr1\t-", "i\t500-900\tchr1\t+"]
    cells, _, _ = annotate(world, "\n".join([header, *lines, ""]))
    assert ["\t".join(row[:4]) for row in cells] == [lines[0], lines[0], lines[1], lines[2]]
    assert [row[4] for row in cells] == [
        "GRCh38:chr1:101-199:+",
        "GRCh38:chr1:101-299:+",
        "NA",
        "GRCh38:chr1:501-899:+",
    ]
    assert set(cells[2][4:]) == {"NA"}


def test_names_of_chromosomes_may_be_written_in_any_way(worlds, naive):
    world = worlds("sim", 5)
    chrom, start, end, strand = naive[5].spans[0]
    names = (chrom, chrom.removeprefix("chr"), chrom.upper().replace("CHR", "Chr"))
    text = "".join(f"{name}\t{start}\t{end}\t{strand}\n" for name in names)
    cells, _, notes = annotate(world, text)
    assert len({tuple(row[4:]) for row in cells}) == 1
    assert any("mixes names of chromosomes" in note for note in notes)


def test_a_position_behind_the_end_of_its_chromosome_is_refused_with_its_line(worlds):
    with pytest.raises(BadRow, match=r"sample.tab, line 2: .*248956422 on chr1 .*assembly"):
        annotate(worlds("sim", 1), "chr1\t100\t200\t+\nchr1\t100\t248956423\t+\n")


def test_chromosomes_that_the_release_does_not_have_are_not_counted_as_absent(worlds):
    cells, ranks, notes = annotate(
        worlds("sim", 1), "chr1\t100\t200\t+\t3\nERCC-00002\t100\t200\t+\t3\n"
    )
    assert [row[8] for row in cells] == ["0", "NA"]
    assert list(ranks) == [1]
    assert "1 junctions are on chromosomes that sim does not have: ERCC-00002" in notes[0]
    with pytest.raises(BadSource, match=r"expected chromosomes of sim .*got ERCC-00002"):
        annotate(worlds("sim", 1), "ERCC-00002\t100\t200\t+\n")


def test_a_file_of_another_assembly_or_convention_is_noted(worlds, naive):
    spans = naive[1].spans[:200]
    right = "".join(f"{c}\t{s}\t{e}\t{strand}\n" for c, s, e, strand in spans)
    moved = "".join(f"{c}\t{s + 7}\t{e + 7}\t{strand}\n" for c, s, e, strand in spans)
    assert annotate(worlds("sim", 1), right)[2] == []
    (note,) = annotate(worlds("sim", 1), moved)[2]
    assert note.startswith("only ")
    assert "another assembly than GRCh38" in note


def test_a_file_that_may_be_cut_is_noted(worlds):
    _, _, notes = annotate(worlds("sim", 1), "chr1\t100\t200\t+\nchr1\t100\t220\t+")
    assert "may be cut" in notes[0]


def test_a_release_without_strands_annotation_and_samples_file_is_answered(worlds):
    world = worlds("gtexv2", 1)
    rows = [line.split("\t") for line in world.lines]
    rows = rows[:30] + [row for row in rows if row[5] == "?"]
    # A row without strand is that of either strand.
    signs = [row[5].replace("?", "+") for row in rows]
    text = "".join(
        f"{row[1]}\t{row[2]}\t{row[3]}\t{sign}\t1\n" for row, sign in zip(rows, signs, strict=True)
    )
    cells, ranks, _ = annotate(world, text)
    assert [row[8] for row in cells] == [row[12] for row in rows]
    assert {row[9] for row in cells} == {"NA"}
    assert {row[7] for row in cells} == {"NA"}
    assert ranks == {}
