"""The protocol over a small folder of files, by the plainest means: lists of fields, one rule after
the other.

It knows nothing of Snapshard but the repairs of docs/snaptron.md. Numbers in brackets are the
sections of that page.
"""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

COLUMNS = [
    *[
        "snaptron_id",
        "chromosome",
        "start",
        "end",
        "length",
        "strand",
        "annotated",
        "left_motif",
        "right_motif",
    ],
    *[
        "left_annotated",
        "right_annotated",
        "samples",
        "samples_count",
        "coverage_sum",
        "coverage_avg",
        "coverage_median",
    ],
    "source_dataset_id",
]
GENES = [
    *COLUMNS[:6],
    "NA",
    "NA",
    "NA",
    "exon_count",
    "gene_id:gene_name:gene_type:bp_length",
    *COLUMNS[11:16],
    "compilation_id",
]
KINDS = {
    "snaptron": ("I", "junctions", COLUMNS),
    "genes": ("G", "genes", GENES),
    "exons": ("E", "exons", GENES),
}
COMPARE = {
    ">:": lambda a, b: a >= b,
    "<:": lambda a, b: a <= b,
    "!:": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ":": lambda a, b: a == b,
}
WHOLE = ("length", "samples_count", "coverage_sum")
DECIMAL = ("coverage_avg", "coverage_median")
FLAGS = ("annotated", "left_annotated", "right_annotated")
KNOWN = (*WHOLE, *DECIMAL, *FLAGS, "strand", "snaptron_id")
NO_PLACE = "Filter and filter + metadata queries not supported at this time\n"
TRACK = (
    'track name="Snaptron" visibility=2 description="Snaptron Exported Splice Junctions" '
    "color=100,50,0 useScore=1"
)
BROWSER = "http://genome.ucsc.edu/cgi-bin/hgTracks"


class Fails(Exception):
    """The answer ends here."""


class Said(NamedTuple):
    """The body up to an error, and whether it ends without one."""

    body: str
    complete: bool


class Model:
    """The answers of a folder in Snaptron's layout."""

    def __init__(self, folder: Path, title: str, base: str) -> None:
        self.title, self.base = title, base
        read = lambda name: [line.split("\t") for line in (folder / name).read_text().splitlines()]  # noqa: E731
        self.rows = {endpoint: read(f"{file}.tsv") for endpoint, (_, file, _) in KINDS.items()}
        self.samples = read("samples.tsv")
        self.types = dict(read("samples.types.tsv"))
        self.groups = {line[0]: line[3].split(",") for line in read("samples.groups.tsv")[1:]}
        self.genes = {}
        for symbol, _, chrom, _, first, last, *_ in read("refseq_transcripts_by_hgvs.tsv"):
            self._add(symbol.upper(), chrom, int(first) + 1, int(last))
        for line in read("gencode.gff3"):
            if len(line) > 8:
                name = re.search("gene_id=([^;]+)", line[8])[1]
                self.genes[name.upper()] = {line[0]: [[int(line[3]), int(line[4])]]}
        self.introns = {}
        for line in read("ucsc_known_canonical_transcript.tsv"):
            starts, ends = (list(map(int, text.split(",")[:-1])) for text in line[11:13])
            introns = [[end + 1, start] for end, start in zip(ends[:-1], starts[1:], strict=True)]
            self.introns[line[14].upper()] = line[4], introns[::-1] if line[5] == "-" else introns

    def _add(self, symbol, chrom, start, end):
        if not re.fullmatch("chr[12]?[0-9XYM]", chrom):
            return
        own = self.genes.setdefault(symbol, {}).setdefault(chrom, [])
        near = [
            one for one in own if (one[0] <= end and start <= one[1]) or abs(one[1] - end) <= 10_000
        ]
        for one in near:
            one[0], one[1] = min(one[0], start), max(one[1], end)
        if not near:
            own.append([start, end])

    def ask(self, endpoint: str, query: str) -> Said:
        """The answer to a decoded query text."""
        out: list[str] = []
        try:
            for number, one in enumerate(query.split("|||") if "group=" in query else [query]):
                self._one(endpoint, one, first=number == 0, out=out)
        except Fails:
            return Said("".join(out), complete=False)
        return Said("".join(out), complete=True)

    def _one(self, endpoint, text, *, first, out):
        asked = parsed(text)
        unknown = [name for name in asked["fields"] if name not in COLUMNS]
        wants_count = bool(asked["result_count"]) or asked["fields"] == ["rc"]
        if unknown and not wants_count:
            raise Fails
        wanted = self._wanted_samples(asked)
        if not asked["regions"] and not asked["ids"]:
            out.append(NO_PLACE + ("0\n" if wants_count else ""))
            return
        filters, more_ids, late = checked(asked["rfilter"], restricted=wanted is not None)
        ids = asked["ids"] + more_ids
        if asked["return_format"] not in ("0", "1", "2", "3"):
            raise Fails
        show = Writer(
            self,
            endpoint,
            asked,
            text,
            out,
            header=first and int(asked["header"]) != 0 and not asked["calc"],
        )
        show.counting = wants_count
        if asked["regions"]:
            self._regions(endpoint, asked, (wanted, filters, ids, late), show)
        else:
            self._ids(endpoint, asked, ids, show)

    def _regions(self, endpoint, asked, how, show):
        wanted, filters, ids, late = how
        found = set()
        if show.counting and asked["return_format"] == "0":
            list(self._intervals(asked["regions"]))
        for place, span, exact in self._intervals(asked["regions"]):
            show.interval(place)
            if asked["return_format"] == "2":
                continue
            if late:
                raise Fails
            for row in self._matching(endpoint, span, exact, asked):
                if ids and row[0] not in ids:
                    continue
                if wanted is not None:
                    row = restricted(row, wanted)
                elif filters:
                    row = [*row[:14], f"{float(row[14]):.3f}", f"{float(row[15]):.3f}", *row[16:]]
                if row is None or not all(holds(row) for holds in filters):
                    continue
                found.add(row[0])
                if not show.counting:
                    show.row(row)
        if show.counting:
            show.out.append(f"{len(found)}\n")

    def _ids(self, endpoint, asked, ids, show):
        texts = [one for one in ids if one != "snaptron_id"]
        if not all(re.fullmatch("[+-]?[0-9]+", one.strip()) for one in texts):
            raise Fails
        numbers = {int(one) for one in texts}
        rows = sorted(
            (row for row in self.rows[endpoint] if int(row[0]) in numbers),
            key=lambda row: int(row[0]),
        )
        show.interval(asked["coordinate_string"])
        if asked["return_format"] == "2":
            rows = []
        for row in rows:
            if asked["result_count"] or not show.counting:
                show.row([*row[:14], short(row[14]), short(row[15]), *row[16:]])
        if show.counting:
            show.out.append(f"{len(rows)}\n")

    def _intervals(self, texts):
        for text in texts:
            found = re.fullmatch("(chr[12]?[0-9XYM]):([0-9]+)-([0-9]+)", text)
            if found:
                yield text, (found[1], int(found[2]), int(found[3])), False
                continue
            if re.fullmatch("[^:]+:[0-9;-]+", text):
                yield from self._numbered(*text.split(":"))
                continue
            if text.upper() not in self.genes:
                raise Fails
            exact = re.search(r"ENSG[0-9]+\.[0-9]+", text) is not None
            for chrom, spans in sorted(self.genes[text.upper()].items()):
                for start, end in spans:
                    yield f"{chrom}:{start}-{end}", (chrom, start, end), exact

    def _numbered(self, symbol, numbers):
        if symbol.upper() not in self.introns:
            raise Fails
        chrom, introns = self.introns[symbol.upper()]
        wanted = []
        for piece in numbers.split(";"):
            first, *last = map(int, piece.split("-"))
            wanted += range(first, (last or [first])[0] + 1)
        if not all(1 <= one <= len(introns) for one in wanted):
            raise Fails
        for start, end in (introns[one - 1] for one in wanted):
            yield f"{chrom}:{start}-{end}", (chrom, start, end), False

    def _matching(self, endpoint, span, exact, asked):
        chrom, start, end = span
        for row in self.rows[endpoint]:
            first, last = int(row[2]), int(row[3])
            if row[1] != chrom or first > end or last < start or start > end:
                continue
            if (exact or int(asked["exact"])) and (first, last) != (start, end):
                continue
            if int(asked["contains"]) and (first < start or last > end):
                continue
            if (int(asked["either"]) == 1 and first < start) or (
                int(asked["either"]) == 2 and last > end
            ):
                continue
            yield row

    def _wanted_samples(self, asked):
        wanted = []
        for names in asked["sids"]:
            if names[0].isdigit():
                wanted += names
            elif any(name not in self.groups for name in names):
                raise Fails
            else:
                wanted += [one for name in names for one in self.groups[name]]
        if asked["sids"]:
            return wanted
        return self._found_samples(asked["sfilter"]) if asked["sfilter"] else None

    def _found_samples(self, texts):
        """The samples that all filters find. Words are looked for at white space and with
        punctuation for blanks.
        """
        rows = self.samples[1:]
        for text in texts:
            parts = re.split("([:><!]+)", text)
            if len(parts) != 3 or parts[1] not in COMPARE or parts[0] not in self.types:
                raise Fails
            name, operator, value = parts
            place = self.samples[0].index(name)
            if self.types[name] == "t":
                word = value.lower()
                has = [
                    word in re.findall(r"\w+", row[place].lower()) + row[place].lower().split()
                    for row in rows
                ]
            else:
                form = (
                    r"\s*[+-]?[0-9]+\s*"
                    if self.types[name] == "i"
                    else r"\s*[+-]?[0-9]+\.?[0-9]*\s*"
                )
                if not re.fullmatch(form, value):
                    raise Fails
                has = [
                    re.fullmatch(form, row[place])
                    and COMPARE[operator](float(row[place]), float(value))
                    for row in rows
                ]
            rows = [row for row, one in zip(rows, has, strict=True) if one]
        return [row[0] for row in rows]


class Writer:
    """What an answer is written with."""

    def __init__(self, model, endpoint, asked, text, out, *, header):
        self.model, self.endpoint, self.asked, self.text, self.out, self.header = (
            model,
            endpoint,
            asked,
            text,
            out,
            header,
        )
        self.counting = False

    def interval(self, place):
        """What stands in front of an interval's rows."""
        form = self.asked["return_format"]
        if self.header and form == "2":
            self.out.append("DataSource:Type\tcoordinate_string\tURL\n")
        if self.header and form == "0" and not self.counting:
            names = self.asked["fields"] or KINDS[self.endpoint][2]
            first = (
                "Group" if self.asked["group"] and not self.asked["fields"] else "DataSource:Type"
            )
            self.out.append("\t".join([first, *names]) + "\n")
        self.header = False
        if form in ("1", "3"):
            self.out.append(f"browser position {place}\n{TRACK}\n")
        if form == "2":
            self.out.append(f"{self.model.title}:U\t{place}\t{self._link(place)}\n")

    def _link(self, place):
        query = re.sub(
            "regions=[^&]+",
            f"regions={place}",
            self.text.replace("return_format=2", "return_format=1"),
        )
        quoted = "".join(
            one if re.match("[A-Za-z0-9_./-]", one) else f"%{ord(one):02X}" for one in query
        )
        return f"{BROWSER}?db=hg38&position={place}&hgct_customText={self.model.base}/snaptron?{quoted}"

    def row(self, row):
        """A record."""
        form, score = self.asked["return_format"], self.asked["score_by"]
        if form == "3" or (form == "1" and score not in COLUMNS):
            raise Fails
        if form == "1":
            fields = [
                row[1],
                str(int(row[2]) - 1),
                row[3],
                "junc",
                row[COLUMNS.index(score)],
                row[5],
            ]
            self.out.append("\t".join(fields) + "\n")
            return
        prefix = self.asked["group"] or f"{self.model.title}:{KINDS[self.endpoint][0]}"
        wanted = [] if self.counting else self.asked["fields"]
        self.out.append(
            "\t".join([prefix, *([row[COLUMNS.index(name)] for name in wanted] if wanted else row)])
            + "\n"
        )


def parsed(text):
    """Names and values of a query. [4]"""
    texts = {
        "contains": "0",
        "exact": "0",
        "either": "0",
        "header": "1",
        "return_format": "0",
        "score_by": "samples_count",
    }
    texts |= {
        "coordinate_string": "",
        "group": "",
        "label": "",
        "calc": "",
        "calc_axis": "1",
        "calc_op": "sum",
        "result_count": "",
    }
    lists = {"regions": [], "ids": [], "rfilter": [], "sfilter": [], "sids": [], "fields": []}
    for piece in text.removesuffix("&").split("&"):
        if piece.count("=") != 1:
            raise Fails
        name, value = piece.split("=")
        if name in ("regions", "ids"):
            lists[name] += [one.strip() for one in value.split(",")]
        elif name == "id":
            lists["ids"].append(value)
        elif name == "sids":
            lists[name].append([one.strip() for one in value.split(",")])
        elif name == "fields":
            lists[name] = [one.strip() for one in value.split(",")]
        elif name == "rfilter":
            lists[name].append(unquote(value))
        elif name in lists:
            lists[name].append(value)
        elif name in texts:
            texts[name] = value
        else:
            raise Fails
    if not all(
        re.fullmatch(r"\s*[+-]?[0-9]+\s*", texts[name])
        for name in ("contains", "exact", "either", "header")
    ):
        raise Fails
    return {**lists, **texts}


def checked(texts, *, restricted):
    """Predicates, ids, and whether one of the filters is wrong in a way that shows behind the
    header. [7]
    """
    holds, ids, late = [], [], False
    for text in texts:
        parts = re.split("([:><!]+)", text)
        if len(parts) != 3 or (parts[0] in KNOWN and parts[1] not in COMPARE):
            raise Fails
        name, operator, value = parts
        if name == "snaptron_id":
            ids += value.split("-")
            late |= not restricted and not value.isdigit()
            if not restricted and value.isdigit():
                holds.append(numeric(name, operator, value))
        elif name in (*WHOLE, *DECIMAL):
            if not re.fullmatch(
                r"\s*[+-]?[0-9]+\s*" if name in WHOLE else r"\s*[+-]?[0-9]*\.?[0-9]+\s*", value
            ):
                raise Fails
            holds.append(numeric(name, operator, value))
        elif name in FLAGS:
            holds.append(flag(name, operator, value))
        elif name == "strand":
            if operator != ":":
                raise Fails
            holds.append(lambda row, value=value: row[5] == value)
        elif name == "source_dataset_id" and operator in COMPARE and value.isdigit():
            holds.append(numeric(name, operator, value))
        else:
            late = True
    return holds, ids, late


def numeric(name, operator, value):
    """Whether a row's number is as asked."""
    return lambda row: COMPARE[operator](float(row[COLUMNS.index(name)]), float(value))


def flag(name, operator, value):
    """Whether an end, or the pair, is annotated."""
    if (
        not value
        or (name == "annotated" and not re.fullmatch("[+-]?[0-9]+", value))
        or (name != "annotated" and operator != ":")
    ):
        raise Fails
    place = COLUMNS.index(name)
    if value == "0":
        return lambda row: COMPARE[operator](int(row[place] != "0"), 0)
    if len(value) == 1 and value != "1":
        return lambda row: False
    return lambda row: (row[place] == "0") == (operator == "!:")


def restricted(row, wanted):
    """A row with only these samples, recomputed; None if it has none of them. [8.3]"""
    pairs = [pair.split(":") for pair in row[11].split(",")[1:]]
    pairs = [pair for pair in pairs if pair[0] in wanted]
    if not pairs:
        return None
    values = sorted(int(reads) for _, reads in pairs)
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    samples = "".join("," + ":".join(pair) for pair in pairs)
    numbers = [str(len(values)), str(sum(values)), short(sum(values) / len(values)), short(middle)]
    return [*row[:11], samples, *numbers, *row[16:]]


def short(value):
    """Twelve digits, at least one decimal. [8.4]"""
    text = f"{float(value):.12g}"
    return text if "." in text or "e" in text else text + ".0"
