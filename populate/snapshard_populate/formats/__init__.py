"""Readers of source files, one module per format.

All of them report bad lines to an error budget and raise BadSource for a file that cannot be used.
"""

from snapshard_populate.formats.annotation import Annotation, read_annotation
from snapshard_populate.formats.annotation_file import (
    AnnotationFile,
    keep_annotation_file,
    kept_annotation_file,
    read_annotation_file,
)
from snapshard_populate.formats.bases import read_bases, read_bases_header, read_bedgraph
from snapshard_populate.formats.groups import GroupLine, read_groups
from snapshard_populate.formats.merged_coverage import MergedCoverage
from snapshard_populate.formats.sample_coverage import CoverageFile, read_coverage_files
from snapshard_populate.formats.samples import SampleField, SampleTable, read_samples, read_types
from snapshard_populate.formats.snaptron import FileCount, check_rows, count_rows, read_rows
from snapshard_populate.formats.transcripts import read_transcripts
from snapshard_populate.formats.ucsc import read_canonical, read_refflat

__all__ = [
    "Annotation",
    "AnnotationFile",
    "CoverageFile",
    "FileCount",
    "GroupLine",
    "MergedCoverage",
    "SampleField",
    "SampleTable",
    "check_rows",
    "count_rows",
    "keep_annotation_file",
    "kept_annotation_file",
    "read_annotation",
    "read_annotation_file",
    "read_bases",
    "read_bases_header",
    "read_bedgraph",
    "read_canonical",
    "read_coverage_files",
    "read_groups",
    "read_refflat",
    "read_rows",
    "read_samples",
    "read_transcripts",
    "read_types",
]
