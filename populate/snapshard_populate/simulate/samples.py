"""Simulated samples: a table with GTEx's 29 columns, the columns' types, and the groups by tissue.

Accessions start with SIM instead of SRR, SRS and so on. No person was sampled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from snapshard_populate.simulate.plan import FIRST_RAIL_ID, Plan, apportion
from snapshard_populate.simulate.tissues import TISSUES, Tissues, simulate_tissues

STUDY = "SIMP000001"
TYPES = {
    "rail_id": "i",
    "run_accession": "t",
    "sample_accession": "t",
    "experiment_accession": "t",
    "study_accession": "t",
    "SAMPID": "t",
    "SUBJID": "t",
    "SMTS": "t",
    "SMTSD": "t",
    "snaptron_group": "t",
    "sex": "t",
    "AGE": "t",
    "DTHHRDY": "i",
    "SMRIN": "f",
    "SMATSSCR": "i",
    "SMUBRID": "t",
    "SMCENTER": "t",
    "SMAFRZE": "t",
    "SMNABTCHT": "t",
    "avg_read_length": "i",
    "paired_end": "t",
    "read_count_as_reported_by_sra": "i",
    "mapped_read_count": "i",
    "auc": "i",
    "SMMAPRT": "f",
    "SMEXNCRT": "f",
    "SMRRNART": "f",
    "SMGNSDTC": "i",
    "bigwig_file": "t",
}
"""Columns in order with their types: i whole numbers, f decimals, t text. SMUBRID has leading
zeros, so it is text.
"""

SAMPLES_PER_SUBJECT = 17.5
FEMALE_TISSUES = {"Cervix_Uteri", "Fallopian_Tube", "Ovary", "Uterus", "Vagina"}
MALE_TISSUES = {"Prostate", "Testis"}
FEMALE = 0.375
AGES = {"20-29": 794, "30-39": 666, "40-49": 1696, "50-59": 3363, "60-69": 3008, "70-79": 135}
HARDY = {"0": 5214, "1": 459, "2": 2293, "3": 527, "4": 942, "": 227}
AUTOLYSIS = {"0": 1846, "1": 4926, "2": 679, "3": 71, "": 2140}
CENTERS = {"B1": 5672, "C1": 2642, "C1, A1": 618, "B1, A1": 431, "D1": 114, "D1, A1": 83, "NA": 102}
FREEZE = {"USE ME": 8551, "": 1111}
PREPARATIONS = {
    "RNA Extraction from Paxgene-derived Lysate Plate Based": 4571,
    "RNA isolation_PAXgene Tissue miRNA": 3620,
    "RNA isolation_Trizol Manual (Cell Pellet)": 850,
    "RNA isolation_PAXgene Blood RNA (Manual)": 432,
    "RNA isolation_QIAGEN miRNeasy": 189,
}
READ_LENGTHS = {"152": 9445, "500": 65, "136": 61, "202": 35, "147": 56}
"""Values with their numbers among GTEx's 9,662 runs."""
# In GTEx, this share of the runs has no values in the quality columns.
NO_QUALITY = 0.108

# The mapped reads of a GTEx sample of mean depth.
MAPPED_READS = 84_000_000
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ123456789"


@dataclass(frozen=True)
class _Subjects:
    """Invented donors: name, sex, age bracket and death circumstances, as parallel lists."""

    name: list[str]
    sex: list[str]
    age: list[str]
    hardy: list[str]


def sample_lines(plan: Plan) -> Iterator[str]:
    """The header and one line per sample, rail_id ascending."""
    tissues = simulate_tissues(plan)
    random = plan.generator("samples")
    subjects = _subjects(random, plan.samples)
    sites = _sites(tissues)
    yield "\t".join(TYPES) + "\n"
    for number in range(plan.samples):
        yield "\t".join(_row(random, number, tissues, sites[number], subjects)) + "\n"


def type_lines() -> Iterator[str]:
    """Column, tab, type letter; at the end `all`, the last column of Snaptron's responses."""
    for name, letter in TYPES.items():
        yield f"{name}\t{letter}\n"
    yield "all\tt\n"


def group_lines(plan: Plan) -> Iterator[str]:
    """Short name, long name, number of samples and their rail_ids (ascending) of every tissue that
    has samples.
    """
    tissues = simulate_tissues(plan)
    yield "group_short_name\tgroup_long_name\trail_id_count\trail_ids\n"
    for number, tissue in enumerate(TISSUES):
        members = np.flatnonzero(tissues.of == number) + FIRST_RAIL_ID
        if len(members):
            rail_ids = ",".join(map(str, members.tolist()))
            yield f"{tissue.name}\t{tissue.long_name or 'NA'}\t{len(members)}\t{rail_ids}\n"


def _subjects(random: np.random.Generator, samples: int) -> _Subjects:
    number = max(2, round(samples / SAMPLES_PER_SUBJECT))
    names = [f"SIM-{_letters(i)}" for i in range(number)]
    sex = ["female" if draw < FEMALE else "male" for draw in random.random(number)]
    # Tissues of one sex need a subject of that sex; `_subject` relies on these two.
    sex[:2] = "female", "male"
    return _Subjects(names, sex, _choices(random, AGES, number), _choices(random, HARDY, number))


def _letters(number: int) -> str:
    """Four letters and digits or more, different for every number, in no obvious order."""
    # 514,229 is prime and does not divide 33 ** 4, so the product permutes the numbers below it.
    scattered = number * 514_229 % len(LETTERS) ** 4 + len(LETTERS) ** 4 * (
        number // len(LETTERS) ** 4
    )
    letters = ""
    while scattered or len(letters) < 4:
        scattered, digit = divmod(scattered, len(LETTERS))
        letters += LETTERS[digit]
    return letters


def _sites(tissues: Tissues) -> list[tuple[str, str]]:
    """Detailed site and its invented ontology number of every sample."""
    names = sorted(set(chain.from_iterable(dict(tissue.sites) for tissue in TISSUES)))
    sites = [("", "")] * len(tissues.of)
    for number, tissue in enumerate(TISSUES):
        members = np.flatnonzero(tissues.of == number).tolist()
        counts = apportion(len(members), [float(size) for _, size in tissue.sites])
        dealt: list[str] = []
        for (site, _), count in zip(tissue.sites, counts, strict=True):
            dealt += [site] * count
        for member, site in zip(members, dealt, strict=True):
            sites[member] = site, f"{1000 + names.index(site) * 37:07d}"
    return sites


def _row(
    random: np.random.Generator,
    number: int,
    tissues: Tissues,
    site: tuple[str, str],
    subjects: _Subjects,
) -> tuple[str, ...]:
    """The 29 values of one sample."""
    tissue = TISSUES[int(tissues.of[number])]
    who = _subject(random, tissue.name, subjects)
    run, sample, experiment = (f"SIM{letter}{FIRST_RAIL_ID + number:07d}" for letter in "RSX")
    detail, ontology = site
    file = f"{run}_{sample}_{experiment}_{subjects.sex[who]}_{_file_part(detail)}.bw"
    return (
        *(str(FIRST_RAIL_ID + number), run, sample, experiment, STUDY),
        *(
            f"{subjects.name[who]}-{random.integers(1, 3000):04d}-SM-{_letters(number)}",
            subjects.name[who],
        ),
        *(
            tissue.long_name,
            detail,
            tissue.name,
            subjects.sex[who],
            subjects.age[who],
            subjects.hardy[who],
        ),
        f"{np.clip(random.normal(7.3, 1.1), 3.1, 10.5):.1f}",
        *(_choice(random, AUTOLYSIS), ontology if tissue.long_name else ""),
        *(_choice(random, values) for values in (CENTERS, FREEZE, PREPARATIONS)),
        *_reads(random, float(tissues.depth[number])),
        *_quality(random),
        file,
    )


def _subject(random: np.random.Generator, tissue: str, subjects: _Subjects) -> int:
    """A subject that can have the tissue; the first subject is a woman, the second a man."""
    who = int(random.integers(0, len(subjects.name)))
    if tissue in FEMALE_TISSUES and subjects.sex[who] != "female":
        return 0
    if tissue in MALE_TISSUES and subjects.sex[who] != "male":
        return 1
    return who


def _reads(random: np.random.Generator, depth: float) -> tuple[str, ...]:
    """Read length, pairing, reads reported, reads mapped and the area under the coverage."""
    length = _choice(random, READ_LENGTHS)
    mapped = int(MAPPED_READS * depth * random.uniform(0.95, 1.05))
    reported = int(mapped * random.uniform(1.01, 1.12))
    return length, "True", str(reported), str(mapped), str(mapped * int(length) // 2)


def _quality(random: np.random.Generator) -> tuple[str, ...]:
    """Rates of mapping, exonic and ribosomal reads, and genes detected; missing together."""
    mapping, exonic = (
        1 - np.exp(random.normal(-2.7, 0.35)),
        np.clip(random.normal(0.865, 0.044), 0.6, 0.98),
    )
    ribosomal, genes = np.exp(random.normal(-4.4, 0.8)), int(random.normal(24600, 1700))
    if random.random() < NO_QUALITY:
        return "", "", "", ""
    return f"{mapping:.8g}", f"{exonic:.8g}", f"{min(ribosomal, 0.3):.8g}", str(genes)


def _choice(random: np.random.Generator, values: dict[str, int]) -> str:
    return _choices(random, values, 1)[0]


def _choices(random: np.random.Generator, values: dict[str, int], number: int) -> list[str]:
    bounds = np.cumsum(list(values.values()))
    names = list(values)
    return [
        names[i]
        for i in np.searchsorted(bounds, random.random(number) * bounds[-1], side="right").tolist()
    ]


def _file_part(site: str) -> str:
    """A site as recount's file names spell it: lower-case letters, and dots for everything else."""
    words = "".join(letter if letter.isalnum() else " " for letter in site.lower()).split()
    return ".".join(words)
