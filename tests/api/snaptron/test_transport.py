"""How requests reach the server and answers leave it (cases A of the conformance list)."""

import gzip
import socket
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from snaptron_wire import HEADER, parsed, received


def test_A1_the_content_type_is_bare(site):
    answer = site.get(f"regions={site.R}")
    assert (answer.status, answer.headers["content-type"], answer.complete) == (
        200,
        "text/plain",
        True,
    )


def test_A2_every_answer_ends_with_a_newline_and_has_no_empty_line(site):
    for query in (
        f"regions={site.R}",
        f"regions={site.R}&result_count=1",
        "ids=1",
        "rfilter=samples_count>:1",
    ):
        body = site.body(query)
        assert body.endswith(b"\n")
        assert b"\r" not in body
        assert b"\n\n" not in body


def test_A3_repeated_slashes_are_single_ones(described):
    name, ask = described.name, described.server.get
    pairs = [
        ("samples?all=1", f"/{name}"),
        ("registry", "/snaptron"),
        (f"snaptron?regions={described.R}", f"/{name}"),
    ]
    for path, folder in pairs:
        assert (
            ask(f"/{folder}/{path}").body
            == ask(f"/{folder}//{path}").body
            == ask(f"{folder}/{path}").body
        )
        assert ask(f"/{folder}/{path}").status == 200


def test_A4_identity_is_not_compressed(site):
    plain = site.get(f"regions={site.R}")
    identity = site.get(f"regions={site.R}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in identity.headers
    assert identity.body == plain.body


def test_A5_gzip_unpacks_to_the_same(site):
    packed = site.get(f"regions={site.R}", headers={"Accept-Encoding": "gzip"})
    assert packed.complete
    assert packed.headers["content-type"] == "text/plain"
    assert gzip.decompress(packed.body) == site.body(f"regions={site.R}")


def test_A6_head_has_no_body(site):
    answer = site.server.ask("HEAD", f"/{site.name}/snaptron?regions={site.R}")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/plain", b"")


def test_head_has_the_status_of_get(site):
    known = f"regions={site.R}"
    for query in (
        known,
        "regions=NOSUCHGENE",
        f"{known}&strict=1",
        "regions=NOSUCHGENE&strict=1",
        "header=x&strict=1",
        "",
    ):
        path = f"/{site.name}/snaptron?{query}"
        head = site.server.ask("HEAD", path)
        assert (head.status, head.body) == (site.server.get(path).status, b"")
        assert head.headers["content-type"] == "text/plain"


def test_A7_http_1_0_ends_with_the_connection(site):
    answer = site.server.ask("GET", f"/{site.name}/snaptron?regions={site.R}", proto="HTTP/1.0")
    assert "transfer-encoding" not in answer.headers
    assert answer.body == site.body(f"regions={site.R}")


def test_A10_operators_may_be_encoded(site):
    raw, encoded, mixed = ("samples_count>:2", "samples_count%3E%3A2", "samples_count%3E:2")
    bodies = {site.body(f"regions={site.R}&rfilter={text}") for text in (raw, encoded, mixed)}
    assert len(bodies) == 1


def test_A11_A12_a_plus_is_a_plus(site):
    bodies = {
        site.body(f"regions={site.R}&rfilter=strand:{text}") for text in ("+", "%2B", "%252B")
    }
    assert len(bodies) == 1
    assert {row[6] for row in site.rows(f"regions={site.R}&rfilter=strand:+")} <= {"+"}


def test_A13_the_query_is_decoded_before_it_is_split(site):
    query = f"regions={site.R}&header=0"
    assert site.body(urllib.parse.quote(query, safe="")) == site.body(query)


def test_A14_quotes_are_dropped(site):
    assert site.body(f"regions=%22{site.R}%22") == site.body(f"regions={site.R}")


def test_A15_the_order_of_parameters_does_not_matter(site):
    parts = [f"regions={site.R}", "contains=1", "header=0"]
    assert (
        len({site.body("&".join(order)) for order in (parts, parts[::-1], parts[1:] + parts[:1])})
        == 1
    )


def test_A16_a_query_string_wins_over_a_form(site):
    posted = site.server.ask(
        "POST",
        f"/{site.name}/snaptron?regions={site.R}",
        body="groups=nonsense",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert posted.body == site.body(f"regions={site.R}")


def test_A18_an_unknown_path_is_404(site):
    assert site.server.get(f"/{site.name}/nothere?x=1").status == 404
    assert site.server.get("/nosuchcompilation/snaptron?ids=1").status == 404


def test_A18_beneath_a_compilation_the_answer_to_an_unknown_path_is_empty(site):
    for path in ("", "nothere?x=1", "SNAPTRON?ids=1", "nothere/5"):
        for method in ("GET", "HEAD", "POST", "PUT"):
            answer = site.server.ask(
                method, f"/{site.name}/{path}", body="fields=[]" if method == "POST" else None
            )
            assert (answer.status, answer.body) == (404, b"")


def test_A19_nothing_asked_is_400_and_one_line(site):
    answer = site.server.get(f"/{site.name}/snaptron")
    assert (answer.status, answer.body.count(b"\n")) == (400, 1)


def test_a_trailing_slash_changes_nothing(site):
    answer = site.server.get(f"/{site.name}/snaptron/?regions={site.R}")
    assert (answer.status, answer.body) == (200, site.body(f"regions={site.R}"))


def test_a_redirect_is_never_sent(site):
    for path in (
        f"//{site.name}//snaptron//?regions={site.R}",
        f"/{site.name}/snaptron/",
        f"/{site.name}/samples/",
    ):
        assert site.server.get(path).status not in (301, 302, 303, 307, 308)


def test_a_url_of_64_kb_is_understood(site):
    sids = [str(number) for number in range(1_000_000, 1_008_000)] + site.L
    path = f"regions={site.R}&sids={','.join(sids)}"
    assert len(path) > 64_000
    assert site.rows(path) == site.proj(site.D, site.L)


def test_strict_gives_honest_statuses(site):
    assert site.get("regions=NOSUCHGENE&strict=1").status == 404
    assert site.get(f"regions={site.R}&rfilter=nosuch:1&strict=1").status == 400
    assert site.get(f"regions={site.R}&strict=1").body == site.body(f"regions={site.R}")
    assert site.get(f"regions={site.R}&rfilter=nosuch:1&strict=0").aborted


WHOLE = (
    b"GET /wide/snaptron?regions=chr1:1-300000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
)


def test_A8_a_whole_chromosome_comes_at_once_and_steadily(server):
    with server.connect() as client:
        client.settimeout(5)
        began = time.monotonic()
        client.sendall(WHOLE)
        parts = [client.recv(16)]
        first_byte = time.monotonic() - began
        while part := client.recv(1 << 20):
            parts.append(part)
    whole = parsed(b"".join(parts))
    assert first_byte < 1
    assert whole.complete
    assert whole.body.count(b"\n") == 3_001


def test_A9_clients_that_leave_early_harm_nobody(sites):
    site = sites("gtex17")
    before = site.body(f"regions={site.R}")
    for _ in range(40):
        with site.server.connect() as client:
            client.sendall(WHOLE)
            assert client.recv(2_000)
    assert site.body(f"regions={site.R}") == before
    assert site.server.get("/wide/snaptron?regions=chr1:1-300000000").complete


def test_half_read_answers_leave_room_for_others(sites):
    site = sites("gtex17")
    stuck = []
    try:
        for _ in range(3):
            client = site.server.connect()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(WHOLE)
            assert client.recv(100)
            stuck.append(client)
        assert site.rows(f"regions={site.R}") == site.D
    finally:
        for client in stuck:
            client.close()


def test_memory_does_not_grow_with_the_answer(process):
    process.server.get("/wide/snaptron?regions=chr1:1-300000000")
    before = process.resident_bytes()
    region = "chr1:1-300000000"
    answer = process.server.get(f"/wide/snaptron?regions={','.join([region] * 8)}&header=0")
    assert answer.complete
    assert len(answer.body) > 120_000_000
    assert process.resident_bytes() - before < 40_000_000


def test_a_body_can_be_cut_into_many_packets(sites):
    site = sites("tiny")
    body = b"fields=" + urllib.parse.quote('[{"ids":["5","2"]}]').encode()
    headers = f"Host: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    head = f"POST /tiny/snaptron HTTP/1.1\r\n{headers}".encode()
    with site.server.connect() as client:
        for byte in head + body:
            client.sendall(bytes([byte]))
        assert received(client).body.count(b"\n") == 4


@pytest.mark.parametrize("clients", [32])
def test_A17_answers_to_many_at_once_equal_those_alone(sites, clients):
    queries = []
    for name in ("tiny", "sim", "gtex", "gtex17", "gtexv2"):
        site = sites(name)
        queries += [
            (site, f"regions={site.R}"),
            (site, f"regions={site.R2},{site.R}&rfilter=samples_count>:2"),
            (site, f"regions={site.R}&sids={','.join(site.L)}"),
            (site, f"ids={','.join(row[1] for row in site.D[:20])}"),
        ]
    alone = [site.body(query) for site, query in queries]
    barrier = threading.Barrier(clients)

    def work(number):
        barrier.wait()
        order = queries[number % 20 :] + queries[: number % 20]
        return [site.body(query) for site, query in order] == alone[number % 20 :] + alone[
            : number % 20
        ]

    with ThreadPoolExecutor(clients) as pool:
        assert all(pool.map(work, range(clients)))


def test_the_header_is_that_of_the_protocol(site):
    assert site.first_line(f"regions={site.R}") == HEADER
