"""The faces of the product. Each returns its rows or its evidence for a question in the one form of
`questions`, or refuses the question.
"""

import json
import re
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import httpx
from click.testing import CliRunner

from snapshard.__main__ import snapshard
from snapshard.client import Client
from snapshard.errors import SnapshardError

from .questions import EvidenceQuestion, NumberQuestion, SlipQuestion


class Refused(Exception):
    """A face does not answer a question."""


class RestFace:
    """The REST API."""

    name = "rest"

    def __init__(self, url, compilation):
        self._base = f"{url}/api/v1/compilations/{compilation}/"

    def rows(self, question):
        pairs = [(name, text) for name, texts in _conditions(question).items() for text in texts]
        answer = self._get("junctions", pairs)
        assert answer["truncated"] is False
        return [_row(row) for row in answer["rows"]]

    def evidence(self, question):
        seen = self._get(f"junctions/{quote(question.name, safe='')}/evidence", [])["seen"]
        return seen["n"], seen["N"], seen["reads"]

    def _get(self, path, pairs):
        return _answered(httpx.get(self._base + path, params=pairs, timeout=60)).json()


class ClientFace:
    """The Python client, of a server or of a folder in this process."""

    def __init__(self, name, **target):
        self.name, self._target = name, target

    def rows(self, question):
        conditions = _conditions(question)
        region = conditions.pop("region", ())
        match = conditions.pop("match", None)
        for name in ("ids", "sample_ids"):
            if name in conditions:
                conditions[name] = [int(text) for text in conditions[name][0].split(",")]
        if match:
            conditions["match"] = match[0]
        with self._answering() as client:
            frame = client.junctions(region, **conditions)
            assert client.count(region, **conditions) == len(frame)
        return [_row(record) for record in frame.to_dict("records")]

    def evidence(self, question):
        with self._answering() as client:
            seen = client.evidence(question.name).attrs["seen"]
        return seen["n"], seen["N"], seen["reads"]

    @contextmanager
    def _answering(self):
        with Client(**self._target) as client:
            try:
                yield client
            except SnapshardError as error:
                raise _refusal(error) from error


class CommandFace:
    """The commands `query` and `evidence`, of a server or of a folder."""

    def __init__(self, name, *target):
        self.name, self._target = name, target

    def rows(self, question):
        conditions = _conditions(question)
        arguments = [*conditions.pop("region", ())]
        for name, texts in conditions.items():
            option = {"sample_ids": "--samples"}.get(name, f"--{name}")
            arguments += [part for text in texts for part in (option, text)]
        lines = self._run("query", *arguments, "--no-about").splitlines()
        names = lines[0].split("\t")
        return [_row(dict(zip(names, line.split("\t"), strict=True))) for line in lines[1:]]

    def evidence(self, question):
        seen = json.loads(self._run("evidence", question.name, "--json"))["seen"]
        return seen["n"], seen["N"], seen["reads"]

    def _run(self, *arguments):
        result = CliRunner().invoke(snapshard, [*arguments, *self._target])
        if isinstance(result.exception, SnapshardError):
            raise _refusal(result.exception)
        if result.exit_code == 2:
            raise Refused(result.output)
        if result.exception:
            raise result.exception
        return result.stdout


class SnaptronFace:
    """Snaptron's protocol."""

    name = "snaptron"

    def __init__(self, url, compilation):
        self._base = f"{url}/{compilation}/"

    def rows(self, question):
        if isinstance(question, SlipQuestion):
            raise Refused("the protocol tolerates slips")
        return [_row(record) for record in self._records(_snaptron_pairs(question))]

    def evidence(self, question):
        place = question.place
        region = f"{place.chrom}:{place.start}-{place.end}"
        records = self._records([("regions", _region(region)), ("exact", "1")])
        strand = _strand(question.strand)
        same = [record for record in records if _strand(record["strand"]) == strand]
        if strand == "?" and not same:
            same = records
        pairs = [pair for record in same for pair in record["samples"].split(",")[1:]]
        counts = [(sample, int(reads)) for sample, _, reads in (p.partition(":") for p in pairs)]
        samples = self._text("samples?all=1").splitlines()[1:]
        seen = {sample for sample, reads in counts if reads}
        return len(seen), len(samples) or None, sum(reads for _, reads in counts)

    def _records(self, pairs):
        # The query string is decoded once, as a whole: its values must not look like separators.
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
        header, *lines = self._text(f"snaptron?{query}").splitlines()
        names = header.split("\t")
        return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]

    def _text(self, path):
        # Without `strict` an error ends the connection after status 200.
        return _answered(httpx.get(f"{self._base}{path}&strict=1", timeout=60)).text


class PageFace:
    """The web page in a real browser."""

    name = "page"

    def __init__(self, page, url, compilation):
        self._page, self._url, self._compilation = page, url, compilation

    def rows(self, question):
        conditions = _conditions(question)
        if "ids" in conditions:
            raise Refused("the page has one search box")
        text = (conditions.pop("region", None) or conditions.pop("gene"))[0]
        pairs = [(name, each) for name, texts in conditions.items() for each in texts]
        self._open([("q", text), *pairs])
        rows = self._page.locator(".junctions tbody tr").all()
        return [_page_row(row) for row in rows]

    def evidence(self, question):
        self._open([("q", question.name), ("junction", question.name)])
        verdict = self._page.locator("#evidence .verdict strong").inner_text()
        n, total = re.fullmatch(r"(?:Seen in|Not seen:) ([\d,]+) of (.+) samples", verdict).groups()
        facts = self._page.locator("#evidence .facts dd")
        reads = _number(facts.first.inner_text()) if facts.count() else 0
        return _number(n), None if total == "an unknown number of" else _number(total), reads

    def _open(self, pairs):
        query = urlencode([("compilation", self._compilation), *pairs])
        status = self._page.goto(f"{self._url}/?{query}").status
        problem = self._page.locator(".problem .detail")
        if status in _REFUSALS:
            raise Refused(problem.first.inner_text())
        assert status == 200


def faces(data, url, page, compilation):
    """Every face on one compilation."""
    return (
        RestFace(url, compilation),
        ClientFace("library", data=data, compilation=compilation),
        ClientFace("client", server=url, compilation=compilation),
        CommandFace("command", "--server", url, "--compilation", compilation),
        SnaptronFace(url, compilation),
        PageFace(page, url, compilation),
    )


def reply(face, question):
    """What a face answers, or None if it refuses the question."""
    is_evidence = isinstance(question, EvidenceQuestion)
    try:
        return face.evidence(question) if is_evidence else sorted(face.rows(question))
    except Refused:
        return None


def _conditions(question):
    """The parameters of the REST API for a question of rows: the values by name."""
    if isinstance(question, NumberQuestion):
        return {"ids": [",".join(map(str, question.numbers))]}
    if isinstance(question, SlipQuestion):
        values = {
            "region": question.region,
            "filter": question.filter,
            "sample_ids": question.sample,
        }
    else:
        values = {
            "gene" if question.place.is_gene else "region": question.place.text,
            "match": question.match,
            "sample_ids": ",".join(map(str, question.samples)),
            "group": question.group,
        }
    conditions = {name: [value] for name, value in values.items() if value}
    filters = getattr(question, "filters", ())
    return conditions | ({"filter": [_filter(each) for each in filters]} if filters else {})


def _filter(condition):
    column, sign, value = condition
    return f"{column}{sign}{value}"


_REFUSALS = (300, 400, 404)
"""The statuses of a question that has no answer, or several."""
_MATCHES = {"contains": "contains=1", "exact": "exact=1", "start": "either=1", "end": "either=2"}
_SIGNS = {">=": ">:", "<=": "<:", ">": ">", "<": "<", "=": ":", "!=": "!:"}


def _snaptron_pairs(question):
    if isinstance(question, NumberQuestion):
        return [("ids", ",".join(map(str, question.numbers)))]
    place = question.place
    pairs = [("regions", place.text if place.is_gene else _region(place.text))]
    if question.match in _MATCHES:
        pairs.append(tuple(_MATCHES[question.match].split("=")))
    pairs += [
        ("rfilter", f"{column}{_SIGNS[sign]}{value}") for column, sign, value in question.filters
    ]
    selection = question.group or ",".join(map(str, question.samples))
    return pairs + ([("sids", selection)] if selection else [])


def _region(text):
    """A region in Snaptron's form, which has no commas: they separate regions."""
    return text.replace(",", "").replace(" ", "").replace("–", "-")


def _answered(response):
    """The response, unless it refuses the question."""
    if response.status_code in _REFUSALS:
        raise Refused(response.text)
    return response.raise_for_status()


def _refusal(error):
    """The refusal of an error of the asker's; another error is none."""
    if error.status not in _REFUSALS:
        raise error
    return Refused(str(error))


def _row(record):
    """The one form of a row with the names of columns."""
    numbers = [int(record[name]) for name in ("start", "end")]
    counts = [int(record[name]) for name in ("samples_count", "coverage_sum")]
    return (record["chromosome"], *numbers, _strand(record["strand"]), *counts)


def _page_row(row):
    chrom, _, span = row.locator("th").inner_text().rpartition(":")
    start, end = span.split("-")
    strand, samples, reads = row.locator("td").all_inner_texts()[:3]
    counts = (_number(samples), _number(reads))
    return (chrom, _number(start), _number(end), _strand(strand), *counts)


def _number(text):
    return int(text.replace(",", ""))


def _strand(text):
    return text if text in ("+", "-") else "?"
