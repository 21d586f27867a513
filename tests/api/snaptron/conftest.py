"""A gunicorn server as shipped, over real and made-up compilations."""

import pyBigWig
import pytest
from data_folders import data_folder as new_data_folder
from snaptron_wire import (
    LAYOUT,
    NO_SAMPLES,
    SHARED,
    Running,
    Site,
    learn_samples,
    source_lines,
    write_wide,
)

from snapshard_populate.loading import Compilation, LoadPlan, read_folder
from snapshard_populate.simulate import simulate


@pytest.fixture(scope="session")
def golden():
    if not SHARED.is_dir():
        pytest.skip(f"no recorded answers at {SHARED} (set SNAPSHARD_SHARED)")
    return SHARED / "golden"


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "sim"
    simulate(folder, junctions=3_000, samples=60, seed=11)
    return folder


def write_split(data, folder):
    """The golden base coverage as one file per sample, every other one a bigWig; gives the list of
    the files.
    """
    folder.mkdir()
    samples = (data / "bases.header.tsv").read_text().split()[3:]
    rows = [line.split("\t") for line in (data / "bases.tsv").read_text().splitlines()]
    lines = []
    for place, sample in enumerate(samples):
        steps = [
            (row[0], int(row[1]), int(row[2]), float(row[3 + place]))
            for row in rows
            if float(row[3 + place])
        ]
        if place % 2:
            (folder / sample).write_text(
                "".join(
                    f"{chrom}\t{start}\t{end}\t{value:g}\n" for chrom, start, end, value in steps
                )
            )
        else:
            with pyBigWig.open(str(folder / sample), "w") as file:
                file.addHeader(
                    [(chrom, 100_000) for chrom in dict.fromkeys(row[0] for row in rows)]
                )
                chroms, starts, ends, values = (list(column) for column in zip(*steps, strict=True))
                file.addEntries(chroms, starts, ends=ends, values=values)
        lines.append(f"{sample}\t{sample}\n")
    listed = folder / "bases.files.tsv"
    listed.write_text("".join(lines))
    return listed


QS_COLUMNS = {
    "srav2": {78: "auc", 90: "junction_coverage"},
    "gtexfull": {65: "SMTS", 308: "auc", 320: "junction_coverage"},
}
"""Where qs looks in the samples files of Snaptron's own srav2 and gtex, counted from 0; no real one
at hand is whole.
"""


def write_wide_samples(samples, path, columns):
    """The simulated samples with so many columns that those which qs knows by their places stand
    there.
    """
    known = samples.read_text().splitlines()[0].split("\t")
    width = max(columns) + 5
    lines = [
        "\t".join(
            ["rail_id", *(columns.get(number, f"column{number}") for number in range(1, width))]
        )
    ]
    for line in samples.read_text().splitlines()[1:]:
        said = dict(zip(known, line.split("\t"), strict=True))
        rail_id = int(said["rail_id"])
        totals = {
            number: (rail_id * 37 + number * 1_000_003) % 90_000_000 + 10_000_000
            for number in range(1, width)
        }
        places = {number: said["SMTS"] for number, name in columns.items() if name == "SMTS"}
        lines.append("\t".join(map(str, [rail_id, *(totals | places).values()])))
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture(scope="session")
def compilations(golden, simulated):
    data = SHARED / "data"
    described = {
        "samples": str(data / "samples/gtex.samples.tsv.gz"),
        "groups": str(data / "samples/gtex.samples.groups.tsv"),
    }
    found = {
        name: Compilation(
            name,
            str(data / name / "junctions.tsv.gz"),
            title=title,
            assembly="hg38",
            **({} if name in NO_SAMPLES else described),
        )
        for name, title in (("gtex", "GTEx"), ("gtex17", "GTEx17"), ("gtexv2", "gtexv2"))
    }
    tiny = read_folder(golden / "data", name="tiny")
    found["tiny"] = Compilation(**{**vars(tiny), "title": "TINY", "assembly": "hg38"})
    found["split"] = Compilation(
        "split",
        tiny.junctions,
        bases_files=str(write_split(golden / "data", simulated.parent / "split")),
    )
    found["sim"] = read_folder(simulated, name="sim")
    for name, columns in QS_COLUMNS.items():
        known_to_qs = write_wide_samples(
            simulated / "samples.tsv", simulated.parent / f"{name}.samples.tsv", columns
        )
        found[name] = Compilation(name, found["sim"].junctions, samples=str(known_to_qs))
    found["wide"] = Compilation(
        "wide", str(write_wide(simulated.parent / "wide.tsv")), title="wide", assembly="hg38"
    )
    return found


@pytest.fixture(scope="session")
def data_folder(compilations):
    """A folder of the embedded server with every compilation loaded and published."""
    with new_data_folder() as folder:
        for compilation in compilations.values():
            folder.load(LoadPlan(compilation, LAYOUT))
        yield folder.path


@pytest.fixture(scope="session")
def process(data_folder):
    """`snapshard serve` over that folder, as shipped."""
    with Running("--data", str(data_folder), workers=2) as process:
        yield process


@pytest.fixture(scope="session")
def server(process):
    """Where it listens."""
    return process.server


@pytest.fixture(scope="session")
def sites(server, compilations):
    """Gives a compilation's site; made once."""
    known = {}

    def site(name):
        if name not in known:
            known[name] = Site(server, name, source_lines(compilations[name]))
        return known[name]

    return site


@pytest.fixture(params=["tiny", "sim", "gtex", "gtex17", "gtexv2"])
def site(request, sites):
    """Every compilation."""
    return sites(request.param)


@pytest.fixture(params=["tiny", "sim", "gtex", "gtex17"])
def described(request, sites):
    """The compilations that have samples, with types and groups."""
    found = sites(request.param)
    if not hasattr(found, "N"):
        learn_samples(found)
    return found


@pytest.fixture(params=["tiny", "sim"])
def annotated(request, sites):
    """The compilations that have genes, exons, base coverage and gene names."""
    return sites(request.param)
