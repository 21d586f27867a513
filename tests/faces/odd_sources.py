"""Odd sources of a small compilation, with what they mean.

A source is drawn as junctions, samples, groups and genes. Then oddities are done to its files: harmless
ones change no meaning, a bad row may be left out if the load allows errors, and a bad file ends the load.
"""

import gzip
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import pysam
from hypothesis import strategies as st

SPELLINGS = {
    "chr1": ("chr1", "1", "Chr1", "NC_000001.11", "CM000663.2"),
    "chr2": ("chr2", "2", "CHR2", "NC_000002.12"),
    "chrX": ("chrX", "X", "x", "chrx", "NC_000023.11"),
    "chrM": ("chrM", "MT", "chrMT", "M", "NC_012920.1"),
    "chr1_KI270706v1_random": ("chr1_KI270706v1_random", "KI270706.1", "NT_187361.1"),
    "HLA-A*01:01:01:01": ("HLA-A*01:01:01:01",),
}
"""Chromosomes of GRCh38 by their one name, and the ways in which files and people write them."""
GROUPS = ("Brain", "Café", "a/b", "50%", "two words")
GENES = ("GENE1", "N/A-1", "CYCD1;1")
LAST = 900
"""The last base of a row."""


@dataclass(frozen=True)
class Junction:
    """A junction as its line states it: 1-based, closed, intron; `reads` has some samples with 0."""

    number: int
    chrom: str
    start: int
    end: int
    strand: str
    reads: dict[int, int]

    @property
    def sample_count(self):
        return len(self.reads)

    @property
    def coverage(self):
        return sum(self.reads.values())

    @property
    def known_strand(self):
        """The strand; `?`, `.` and `*` are one."""
        return self.strand if self.strand in "+-" else "?"


@dataclass(frozen=True)
class Gene:
    name: str
    chrom: str
    start: int
    end: int


@dataclass
class Line:
    """A line of the junction file; a bad one is no junction."""

    junction: Junction
    fields: list[str]
    bad: bool = False


@dataclass
class Files:
    """The files of a source before they are written, with the state that oddities change."""

    lines: list[Line]
    samples: list[str]
    groups: list[str]
    annotation: list[str]
    mark: bytes = b""
    line_end: str = "\n"
    last_line_end: bool = True
    column_names: bool = False
    storage: str = "plain"
    bad_lines: int = 0
    """Bad lines of other files than that of the junctions."""
    broken: bool = False
    """Whether the load must fail whatever number of bad rows it allows."""
    damage: Callable[[bytes], bytes] | None = None
    """What is done to the stored bytes of the junction file."""


@dataclass(frozen=True)
class OddSource:
    """A source with its meaning. `samples` is empty without a samples file; `allowed` is the number of
    bad rows that the load leaves out.
    """

    samples: tuple[int, ...]
    groups: dict[str, tuple[int, ...]]
    genes: tuple[Gene, ...]
    files: Files = field(repr=False)
    shards: int
    allowed: int
    oddities: tuple[str, ...]

    @property
    def junctions(self):
        """The junctions that the release must have."""
        return [line.junction for line in self.files.lines if not line.bad]

    @property
    def is_doubtful(self):
        """Whether the load may refuse the source: an index does not find rows without a position."""
        return self.files.storage == "indexed" and not {*self.oddities}.isdisjoint(WITHOUT_PLACE)

    @property
    def loads(self):
        """Whether the load must succeed; a doubtful source may be refused."""
        bad = sum(line.bad for line in self.files.lines) + self.files.bad_lines
        chroms = {junction.chrom for junction in self.junctions}
        # A table that names none of the chromosomes of the junctions stops the load.
        shares = not self.genes or any(gene.chrom in chroms for gene in self.genes)
        return not self.files.broken and bad <= self.allowed and shares

    def write(self, folder):
        """Writes the files; returns the arguments of `snapshard load` about them."""
        texts = {
            "samples": self.files.samples,
            "groups": self.files.groups,
            "annotation": self.files.annotation,
        }
        arguments = [str(_write_junctions(self, folder))]
        for name, lines in texts.items():
            if lines:
                path = folder / f"{name}.txt"
                path.write_bytes(_encoded(lines, self.files))
                arguments += [f"--{name}", str(path)]
        layout = folder / "layout.txt"
        layout.write_text(LAYOUTS[self.shards], encoding="utf-8")
        return [*arguments, "--layout", str(layout), "--max-errors", str(self.allowed)]


LAYOUTS = {
    1: "*\t-\ts1\n",
    2: "1\t300\ts1\nchr1\t-\ts2\n*\t-\ts1\n",
    3: "chr1\t200\ts1\nchr1\t500\ts2\nchr1\t-\ts3\nchrX\t-\ts1\nMT\t-\ts2\n*\t-\ts3\n",
}
"""Layouts by their number of shards; two of them divide chr1."""


def _line(junction):
    reads = junction.reads
    numbers = (len(reads), sum(reads.values()))
    mean, median = statistics.fmean(reads.values()), statistics.median(reads.values())
    pairs = "".join(f",{sample}:{coverage}" for sample, coverage in reads.items())
    place = (junction.number, junction.chrom, junction.start, junction.end)
    length = junction.end - junction.start + 1
    values = (*place, length, junction.strand, 0, "GT", "AG", 0, 0, pairs, *numbers)
    return Line(junction, [str(value) for value in values] + [f"{mean:.3f}", f"{median:.3f}", "0"])


def _encoded(lines, files):
    text = files.line_end.join(lines) + (files.line_end if files.last_line_end else "")
    return files.mark + text.encode("utf-8", "surrogateescape")


COLUMN_NAMES = (
    *("snaptron_id", "chromosome", "start", "end", "length", "strand", "annotated", "left_motif"),
    *("right_motif", "left_annotated", "right_annotated", "samples", "samples_count"),
    *("coverage_sum", "coverage_avg", "coverage_median", "source_dataset_id"),
)


def _write_junctions(source, folder):
    """Writes the junction file in its storage; returns its path."""
    lines = ["\t".join(line.fields) for line in source.files.lines]
    if source.files.column_names:
        lines.insert(0, "\t".join(COLUMN_NAMES))
    text = _encoded(lines, source.files)
    path = folder / "junctions"
    if source.files.storage == "plain":
        path.write_bytes(text)
    elif source.files.storage == "gzip":
        path.write_bytes(gzip.compress(text))
    else:
        _write_bgzip(path, text, source.files.storage)
    if source.files.damage:
        path.write_bytes(source.files.damage(path.read_bytes()))
    return path


def _write_bgzip(path, text, storage):
    """A bgzip file with a tabix index: its own, of fewer lines, of more lines, or of other columns."""
    plain = path.with_name("plain")
    lines = text.splitlines(keepends=True)
    indexed = {"of fewer lines": lines[: len(lines) // 2], "of more lines": lines + lines[-1:]}
    plain.write_bytes(b"".join(indexed.get(storage, lines)))
    pysam.tabix_compress(str(plain), str(path), force=True)
    end_column = 2 if storage == "of other columns" else 3
    if storage != "bgzip":
        try:
            pysam.tabix_index(str(path), seq_col=1, start_col=2, end_col=end_column, force=True)
        except OSError:
            # tabix refuses lines that the load must refuse as well.
            path.with_name("junctions.tbi").unlink(missing_ok=True)
    plain.write_bytes(text)
    pysam.tabix_compress(str(plain), str(path), force=True)


# Harmless oddities.


def spell_otherwise(files, random):
    for line in files.lines:
        line.fields[1] = random.choice(SPELLINGS[line.junction.chrom])


def spell_each_chromosome_otherwise(files, random):
    spellings = {chrom: random.choice(names) for chrom, names in SPELLINGS.items()}
    for line in files.lines:
        line.fields[1] = spellings[line.junction.chrom]


def put_a_mark_in_front(files, random):
    files.mark = b"\xef\xbb\xbf"


def write_windows_line_ends(files, random):
    files.line_end = "\r\n"


def omit_the_last_line_end(files, random):
    files.last_line_end = False


def begin_with_column_names(files, random):
    files.column_names = True


def write_other_decimals(files, random):
    for line in files.lines:
        mean = line.junction.coverage / line.junction.sample_count
        line.fields[14] = random.choice((f"{mean:.2f}", f"{mean:.12g}", f"{mean:.3f}"))


def shuffle_samples(files, random):
    for line in files.lines:
        pairs = line.fields[11].split(",")[1:]
        random.shuffle(pairs)
        line.fields[11] = "".join(f",{pair}" for pair in pairs)


def name_unknown_members(files, random):
    if len(files.groups) > 1:
        name, long_name, count, members = files.groups[-1].split("\t")
        members = ",".join(filter(None, [members, "999999999"]))
        files.groups[-1] = f"{name}\t{long_name}\t{int(count) + 1}\t{members}"


def annotate_untidily(files, random):
    """Repeats lines, adds one of no use, and spells chromosomes in another way."""
    if files.annotation:
        lines = [random.choice(files.annotation), *files.annotation, "a line of another kind"]
        for number, line in enumerate(lines):
            chrom, tab, rest = line.partition("\t")
            lines[number] = random.choice(SPELLINGS.get(chrom, (chrom,))) + tab + rest
        files.annotation = ["#!a comment", *lines]


HARMLESS = (
    spell_otherwise,
    spell_each_chromosome_otherwise,
    put_a_mark_in_front,
    write_windows_line_ends,
    omit_the_last_line_end,
    begin_with_column_names,
    write_other_decimals,
    shuffle_samples,
    name_unknown_members,
    annotate_untidily,
)


# Bad rows.


def change_field(number, text, files, random):
    line = random.choice(files.lines)
    line.fields[number] = text
    line.bad = True


def add_to_field(number, difference, files, random):
    line = random.choice(files.lines)
    # A row whose field is already odd is bad anyway.
    value = int(line.fields[number]) if line.fields[number].isdigit() else 0
    line.fields[number] = str(value + difference)
    line.bad = True


def drop_a_field(files, random):
    line = random.choice(files.lines)
    line.fields.pop()
    line.bad = True


def put_in_a_blank_line(files, random):
    place = random.randrange(len(files.lines))
    files.lines.insert(place, Line(files.lines[0].junction, [""], bad=True))


def repeat_a_junction(files, random):
    line = random.choice([line for line in files.lines if not line.bad] or files.lines)
    number = max(int(each.junction.number) for each in files.lines) + 1
    strand = line.fields[5] if line.fields[5] in "+-" else random.choice("?.*")
    fields = [str(number), *line.fields[1:5], strand, *line.fields[6:]]
    files.lines.insert(files.lines.index(line) + 1, Line(line.junction, fields, bad=True))


def repeat_a_sample(files, random):
    files.samples.append(files.samples[-1])
    files.bad_lines += 1


def list_a_sample_twice(files, random):
    line = random.choice(files.lines)
    line.fields[11] += "," + line.fields[11].split(",")[-1]
    line.bad = True


BAD_ROWS = {
    "length of another number": partial(add_to_field, 4, 1),
    "count of another number": partial(add_to_field, 12, 1),
    "sum of another number": partial(add_to_field, 13, 1),
    "mean of another number": partial(change_field, 14, "0.001"),
    "median of another number": partial(change_field, 15, "0.001"),
    "start with an exponent": partial(change_field, 2, "1e2"),
    "start with commas": partial(change_field, 2, "1,000"),
    "start after the end": partial(change_field, 2, "999999"),
    "start of 0": partial(change_field, 2, "0"),
    "strand that is none": partial(change_field, 5, "x"),
    "chromosome with a blank": partial(change_field, 1, "chr 1"),
    "chromosome of another assembly": partial(change_field, 1, "NC_000001.10"),
    "unknown sample": partial(change_field, 11, ",999999999:5"),
    "samples without reads": partial(change_field, 11, ",1:0"),
    "control character": partial(change_field, 7, "G\x1b"),
    "carriage return": partial(change_field, 7, "G\rT"),
    "text that is not UTF-8": partial(change_field, 7, "\udcff"),
    "no motif": partial(change_field, 7, ""),
    "sample twice": list_a_sample_twice,
    "missing field": drop_a_field,
    "blank line": put_in_a_blank_line,
    "junction again": repeat_a_junction,
    "sample again": repeat_a_sample,
}


# Bad files.


def repeat_a_number(files, random):
    good = [line for line in files.lines if not line.bad]
    if len(good) > 1:
        first, second = random.sample(good, 2)
        second.fields[0] = first.fields[0]
        files.broken = True


def reverse_lines(files, random):
    """Only rows of one chromosome with different positions are out of order then."""
    starts = [(each.junction.chrom, each.junction.start) for each in files.lines if not each.bad]
    chroms = [chrom for chrom, _ in starts]
    if len(set(starts)) > len(set(chroms)):
        files.lines.reverse()
        files.broken = True


def scatter_a_chromosome(files, random):
    good = [line for line in files.lines if not line.bad]
    first = good[0] if good else None
    if first and good[-1].junction.chrom != first.junction.chrom:
        chrom = first.junction.chrom
        if sum(line.junction.chrom == chrom for line in good) > 1:
            files.lines.remove(first)
            files.lines.append(first)
            files.broken = True


def name_two_columns_alike(files, random):
    files.samples[0] = "rail_id\trun\trun"
    files.broken = True


def truncate_the_file(files, random):
    """A plain text has no mark at its end, so only compressed files count as truncated."""
    if files.storage != "plain":
        files.damage = lambda stored: stored[: len(stored) * 2 // 3]
        files.broken = True


def write_utf_16(files, random):
    files.damage = lambda stored: "1\tchr1".encode("utf-16")
    files.broken = True


def annotate_other_chromosomes(files, random):
    files.annotation = ['scaffold7\tx\tgene\t9\t99\t.\t+\t.\tgene_id "G"']
    files.broken = True


def annotate_with_nothing(files, random):
    files.annotation = ["a line of another kind"]
    files.broken = True


BAD_FILES = (
    repeat_a_number,
    reverse_lines,
    scatter_a_chromosome,
    name_two_columns_alike,
    truncate_the_file,
    write_utf_16,
    annotate_other_chromosomes,
    annotate_with_nothing,
)
WITHOUT_PLACE = tuple(
    name for name in BAD_ROWS if name.startswith(("start", "chromosome", "blank"))
)
"""Oddities of rows that an index does not find."""
NEED_SAMPLES = ("unknown sample", "sample again", "name_two_columns_alike")
"""Oddities of a source with a samples file."""
STORAGES = (
    *("plain", "gzip", "bgzip", "indexed"),
    *("of fewer lines", "of more lines", "of other columns"),
)


@st.composite
def odd_sources(draw):
    """Sources of one to twelve junctions with some oddities; most of them load."""
    sample_ids = tuple(sorted(draw(st.sets(st.integers(1, 10**6), min_size=2, max_size=6))))
    samples = draw(st.sampled_from([sample_ids, sample_ids, sample_ids, ()]))
    junctions = draw(_junctions(sample_ids))
    groups = draw(_groups(samples)) if samples else {}
    genes = draw(_genes(sorted({junction.chrom for junction in junctions})))
    files = Files(
        [_line(junction) for junction in junctions],
        ["rail_id\trun", *[f"{sample}\tR{sample}" for sample in samples]] if samples else [],
        _group_lines(groups),
        _annotation(genes),
        storage=draw(st.sampled_from(STORAGES)),
    )
    oddities = draw(_oddities(bool(samples)))
    random = Random(draw(st.integers(0, 10**9)))
    for oddity in oddities.values():
        oddity(files, random)
    shards, allowed = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    return OddSource(samples, groups, genes, files, shards, allowed, tuple(oddities))


@st.composite
def _oddities(draw, has_samples):
    """Harmless oddities, then perhaps one that makes a row or a file bad, by their names."""
    harmless = draw(st.lists(st.sampled_from(HARMLESS), max_size=4, unique=True))
    harmful = {**BAD_ROWS, **{oddity.__name__: oddity for oddity in BAD_FILES}}
    names = [name for name in harmful if has_samples or name not in NEED_SAMPLES]
    bad_rows = st.lists(st.sampled_from([name for name in names if name in BAD_ROWS]), max_size=2)
    bad_files = st.sampled_from([name for name in names if name not in BAD_ROWS])
    # Few, because a source that is refused has no answers to compare.
    drawn = draw(bad_rows) if draw(st.integers(0, 2)) == 0 else []
    # A row that was repeated must stay good, and a blank line has no field to change.
    drawn.sort(key=("blank line", "junction again").__contains__)
    drawn += [draw(bad_files)] if draw(st.integers(0, 5)) == 0 else []
    return {
        **{oddity.__name__: oddity for oddity in harmless},
        **{name: harmful[name] for name in drawn},
    }


@st.composite
def _junctions(draw, samples):
    """Junctions by chromosome and position, each once, with numbers in any order."""
    reads = st.dictionaries(st.sampled_from(samples), st.integers(0, 40), min_size=1)
    places = st.tuples(
        st.sampled_from(sorted(SPELLINGS)),
        st.integers(1, 60).map(lambda number: 10 * number),
        st.integers(1, 30).map(lambda number: 10 * number),
        st.sampled_from("+-?.*"),
        reads.filter(lambda coverages: sum(coverages.values())),
    )
    rows = draw(st.lists(places, min_size=2, max_size=12, unique_by=_identity))
    numbers = draw(
        st.lists(st.integers(0, 10**9), min_size=len(rows), max_size=len(rows), unique=True)
    )
    return [
        Junction(number, chrom, start, start + length - 1, strand, coverages)
        for number, (chrom, start, length, strand, coverages) in zip(
            numbers, sorted(rows, key=lambda place: place[:3]), strict=True
        )
    ]


def _identity(place):
    """What no two junctions share; `?`, `.` and `*` are one strand."""
    chrom, start, length, strand, _ = place
    return chrom, start, length, strand if strand in "+-" else "?"


def _groups(samples):
    members = st.sets(st.sampled_from(samples), min_size=1).map(lambda ids: tuple(sorted(ids)))
    return st.dictionaries(st.sampled_from(GROUPS), members, max_size=3)


@st.composite
def _genes(draw, chroms):
    """Genes with names of their own, on chromosomes of the junctions."""
    names = draw(st.lists(st.sampled_from(GENES), max_size=2, unique=True))
    places = st.tuples(st.sampled_from(chroms), st.integers(1, LAST), st.integers(0, 400))
    drawn = [(name, *draw(places)) for name in names]
    return tuple(Gene(name, chrom, start, start + size) for name, chrom, start, size in drawn)


def _group_lines(groups):
    lines = [
        f"{name}\t{name}\t{len(members)}\t{','.join(map(str, members))}"
        for name, members in groups.items()
    ]
    return ["name\tlong name\tcount\tids", *lines] if lines else []


def _annotation(genes):
    """GTF with a gene, a transcript and an exon for each gene."""
    lines = []
    for number, gene in enumerate(genes):
        names = f'gene_id "G{number}"; gene_name "{gene.name}"; transcript_id "T{number}";'
        for kind in ("gene", "transcript", "exon"):
            place = f"{gene.start}\t{gene.end}"
            lines.append(f"{gene.chrom}\tx\t{kind}\t{place}\t.\t+\t.\t{names}")
    return lines
