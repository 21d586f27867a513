"""The worked example of docs/annotate.md is what the command's code computes."""

import io
import re
from pathlib import Path

from snapshard.background import AnnotatedFile
from snapshard.junction_files import CONVENTIONS, FORMATS, JunctionFile
from snapshard_populate.loading import Compilation, LoadPlan, load_compilation
from snapshard_populate.releases import default_layout

PAGE = (Path(__file__).parents[2] / "docs" / "annotate.md").read_text(encoding="utf-8")
JUNCTIONS = """\
1\tchr1\t101\t200\t100\t+\t1\tGT\tAG\t1\t1\t,1:8,2:6,3:4,4:2\t4\t20\t5.0\t5.0\t0
2\tchr1\t101\t300\t200\t+\t0\tGT\tAG\t1\t0\t,2:5\t1\t5\t5.0\t5.0\t0
"""


def example(name):
    return re.search(rf"<!-- example: {name} -->\n```\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_worked_example_is_what_the_code_computes(embedded, index, tmp_path):
    files = {
        "junctions.tsv": JUNCTIONS,
        "samples.tsv": "rail_id\trun\n"
        + "".join(f"{number}\tr{number}\n" for number in range(1, 5)),
        "groups.tsv": "Blood\tWhole blood\t2\t1,2\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    compilation = Compilation(
        "tiny",
        str(tmp_path / "junctions.tsv"),
        assembly="GRCh38",
        samples=str(tmp_path / "samples.tsv"),
        groups=str(tmp_path / "groups.tsv"),
    )
    layout = default_layout(["s1"])
    load_compilation(embedded.ensure_shards(["s1"]), LoadPlan(compilation, layout))
    release = index.catalog.release("tiny")
    groups = index.facts.of(release).groups_named(["Blood"])
    file = JunctionFile(io.BytesIO(example("file").encode()), "SJ.out.tab")
    result = AnnotatedFile(index, release, file, groups=groups, rare=0.5)
    lines = (result.header() + b"".join(result.rows())).decode().splitlines()
    ranks = dict(re.findall(r"row=(\d+) rank=(\d+)", b"".join(result.remarks()).decode()))
    expected = []
    for number, line in enumerate(lines):
        cells = line.split("\t")[9:]
        cells.append(ranks.get(str(number), "NA") if number else "bg_rank")
        expected.append("\t".join([*cells[:2], *cells[3:]]))
    assert example("answer").splitlines() == expected


def test_the_page_names_every_format_and_convention():
    assert [name for name in (*FORMATS, *CONVENTIONS) if f"| `{name}` |" not in PAGE] == []
