"""Thousands of neighbouring requests: the server's answers equal those of a plain model of the
protocol, to the byte.

First every value of every parameter alone, beside a region, ids or nothing; then, with a fixed
seed, requests made up at random.
"""

import itertools
import random
import re
import urllib.parse

import pytest
from protocol_model import Model
from test_golden import INTENDED, RESPONSES

REGIONS = [
    *[
        "chr1:100-300",
        "chr1:150-150",
        "chr3:10020-10300",
        "chr1:0-100",
        "chr1:300-100",
        "chr29:1-9",
        "chr1:1-99999999999",
    ],
    *[
        "GENEA",
        "genea",
        "MULTI",
        "FAR",
        "NOPE",
        "ONLYGC",
        "ENSG00000000001.1",
        "ENSG00000000009.1",
        "ensg00000000009.1",
    ],
    *[
        "ENSG00000000001",
        "chr1:1-9:+",
        "chr1_random:1-9",
        "1:1-9",
        "chrx:1-9",
        "chr1:1",
        "",
        "chr1:300-300,chr2:1-900",
    ],
    *[
        "chr2:1-900,NOPE",
        "NOPE,chr2:1-900",
        "chr2:1-900,",
        "MULTI,chr1:300-300",
        "chr1:300-300, chr2:1-900",
        "CHR1:1-9",
    ],
    *["GENEA:1", "GENEA:2;1", "genea:1-2", "GENEA:3", "GENEA:", "GENEA:x", "MULTI:1"],
]
VALUES = {
    "ids": [
        "3",
        "5,2,2,9999",
        "abc",
        "",
        "3,",
        "snaptron_id",
        "snaptron_id,3",
        "-1",
        "+3",
        "03",
        "3.0",
        " 3",
    ],
    "id": ["3", "5,2", "abc"],
    "rfilter": [
        *[
            f"{name}{op}{value}"
            for name, value in (("length", "101"), ("samples_count", "3"), ("coverage_sum", "6"))
            for op in (">:", "<:", ">", "<", ":", "!:")
        ],
        *[f"coverage_avg{op}4.333" for op in (">:", "<:", ">", "<", ":", "!:")],
        *[
            "coverage_median>:5.5",
            "coverage_median:1",
            "strand:+",
            "strand:-",
            "strand!:-",
            "strand>:-",
            "annotated:1",
        ],
        *[
            "annotated:0",
            "annotated!:1",
            "annotated!:0",
            "annotated>0",
            "annotated>:1",
            "annotated<1",
            "annotated:2",
        ],
        *[
            "annotated:12",
            "annotated:gC38",
            "left_annotated:1",
            "left_annotated:0",
            "left_annotated:gC38",
            "left_annotated!:1",
        ],
        *[
            "right_annotated:1",
            "right_annotated:0",
            "right_annotated>1",
            "snaptron_id:3",
            "snaptron_id:3-5",
            "snaptron_id>3",
        ],
        *[
            "snaptron_id>:3",
            "snaptron_id:abc",
            "source_dataset_id:2",
            "source_dataset_id:3",
            "source_dataset_id>:2",
        ],
        *[
            "source_dataset_id:x",
            "length>:2.5",
            "length:",
            "samples_count",
            "samples_count:-1",
            "samples_count: 3",
            ":3",
        ],
        *[
            "samples_count>:1>:2",
            "samples_count><2",
            "samples_count>>2",
            "samples_count:abc",
            "coverage_avg:x",
            "nosuch:1",
        ],
        *[
            "chromosome:chr1",
            "start>:100",
            "left_motif:GT",
            "samples:5",
            "length:101,samples_count>1",
            "coverage_sum>:1e1",
        ],
    ],
    "sids": [
        "0",
        "0,3,10",
        "10,3,0,0,999",
        "999",
        "Brain",
        "Brain,Liver",
        "brain",
        "Nope",
        "",
        "0,",
        "0,Brain",
        "Brain,0",
        "00",
    ],
    "sfilter": [
        *[
            "SMTS:Brain",
            "SMTS:brain",
            "SMTS!Brain",
            "SMRIN>8",
            "SMRIN>:8",
            "SMRIN<8",
            "SMRIN<:8",
            "SMRIN:8",
            "AGE>40",
            "AGE:41",
        ],
        *[
            "AGE>40.5",
            "AGE>x",
            "AGE:",
            "description:cortex",
            "description:zzz",
            "description>:cortex",
            "nosuch:1",
            "SMTS",
            "",
        ],
        *["rail_id:3", "rail_id<3", "description:a:b", "AGE: 41", "smts:Brain", "description:"],
    ],
    "fields": [
        "snaptron_id",
        "strand,snaptron_id,samples_count",
        "rc",
        "rc,snaptron_id",
        "nosuch",
        "",
        "snaptron_id,",
        "samples",
    ],
    "contains": ["1", "0", "2", "-1", "abc", "", "1.0"],
    "exact": ["1", "0", "2", "x"],
    "either": ["1", "2", "0", "3", "-1", "x"],
    "header": ["0", "1", "2", "x", ""],
    "return_format": ["0", "1", "2", "3", "4", "01", ""],
    "score_by": ["coverage_sum", "coverage_avg", "nosuch", ""],
    "coordinate_string": ["chr1:1-900", ""],
    "group": ["g1", "a-b:c;d.e_f"],
    "calc": ["1", "0", ""],
    "result_count": ["1", "0", ""],
    "label": ["x", ""],
    "limit": ["3"],
    "within": ["1"],
    "Regions": ["chr1:1-9"],
    "sample_fields": ["0"],
}


@pytest.fixture(scope="module")
def model(golden, server):
    return Model(golden / "data", "TINY", "http://snaptron.cs.jhu.edu/tiny/")


def singles():
    """Every value of every parameter alone; beside a region, ids, or nothing."""
    for region in REGIONS:
        for more in (
            "",
            "&header=0",
            "&rfilter=samples_count>:2",
            "&rfilter=nosuch:1",
            "&sids=0,3",
            "&exact=1",
            "&result_count=1",
        ):
            yield f"regions={region}{more}"
    for name, values in VALUES.items():
        for value in values:
            for place in (
                "regions=chr1:1-2000",
                "ids=1,3,5",
                "regions=chr1:1-2000&ids=1,3,5",
                "sids=0",
                "",
            ):
                yield "&".join(filter(None, [place, f"{name}={value}"]))
                yield "&".join(filter(None, [f"{name}={value}", place, "header=0"]))


def pairs():
    """Two values of one parameter, which are joined, or of which the last counts; and odd
    separators.
    """
    for name, values in VALUES.items():
        for first, second in itertools.pairwise(values[:6]):
            yield f"{name}={first}&regions=chr1:1-2000&{name}={second}"
    for odd in (
        "{}&",
        "&{}",
        "{}&&header=0",
        "{};header=0",
        "{}&header",
        "{}&header=0=1",
        "{}&=1",
        "{}&header =0",
    ):
        yield odd.format("regions=chr1:300-300")


def at_random(count):
    numbers = random.Random(20)
    weighed = [
        name
        for name in VALUES
        for _ in range(4 if name in ("rfilter", "sids", "fields", "return_format") else 1)
    ]
    for _ in range(count):
        parts = [
            f"regions={numbers.choice(REGIONS)}" for _ in range(numbers.choice([0, 1, 1, 1, 2]))
        ]
        for name in numbers.choices(weighed, k=numbers.randint(1, 4)):
            parts.append(f"{name}={numbers.choice(VALUES[name])}")
        numbers.shuffle(parts)
        yield "&".join(parts)


def in_bulk(count):
    numbers = random.Random(21)
    queries = [one for one in at_random(4 * count) if "group=" not in one]
    for _ in range(count):
        some = numbers.sample(queries, numbers.randint(1, 4))
        yield "|||".join(f"group=g{n}&{one}" for n, one in enumerate(some))


REQUESTS = {
    "singles": list(singles()),
    "pairs": list(pairs()),
    "at random": list(at_random(1_500)),
    "in bulk": list(in_bulk(200)),
}


def asked_by_url(recorded):
    """Endpoint and query of a recorded request that the model understands; None for others."""
    found = re.fullmatch(r"/+(snaptron|genes|exons)\?(.*)", recorded["path"])
    return found if recorded["method"] == "GET" and found and "sfilter" not in found[2] else None


def test_the_model_gives_what_the_original_gave(model):
    replayed = [
        (one, found)
        for one in RESPONSES
        if (found := asked_by_url(one)) and one["name"] not in INTENDED
    ]
    for recorded, (endpoint, query) in ((one, found.groups()) for one, found in replayed):
        expected = recorded["body"], recorded["terminated_properly"]
        said = model.ask(endpoint, re.sub("['\"]", "", urllib.parse.unquote(query)))
        assert (said.body, said.complete) == expected, recorded
    assert len(replayed) > 150


@pytest.mark.parametrize("endpoint", ["snaptron", "genes", "exons"])
@pytest.mark.parametrize("sort", REQUESTS)
def test_answers_are_those_of_the_model(sites, model, endpoint, sort):
    site = sites("tiny")
    queries = REQUESTS[sort] if endpoint == "snaptron" else REQUESTS[sort][::4]
    wrong = [one for query in queries if (one := difference(site, model, endpoint, query))]
    assert not wrong, f"{len(wrong)} of {len(queries)}:\n" + "\n".join(wrong[:12])


def difference(site, model, endpoint, query):
    """What differs; empty if nothing does."""
    expected = model.ask(endpoint, query)
    answer = site.get(urllib.parse.quote(query, safe="=&,:;-|<>!"), endpoint)
    text = answer.text
    if not expected.complete:
        text = re.sub("ERROR: [^\n]+\n$", "", text)
    if (answer.status, text, answer.complete) == (200, expected.body, expected.complete):
        return ""
    came = f"{answer.status} {shown(answer.text, answer.complete)}"
    return (
        f"/{endpoint}?{query}\n  expected {shown(expected.body, expected.complete)}\n  got {came}"
    )


def shown(text, complete):
    return f"{'complete' if complete else 'torn'} {len(text.splitlines())} lines {text[-150:]!r}"
