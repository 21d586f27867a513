"""The tools for language models: their numbers are those of the API, and their answers are bounded."""

import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import anyio
import click
import httpx
import psycopg
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_tools import answer, error, post
from servers import wait_for
from test_exports import waiting

from snapshard.__main__ import snapshard
from snapshard.mcp import MOST_BYTES, TOOLS
from snapshard.mcp.arguments import MOST_GROUPS, MOST_ROWS

PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


@pytest.fixture(scope="module")
def address(server):
    return f"{server.url}/mcp"


@pytest.fixture(scope="module")
def junction(http):
    """The annotated row with the most samples."""
    parameters = {"region": "chr1", "filter": "class=DA", "limit": 1000}
    rows = http.get("/junctions", params=parameters).json()["rows"]
    return max(rows, key=lambda row: row["samples_count"])


@pytest.fixture(scope="module")
def site(junction):
    return f"{junction['chromosome']}:{junction['start']}:{junction['strand']}"


def without(members, *names):
    return {name: value for name, value in members.items() if name not in names}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_either_protocol_lists_the_tools_and_gets_an_answer(address, mode):
    async def listed():
        async with Client(address, mode=mode) as client:
            return client.protocol_version, (await client.list_tools()).tools

    version, tools = anyio.run(listed)
    assert version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[mode]
    assert [tool.name for tool in tools] == list(TOOLS)
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert answer(address, "list_compilations", mode=mode)["count"] == 2


def test_every_description_states_the_bound():
    for tool in TOOLS.values():
        assert re.search(r"[Aa]t most \d+|one number|One address", tool.description), tool.name


def test_the_compilations_are_those_of_the_api(address, root):
    response = root.get("/api/v1/compilations").json()["compilations"]
    tool = answer(address, "list_compilations")
    assert not tool["truncated"]
    for row, full in zip(tool["compilations"], response, strict=True):
        assert row.items() <= full.items()
        assert {"compilation", "release", "assembly"} <= row.keys()


def test_genes_are_those_of_the_api_and_a_longer_list_says_so(address, http):
    tool = answer(address, "search_genes", {"prefix": "sim", "limit": 3, "compilation": "sim"})
    response = http.get("/genes", params={"prefix": "sim", "limit": 3}).json()
    assert without(tool, "url") == response
    assert tool["truncated"]
    assert httpx.get(tool["url"]).json() == response


def test_groups_are_those_of_the_api_and_a_longer_list_says_so(address, http):
    response = http.get("/groups").json()
    tool = answer(address, "list_groups", {"compilation": "sim"})
    assert tool["groups"] == response["groups"]
    assert (tool["group_count"], tool["truncated"]) == (len(response["groups"]), False)
    tool = answer(address, "list_groups", {"compilation": "sim", "limit": 3})
    assert tool["groups"] == response["groups"][:3]
    assert (tool["group_count"], tool["truncated"]) == (len(response["groups"]), True)
    tool = answer(address, "list_groups", {"compilation": "sim", "search": "BLOOD"})
    names = [group["group"] for group in response["groups"] if "Blood" in group["group"]]
    assert [group["group"] for group in tool["groups"]] == names


SELECTIONS = [
    {"region": ["chr1:1-30,000,000", "chr2"], "filter": ["samples_count>=5"]},
    {"region": "chr1", "match": "contains", "group": ["Brain"]},
    {"filter": ["class=N"]},
    {},
]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_the_count_and_the_export_have_the_numbers_of_the_api(address, http, selection):
    tool = answer(address, "count_junctions", {**selection, "compilation": "sim"})
    response = http.get("/junctions", params={**selection, "count": "exact"}).json()
    assert tool["count"] == response["count"]
    assert tool["about"] == response["about"]
    lines = httpx.get(tool["export_url"], timeout=60).text.splitlines()
    assert len(lines) - 2 == tool["count"]["rows"]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_rows_are_those_of_the_api_page_by_page(address, http, selection):
    rows, after = [], None
    for _ in range(2):
        arguments = {**selection, "compilation": "sim", "limit": 7, "after": after}
        tool = answer(address, "list_junctions", arguments)
        rows += tool["rows"]
        after = tool["next"]
        assert tool["truncated"]
    response = http.get("/junctions", params={**selection, "limit": 14, "count": "exact"}).json()
    assert len(rows) == 14
    assert all(
        row.items() <= full.items() for row, full in zip(rows, response["rows"], strict=True)
    )
    assert tool["count"] == response["count"]


def test_a_list_that_is_not_truncated_has_all_rows_and_their_number(address, junction):
    region = f"{junction['chromosome']}:{junction['start']}-{junction['end']}"
    tool = answer(
        address,
        "list_junctions",
        {"region": region, "match": "exact", "compilation": "sim"},
    )
    assert junction["name"] in [row["name"] for row in tool["rows"]]
    assert tool["count"] == {"rows": len(tool["rows"]), "kind": "exact"}
    assert (tool["truncated"], tool["next"]) == (False, None)


def test_an_empty_list_says_why(address):
    arguments = {"region": "chr1", "filter": ["samples_count>=61"], "compilation": "sim"}
    tool = answer(address, "list_junctions", arguments)
    assert tool["count"]["rows"] == 0
    assert "match without the filters, none with" in tool["why_empty"]


GROUPINGS = [
    {"top": MOST_GROUPS},
    {"top": 2},
    {"group": ["Brain", "Blood"]},
    {"search": "blood"},
    {"group_by": "SMTS", "top": 5},
]


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_evidence_is_that_of_the_api(address, http, junction, grouping):
    arguments = {"junction": junction["name"], "compilation": "sim", "min_reads": 5}
    tool = answer(address, "junction_evidence", {**arguments, **grouping})
    parameters = {"min_reads": 5, **grouping}
    response = http.get(f"/junctions/{junction['name']}/evidence", params=parameters).json()
    assert without(tool, "url") == response
    assert len(response["groups"]) > 1
    count = tool["grouping"]["group_count"]
    assert tool["truncated"] == (count > len(tool["groups"])) == (count > grouping.get("top", 20))
    assert httpx.get(tool["url"]).json() == response


@pytest.mark.parametrize("measure", ["psi", "prevalence"])
def test_a_comparison_is_that_of_the_api(address, http, measure):
    arguments = {"region": "chr1", "group": ["Brain", "Blood"], "measure": measure, "limit": 3}
    arguments |= {"min_reads": 1, "min_samples": 2}
    tool = answer(address, "compare_groups", {**arguments, "compilation": "sim"})
    response = http.get("/compare", params=arguments).json()
    assert without(tool, "url") == response
    assert (len(tool["rows"]), tool["truncated"]) == (3, tool["tested"] > 3)
    assert httpx.get(tool["url"]).json() == response


def test_an_absent_junction_has_an_answer(address):
    arguments = {"junction": "chr1:100-200:+", "compilation": "sim"}
    tool = answer(address, "junction_evidence", arguments)
    assert (tool["found"], tool["seen"]["n"], tool["seen"]["N"]) == (False, 0, 60)


def test_a_splice_site_is_that_of_the_api(address, http, site):
    tool = answer(address, "splice_site", {"site": site, "compilation": "sim"})
    response = http.get(f"/splice-sites/{site}").json()
    assert (tool["about"], tool["site"]) == (response["about"], response["site"])
    for role in ("donor", "acceptor", "unknown"):
        for row, full in zip(tool[role], response[role], strict=True):
            assert row.items() <= full.items()


def test_psi_is_that_of_the_api(address, http, site):
    arguments = {"site": site, "compilation": "sim", "top": 4, "limit": 2, "min_reads": 1}
    tool = answer(address, "psi", arguments)
    response = http.get("/psi", params=without(arguments, "compilation")).json()
    assert without(tool, "url") == response
    assert tool["truncated"]
    assert len(tool["events"][0]["groups"]) == 4
    assert httpx.get(tool["url"]).json() == response


def test_a_consequence_is_that_of_the_api(address, http, junction):
    arguments = {"junction": junction["name"], "compilation": "sim"}
    tool = answer(address, "consequence", arguments)
    response = http.get("/consequence", params={"junction": junction["name"]}).json()
    assert tool["reason"] == response["reason"]
    assert tool["consequence"] == without(response["consequence"], "exons")
    assert tool["transcript"] == without(response["transcript"], "exons")
    assert httpx.get(tool["url"]).json() == response


EXPORT = {
    "region": ["chr1", "chr2"],
    "filter": "samples_count>=5",
    "match": "contains",
    "group": "Brain",
}


@pytest.mark.parametrize("target", ["address", "server", "folder"])
def test_an_export_has_an_address_and_a_command(world, server, address, http, tmp_path, target):
    options = {"server": ["--server", server.url], "folder": ["--data", str(world.folder)]}
    source = program("mcp", *options[target]) if target in options else address
    tool = answer(source, "export_link", {**EXPORT, "format": "bed6", "compilation": "sim"})
    content = http.get("/junctions:export.bed6", params=EXPORT).content
    if target == "folder":
        assert tool["export_url"] is None
    else:
        assert httpx.get(tool["export_url"]).content == content
    words = shlex.split(tool["command"])
    assert words[:3] == ["snapshard", "export", "sim.bed6"]
    subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "sim.bed6").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("search_genes", {}, "prefix: expected a value, got none"),
        ("search_genes", {"prefix": ""}, "prefix: expected at least 1 character, got ''"),
        ("search_genes", {"prefix": "A", "top": 1}, "top: expected an argument of this tool"),
        ("list_junctions", {"limit": MOST_ROWS + 1}, "limit: expected less than or equal to 100"),
        ("list_junctions", {"match": "near"}, "match: expected 'overlap', 'contains'"),
        ("list_junctions", {"region": "chr99:1-2"}, "no chromosome 'chr99'; available: chr1"),
        ("list_junctions", {"region": ["chr1"] * 51}, "region: expected at most 50 items"),
        ("count_junctions", {"filter": "samples>5"}, "filter"),
        ("count_junctions", {"gene": "NOSUCHGENE"}, "no gene 'NOSUCHGENE'"),
        ("count_junctions", {"compilation": "../x"}, "no compilation '../x'; available: "),
        ("count_junctions", {"release": "r9"}, "r9"),
        ("junction_evidence", {"junction": "x"}, "expected assembly:chromosome:start-end:strand"),
        ("junction_evidence", {"junction": "chr1:1-2", "group": "Nose"}, "'Nose'"),
        ("compare_groups", {"top": 1}, "top: expected greater than or equal to 2, got 1"),
        ("splice_site", {"site": "chr1"}, "site: expected chromosome:position"),
        ("psi", {}, "event: expected include and exclude, or exon, or site, got None"),
        ("export_link", {"format": "xlsx"}, "format: expected 'bed6', 'tsv'"),
    ],
)
def test_a_bad_call_is_an_error_of_the_tool_that_says_what_was_expected(
    address, name, arguments, message
):
    arguments = {"compilation": "sim", **arguments}
    assert message in error(address, name, arguments)


def test_without_a_compilation_the_names_are_told(address):
    message = error(address, "count_junctions", {"region": "chr1"})
    assert message == "compilation: expected one of bare, sim, got None"


def test_an_unknown_tool_is_an_error_of_the_protocol(address):
    call = {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "rm"}}
    fault = post(address, call).json()["error"]
    assert fault["code"] == -32602
    assert fault["message"].startswith("tool: expected one of list_compilations, ")
    assert fault["message"].endswith(", got 'rm'")


def test_the_largest_answers_stay_below_the_bound(address, site, junction):
    calls = [
        ("list_junctions", {"limit": MOST_ROWS}),
        ("junction_evidence", {"junction": junction["name"], "top": MOST_GROUPS}),
        ("psi", {"site": site, "min_reads": 1}),
        ("search_genes", {"prefix": "S", "limit": 50}),
    ]
    for name, arguments in calls:
        size = len(json.dumps(answer(address, name, {**arguments, "compilation": "sim"})))
        assert size < MOST_BYTES, name


def test_an_answer_above_the_bound_is_an_error_that_names_the_next_step(address):
    arguments = {"site": "chr1:1", "compilation": "sim", "top": 50, "limit": 10}
    arguments |= {"group_by": "rail_id"}
    message = error(address, "psi", {**arguments, "site": busy_site(address)})
    assert re.fullmatch(
        r"answer: expected at most 50,000 bytes; set a smaller limit or top, got '[\d,]+ bytes'",
        message,
    )


def busy_site(address):
    """The donor with the most junctions."""
    rows = httpx.get(
        address.replace("/mcp", "/api/v1/compilations/sim/junctions"), params={"limit": 5000}
    ).json()["rows"]
    places = [f"{row['chromosome']}:{row['start']}" for row in rows]
    return max(places, key=places.count)


def test_a_message_by_hand_gets_json_without_a_session(address):
    response = post(address, INITIALIZE)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert "MCP-Session-Id" not in response.headers
    result = response.json()["result"]
    assert result["protocolVersion"] == "2025-06-18"
    assert result["serverInfo"]["name"] == "snapshard"
    assert "Count before you list" in result["instructions"]
    response = post(address, LIST, MCP_Protocol_Version="2025-06-18")
    assert len(response.json()["result"]["tools"]) == len(TOOLS)
    response = post(address, {"jsonrpc": "2.0", "id": "x", "method": "ping"})
    assert response.json() == {"jsonrpc": "2.0", "id": "x", "result": {}}


def test_a_notification_has_no_answer(address):
    response = post(address, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (response.status_code, response.content) == (202, b"")


@pytest.mark.parametrize(
    ("message", "headers", "code"),
    [
        ([LIST, LIST], {}, -32602),
        (LIST, {"MCP_Protocol_Version": "1999-01-01"}, -32602),
        ({"id": 1}, {}, -32602),
    ],
)
def test_a_message_that_is_not_of_the_protocol_is_refused(address, message, headers, code):
    response = post(address, message, **headers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code


def test_the_server_offers_no_stream(address):
    for method in ("GET", "DELETE"):
        response = httpx.request(method, address, headers={"Accept": "text/event-stream"})
        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:6274", 200),
        ("http://127.0.0.1", 200),
        ("http://[::1]:80", 200),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://[", 403),
        ("null", 403),
    ],
)
def test_only_pages_of_this_machine_may_ask(address, origin, status):
    response = post(address, INITIALIZE, Origin=origin)
    assert response.status_code == status
    if status == 403:
        assert response.json()["detail"].startswith("Origin: expected none or a page of localhost")


def test_a_call_is_logged_and_counted_without_its_arguments(world, start_server):
    server = start_server("--data", str(world.folder), workers=1)
    for name, argument in [("search_genes", "prefix"), ("count_junctions", "region")]:
        call = {"name": name, "arguments": {"compilation": "sim", argument: "MYSECRET"}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        post(f"{server.url}/mcp", message)
        post(f"{server.url}/mcp", message, MCP_Protocol_Version="2025-06-18")
    metrics = httpx.get(f"{server.url}/metrics").text
    server.stop()
    text = server.log.read_text()
    assert "MYSECRET" not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    routes = [line["route"] for line in lines if line["message"] == "answered"]
    assert routes.count("/mcp") == 4
    assert sum(route.endswith(("/genes", "/junctions")) for route in routes) == 4
    assert {line["logger"].partition(".")[0] for line in lines} <= {"gunicorn", "snapshard_ui"}
    assert re.search(r'route="/mcp".*\} ', metrics)


def test_behind_a_proxy_the_addresses_are_those_that_the_client_used(world, start_server):
    server = start_server("--data", str(world.folder), workers=1, proxies=1)
    headers = {
        "X-Forwarded-Host": "junctions.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/snap",
    }
    call = {"name": "export_link", "arguments": {"compilation": "sim", "region": "chr1:1-2"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    response = post(f"{server.url}/mcp", message, **headers).json()
    assert response["result"]["structuredContent"]["export_url"] == (
        "https://junctions.example.org/snap/api/v1/compilations/sim/releases/cut5/"
        "junctions:export.tsv?region=chr1%3A1-2"
    )
    server.stop()


def test_if_the_client_leaves_the_statement_of_its_tool_ends(world, server):
    region = {"compilation": "sim", "region": "chr1:100,000,000-200,000,000"}
    call = {"name": "count_junctions", "arguments": region}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    head = (
        "POST /mcp HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(message)}\r\n\r\n"
    )
    with psycopg.connect(world.index.shard_map.address("s2")) as holder:
        holder.execute(f'LOCK TABLE "{world.release.schema}".junction IN ACCESS EXCLUSIVE MODE')
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall((head + message).encode())
            wait_for(lambda: waiting(world) > 0, 30)
        assert wait_for(lambda: waiting(world) == 0, 10) < 3


@pytest.fixture(scope="module")
def absent(tmp_path_factory):
    """A folder that hides the package, for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("absent")
    (folder / "mcp.py").write_text('raise ModuleNotFoundError("No module named mcp", name="mcp")\n')
    return folder


def test_without_the_package_there_is_a_hint(world, start_server, absent, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(absent))
    server = start_server("--data", str(world.folder), workers=1)
    for method in ("GET", "POST"):
        response = httpx.request(method, f"{server.url}/mcp")
        assert response.status_code == 404
        assert "pip install 'snapshard[mcp]'" in response.json()["detail"]
    assert httpx.get(f"{server.url}/api/v1/compilations").status_code == 200
    server.stop()


def program(*words):
    """A transport to the command with these words."""
    arguments = ["-m", "snapshard", *words]
    return stdio_client(StdioServerParameters(command=sys.executable, args=arguments))


@pytest.mark.parametrize("target", ["folder", "server"])
def test_a_program_talks_to_the_command(world, server, http, target):
    option = {"folder": ["--data", str(world.folder)], "server": ["--server", server.url]}[target]
    tool = answer(
        program("mcp", "--compilation", "sim", *option), "count_junctions", {"region": "chr1"}
    )
    response = http.get("/junctions", params={"region": "chr1", "count": "exact"}).json()
    assert tool["count"] == response["count"]
    assert (tool["url"] is None) == (target == "folder")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_python_code_of_the_page_runs(server, capsys):
    [code] = blocks("python")
    exec(compile(code.replace("http://127.0.0.1:8080", server.url), "docs/mcp.md", "exec"), {})
    release, rows, url = capsys.readouterr().out.split()
    assert release == "cut5"
    assert len(httpx.get(url, timeout=60).text.splitlines()) - 2 == int(rows)


def test_the_settings_of_the_page_lead_to_the_tools(server):
    vscode, desktop = map(json.loads, blocks("json"))
    entry = vscode["servers"]["snapshard"]
    assert entry["type"] == "http"
    address = entry["url"].replace("http://127.0.0.1:8080", server.url)
    assert answer(address, "list_compilations")["count"] == 2
    entry = desktop["mcpServers"]["snapshard"]
    assert entry["command"] == "snapshard"
    words = [word.replace("http://127.0.0.1:8080", server.url) for word in entry["args"]]
    transport = program(*words)
    assert answer(transport, "list_compilations")["count"] == 2


def test_the_lines_for_the_shell_name_the_endpoint_and_the_command():
    over_http, over_pipes = blocks("sh")[0].splitlines()
    assert over_http.split()[-3:] == ["http", "snapshard", "http://127.0.0.1:8080/mcp"]
    words = shlex.split(over_pipes.partition(" -- ")[2])
    context = click.Context(snapshard, **snapshard.context_settings)
    command = snapshard.get_command(context, words[1])
    assert command.make_context("mcp", words[2:], parent=context).params["data"] == Path("data")


def test_the_page_states_the_bound():
    assert f"at most {MOST_BYTES:,} bytes" in PAGE
