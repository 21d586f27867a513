"""Files of two small genes with known junctions: one on + and one on -, and the genome that they are in.

GENEP on +: exons 1001-1100, 1201-1260, 1401-1485, 1601-1700, coding from 1051 to 1651.
GENEM on -: exons 3501-3600, 3301-3390, 3001-3100 in the direction of transcription, coding from 3551 to
3050. Both read from ATG to a stop codon.
"""

import random
from pathlib import Path

SAMPLES = 8
PLUS = ((1001, 1100), (1201, 1260), (1401, 1485), (1601, 1700))
MINUS = ((3001, 3100), (3301, 3390), (3501, 3600))
PLUS_CODING = (1051, 1651)
MINUS_CODING = (3050, 3551)
LENGTH = 6_000
# Start, end, strand, and how many samples have the junction; each sample has two reads more than the
# one before.
JUNCTIONS = [
    (1091, 1200, "+", 2),
    (1101, 1190, "+", 1),
    (1101, 1200, "+", 8),
    (1101, 1400, "+", 4),
    (1101, 1600, "+", 1),
    (1105, 1200, "+", 3),
    (1261, 1319, "+", 3),
    (1261, 1400, "+", 7),
    (1261, 1600, "+", 2),
    (1335, 1400, "+", 2),
    (1486, 1600, "+", 6),
    (2001, 2400, "+", 2),
    (2011, 2400, "+", 1),
    (3101, 3296, "-", 2),
    (3101, 3300, "-", 8),
    (3101, 3500, "-", 5),
    (3391, 3500, "-", 7),
    (3401, 3500, "-", 1),
]
ANNOTATED = {(1101, 1200), (1261, 1400), (1486, 1600), (3101, 3300), (3391, 3500)}


def write_source(folder: Path) -> Path:
    """Writes junctions, samples, an annotation and the genome; returns the folder."""
    folder.mkdir(parents=True)
    (folder / "junctions.tsv").write_text("".join(map(junction_line, enumerate(JUNCTIONS, 1))))
    rows = "".join(f"{number}\tSRR{number}\n" for number in range(1, SAMPLES + 1))
    (folder / "samples.tsv").write_text("rail_id\trun\n" + rows)
    (folder / "gencode.gtf").write_text(annotation())
    (folder / "genome.fa").write_text(f">chr2\n{genome()}\n")
    return folder


def pairs(count):
    return [(sample, 2 * sample) for sample in range(1, count + 1)]


def junction_line(numbered):
    number, (start, end, strand, count) = numbered
    reads = [reads for _, reads in pairs(count)]
    total = sum(reads)
    middle = sorted(reads)[(count - 1) // 2] + sorted(reads)[count // 2]
    starts, ends = {start for start, _ in ANNOTATED}, {end for _, end in ANNOTATED}
    samples = "".join(f",{sample}:{reads}" for sample, reads in pairs(count))
    fields = [
        number, "chr2", start, end, end - start + 1, strand, int((start, end) in ANNOTATED),
        "GT", "AG", int(start in starts), int(end in ends), samples, count, total,
        total / count, middle / 2, 0,
    ]  # fmt: skip
    return "\t".join(map(str, fields)) + "\n"


def annotation():
    """GTF: ENST01.2 is the MANE Select transcript of GENEP, ENST02.1 lacks its second exon; ENST03.1 is
    the only transcript of GENEM, without a tag.
    """
    mane = 'tag "basic"; tag "Ensembl_canonical"; tag "MANE_Select";'
    return "".join(
        [
            *transcript("ENSG01.1", "GENEP", "ENST01.2", "+", PLUS, PLUS_CODING, mane),
            *transcript(
                "ENSG01.1", "GENEP", "ENST02.1", "+", (PLUS[0], *PLUS[2:]), PLUS_CODING, ""
            ),
            *transcript("ENSG02.1", "GENEM", "ENST03.1", "-", MINUS, MINUS_CODING, ""),
        ]
    )


def transcript(gene_id, symbol, name, strand, exons, coding, tags):
    names = f'gene_id "{gene_id}"; gene_name "{symbol}";'
    whole = exons[0][0], exons[-1][1]
    if not name.endswith("02.1"):
        yield feature("gene", whole, strand, names)
    names = f'{names} transcript_id "{name}"; {tags}'
    yield feature("transcript", whole, strand, names)
    for first, last in exons:
        yield feature("exon", (first, last), strand, names)
        if first <= coding[1] and last >= coding[0]:
            yield feature("CDS", (max(first, coding[0]), min(last, coding[1])), strand, names)


def feature(kind, span, strand, attributes):
    place = "chr2", "TEST", kind, str(span[0]), str(span[1])
    return "\t".join([*place, ".", strand, ".", attributes]) + "\n"


def genome():
    """Random bases, with the codons of both genes in their places."""
    generator = random.Random(5)
    bases = [generator.choice("ACGT") for _ in range(LENGTH)]
    sense = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
    sense = [codon for codon in sense if codon not in ("TAA", "TAG", "TGA")]
    for exons, coding, strand in ((PLUS, PLUS_CODING, "+"), (MINUS, MINUS_CODING, "-")):
        places = [place for first, last in exons for place in range(first, last + 1)]
        places = [place for place in places if coding[0] <= place <= coding[1]]
        assert len(places) % 3 == 0
        codons = [generator.choice(sense) for _ in range(len(places) // 3 - 2)]
        text = "ATG" + "".join(codons) + "TAA"
        if strand == "-":
            places.reverse()
            text = text.translate(str.maketrans("ACGT", "TGCA"))
        for place, base in zip(places, text, strict=True):
            bases[place - 1] = base
    return "".join(bases)
