"""Writes a folder of files for a tool, all of them or none."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from snapshard.errors import BadQuery
from snapshard.rows import Rows
from snapshard.tool_files.annotated_matrix import write_anndata
from snapshard.tool_files.fraser import write_fraser
from snapshard.tool_files.per_sample import write_regtools, write_star
from snapshard.tool_files.tables import write_leafcutter, write_recount3

TOOLS: Mapping[str, Callable[[Path, Rows, Mapping[int, str]], list[Path]]] = {
    "star": write_star,
    "regtools": write_regtools,
    "leafcutter": write_leafcutter,
    "recount3": write_recount3,
    "fraser": write_fraser,
    "anndata": write_anndata,
}
"""What writes the files of each tool."""


def write_tool_files(
    tool: str, folder: Path, rows: Rows, names: Mapping[int, str] | None = None
) -> list[Path]:
    """The files of a tool with these rows, which have all columns, written to a new folder.

    names: the names of samples by rail_id; each gets a file or column, also without junctions. Samples
    without a name have their rail_id. Raises BadQuery for an unknown tool, a folder that exists and is
    not empty, and names that are no file names or occur twice.
    """
    if tool not in TOOLS:
        raise BadQuery("tool", tool, f"one of {', '.join(TOOLS)}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadQuery("folder", str(folder), "a new or an empty folder")
    _check_names(names or {})
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as parent:
        partial = Path(parent) / "files"
        partial.mkdir()
        paths = TOOLS[tool](partial, rows, names or {})
        if folder.exists():
            folder.rmdir()
        shutil.move(partial, folder)
    return [folder / path.name for path in paths]


def _check_names(names: Mapping[int, str]) -> None:
    first: dict[str, int] = {}
    for rail_id, name in names.items():
        if not name or "/" in name or name.startswith("."):
            raise BadQuery("name", name, f"a name for the file of sample {rail_id}")
        if name in first:
            raise BadQuery("name", name, f"a name that sample {first[name]} does not have, too")
        first[name] = rail_id
