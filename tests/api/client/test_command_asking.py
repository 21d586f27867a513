"""The commands that ask, on a folder and on a server: what they print, where, and how they end."""

import csv
import io
import json
import sys

import pytest

import snapshard.__main__ as program
from snapshard.client import Truncated


@pytest.fixture(params=["--data", "--server"])
def where(request, folder, server):
    """The options that name the folder, or the server."""
    return [
        request.param,
        str({"--data": folder, "--server": server}[request.param]),
        "--compilation",
        "sim",
    ]


@pytest.fixture
def command(monkeypatch, capfdbinary):
    """Runs the command in this process: exit code, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["snapshard", *map(str, arguments)])
        code = 0
        try:
            program.main()
        except SystemExit as exc:
            code = exc.code
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def ids(rows, chrom):
    return [row["snaptron_id"] for row in rows if row["chromosome"] == chrom]


def test_query_prints_rows_under_a_line_that_says_of_what(command, where, rows):
    code, out, err = command("query", "chr2", *where, "--columns", "snaptron_id,start")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("# compilation=sim release=r1 assembly=GRCh38 ")
    assert lines[1] == "snaptron_id\tstart"
    assert [line.split("\t")[0] for line in lines[2:]] == ids(rows, "chr2")


@pytest.mark.parametrize("form", ["tsv", "csv", "ndjson", "json", "bed6", "bed12", "igv"])
def test_pages_are_joined_as_if_the_server_had_sent_one(command, where, rows, form):
    code, out, _ = command("query", *where, "--format", form)
    starts = [row["start"] for row in rows]
    assert code == 0
    assert "next=" not in out.splitlines()[0]
    if form == "json":
        answer = json.loads(out)
        found = [str(row["start"]) for row in answer["rows"]]
        assert (answer["truncated"], answer["next"], answer["about"]["sample_count"]) == (
            False,
            None,
            40,
        )
    elif form == "ndjson":
        lines = [json.loads(line) for line in out.splitlines()]
        found = [str(line["start"]) for line in lines[1:]]
        assert lines[0]["about"]["release"] == "r1"
    elif form in ("tsv", "csv"):
        table = csv.DictReader(
            io.StringIO(out.split("\n", 1)[1]), delimiter="\t" if form == "tsv" else ","
        )
        found = [row["start"] for row in table]
    else:
        cells = [line.split("\t") for line in out.splitlines() if not line.startswith("#")]
        found = [str(int(cell[1]) + (2 if form == "bed12" else 1)) for cell in cells]
    assert found == starts


def test_what_a_limit_cuts_is_said_on_standard_error(command, where):
    code, out, err = command(
        "query", "chr1", *where, "--limit", "3", "--no-about", "--columns", "start"
    )
    assert (code, len(out.splitlines())) == (0, 4)
    assert err == "snapshard: truncated at --limit 3; there are more\n"
    assert command("query", "chr1:1-2", *where, "--limit", "3")[2] == ""


def test_query_into_a_file_leaves_standard_output_empty(command, where, tmp_path, rows):
    code, out, err = command(
        "query",
        "chr3",
        *where,
        "--output",
        tmp_path / "x.csv",
        "--format",
        "csv",
        "--no-about",
        "--tidy",
    )
    assert (code, out, err) == (0, "", "")
    pairs = sum(len(row["pairs"]) for row in rows if row["chromosome"] == "chr3")
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1 + pairs


def test_count_filters_match_and_samples(command, where, rows, tmp_path):
    some = sorted({sample for row in rows for sample in row["pairs"]})[:5]
    (tmp_path / "ids.tsv").write_text("# of a query\nrail_id\n" + "\n".join(map(str, some)))
    wanted = sum(
        row["chromosome"] == "chr1" and any(s in row["pairs"] for s in some) for row in rows
    )
    for given in (",".join(map(str, some)), f"@{tmp_path / 'ids.tsv'}"):
        assert command("query", "chr1", *where, "--samples", given, "--count")[1] == f"{wanted}\n"
    wanted = sum(row["strand"] == "+" and int(row["samples_count"]) >= 2 for row in rows)
    assert (
        command("query", *where, "--filter", "strand=+", "--filter", "samples_count>=2", "--count")[
            1
        ]
        == f"{wanted}\n"
    )


def test_samples_that_are_asked_for_restrict_a_query(command, where, tmp_path):
    code, _, _ = command(
        "samples", "Brain", *where, "--fields", "rail_id", "--output", tmp_path / "brain.tsv"
    )
    assert code == 0
    by_file = command(
        "query",
        "chr1",
        *where,
        "--samples",
        f"@{tmp_path / 'brain.tsv'}",
        "--columns",
        "coverage_sum",
    )
    assert by_file == command(
        "query", "chr1", *where, "--group", "Brain", "--columns", "coverage_sum"
    )


def test_export_writes_a_checked_file(command, where, tmp_path, rows):
    code, out, err = command("export", tmp_path / "x.tsv", "chr4", *where)
    assert (code, out) == (0, "")
    assert err.endswith("bytes, checksum verified\n")
    assert len((tmp_path / "x.tsv").read_text().splitlines()) == 2 + len(ids(rows, "chr4"))
    assert command("export", tmp_path / "x.parquet", "chr4", *where)[2].endswith(
        "checksum verified\n"
    )


def test_samples_values_and_groups(command, where):
    assert len(command("samples", *where, "--no-such")[1]) == 0
    lines = command("samples", *where)[1].splitlines()
    assert (len(lines), lines[1].split("\t")[0]) == (42, "rail_id")
    answer = json.loads(command("samples", *where, "--json", "--limit", "2")[1])
    assert (len(answer["rows"]), answer["count"]["rows"]) == (2, 40)
    values = dict(
        line.split("\t")
        for line in command("samples", *where, "--facet", "SMTS")[1].splitlines()[1:]
    )
    groups = [
        line.split("\t") for line in command("samples", *where, "--groups")[1].splitlines()[1:]
    ]
    assert sum(map(int, values.values())) == sum(int(count) for _, count, _ in groups) == 40


def test_genes_by_prefix(command, where):
    lines = command("genes", "simg00001", *where)[1].splitlines()
    assert lines[0].split("\t")[:2] == ["symbol", "gene_id"]
    assert lines[1].startswith("SIMG00001\t")
    code, out, err = command("genes", "SIMG", *where, "--json", "--limit", "2")
    assert json.loads(out)["genes"][1]["symbol"]
    assert (code, err) == (0, "snapshard: truncated at --limit 2; there are more\n")
    assert command("genes", "SIMG00001", *where)[2] == ""


@pytest.mark.parametrize(
    "option",
    [
        "--json",
        "--tidy",
        "--no-about",
        "--limit 3",
        "--format csv",
        "--columns start",
        "--output x",
    ],
)
def test_a_count_goes_with_no_option_of_rows(command, option):
    code, out, err = command("query", "chr1", "--count", *option.split())
    assert (code, out) == (2, "")
    assert f"--count prints a number, not rows: it excludes {option.split()[0]}" in err


@pytest.mark.parametrize(
    "options",
    [
        "--groups --format csv",
        "--facet SMTS --output x",
        "--groups --filter SMRIN>=7",
        "--facet SMTS --fields SMTS",
    ],
)
def test_a_table_of_all_samples_goes_with_no_choice_of_them(command, options):
    code, out, err = command("samples", *options.split())
    assert (code, out) == (2, "")
    assert "covers all samples: it excludes --" in err


def test_exons_that_a_limit_cuts_are_said_on_standard_error(command, where):
    asked = ["query=chr1:1-100,000,000;contains", "longest=10000", "limit=1"]
    code, out, err = command("splicing", "exons", *asked, *where)
    assert (code, len(out.splitlines())) == (0, 2)
    assert err == "snapshard: truncated; there are more exons (set limit=N)\n"


def test_evidence_of_a_real_junction_and_of_none(command, where):
    """Of GTEx, 9,662 samples: the numbers are those that the file itself says of the junction."""
    place = where[:2]
    found = json.loads(
        command("query", "chr2:29,193,000-29,920,000", *place, "--compilation", "gtex", "--json")[1]
    )["rows"]
    best = max(found, key=lambda row: row["samples_count"])
    code, out, err = command("evidence", best["name"], *place, "--compilation", "gtex")
    first, second, head, *groups = out.splitlines()
    assert (code, err) == (0, "")
    assert first == (
        f"{best['name']} is seen in {best['samples_count']:,} of 9,662 samples, "
        f"{best['coverage_sum']:,} reads"
    )
    assert f"median {best['coverage_median']:g}" in second
    assert head.split("\t")[:4] == ["group", "n", "N", "fraction"]
    # Clinically accessible tissues come first.
    names = [line.split("\t")[0] for line in groups]
    assert set(names[:3]) == {"Blood", "Muscle", "Skin"}
    shares = [float(line.split("\t")[3]) for line in groups]
    assert shares[:3] == sorted(shares[:3], reverse=True)
    assert shares[3:] == sorted(shares[3:], reverse=True)
    assert min(shares) > 0
    code, out, _ = command("evidence", "chr2:100-200", *place, "--compilation", "gtex")
    assert (code, len(out.splitlines())) == (0, 1)
    assert out.startswith("GRCh38:chr2:100-200 is seen in 0 of 9,662 samples. Not informative: ")


def test_shards(command, where):
    code, out, _ = command("shards", *where[:2])
    assert code == 0
    assert [line.split("\t")[:2] for line in out.splitlines()[1:]] == [
        [f"s{n}", "yes"] for n in (1, 2, 3)
    ]
    assert len(json.loads(command("shards", *where[:2], "--json")[1])["shards"]) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["query", "chr1:5-1"], 2, "region: expected chromosome:start-end"),
        (["query", "chr99"], 2, "no chromosome 'chr99'"),
        (["query", "--filter", "reads>3"], 2, "reads"),
        (["query", "--match", "near"], 2, "'near' is not one of"),
        (
            ["query", "--samples", "1,x"],
            2,
            "expected whole numbers separated by commas, or @FILE, got 'x'",
        ),
        (["query", "--samples", "@/no/file"], 2, "cannot read /no/file"),
        (["query", "--limit", "0"], 2, "0 is not in the range"),
        (["export", "/tmp/x.doc"], 2, "a suffix that names the format"),
        (["evidence", "ALK"], 2, "GRCh38:chr2:71548830-71549349:+"),
        (["samples", "--filter", "nothing"], 2, "SMRIN>=7"),
        (["samples", "--facet", "WEIGHT"], 2, "WEIGHT"),
    ],
)
def test_mistakes_end_with_2_and_one_line_that_says_what_was_expected(
    command, where, arguments, code, says
):
    ended, out, err = command(*arguments, *where)
    assert (ended, out) == (code, "")
    assert says in err
    assert "Traceback" not in err


def test_a_server_that_is_away_ends_with_1(command):
    code, out, err = command("shards", "--server", "http://127.0.0.1:9")
    assert (code, out) == (1, "")
    assert err.startswith("snapshard: no response from http://127.0.0.1:9: ")


def test_a_server_and_a_folder_exclude_each_other(command):
    code, _, err = command("query", "--server", "http://127.0.0.1:9", "--data", "x")
    assert code == 2
    assert "exclude each other" in err


def test_the_environment_says_where(command, server, monkeypatch, rows):
    monkeypatch.setenv("SNAPSHARD_URL", server)
    assert (
        command("query", "chr1", "--compilation", "sim", "--count")[1]
        == f"{len(ids(rows, 'chr1'))}\n"
    )


@pytest.mark.parametrize(
    ("typed", "begun", "found"),
    [
        (["query", "--compilation"], "g", {"gtex"}),
        (
            ["query", "--compilation", "sim", "--gene"],
            "SIMG0000",
            {f"SIMG0000{n}" for n in range(1, 10)},
        ),
        (["query", "--compilation", "sim", "--group"], "Bra", {"Brain"}),
        (
            ["query", "--columns"],
            "start,cov",
            {"start,coverage_sum", "start,coverage_avg", "start,coverage_median"},
        ),
        (["query", "--filter"], "samples_c", {"samples_count"}),
        (["query", "--match"], "e", {"exact", "end"}),
        (["samples", "--compilation", "sim", "--facet"], "SMTS", {"SMTS", "SMTSD"}),
        ([], "e", {"evidence", "export"}),
    ],
)
def test_shells_complete_commands_options_and_what_the_server_has(
    command, server, monkeypatch, typed, begun, found
):
    monkeypatch.setenv("SNAPSHARD_URL", server)
    monkeypatch.setenv("_SNAPSHARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["snapshard", *typed, begun]))
    monkeypatch.setenv("COMP_CWORD", str(1 + len(typed)))
    code, out, err = command()
    assert (code, err) == (0, "")
    assert {line.split(",", 1)[1] for line in out.splitlines()} == found


def test_completion_is_silent_when_nobody_answers(command, monkeypatch):
    monkeypatch.setenv("SNAPSHARD_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("_SNAPSHARD_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "snapshard query --compilation g")
    monkeypatch.setenv("COMP_CWORD", "3")
    code, out, err = command()
    assert (code, out.strip(), err) == (0, "", "")


def test_truncated_is_a_warning_that_can_be_silenced():
    assert issubclass(Truncated, UserWarning)


def test_sites_prints_the_junctions_that_use_a_base(command, where, rows):
    row = next(row for row in rows if row["strand"] == "-")
    code, out, err = command("sites", f"{row['chromosome']}:{row['end']}:-", *where)
    lines = [line.split("\t") for line in out.splitlines()]
    assert (code, err, lines[0][:2]) == (0, "", ["role", "name"])
    assert ["donor", f"GRCh38:{row['chromosome']}:{row['start']}-{row['end']}:-"] in [
        line[:2] for line in lines
    ]
    assert command("sites", "chr1:1", *where)[0::2] == (
        0,
        "snapshard: no junction starts or ends at GRCh38:chr1:1\n",
    )
    answer = json.loads(
        command("sites", f"{row['chromosome']}:{row['end']}:-", "--json", *where)[1]
    )
    assert len(answer["donor"]) + len(answer["acceptor"]) == len(lines) - 1
