"""Names of a compilation's small files: in a folder of Snaptron's layout, and in the catalog, which
keeps some of them byte for byte.
"""

SAMPLES = "samples.tsv"
SAMPLE_TYPES = "samples.types.tsv"
GROUPS = "samples.groups.tsv"
BASES_HEADER = "bases.header.tsv"
BASES_FILES = "bases.files.tsv"
REFFLAT = "refseq_transcripts_by_hgvs.tsv"
ANNOTATION = "gencode.gff3"
TRANSCRIPTS = "all_transcripts.gtf"
CANONICAL = "ucsc_known_canonical_transcript.tsv"
