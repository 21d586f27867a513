"""Merging: from junction files of samples, as aligners write them, to the files of a compilation.

- `sample_files` lists the files of a folder; `metadata` reads any table of samples, and matches the
  two.
- `spill` reads every file (with `snapshard.junction_files`) into `records`, sorted in `runs` on disk;
  `file_facts` is what was learned of a file, and what is wrong with it.
- `earlier_samples` are those of a release to which others are added; its junctions are runs as well.
- `merge` reads all runs together, a part of a chromosome at a time; `splice_sites` completes motifs and
  strands, and `lines` writes the 17 columns.
- `sample_table` is the table of all samples and their groups.
- `summary` says what was understood.
"""

from snapshard_populate.merging.merge import Merge, Merged, OwnData
from snapshard_populate.merging.sample_files import is_file_list
from snapshard_populate.merging.sample_table import (
    SampleRow,
    group_columns,
    group_lines,
    groups_by,
)
from snapshard_populate.merging.summary import (
    annotation_assembly,
    fitting_assemblies,
    summary_lines,
)

__all__ = [
    "Merge",
    "Merged",
    "OwnData",
    "SampleRow",
    "annotation_assembly",
    "fitting_assemblies",
    "group_columns",
    "group_lines",
    "groups_by",
    "is_file_list",
    "summary_lines",
]
