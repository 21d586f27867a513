"""Questions about a source, with the answers that its lines give to whoever just reads them.

Rows are (chromosome, start, end, strand, samples, reads); evidence is (n, N, reads). Strands that are
written `?`, `.` or `*` are one, `?`.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from .odd_sources import LAST, SPELLINGS

MATCHES = {
    "overlap": lambda row, first, last: row.start <= last and row.end >= first,
    "contains": lambda row, first, last: row.start >= first and row.end <= last,
    "exact": lambda row, first, last: (row.start, row.end) == (first, last),
    "start": lambda row, first, last: first <= row.start <= last,
    "end": lambda row, first, last: first <= row.end <= last,
}
COMPARISONS = {
    ">=": lambda value, limit: value >= limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    "<": lambda value, limit: value < limit,
    "=": lambda value, limit: value == limit,
    "!=": lambda value, limit: value != limit,
}


@dataclass(frozen=True)
class Place:
    """A region as a person writes it, or a gene, with what it means."""

    text: str
    chrom: str
    start: int
    end: int
    is_gene: bool = False


@dataclass(frozen=True)
class RowQuestion:
    """Which junctions match? `samples` or the samples of `group` restrict the rows, if there are any."""

    place: Place
    match: str = "overlap"
    filters: tuple[tuple[str, str, int | str], ...] = ()
    samples: tuple[int, ...] = ()
    group: str = ""

    def answer(self, source, *, zeros=False):
        """The rows; with `zeros` a sample that a row lists with 0 reads counts, as Snaptron has it."""
        members = self.samples or source.groups.get(self.group)
        rows = []
        for junction in source.junctions:
            reads = junction.reads
            if members is not None:
                # Samples with 0 reads do not have the junction.
                reads = {
                    each: reads[each]
                    for each in members
                    if each in reads and (zeros or reads[each])
                }
            row = _row(junction, reads)
            if (
                reads
                and self._matches(junction)
                and all(_passes(row, each) for each in self.filters)
            ):
                rows.append(row)
        return sorted(rows)

    def _matches(self, junction):
        place = self.place
        return junction.chrom == place.chrom and MATCHES[self.match](
            junction, place.start, place.end
        )


@dataclass(frozen=True)
class NumberQuestion:
    """Which junctions have these numbers?"""

    numbers: tuple[int, ...]

    def answer(self, source):
        return sorted(
            _row(junction, junction.reads)
            for junction in source.junctions
            if junction.number in self.numbers
        )


@dataclass(frozen=True)
class EvidenceQuestion:
    """In how many samples is a junction seen? `chrom` is a spelling; a strand of `*` means the junction
    of unknown strand, or if there is none the junctions on any strand.
    """

    chrom: str
    place: Place
    strand: str

    @property
    def name(self):
        return f"{self.chrom}:{self.place.start}-{self.place.end}:{self.strand}"

    def answer(self, source):
        place = (self.place.chrom, self.place.start, self.place.end)
        there = [each for each in source.junctions if (each.chrom, each.start, each.end) == place]
        strand = self.strand if self.strand in "+-" else "?"
        junctions = [each for each in there if each.known_strand == strand]
        if strand == "?" and not junctions:
            junctions = there
        counts = [(each, reads) for row in junctions for each, reads in row.reads.items() if reads]
        samples = len({sample for sample, _ in counts})
        return samples, len(source.samples) or None, sum(reads for _, reads in counts)


@dataclass(frozen=True)
class SlipQuestion:
    """A question that nothing can answer: a slip of the pen. Every face but Snaptron's refuses it."""

    region: str = "chr1"
    filter: str = ""
    sample: str = ""

    def answer(self, source):
        """Only to be refused."""
        return "a refusal"


SLIPS = (
    *(SlipQuestion(region) for region in ("chr1:14830,15020", "chr1:1,00-2,00", "chr1:20-10")),
    *(SlipQuestion(region) for region in ("chr1:0-5", "chrM:20000-30000", "NC_000001.10:5-9")),
    *(SlipQuestion(filter=text) for text in ("strand!=x", "class!=XX", "left_motif!=G1")),
    *(SlipQuestion(filter=text) for text in ("chromosome!=chr 1", "nothing=1", "start>=1e5")),
    SlipQuestion(sample="999999999"),
)


def _row(junction, reads):
    """A junction in the one form."""
    place = (junction.chrom, junction.start, junction.end, junction.known_strand)
    return (*place, len(reads), sum(reads.values()))


def _passes(row, condition):
    column, comparison, limit = condition
    chrom, start, end, strand, samples, reads = row
    values = {
        **{"chromosome": chrom, "start": start, "end": end, "length": end - start + 1},
        **{"strand": strand, "samples_count": samples, "coverage_sum": reads},
    }
    return COMPARISONS[comparison](values[column], limit)


@st.composite
def questions(draw, source):
    """A question about a source, mostly near one of its junctions."""
    kind = draw(
        st.sampled_from(("rows", "rows", "rows", "numbers", "evidence", "evidence", "slip"))
    )
    if kind == "slip":
        return draw(st.sampled_from(SLIPS))
    junctions = [line.junction for line in source.files.lines]
    if kind == "numbers":
        numbers = st.sampled_from([junction.number for junction in junctions] + [10**9 + 1])
        return NumberQuestion(tuple(draw(st.lists(numbers, min_size=1, max_size=4, unique=True))))
    junction = draw(st.sampled_from(junctions))
    chrom = draw(st.sampled_from(SPELLINGS[junction.chrom]))
    if kind == "evidence":
        shift = draw(st.sampled_from((0, 0, 0, 1)))
        place = Place("", junction.chrom, junction.start + shift, junction.end + shift)
        return EvidenceQuestion(chrom, place, draw(st.sampled_from("+-?*.")))
    return RowQuestion(
        place=draw(_places(source, junction, chrom)),
        match=draw(st.sampled_from(sorted(MATCHES))),
        filters=tuple(draw(st.lists(_filters(junction), max_size=2))),
        **draw(_selections(source)),
    )


@st.composite
def _places(draw, source, junction, chrom):
    """A gene, a chromosome, one base, or a region near a junction with thousands and dashes as people
    write them.
    """
    if source.genes and draw(st.booleans()):
        gene = draw(st.sampled_from(source.genes))
        return Place(gene.name, gene.chrom, gene.start, gene.end, is_gene=True)
    start = draw(st.sampled_from((junction.start, junction.start + 1, junction.end, 1)))
    end = draw(st.sampled_from((junction.end, junction.end - 1, start, LAST + 200)))
    start, end = min(start, end), max(start, end)
    form = draw(
        st.sampled_from(("{0}:{1}-{2}", "{0}:{1:,}-{2:,}", "{0}:{1}–{2}", " {0}:{1} - {2} "))
    )
    forms = [(form.format(chrom, start, end), start, end), (f"{chrom}:{start}", start, start)]
    text, first, last = draw(st.sampled_from([*forms, forms[0], (chrom, 1, 10**9)]))
    return Place(text, junction.chrom, first, last)


def _filters(junction):
    numbers = {
        "start": junction.start,
        "end": junction.end,
        "length": junction.end - junction.start + 1,
        "samples_count": junction.sample_count,
        "coverage_sum": junction.coverage,
    }
    by_number = st.sampled_from(sorted(numbers.items())).flatmap(
        lambda item: st.tuples(
            st.just(item[0]), st.sampled_from(sorted(COMPARISONS)), st.just(item[1])
        )
    )
    strands = st.sampled_from([("strand", "=", "+"), ("strand", "!=", "-"), ("strand", "=", "?")])
    chroms = st.sampled_from([("chromosome", sign, junction.chrom) for sign in ("=", "!=")])
    return st.one_of(by_number, strands, chroms)


@st.composite
def _selections(draw, source):
    """Samples or a group, sometimes."""
    if source.groups and draw(st.booleans()):
        return {"group": draw(st.sampled_from(sorted(source.groups)))}
    if source.samples and draw(st.booleans()):
        samples = st.sets(st.sampled_from(source.samples), min_size=1)
        return {"samples": tuple(sorted(draw(samples)))}
    return {}
