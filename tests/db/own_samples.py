"""Junction files of samples, and an annotation, for tests of releases that are made of them."""

from hypothesis import strategies as st

EXONS = ((1, 110), (211, 300), (331, 500))


def star(junctions):
    """The text of a SJ.out.tab."""
    return "".join("\t".join(map(str, line)) + "\n" for line in junctions)


def gtf():
    """An annotation of one transcript."""
    attributes = 'gene_id "G1"; transcript_id "T1"; gene_name "ONE";'
    return "##description: a genome (GRCh38)\n" + "".join(
        f"chr1\tx\texon\t{start}\t{end}\t.\t+\t.\t{attributes}\n" for start, end in EXONS
    )


def write_samples(folder, files):
    """A folder, which is new, with a SJ.out.tab for each name."""
    folder.mkdir()
    for name, junctions in files.items():
        (folder / f"{name}.SJ.out.tab").write_text(star(junctions))
    return folder


@st.composite
def sample_files(draw):
    """Junctions of two to five samples, of which some occur in several."""
    place = st.tuples(st.sampled_from(["1", "chr2", "GL000220.1"]), st.integers(1, 12))
    files = {}
    for number in range(1, draw(st.integers(2, 5)) + 1):
        # The annotation is refused if the junctions do not have its chromosome.
        junctions = {("chr1", 5, 9, 1): ("chr1", 5, 9, 1, 1, 0, number, 0, 30)}
        for chrom, at in draw(st.lists(place, min_size=1, max_size=12, unique=True)):
            motif = at % 7
            strand = 0 if at % 5 == 0 else (2 if motif in (2, 4, 6) else 1)
            if motif == 0:
                strand = draw(st.sampled_from([0, 1, 2]))
            position = (chrom, 111 + at // 3 * 10, 210 + at * 10, strand, motif, 0)
            junctions[position[:4]] = (*position, draw(st.integers(1, 40)), 0, 30)
        files[f"P{number}"] = list(junctions.values())
    return files
