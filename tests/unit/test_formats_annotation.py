"""Readers of genes and transcripts: UCSC's tables, GTF, GFF3, and Snaptron's own."""

import dataclasses
import gzip

import pytest

from snapshard.catalog.genes import Gene, symbol_intervals
from snapshard.errors import BadRow
from snapshard.transcripts import Transcript
from snapshard_populate.formats import (
    read_annotation,
    read_canonical,
    read_refflat,
    read_transcripts,
)
from snapshard_populate.reading import ErrorBudget, open_source


def read(reader, path, max_errors=0, report=lambda bad: None):
    with open_source(path) as source:
        found = reader(source, errors=ErrorBudget(max_errors, report=report))
        return found if dataclasses.is_dataclass(found) else list(found)


@pytest.fixture
def parsed(tmp_path):
    """A function that reads text with a reader."""

    def parse(reader, text, *arguments):
        (tmp_path / "x").write_text(text)
        return read(reader, tmp_path / "x", *arguments)

    return parse


REFFLAT = "ALK\tNM_1\tchr2\t-\t99\t2000\t110\t1900\t2\t99,1500,\t120,2000,\n"


def test_refflat_becomes_1_based_and_closed(parsed):
    [one] = parsed(read_refflat, "#geneName\tname\n" + REFFLAT)
    assert one == Transcript(
        "NM_1", "ALK", "ALK", "chr2", 100, 2000, "-", ((100, 120), (1501, 2000)), (111, 1900)
    )
    [one] = parsed(read_refflat, REFFLAT.replace("110\t1900", "2000\t2000").replace("chr2", "MT"))
    assert (one.cds, one.chrom) == (None, "chrM")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "\tNM_1",
            "",
            "expected 11 tab-separated columns (symbol, transcript, chromosome, strand, start,",
        ),
        ("\t99\t", "\tx\t", "expected a whole number, got 'x'"),
        ("\t2\t99", "\t3\t99", "expected 3 exons, got 2 starts and 2 ends"),
        ("1500,\t", "1500,1600,\t", "expected 2 exons, got 3 starts and 2 ends"),
        ("120,", "99,", "expected an exon with 1 <= start <= end, got 100-99"),
        ("\t-\t", "\t0\t", "expected a strand, one of + - ? * ., got '0'"),
        ("120,", "1700,", "expected exons that ascend and do not overlap"),
    ],
)
def test_a_wrong_line_of_refflat_is_named_and_left_out(parsed, old, new, expected):
    wrong = REFFLAT.replace(old, new, 1)
    with pytest.raises(BadRow) as caught:
        parsed(read_refflat, REFFLAT + wrong)
    assert (caught.value.line, expected in caught.value.reason) == (2, True), caught.value.reason
    bad = []
    assert len(parsed(read_refflat, wrong + REFFLAT, 1, bad.append)) == 1
    assert [one.line for one in bad] == [1]


def test_canonical_transcripts_are_read(parsed):
    [one] = parsed(
        read_canonical,
        "kg1\t1\t0\tNM_1\tchr1\t+\t49\t2000\t60\t900\t3\t49,200,400,\t99,210,2000,\t0\tGENEA\n",
    )
    assert one == Transcript(
        "NM_1",
        "GENEA",
        "GENEA",
        "chr1",
        50,
        2000,
        "+",
        ((50, 99), (201, 210), (401, 2000)),
        (61, 900),
    )


GTF = """\
#!genome-build GRCh38
chr2	HAVANA	gene	100	900	.	-	.	gene_id "ENSG1.2"; gene_type "protein_coding"; \
gene_name "ALK"; level 2; note "a; b";
chr2	HAVANA	transcript	100	900	.	-	.	gene_id "ENSG1.2"; transcript_id "ENST1.1"; gene_name "ALK";
chr2	HAVANA	exon	800	900	.	-	.	gene_id "ENSG1.2"; transcript_id "ENST1.1"; exon_number 1;
chr2	HAVANA	CDS	800	850	.	-	0	gene_id "ENSG1.2"; transcript_id "ENST1.1";
chr2	HAVANA	start_codon	848	850	.	-	0	gene_id "ENSG1.2"; transcript_id "ENST1.1";
chr2	HAVANA	exon	100	300	.	-	.	gene_id "ENSG1.2"; transcript_id "ENST1.1"; exon_number 2;
chr2	HAVANA	CDS	203	300	.	-	2	gene_id "ENSG1.2"; transcript_id "ENST1.1";
chr2	HAVANA	stop_codon	200	202	.	-	0	gene_id "ENSG1.2"; transcript_id "ENST1.1";
chr2	HAVANA	UTR	100	199	.	-	.	gene_id "ENSG1.2"; transcript_id "ENST1.1";
"""
GENE = Gene("ENSG1.2", "ALK", "chr2", 100, 900, "-", "protein_coding", "HAVANA")
ENST = Transcript(
    "ENST1.1",
    "ENSG1.2",
    "ALK",
    "chr2",
    100,
    900,
    "-",
    ((100, 300), (800, 900)),
    (200, 850),
    "HAVANA",
)


def test_gtf_is_read(parsed):
    found = parsed(read_annotation, GTF)
    assert found.genes == (GENE,)
    assert found.transcripts == (ENST,)


def test_gtf_of_exons_alone_makes_transcripts_and_genes_of_them(parsed):
    lines = [
        line
        for line in GTF.splitlines(keepends=True)
        if "\tgene\t" not in line and "\ttranscript\t" not in line
    ]
    found = parsed(read_annotation, "".join(lines))
    assert found.transcripts == (dataclasses.replace(ENST, symbol="ENSG1.2"),)
    assert found.genes == (dataclasses.replace(GENE, symbol="ENSG1.2", biotype=""),)


GFF3 = {
    "GENCODE": """\
##gff-version 3
chr2	HAVANA	gene	100	900	.	-	.	ID=ENSG1.2;gene_id=ENSG1.2;gene_type=protein_coding;\
gene_name=ALK
chr2	HAVANA	transcript	100	900	.	-	.	ID=ENST1.1;Parent=ENSG1.2;gene_id=ENSG1.2;\
transcript_id=ENST1.1;gene_name=ALK
chr2	HAVANA	exon	800	900	.	-	.	ID=exon:ENST1.1:1;Parent=ENST1.1;gene_id=ENSG1.2;\
transcript_id=ENST1.1
chr2	HAVANA	CDS	800	850	.	-	0	ID=CDS:ENST1.1;Parent=ENST1.1;gene_id=ENSG1.2
chr2	HAVANA	exon	100	300	.	-	.	ID=exon:ENST1.1:2;Parent=ENST1.1;gene_id=ENSG1.2
chr2	HAVANA	CDS	200	300	.	-	2	ID=CDS:ENST1.1;Parent=ENST1.1;gene_id=ENSG1.2
###
""",
    "Ensembl": """\
##gff-version 3
2	GRCh38	chromosome	1	242193529	.	.	.	ID=chromosome:2
2	HAVANA	gene	100	900	.	-	.	ID=gene:ENSG1.2;Name=ALK;biotype=protein_coding;description=a%3B b
2	HAVANA	mRNA	100	900	.	-	.	ID=transcript:ENST1.1;Parent=gene:ENSG1.2;Name=ALK-201
2	HAVANA	five_prime_UTR	851	900	.	-	.	Parent=transcript:ENST1.1
2	HAVANA	exon	800	900	.	-	.	Parent=transcript:ENST1.1;Name=ENSE1
2	HAVANA	exon	100	300	.	-	.	Parent=transcript:ENST1.1;Name=ENSE2
2	HAVANA	CDS	800	850	.	-	0	ID=CDS:ENSP1;Parent=transcript:ENST1.1
2	HAVANA	CDS	200	300	.	-	2	ID=CDS:ENSP1;Parent=transcript:ENST1.1
""",
    "RefSeq": """\
##gff-version 3
chr2	HAVANA	gene	100	900	.	-	.	ID=gene-ENSG1.2;gene=ALK;gene_biotype=protein_coding
chr2	HAVANA	mRNA	100	900	.	-	.	ID=rna-ENST1.1;Parent=gene-ENSG1.2;gene=ALK;transcript_id=ENST1.1
chr2	HAVANA	exon	800	900	.	-	.	ID=exon-1;Parent=rna-ENST1.1;gene=ALK
chr2	HAVANA	exon	100	300	.	-	.	ID=exon-2;Parent=rna-ENST1.1;gene=ALK
chr2	HAVANA	CDS	800	850	.	-	0	ID=cds-1;Parent=rna-ENST1.1;gene=ALK
chr2	HAVANA	CDS	200	300	.	-	2	ID=cds-1;Parent=rna-ENST1.1;gene=ALK
##FASTA
>chr2
ACGT
""",
}


@pytest.mark.parametrize("dialect", GFF3)
def test_gff3_is_read(parsed, dialect):
    found = parsed(read_annotation, GFF3[dialect])
    assert found.genes == (GENE,)
    assert found.transcripts == (ENST,)


def test_an_id_at_several_places_keeps_them_all(parsed):
    line = GFF3["GENCODE"].splitlines(keepends=True)[1]
    far = line.replace("\t100\t900\t", "\t5000\t5900\t")
    assert parsed(read_annotation, line + far + line).genes == (
        GENE,
        dataclasses.replace(GENE, start=5000, end=5900),
    )


TRANS_SPLICED = """\
##gff-version 3
chrM	RefSeq	gene	74631	74744	.	-	.	ID=gene1;Name=rps12;part=1/2
chrM	RefSeq	gene	146276	147073	.	+	.	ID=gene1;Name=rps12;part=2/2
chrM	RefSeq	exon	74631	74744	.	-	.	Parent=gene1
chrM	RefSeq	exon	146276	146500	.	+	.	Parent=gene1
chrM	RefSeq	exon	147000	147073	.	+	.	Parent=gene1
"""


def test_parts_of_a_trans_spliced_gene_have_their_own_exons(parsed):
    annotation = parsed(read_annotation, TRANS_SPLICED)
    assert [(gene.gene_id, gene.start, gene.end, gene.strand) for gene in annotation.genes] == [
        ("gene1", 74631, 74744, "-"),
        ("gene1", 146276, 147073, "+"),
    ]
    assert [(each.symbol, each.strand, each.exons) for each in annotation.transcripts] == [
        ("rps12", "-", ((74631, 74744),)),
        ("rps12", "+", ((146276, 146500), (147000, 147073))),
    ]


def gtf_exon(start, end, *, number="", strand="+", transcript="T", gene="G"):
    attributes = f'gene_id "{gene}"; transcript_id "{transcript}"; '
    attributes += f"exon_number {number};" if number else ""
    return f"chr1\tx\texon\t{start}\t{end}\t.\t{strand}\t.\t{attributes}\n"


@pytest.mark.parametrize(
    ("lines", "transcripts", "genes"),
    [
        (
            [
                gtf_exon(10, 19, number="1"),
                gtf_exon(30, 39, number="2"),
                gtf_exon(5010, 5019, number="1"),
                gtf_exon(5030, 5039, number="2"),
            ],
            [((10, 19), (30, 39)), ((5010, 5019), (5030, 5039))],
            [(10, 39), (5010, 5039)],
        ),
        (
            [gtf_exon(10, 19), gtf_exon(30, 39, strand="-")],
            [((10, 19),), ((30, 39),)],
            [(10, 19), (30, 39)],
        ),
        (
            [gtf_exon(10, 19), gtf_exon(900, 999, transcript="T2"), gtf_exon(30, 39)],
            [((10, 19), (30, 39)), ((900, 999),)],
            [(10, 39), (900, 999)],
        ),
        (
            [
                gtf_exon(10, 19),
                gtf_exon(900, 999, transcript="T2"),
                gtf_exon(15, 950, transcript="T3"),
            ],
            [((10, 19),), ((900, 999),), ((15, 950),)],
            [(10, 999)],
        ),
        ([gtf_exon(10, 19), gtf_exon(10, 19)], [((10, 19),)], [(10, 19)]),
    ],
)
def test_places_of_one_id_are_never_joined_across_a_gap(parsed, lines, transcripts, genes):
    annotation = parsed(read_annotation, "".join(lines))
    assert [each.exons for each in annotation.transcripts] == transcripts
    assert [(gene.start, gene.end) for gene in annotation.genes] == genes


def test_a_transcript_with_lines_at_two_places_is_two_transcripts(parsed):
    text = GTF + GTF.replace("\t100\t", "\t7100\t").replace("\t900\t", "\t7900\t").replace(
        "\t800\t", "\t7800\t"
    ).replace("\t300\t", "\t7300\t").replace("\t850\t", "\t7850\t").replace("\t203\t", "\t7203\t")
    annotation = parsed(read_annotation, text)
    assert annotation.transcripts[0] == ENST
    assert [(each.start, each.end, each.exons) for each in annotation.transcripts[1:]] == [
        (7100, 7900, ((7100, 7300), (7800, 7900)))
    ]


@pytest.mark.parametrize("type_", ["NMD_transcript_variant", "mRNA", "three_whatever"])
def test_whatever_is_the_parent_of_exons_is_a_transcript(parsed, type_):
    text = GFF3["Ensembl"].replace("\tmRNA\t", f"\t{type_}\t")
    assert parsed(read_annotation, text).transcripts == (ENST,)


def test_ids_are_compared_decoded(parsed):
    text = GFF3["Ensembl"].replace("Parent=transcript:ENST1.1", "Parent=transcript%3AENST1%2E1")
    assert parsed(read_annotation, text).transcripts == (ENST,)
    text = GFF3["Ensembl"].replace("ENST1.1", "ENST1%2C1")
    assert parsed(read_annotation, text).transcripts == (
        dataclasses.replace(ENST, transcript_id="ENST1,1"),
    )


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace('"', ""),
        lambda text: text.replace('"', "'"),
        lambda text: text.replace(";\n", "\n"),
        lambda text: text.replace(";\n", "; \t\n"),
        lambda text: text.replace("; ", " ;  "),
        lambda text: text.replace('note "a; b";', ""),
        lambda text: "".join(line * 2 for line in text.splitlines(keepends=True)),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\t", "  "),
        lambda text: "track name=x\n\n" + text,
    ],
)
def test_gtf_is_read_with_the_liberties_that_programs_take(parsed, changed):
    text = changed(GTF.replace(' note "a; b";', "") if '"' not in changed(GTF) else GTF)
    annotation = parsed(read_annotation, text)
    assert (annotation.genes, annotation.transcripts) == ((GENE,), (ENST,))


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace(";", " ; "),
        lambda text: text.replace("\n", ";\n").replace("gff-version 3;", "gff-version 3"),
        lambda text: text.replace("ID=ENST1.1", 'ID="ENST1.1"'),
    ],
)
def test_gff3_is_read_with_the_liberties_that_programs_take(parsed, changed):
    annotation = parsed(read_annotation, changed(GFF3["GENCODE"]))
    assert (annotation.genes, annotation.transcripts) == ((GENE,), (ENST,))


def test_a_transcript_of_coding_parts_alone_has_them_as_exons(parsed):
    text = "".join(line + "\n" for line in GTF.splitlines() if "\texon\t" not in line)
    assert parsed(read_annotation, text).transcripts[0].exons == (
        (200, 202),
        (203, 300),
        (800, 850),
    )


def test_an_exon_of_two_transcripts_belongs_to_both(parsed):
    text = GFF3["GENCODE"].replace("ID=exon:ENST1.1:1;Parent=ENST1.1;", "Parent=ENST1.1,ENST2.1;")
    found = parsed(read_annotation, text)
    assert [(one.transcript_id, one.exons) for one in found.transcripts] == [
        ("ENST1.1", ((100, 300), (800, 900))),
        ("ENST2.1", ((800, 900),)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("\t.\t-\t.\tgene_id", "\t.\t-\tgene_id", "expected 9 tab-separated columns, got 8"),
        ("\t800\t900\t", "\tx\t900\t", "expected a whole number, got 'x'"),
        ("\t800\t900\t", "\t901\t900\t", "expected 1 <= start <= end, got 901 and 900"),
        (
            "\texon\t800\t900\t.\t-",
            "\texon\t800\t900\t.\tq",
            "expected a strand, one of + - ? * ., got 'q'",
        ),
        (
            'exon	800	900	.	-	.	gene_id "ENSG1.2"; transcript_id "ENST1.1"',
            "exon	800	900	.	-	.	x",
            "expected a transcript_id",
        ),
        (
            'gene_id "ENSG1.2"; gene_type',
            "gene_type",
            "expected a gene_id (GTF) or ID (GFF3) of the gene",
        ),
        ("exon\t100\t300", "exon\t100\t850", "expected exons that ascend and do not overlap"),
    ],
)
def test_a_wrong_line_of_gtf_is_named(parsed, old, new, expected):
    wrong = GTF.replace(old, new, 1)
    line = next(
        n
        for n, (one, other) in enumerate(zip(GTF.splitlines(), wrong.splitlines(), strict=True), 1)
        if one != other
    )
    with pytest.raises(BadRow) as caught:
        parsed(read_annotation, wrong)
    assert expected in caught.value.reason
    assert caught.value.line == (3 if "overlap" in expected else line)


def test_snaptrons_transcripts_are_read(parsed):
    text = (
        "chr1\tGC,RG\ttranscript\t60\t900\t.\t+\t.\t"
        'transcript_id "ENST0.1";cds_span "{}";exons "60-65,70-900";\n'
    )
    [one] = parsed(read_transcripts, text.format("62-800"))
    assert one == Transcript(
        "ENST0.1", "", "", "chr1", 60, 900, "+", ((60, 65), (70, 900)), (62, 800), "GC,RG"
    )
    [one] = parsed(read_transcripts, text.format("NA"))
    assert one.cds is None
    for wrong, expected in [
        (text.format("62"), "expected start-end such as 60-900, got '62'"),
        (text.replace("cds_span", "span"), "but there is no cds_span"),
        (
            text.replace("\ttranscript\t", "\texon\t"),
            "expected a GTF line of 9 columns, the third `transcript`",
        ),
    ]:
        with pytest.raises(BadRow, match=expected):
            parsed(read_transcripts, wrong)


def test_the_golden_tables_give_the_intervals_of_the_recorded_answers(shared):
    found = symbol_intervals(
        read(read_refflat, shared / "golden" / "data" / "refseq_transcripts_by_hgvs.tsv")
    )
    assert {symbol: [str(region) for region in regions] for symbol, regions in found.items()} == {
        "GENEA": ["chr1:50-2000"],
        "MULTI": ["chrX:2691179-2741309", "chrY:2691179-2741309"],
        "FAR": ["chr1:99001-100500", "chr1:91-210"],
    }
    annotation = read(read_annotation, shared / "golden" / "data" / "gencode.gff3")
    assert [gene.gene_id for gene in annotation.genes] == ["ENSG00000000001.1", "ENSG00000000009.1"]
    assert len(read(read_transcripts, shared / "golden" / "data" / "all_transcripts.gtf")) == 25
    assert (
        len(
            read(read_canonical, shared / "golden" / "data" / "ucsc_known_canonical_transcript.tsv")
        )
        == 1
    )


def test_real_transcripts_have_the_introns_of_the_real_table_of_introns(shared, tmp_path):
    """Both tables were made of GENCODE 43."""
    folder = shared / "data" / "annotation"
    with gzip.open(folder / "gencode_v43.refFlat_like.txt.gz", "rt") as stream:
        (tmp_path / "part").write_text(
            "".join(line for line, _ in zip(stream, range(3000), strict=False))
        )
    transcripts = read(read_refflat, tmp_path / "part")
    assert len(transcripts) == 3000
    with gzip.open(folder / "gencode_v43.introns.tsv.gz", "rt") as stream:
        rows = (line.split("\t") for line in list(stream)[1:])
        introns = {(row[0], int(row[1]), int(row[2]), row[3]) for row in rows}
    for one in transcripts:
        for start, end in one.introns():
            assert (one.chrom, start, end, one.strand) in introns


@pytest.mark.parametrize(
    ("attributes", "tags"),
    [
        ('tag "basic"; tag "Ensembl_canonical"; tag "MANE_Select";', ("MANE_Select", "Ensembl_canonical")),
        ('tag "MANE_Select"; level 2; tag "cds_start_NF";', ("MANE_Select", "cds_start_NF")),
        ('tag "MANE_Plus_Clinical";', ()),
        ("", ()),
    ],
)  # fmt: skip
def test_every_tag_of_a_gtf_line_is_read(parsed, attributes, tags):
    line = f'chr1\tX\t{{}}\t1\t9\t.\t+\t.\tgene_id "G"; transcript_id "T"; {attributes}\n'
    found = parsed(read_annotation, line.format("transcript") + line.format("exon"))
    assert found.transcripts[0].tags == tags
    # Old GTF has no line for a transcript; its exons have the tags.
    assert parsed(read_annotation, line.format("exon")).transcripts[0].tags == tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("tag=basic,Ensembl_canonical,MANE_Select,appris_principal_1", ("MANE_Select", "Ensembl_canonical")),
        ("tag=MANE Select", ("MANE_Select",)),
        ("tag=RefSeq Select;product=x", ("RefSeq_Select",)),
        ("note=tag MANE_Select is absent", ()),
    ],
)  # fmt: skip
def test_every_tag_of_a_gff3_line_is_read(parsed, text, tags):
    lines = (
        f"chr1\tX\tmRNA\t1\t9\t.\t+\t.\tID=rna-T;transcript_id=T;{text}\n"
        "chr1\tX\texon\t1\t9\t.\t+\t.\tID=e;Parent=rna-T\n"
    )
    assert parsed(read_annotation, lines).transcripts[0].tags == tags
