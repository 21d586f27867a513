"""The catalog: the releases, and the facts about each: samples, groups, genes and transcripts."""

from snapshard.catalog import file_names
from snapshard.catalog.annotated_introns import AnnotatedIntrons
from snapshard.catalog.catalog import Catalog
from snapshard.catalog.facts import FactsCache, ReleaseFacts
from snapshard.catalog.gene_map import GeneMap
from snapshard.catalog.gene_search import (
    gene_loci,
    gene_members,
    gene_places,
    gene_regions,
    genes_by_prefix,
    genes_containing,
    merged_loci,
    placed_gene_members,
    places_of,
)
from snapshard.catalog.genes import Gene
from snapshard.catalog.group_report import MOST_GROUPS, GroupReport, grouping_members
from snapshard.catalog.groupings import (
    Cohort,
    GroupChoice,
    Grouping,
    cohort_group,
    field_grouping,
    parse_cohort,
)
from snapshard.catalog.sample_search import ALL, SampleFilter, SampleSearch, parse_sample_filter
from snapshard.catalog.samples_file import SamplesFile
from snapshard.catalog.symbols import Symbols
from snapshard.catalog.transcript_search import (
    StoredTranscript,
    find_transcript,
    transcript_members,
    transcripts_over,
)
from snapshard.catalog.transcripts import TranscriptLines, transcript_score
from snapshard.catalog.unicode_forms import unicode_forms

__all__ = [
    "ALL",
    "MOST_GROUPS",
    "AnnotatedIntrons",
    "Catalog",
    "Cohort",
    "FactsCache",
    "Gene",
    "GeneMap",
    "GroupChoice",
    "GroupReport",
    "Grouping",
    "ReleaseFacts",
    "SampleFilter",
    "SampleSearch",
    "SamplesFile",
    "StoredTranscript",
    "Symbols",
    "TranscriptLines",
    "cohort_group",
    "field_grouping",
    "file_names",
    "find_transcript",
    "gene_loci",
    "gene_members",
    "gene_places",
    "gene_regions",
    "genes_by_prefix",
    "genes_containing",
    "grouping_members",
    "merged_loci",
    "parse_cohort",
    "parse_sample_filter",
    "placed_gene_members",
    "places_of",
    "transcript_members",
    "transcript_score",
    "transcripts_over",
    "unicode_forms",
]
