"""The compilation's sample groups, as a script reads them from their file."""

from pathlib import Path


def read_groups(folder: Path) -> dict[str, set[int]]:
    """The samples of every group, by its short name."""
    lines = (folder / "samples.groups.tsv").read_text().splitlines()[1:]
    return {
        line.split("\t")[0]: {int(number) for number in line.split("\t")[3].split(",")}
        for line in lines
    }
