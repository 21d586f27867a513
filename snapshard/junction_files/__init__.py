"""Files of junctions in the formats of aligners and splicing tools, read as introns, 1-based and
closed.

A format is one module, beside its convention and the source of it. A file's format is detected by
its content or named. Lines are passed on as they came, so that results can be written beside them.
"""

from snapshard.junction_files.convention import CONVENTIONS, Convention
from snapshard.junction_files.count_tables import (
    CountTable,
    is_count_table_part,
    open_count_table,
)
from snapshard.junction_files.format import MAPPED, READ_KINDS, JunctionFormat, ReadOptions
from snapshard.junction_files.introns import NO_READS, BadCell, Introns
from snapshard.junction_files.junction_file import FORMATS, JunctionFile, JunctionLines
from snapshard.junction_files.text_lines import Stream

__all__ = [
    "CONVENTIONS",
    "FORMATS",
    "MAPPED",
    "NO_READS",
    "READ_KINDS",
    "BadCell",
    "Convention",
    "CountTable",
    "Introns",
    "JunctionFile",
    "JunctionFormat",
    "JunctionLines",
    "ReadOptions",
    "Stream",
    "is_count_table_part",
    "open_count_table",
]
