"""The compilation's sample groups, as a script reads them from their file."""

from pathlib import Path


def read_groups(folder: Path) -> dict[str, set[int]]:
    """The samples of every group, by its short name."""
    lines = (folder / "samples.groups.tsv").read_text().splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    return {name: set(map(int, ids.split(","))) for name, _, _, ids in fields}
