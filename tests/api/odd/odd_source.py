"""A small compilation with names that URLs, shells and search boxes read in their own way."""

import unicodedata

ROWS = """\
1 chr1 14830 14969 140 - 1 GT AG 1 1 ,1:5,2:3,4:1 3 9 3.000 3.000 0
2 chr1 14830 15020 191 - 0 GT AG 0 1 ,2:3 1 3 3.000 3.000 0
3 chr1 1000000 1200000 200001 + 1 gt ag 1 1 ,1:9,3:2 2 11 5.500 5.500 0
4 chr2 71548830 71549349 520 + 0 GT AG 0 0 ,3:7,4:2 2 9 4.500 4.500 0
5 chr2 71548830 71549349 520 - 0 GT AG 0 0 ,4:2 1 2 2.000 2.000 0
6 chrM 100 300 201 + 0 GT AG 0 0 ,1:1 1 1 1.000 1.000 0
7 chrUn_KI270302v1 10 200 191 ? 0 GC AG 0 1 ,1:1 1 1 1.000 1.000 0
8 chrX 276385 303355 26971 + 0 GT AG 0 0 ,1:1,2:2 2 3 1.500 1.500 0
9 chrY 276385 303355 26971 + 0 GT AG 0 0 ,3:4 1 4 4.000 4.000 0
"""
SAMPLES = """\
rail_id\trun\ttissue\tage\tweight\tnote
1\tSRR001\tLiver\t40\t1.5\t57220_H9_#2_rep_#3
2\tSRR002\tBlood\t45\t2\t"quoted" text
3\tSRR003\tBrain\t90+\t\tit's; 5" cut
4\tSRR004\tLiver\t47\tNA\tNA
"""
GENES = (
    *("N/A-1", "CYCD1;1", "mt:CoI", "what?", "a#b", "50%", "two words", "β-actin", "Café"),
    *("chr1", "1:5-9", "2", "X", "100", "chr2:71548830-71549349", "GRCh38:chr1:14830-14969:-"),
    *("..", ".", ".hidden", "a//b", "/lead", "trail/", "%2F", "A&B", "a+b", "x\\y", "o'neil"),
    *("k,l", "a=b", "gene.tsv", "evidence", "<i>", "chr1;X", "l" * 150),
)
GROUPS = (
    *("Brain", "Café", unicodedata.normalize("NFD", "Crème"), "a/b", "x;y", "50%", "..", "."),
    *("what?", "a#b", "two words", "k,l", "A&B", "a//b", "trail/", "/lead", "%2F", "<i>"),
)


def write_odd_source(folder):
    """Writes junctions, samples, groups and an annotation; each gene spans bases of its own."""
    folder.mkdir()
    (folder / "junctions.tsv").write_text(ROWS.replace(" ", "\t"))
    (folder / "samples.tsv").write_text(SAMPLES)
    groups = [f"{name}\t{name}\t1\t{number % 4 + 1}\n" for number, name in enumerate(GROUPS)]
    (folder / "samples.groups.tsv").write_text("name\tlong\tn\tids\n" + "".join(groups))
    lines = []
    for number, name in enumerate(GENES):
        start = 14_000 + 1_000 * number
        attributes = f'gene_id "G{number}"; transcript_id "T{number}"; gene_name "{name}";'
        for kind in ("gene", "transcript", "exon"):
            lines.append(f"chr1\tx\t{kind}\t{start}\t{start + 900}\t.\t+\t.\t{attributes}\n")
    (folder / "a.gtf").write_text("".join(lines))
    return folder
