"""Junctions as the files of other tools: STAR's SJ.out.tab, regtools' BED12, LeafCutter's counts,
recount3's matrix, the external counts of FRASER and DROP, and AnnData. What a tool would have known and a
release does not is written as the docstring of its module says. `snapshard load` reads all of them again but
AnnData.
"""

from snapshard.tool_files.writing import TOOLS, write_tool_files

__all__ = ["TOOLS", "write_tool_files"]
