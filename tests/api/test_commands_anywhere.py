"""Every command, as a shell runs it, in odd environments and with odd arguments: right, or one line
and an exit code; never a traceback.
"""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest
from data_folders import data_folder

from analysis.serving import start_server
from snapshard.client import Client
from snapshard_populate.loading import LoadPlan, read_folder
from snapshard_populate.releases import read_layout
from snapshard_populate.simulate import simulate

PROGRAM = [sys.executable, "-m", "snapshard"]
COMMANDS = {
    "query": "query chr1 --limit 3",
    "evidence": "evidence chr1:100-200",
    "sites": "sites chr1:14830:−",
    "samples": "samples --limit 2",
    "facet": "samples --facet tissue",
    "genes": "genes SIMG",
    "splicing": "splicing shared query=chr1:1-1000000;overlap query=chr1:1-1000000;overlap",
    "export": "export /none/file.tsv chr1",
    "shards": "shards --json",
    "releases": "releases",
    "verify": "releases verify sim r1",
    "publish": "releases publish sim r1",
    "rollback": "releases rollback sim",
    "prune": "releases prune",
    "load": "load {source} --if-absent",
}
LOCALES = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "xx_YY.nonsense"},
    {"LANG": ""},
]
PROXIES = [
    {"HTTP_PROXY": "socks5://127.0.0.1:1"},
    {"ALL_PROXY": "socks4://127.0.0.1:1"},
    {"HTTPS_PROXY": "http://[broken", "HTTP_PROXY": "http://[broken"},
    {"http_proxy": "127.0.0.1:99999999"},
    {"ALL_PROXY": "nonsense"},
    {"HTTP_PROXY": "http://127.0.0.1:1"},
    {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "fe80::/10,[::1],*.x,:,//,%"},
]
SERVERS = [
    {"PGPORT": "5433", "PGHOST": "nowhere.invalid", "PGUSER": "nobody", "PGDATABASE": "none"},
    {"PGSERVICE": "none"},
    {"PGOPTIONS": "-c nonsense=1", "PGTZ": "nonsense", "PGSSLMODE": "verify-full"},
    {"TZ": "Nowhere/Nonsense"},
]
ODD = [*LOCALES, *PROXIES, *SERVERS]
EVERYTHING = {name: value for settings in ODD for name, value in settings.items()}
EVERYTHING |= {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def folder():
    """A folder with a small `sim`, whose samples have letters beyond ASCII, and a running server."""
    with data_folder("a%20b=c 'd'é") as data:
        simulate(data.parent / "sim", junctions=500, samples=10, seed=5)
        samples = data.parent / "sim/samples.tsv"
        head, *lines = samples.read_text().splitlines()
        rows = [f"{head}\ttissue", *(f"{line}\tGewebe − {n % 2}" for n, line in enumerate(lines))]
        samples.write_text("\n".join(rows) + "\n")
        (data.parent / "sim/samples.groups.tsv").write_text("Café\tCafé −\t2\t50000,50001\n")
        data.load(LoadPlan(read_folder(data.parent / "sim"), read_layout(["*\t-\ts1"])))
        yield data


def run(words, environment, **options):
    """The exit code, standard output and standard error of a command."""
    plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return subprocess.run(
        [*PROGRAM, *words],
        env={**plain, **environment},
        capture_output=True,
        timeout=120,
        **options,
    )


def assert_civil(result):
    """The command succeeded or said why not, in one line of its own."""
    text = result.stderr.decode(errors="replace")
    assert "Traceback" not in text, text
    assert "unexpected" not in text, text
    if result.returncode:
        assert result.returncode in (1, 2), text
        assert sum(line.startswith(("snapshard:", "Error:")) for line in text.splitlines()) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_gives_under_all_of_them_what_it_gives_without(folder, name):
    words = COMMANDS[name].format(source=folder.parent / "sim").split()
    plain = run(words, {"SNAPSHARD_DATA": str(folder.path)})
    odd = run(words, {**EVERYTHING, "SNAPSHARD_DATA": str(folder.path)})
    assert_civil(plain)
    assert_civil(odd)
    assert odd.returncode == plain.returncode
    # The milliseconds of `shards` differ.
    assert name == "shards" or odd.stdout == plain.stdout


@pytest.mark.parametrize("settings", [*LOCALES, *SERVERS], ids=str)
def test_a_table_is_printed_in_every_environment(folder, settings):
    result = run(["samples", "--facet", "tissue"], {"SNAPSHARD_DATA": str(folder.path), **settings})
    assert_civil(result)
    # click takes an output in ASCII for a mistake, and writes UTF-8.
    encoding = "latin-1" if "latin-1" in settings.values() else "utf-8"
    minus = "−" if encoding == "utf-8" else "\\u2212"
    assert (
        result.stdout.decode(encoding)
        == f"value\tcount\nGewebe {minus} 0\t5\nGewebe {minus} 1\t5\n"
    )


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    """A server on the loopback address of IPv6."""
    log = tmp_path_factory.mktemp("serve") / "log"
    server = start_server("--data", str(folder.path), "--host", "::1", "--workers", "1", log=log)
    yield server
    server.stop()


def test_an_address_of_IPv6_has_brackets_wherever_it_is_written(folder, server):
    assert server.url.startswith("http://[::1]:")
    assert run(["query", "--count", "--server", server.url], {}).stdout == b"500\n"
    address = f"{server.url}/api/v1/compilations/sim/junctions:export.tsv"
    assert httpx.get(address).status_code == 200
    load = run(
        ["load", address, "--compilation", "copy", "--until", "begin"],
        {"SNAPSHARD_DATA": str(folder.path)},
    )
    assert_civil(load)


@pytest.mark.parametrize("settings", PROXIES, ids=str)
def test_requests_to_this_machine_use_no_proxy(server, settings):
    result = run(["query", "--count", "--server", server.url], settings)
    assert (result.stdout, result.stderr) == (b"500\n", b"")


@pytest.mark.parametrize("settings", PROXIES[:2], ids=str)
def test_a_proxy_that_cannot_be_used_is_named(settings):
    result = run(["query", "--count", "--server", "http://nowhere.invalid"], settings)
    text = result.stderr.decode()
    assert result.returncode == 1
    assert "is not used: " in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "path",
    ["groups/Café", "groups/Caf%C3%A9", "groups/50%25", "genes/N%2FA-1", "genes/−", "genes/a%2541"],
)
def test_a_folder_is_asked_like_a_server(folder, server, path):
    results = []
    for target in ({"data": folder.path}, {"server": server.url}):
        with Client(**target, compilation="sim", tries=1) as client:
            try:
                results.append(client.get(path))
            except Exception as exc:
                results.append((type(exc), str(exc)))
    assert results[0] == results[1]
    assert ("Caf" in path) == isinstance(results[0], dict)


@pytest.mark.parametrize(
    "words",
    [
        "query chr1 --server http://[::1",
        "query chr1 --server http://",
        "query chr1 --server http://localhost:99999",
        "query chr1 --server ftp://x",
        "query chr1 --data /etc/passwd",
        "query chr1 --data /proc/none",
        "query chr1 --output /none/file.tsv",
        "query chr1 --ids @/none",
        "export /none/file.tsv",
        "load /none --compilation x",
        "load http://127.0.0.1:1/x.tsv --compilation x",
        "load http://[broken/x.tsv --compilation x",
        "load s3://none --compilation x",
        "load {data} --compilation x",
        "simulate /proc/none/sim",
        "serve --port 99999",
        "serve --port 1 --host 1.2.3.4",
        "serve --host nowhere.invalid",
        "serve --host \udce9",
        "releases verify none none",
        "evidence −",
        "genes \udce9",
        "samples --filter −",
        "splicing psi",
        "none",
    ],
)
def test_odd_arguments_get_one_line(folder, words):
    arguments = words.format(data=folder.path).replace(" ", "\0").split("\0")
    if words.startswith("load {data}"):
        arguments = ["load", str(folder.path), "--compilation", "x"]
    result = run(arguments, {"SNAPSHARD_DATA": str(folder.path)})
    assert result.returncode
    assert_civil(result)


@pytest.mark.parametrize("name", ["query", "facet", "releases"])
def test_output_that_cannot_be_written_is_one_line(folder, name):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*PROGRAM, *COMMANDS[name].split()],
            env={**os.environ, "SNAPSHARD_DATA": str(folder.path)},
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert result.returncode == 1
    assert result.stderr == b"snapshard: cannot read or write: No space left on device\n"


def test_a_reader_that_has_seen_enough_is_no_error_to_speak_of(folder):
    command = [*PROGRAM, "query", "--with-samples", "--data", str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_current_folder_that_was_removed_is_an_error_or_no_matter(folder, tmp_path):
    for number, words in enumerate((["query", "--count"], ["query", "--count", "--data", "x"])):
        gone = tmp_path / str(number)
        gone.mkdir()
        script = 'rmdir "$PWD" && exec "$@"'
        environment = {**os.environ, "SNAPSHARD_DATA": str(folder.path)}
        result = subprocess.run(
            ["/bin/sh", "-c", script, "sh", sys.executable, "-m", "snapshard", *words],
            cwd=gone,
            env=environment,
            capture_output=True,
        )
        assert_civil(result)
        assert result.stdout == (b"500\n" if number == 0 else b"")


def test_ctrl_c_ends_the_server(folder, tmp_path):
    server = start_server("--data", str(folder.path), "--workers", "1", log=tmp_path / "log")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(60) in (0, 130)
    assert "Traceback" not in server.log.read_text()


def test_ctrl_c_while_a_command_waits(folder):
    with subprocess.Popen(
        [*PROGRAM, "load", "-", "--compilation", "waits", "--data", str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background lets its children ignore SIGINT.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        text = process.stderr.read()
        assert process.wait(30) == 130
    assert b"Traceback" not in text, text
