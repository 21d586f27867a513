"""Would a junction have been seen? The coverage of its place, its verdicts and its CPM, against a
plain reading of the source's files.
"""

import gzip
import re
import statistics
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
ACCESSIBLE = ["Blood", "Muscle", "Skin"]


@dataclass(frozen=True)
class Reading:
    """The files of the source, read in the plainest way."""

    rows: list
    genes: list
    expressions: dict
    groups: dict
    sizes: dict

    def reads(self, rows):
        """Reads by sample, over rows."""
        sums = dict.fromkeys(self.sizes, 0)
        for row in rows:
            for sample, coverage in pairs(row):
                sums[sample] += coverage
        return sums

    def annotated(self, row, **place):
        """The annotated junctions on the strand of a row with these values."""
        return [
            other
            for other in self.rows
            if other["annotated"] != "0"
            and (other["chromosome"], other["strand"]) == (row["chromosome"], row["strand"])
            and all(other[name] == str(value) for name, value in place.items())
        ]

    def gene_reads(self, row):
        """The mean reads by sample of the gene's 20 most frequent annotated junctions."""
        _, used = self.gene_junctions(row)
        return {one: sum / len(used) for one, sum in self.reads(used).items()} if used else None

    def gene_expression(self, row):
        """The expression by sample of the same gene."""
        gene, _ = self.gene_junctions(row)
        pairs = self.expressions.get(gene)
        return None if pairs is None else dict.fromkeys(self.sizes, 0) | pairs

    def gene_junctions(self, row):
        """The gene of a row, and its 20 most frequent annotated junctions."""
        genes = [
            gene
            for gene in self.genes
            if (gene[0], gene[3]) == (row["chromosome"], row["strand"])
            and gene[1] <= int(row["start"])
            and int(row["end"]) <= gene[2]
        ]
        for gene in sorted(genes, key=lambda gene: gene[2] - gene[1]):
            inside = [
                other
                for other in self.annotated(row)
                if gene[1] <= int(other["start"]) and int(other["end"]) <= gene[2]
            ]
            inside.sort(key=lambda other: (-int(other["samples_count"]), int(other["snaptron_id"])))
            if inside:
                return gene, inside[:20]
        return None, []


def pairs(row):
    return [tuple(map(int, pair.split(":"))) for pair in row["samples"].split(",")[1:]]


def table(path):
    with (gzip.open if path.suffix in (".gz", ".bgz") else open)(path, "rt") as file:
        return [line.rstrip("\n").split("\t") for line in file]


@pytest.fixture(scope="module")
def reading(world):
    names, *samples = table(next(world.source.glob("samples.tsv*")))
    size = names.index("mapped_read_count")
    genes = [
        (
            fields[0],
            int(fields[3]),
            int(fields[4]),
            fields[6],
            re.search("gene_id=([^;]*)", fields[8])[1],
        )
        for fields in table(next(world.source.glob("gencode.gff3*")))
        if len(fields) > 8 and re.fullmatch("gene", fields[2])
    ]
    expressions = {
        (fields[1], int(fields[2]), int(fields[3]), fields[5], fields[10].split(":")[0]): dict(
            tuple(map(int, pair.split(":"))) for pair in fields[11].split(",")[1:]
        )
        for fields in table(next(world.source.glob("genes.bgz")))
    }
    groups = table(next(world.source.glob("samples.groups.tsv*")))[1:]
    members = {fields[0]: [int(text) for text in fields[3].split(",")] for fields in groups}
    sizes = {int(fields[0]): int(fields[size]) for fields in samples}
    return Reading(world.rows, genes, expressions, members, sizes)


def junctions(rows):
    """Junctions of the source, and neighbours that it does not have, with one end in common or none."""
    near = st.sampled_from(rows)
    shifts = st.sampled_from([(0, 0), (0, 0), (0, 1), (1, 0), (2, 3)])
    return st.tuples(near, shifts).map(
        lambda pair: (
            pair[0]
            | {
                "start": str(int(pair[0]["start"]) + pair[1][0]),
                "end": str(int(pair[0]["end"]) + pair[1][1]),
            }
        )
    )


def naive(reading, row, members, least_reads, least_samples):
    """What is said of a junction in these samples, from the files alone."""
    places = {name: row[name] for name in ("chromosome", "start", "end", "strand")}
    same = [one for one in reading.rows if all(one[name] == places[name] for name in places)]
    seen = {sample: reads for sample, reads in reading.reads(same).items() if reads}
    inside = {sample: seen[sample] for sample in members if sample in seen}
    sites = [
        reading.reads(rows) if (rows := reading.annotated(row, **place)) else None
        for place in ({"start": row["start"]}, {"end": row["end"]})
    ]
    known = [reads for reads in sites if reads is not None]
    gene = reading.gene_reads(row)
    either = {one: max(reads[one] for reads in known) for one in members} if known else None
    deciding = either or gene or {}
    informative = sum(deciding.get(one, 0) >= least_reads for one in members)
    absent = not inside and informative >= least_samples
    cpm = [reads * 1e6 / reading.sizes[sample] for sample, reads in inside.items()]
    return {
        "n": len(inside),
        "average": sum(inside.values()) / len(members),
        "cpm": {
            "median": statistics.median(cpm) if cpm else None,
            "maximum": max(cpm) if cpm else None,
            "average": sum(cpm) / len(members),
        },
        "verdict": "seen"
        if inside
        else "absent although expressed"
        if absent
        else "not informative",
        "upper_bound": 1 - 0.05 ** (1 / informative) if absent else None,
        "coverage": {
            "informative": informative,
            "at_least_10": sum(n >= 10 for n in either.values()) if either else None,
            "at_least_20": sum(n >= 20 for n in either.values()) if either else None,
            "start_median": median(sites[0], members),
            "end_median": median(sites[1], members),
            "gene_median": median(gene, members),
            "expression_median": median(reading.gene_expression(row), members),
        },
    }


def median(reads, members):
    return None if reads is None else statistics.median(reads[one] for one in members)


def check(part, wanted):
    for name, value in wanted.items():
        if isinstance(value, dict):
            assert part[name] == pytest.approx(value), name
        else:
            assert part[name] == (pytest.approx(value) if isinstance(value, float) else value), name


def test_the_evidence_is_what_a_plain_reading_gives(http, reading):
    stranded = [row for row in reading.rows if row["strand"] in "+-"]

    @CASES
    @given(junctions(stranded), st.integers(1, 30), st.integers(1, 6))
    def compare(row, least_reads, least_samples):
        name = f"{row['chromosome']}:{row['start']}-{row['end']}:{row['strand']}"
        parameters = {"min_reads": least_reads, "min_samples": least_samples}
        answer = http.get(f"/junctions/{name}/evidence", params=parameters).json()
        thresholds = (least_reads, least_samples)
        check(answer["seen"], naive(reading, row, list(reading.sizes), *thresholds))
        for group in answer["groups"]:
            check(group, naive(reading, row, reading.groups[group["group"]], *thresholds))

    compare()


def test_accessible_tissues_come_first(http, reading):
    row = reading.rows[0]
    groups = http.get(f"/junctions/{row['snaptron_id']}/evidence").json()["groups"]
    accessible = [one["group"] for one in groups if one["accessible"]]
    present = [name for name in ACCESSIBLE if name in reading.groups]
    assert present
    assert accessible == [one["group"] for one in groups][: len(accessible)] == present


def test_a_file_of_tissues_replaces_the_table(world, start_server, tmp_path):
    names = [fields[0] for fields in table(next(world.source.glob("samples.groups.tsv*")))[1:]]
    (tmp_path / "tissues.tsv").write_text(f"# ours\n{names[-1]}\n", encoding="utf-8")
    options = ("--data", str(world.folder), "--workers", "1")
    server = start_server(*options, accessible_tissues=tmp_path / "tissues.tsv")
    url = f"{server.url}/api/v1/compilations/sim/junctions/{world.rows[0]['snaptron_id']}/evidence"
    groups = httpx.get(url).json()["groups"]
    assert [one["group"] for one in groups if one["accessible"]] == [names[-1]]
    server.stop()


@pytest.mark.parametrize(
    ("parameters", "part"),
    [
        ({"min_reads": 0}, "min_reads"),
        ({"min_samples": "few"}, "few"),
        ({"library_size": "nothing"}, "nothing"),
    ],
)
def test_bad_thresholds_are_refused(http, reading, parameters, part):
    number = reading.rows[0]["snaptron_id"]
    response = http.get(f"/junctions/{number}/evidence", params=parameters)
    assert response.status_code == 400
    assert part in response.text


def test_without_samples_only_sight_is_told(root, world):
    number = world.rows[0]["snaptron_id"]
    answer = root.get(f"/api/v1/compilations/bare/junctions/{number}/evidence").json()
    assert (answer["place"], answer["library_size"]) == (None, None)
    assert answer["seen"]["verdict"] == "seen"
    assert answer["seen"]["coverage"] is None
