"""What Snaptron's clients send, byte for byte, and what each of them needs of the answer (cases Z).

The clients cannot be had where tests run: docs/snaptron.md says of each why. So their requests are
replayed as bytes over raw sockets or sent by the HTTP library that they use, and what they do with
the answers is written down once more, from the protocol's description of them.
"""

import base64
import gzip
import json
import urllib.parse

import httpx
import pytest
import requests
import zstandard
from snaptron_wire import parsed, projected, received

QS = "Accept-Encoding: identity\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: Python-urllib/2.7\r\n"
SNAPCOUNT = (
    "Host: {host}\r\nUser-Agent: libcurl/7.88.1\r\n"
    "Accept-Encoding: deflate, gzip, br, zstd\r\nAccept: */*\r\n"
)


def qs_get(server, path):
    """A GET as Python 2.7's urllib2 writes it; qs then reads the raw bytes."""
    return sent(server, f"GET {path} HTTP/1.1\r\n{QS.format(host=f'127.0.0.1:{server.port}')}\r\n")


def qs_post(server, path, queries):
    """A bulk query: the field `groups`, url-encoded."""
    body = "groups=" + urllib.parse.quote_plus(
        base64.b64encode("|||".join(queries).encode()).decode()
    )
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return sent(
        server,
        f"POST {path} HTTP/1.1\r\n{kind}{QS.format(host=f'127.0.0.1:{server.port}')}\r\n{body}",
    )


def snapcount_get(server, path):
    headers = SNAPCOUNT.format(host=f"127.0.0.1:{server.port}")
    return sent(server, f"GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")


def sent(server, text):
    with server.connect() as client:
        client.sendall(text.encode())
        return received(client)


def qs_rows(answer):
    """What qs keeps: it reads on to a newline and skips lines that name columns."""
    assert answer.complete
    assert answer.body.endswith(b"\n")
    lines = [line.split("\t") for line in answer.text.split("\n")[:-1]]
    return [line for line in lines if "snaptron_id" not in line]


def test_Z1_filters_of_qs_arrive_raw(site):
    found = qs_rows(
        qs_get(
            site.server,
            f"/{site.name}/snaptron?regions={site.R}&rfilter=samples_count>:2&rfilter=strand:+",
        )
    )
    assert [row[1] for row in found] == [
        row[1] for row in site.D if int(row[13]) >= 2 and row[6] == "+"
    ]


def test_Z2_metadata_of_qs(described):
    server, name = described.server, described.name
    for query in (f"sfilter={described.ft}:{described.word}", f"sfilter=all:{described.word}"):
        answer = qs_get(server, f"/{name}/samples?{query}")
        assert answer.complete
        assert answer.text == described.body(query, "samples").decode()
        assert answer.text.startswith("DataSource:Type\tLucene")


def test_Z3_Z4_Z9_functions_of_qs_ask_for_samples_then_for_groups(described):
    server, name = described.server, described.name
    every = qs_get(server, f"/{name}/samples?all=1")
    assert every.text.startswith("rail_id")
    assert every.complete
    float(qs_get(server, f"/{name}/samples?check_for_update=1").text)
    queries = [("A", f"regions={described.R}&contains=1"), ("B", f"regions={described.R}&either=1")]
    answers = [
        qs_rows(qs_get(server, f"/{name}/snaptron?{query}&group={group}{'&header=0' if n else ''}"))
        for n, (group, query) in enumerate(queries)
    ]
    assert all(
        row[0] == group for (group, _), rows in zip(queries, answers, strict=True) for row in rows
    )
    known = {line.split("\t")[0] for line in every.text.split("\n")}
    assert {
        pair.split(":")[0] for rows in answers for row in rows for pair in row[12].split(",")[1:]
    } <= known


def test_Z5_tissue_specificity_of_qs_finds_the_tissue_by_its_column(sites):
    """qs takes the tissue from column 66. In the real file at hand, cut to its open fields, that is
    column 8; so `gtexfull` has simulated samples in the places of Snaptron's own file.
    """
    site, simulated = (
        sites("gtexfull"),
        qs_get(sites("sim").server, "/sim/samples?all=1").text.split("\n")[:-1],
    )
    names, *lines = [
        line.split("\t")
        for line in qs_get(site.server, "/gtexfull/samples?all=1").text.split("\n")[:-1]
    ]
    place = simulated[0].split("\t").index("SMTS")
    assert names[65] == "SMTS"
    assert {line[0]: line[65] for line in lines} == {
        line.split("\t")[0]: line.split("\t")[place] for line in simulated[1:]
    }


def test_Z6_intersection_of_qs_asks_for_ids_by_the_hundred(site):
    common = [row[1] for row in site.D][:100]
    found = qs_rows(qs_get(site.server, f"/{site.name}/snaptron?ids={','.join(common)}"))
    assert [row[1] for row in found] == sorted(common, key=int)


def test_Z7_a_bulk_file_of_120_lines_has_one_header(site):
    step = max(1, (site.E - site.S) // 120)
    places = [f"{site.c}:{site.S + n * step}-{site.S + n * step + 50}" for n in range(120)]
    queries = [
        f"group=g{n}&regions={place}{'&header=0' if n else ''}" for n, place in enumerate(places)
    ]
    text = "".join(
        qs_post(site.server, f"/{site.name}/snaptron", queries[first : first + 50]).text
        for first in (0, 50, 100)
    )
    lines = [line.split("\t") for line in text.split("\n")[:-1]]
    assert [line[0] for line in lines].count("Group") == 1
    alone = [
        [f"g{n}", *row[1:]]
        for n, place in enumerate(places)
        for row in site.rows(f"regions={place}")
    ]
    assert lines[1:] == alone


def test_Z8_two_compilations_are_joined_by_group_and_place(sites):
    """qs asks both for the same groups, and tells rows of one junction by group, chromosome, start
    and end.
    """
    groups = {"a": (4_490_000, 4_493_702), "b": (4_491_836, 4_500_000)}
    queries = [
        f"group={group}&regions=chr19:{first}-{last}&contains=1"
        for group, (first, last) in groups.items()
    ]
    found, expected = [], []
    for name in ("gtex17", "gtexv2"):
        rows = qs_rows(
            qs_post(sites(name).server, f"/{name}/snaptron", [queries[0], queries[1] + "&header=0"])
        )
        found.append({(row[0], *row[2:5]) for row in rows})
        source = [line[1:4] for line in sites(name).lines if line[1] == "chr19"]
        inside = [
            (g, *s)
            for g, (first, last) in groups.items()
            for s in source
            if int(s[1]) >= first and int(s[2]) <= last
        ]
        expected.append(set(inside))
    assert set.union(*found) == set.union(*expected)
    assert set.intersection(*found) == set.intersection(*expected)
    assert len(set.intersection(*found)) == 3


def test_Z10_an_unknown_gene_ends_at_once(site):
    answer = qs_get(site.server, f"/{site.name}/snaptron?regions=NOSUCHGENE")
    assert answer.status == 200
    assert not answer.complete


def test_Z12_mates_of_qs(annotated):
    place = "chr1:100-200" if annotated.name == "tiny" else annotated.R
    junctions = qs_get(
        annotated.server, f"/{annotated.name}/snaptron?regions={place}&rfilter=strand:+&either=1"
    )
    assert junctions.complete
    bases = qs_get(annotated.server, f"/{annotated.name}/bases?regions={place}&either=1")
    assert bases.complete
    assert bases.text.split("\n")[0].split("\t")[1:4] == ["chromosome", "start", "end"]


# --- snapcount, in R


def snapcount_table(answer):
    """What snapcount reads: it wants the bare type, status 200, a header, and every sample count to
    fit its pairs.
    """
    assert (answer.status, answer.headers["content-type"], answer.complete) == (
        200,
        "text/plain",
        True,
    )
    text = unpacked(answer)
    lines = [line.split("\t") for line in text.split("\n")[:-1]]
    assert lines[0][0] == "DataSource:Type"
    assert all(int(row[13]) == row[12].count(":") for row in lines[1:])
    return lines[1:]


def unpacked(answer):
    if answer.headers.get("content-encoding") == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(answer.body).decode()
    assert "content-encoding" not in answer.headers
    return answer.text


def test_Z13_snapcount_loads_by_cutting_seven_bytes_off_the_registry(server):
    answer = snapcount_get(server, "//snaptron/registry")
    assert answer.status == 200
    assert set(json.loads(answer.body[7:])) == {
        "tiny",
        "sim",
        "srav2",
        "gtexfull",
        "gtex",
        "gtex17",
    }


def test_Z14_Z15_junctions_of_snapcount(site):
    base = f"/{site.name}/snaptron?regions={site.R}"
    assert snapcount_table(snapcount_get(site.server, base)) == site.D
    filtered = snapcount_table(
        snapcount_get(site.server, f"{base}&rfilter=samples_count>:2&rfilter=strand:-")
    )
    assert [row[1] for row in filtered] == [
        row[1] for row in site.D if int(row[13]) >= 2 and row[6] == "-"
    ]
    assert snapcount_table(
        snapcount_get(site.server, f"{base}&sids={','.join(site.L)}")
    ) == projected(site.D, site.L)
    for condition in ("exact=1", "contains=1", "either=1", "either=2"):
        assert snapcount_table(snapcount_get(site.server, f"{base}&{condition}")) == site.rows(
            f"regions={site.R}&{condition}"
        )


def test_Z14_the_metadata_of_snapcount_line_up_with_the_samples(described):
    text = unpacked(snapcount_get(described.server, f"//{described.name}/samples?all=1"))
    ids = [int(line.split("\t")[0]) for line in text.split("\n")[1:-1]]
    assert ids == sorted(ids)
    assert {
        int(pair.split(":")[0]) for row in described.D for pair in row[12].split(",")[1:]
    } <= set(ids)


def test_Z16_genes_and_exons_of_snapcount(annotated):
    place = "chr1:1-3000" if annotated.name == "tiny" else f"{annotated.c}:1-300000000"
    for endpoint in ("genes", "exons"):
        rows = snapcount_table(
            snapcount_get(annotated.server, f"/{annotated.name}/{endpoint}?regions={place}")
        )
        assert rows == annotated.rows(f"regions={place}", endpoint)


def test_Z18_no_rows_is_a_header_alone_for_snapcount(site):
    assert (
        snapcount_table(snapcount_get(site.server, f"/{site.name}/snaptron?regions=chr29:1-9"))
        == []
    )


# --- SnapMine


def test_Z19_requests_of_snapmine_with_httpx(annotated):
    base = f"http://127.0.0.1:{annotated.server.port}/{annotated.name}"
    place = "chr1:50-2000" if annotated.name == "tiny" else annotated.R
    symbol = (
        "GENEA"
        if annotated.name == "tiny"
        else annotated.rows(f"regions={place}", "genes")[0][11].split(":")[1]
    )
    junctions = httpx.get(f"{base}/snaptron?regions={place}")
    assert {"start", "end", "samples"} <= set(junctions.text.split("\n")[0].split("\t"))
    genes = httpx.get(f"{base}/genes?regions={symbol}")
    assert "gene_id:gene_name:gene_type:bp_length" in genes.text.split("\n")[0].split("\t")
    assert symbol in genes.text
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{base}/genes?regions=NOSUCHGENE")


# --- gosnaptron, in Go

GO = "Host: {host}\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n"


def test_requests_of_gosnaptron(site):
    """Go asks for gzip by itself and reads to the end of the chunks on a connection that it keeps."""
    filters = "rfilter=samples_count>:2&rfilter=annotated:0&rfilter=strand:+"
    path = f"/{site.name}/snaptron?regions={site.R}&contains=0&{filters}"
    with site.server.connect() as client:
        client.sendall(f"GET {path} HTTP/1.1\r\n{GO.format(host='x')}".encode())
        data = b""
        while not data.endswith(b"\r\n0\r\n\r\n"):
            data += client.recv(1 << 16)
    rows = [
        line.split("\t") for line in gzip.decompress(parsed(data).body).decode().split("\n")[1:-1]
    ]
    assert [row[1] for row in rows] == [
        r[1] for r in site.D if int(r[13]) >= 2 and r[7] == "0" and r[6] == "+"
    ]


# --- MCP servers, in Python


def test_requests_of_the_mcp_server_with_httpx(described):
    """httpx encodes `>`; fields=rc asks for the number of rows; the registry is shown as it is."""
    base = f"http://127.0.0.1:{described.server.port}"
    query = f"regions={described.R}&rfilter=samples_count>:2&rfilter=coverage_avg>:1.5"
    with httpx.Client(timeout=60, follow_redirects=True) as client:
        rows = (
            client.get(f"{base}/{described.name}/snaptron?{query}")
            .raise_for_status()
            .text.split("\n")[1:-1]
        )
        assert (
            client.get(f"{base}/{described.name}/snaptron?{query}&fields=rc").text
            == f"{len(rows)}\n"
        )
        assert (
            client.get(f"{base}/snaptron/registry").raise_for_status().text.startswith("200 OK\n{")
        )
        found = client.get(
            f"{base}/{described.name}/samples?sfilter={described.ft}:{described.word}"
        ).raise_for_status()
        assert found.text.startswith("DataSource:Type\tLucene")


def test_requests_of_the_other_mcp_server_with_requests(described):
    """It encodes everything but the colon, commas, too, and looks for a traceback or a table."""
    base = f"http://127.0.0.1:{described.server.port}/{described.name}"
    values = [
        ("regions", described.R),
        ("sfilter", f"{described.ft}:{described.word}"),
        ("rfilter", "strand:+"),
    ]
    query = "&".join(f"{name}={urllib.parse.quote(value, safe=':')}" for name, value in values)
    answer = requests.get(f"{base}/snaptron?{query}", timeout=60)
    plain = "&".join(f"{name}={value}" for name, value in values)
    assert answer.text == described.body(plain).decode()
    assert "Traceback" not in answer.text
    two = requests.get(
        f"{base}/snaptron?regions={urllib.parse.quote(f'{described.R},{described.R2}')}", timeout=60
    )
    assert two.text == described.body(f"regions={described.R},{described.R2}").decode()
