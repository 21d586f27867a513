"""The commands of docs/evidence.md, docs/compare.md and docs/variants.md over the real junctions of
ALK print what the pages show.
"""

import gzip
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from data_folders import data_folder

from snapshard.__main__ import snapshard
from snapshard_populate.loading import Compilation, LoadPlan
from snapshard_populate.releases import read_layout

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page):
    """The commands of a page, each with its output."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", text)


@pytest.fixture(scope="module")
def alk(shared, tmp_path_factory):
    """A data folder with the junctions of ALK in GTEx, their samples, tissues and transcripts."""
    data, refflat = shared / "data", tmp_path_factory.mktemp("alk") / "alk.refflat"
    with gzip.open(data / "annotation/gencode_v43.refFlat_like.txt.gz", "rt") as file:
        refflat.write_text("".join(line for line in file if line.startswith("ALK\t")))
    compilation = Compilation(
        "gtex",
        str(data / "gtex/junctions.tsv.gz"),
        assembly="GRCh38",
        samples=str(data / "samples/gtex.samples.tsv.gz"),
        groups=str(data / "samples/gtex.samples.groups.tsv"),
        refflat=str(refflat),
    )
    with data_folder() as folder:
        folder.load(LoadPlan(compilation, read_layout(["*\t-\ts1"])))
        yield folder.path


COUNTS = {"evidence.md": 4, "compare.md": 2, "variants.md": 1}
COMMANDS = [block for page in COUNTS for block in blocks(page)]


def test_the_pages_show_four_junctions_two_comparisons_and_a_position():
    assert {page: len(blocks(page)) for page in COUNTS} == COUNTS


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_a_command_prints_what_the_page_shows(alk, command, output):
    program, *words = shlex.split(command)
    assert program == "snapshard"
    result = CliRunner().invoke(snapshard, [*words, "--data", str(alk)])
    assert (result.exit_code, result.stdout) == (0, output)
