"""The background of a sample's junctions: what a release knows about each line of a junction file."""

from snapshard.background.annotate import AnnotatedFile
from snapshard.background.columns import COLUMNS, GROUP_COLUMNS, NA, column_names
from snapshard.background.ranks import RARE

__all__ = [
    "COLUMNS",
    "GROUP_COLUMNS",
    "NA",
    "RARE",
    "AnnotatedFile",
    "column_names",
]
