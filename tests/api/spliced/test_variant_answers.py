"""Variants near the sites of two small genes, over HTTP, by the command and by the client; and every number
beside a naive recomputation from the rows.
"""

import os
import subprocess
import sys
from itertools import pairwise
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spliced_genes import ANNOTATED, JUNCTIONS, MINUS, PLUS, genome, pairs

from snapshard.client import Client, Missing, Refused, Truncated
from snapshard.errors import BadQuery

CASES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BASES = genome()
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def ask(http, variant, **parameters):
    answer = http.get(f"/variants/{quote(variant, safe='')}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def place(number):
    """A variant at a base of the genome, and the base that it states."""
    base = BASES[number - 1]
    return f"chr2-{number}-{base}-{'A' if base != 'A' else 'C'}"


def test_a_variant_leads_to_the_site_its_junctions_and_the_other_events(gene_http):
    answer = ask(gene_http, place(1105), window=10)
    assert answer["reference"] == {"status": "matches", "bases": BASES[1104], "reason": None}
    [donor, cryptic] = [site for site in answer["sites"] if site["role"] == "donor"][:2]
    assert (donor["site"], donor["annotated"], donor["place"], donor["distance"]) == (
        "GRCh38:chr2:1101:+", True, 5, 4,
    )  # fmt: skip
    assert donor["transcript"] == {"transcript_id": "ENST01.2", "symbol": "GENEP", "exon": 1}
    assert [row["name"] for row in donor["junctions"]] == [
        "GRCh38:chr2:1101-1200:+", "GRCh38:chr2:1101-1400:+", "GRCh38:chr2:1101-1190:+",
        "GRCh38:chr2:1101-1600:+",
    ]  # fmt: skip
    assert [(e["rank"], e["kind"], e["moved"], e["frame"]) for e in donor["events"]] == [
        (1, "cryptic donor", 4, "lost"),
        (2, "cryptic donor", -10, "lost"),
    ]
    assert (cryptic["position"], cryptic["annotated"], cryptic["transcript"]) == (1105, False, None)
    assert [(e["rank"], e["kind"], e["moved"]) for e in cryptic["events"]] == [
        (1, "cryptic donor", -14),
        (None, "alternative donor", -4),
    ]
    assert answer["summary"].startswith(
        f"{place(1105)} is at +5 of the donor 1101, exon 1 of GENEP"
    )
    assert answer["thresholds"] == {
        "window": 10, "cryptic_range": 600, "most_skipped": 2, "min_samples": 1,
    }  # fmt: skip
    assert answer["about"]["release"] == "r1"


def test_skipping_is_ranked_and_numbered_in_the_transcript(gene_http):
    [donor] = ask(gene_http, "chr2:1263", window=3)["sites"]
    assert (donor["position"], donor["transcript"]["exon"]) == (1261, 2)
    assert [(e["kind"], e["skipped_exons"], e["junction"]["samples_count"]) for e in donor["events"]] == [
        ("exon skipping", [2], 4),
        ("cryptic donor", None, 2),
        ("exon skipping", [2, 3], 1),
    ]  # fmt: skip
    [donor] = ask(gene_http, "chr2:1263", window=3, most_skipped=1, min_samples=3)["sites"]
    assert [e["skipped_exons"] for e in donor["events"]] == [[2]]


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("ENST01.2:c.50+5{}>N", 1105),
        ("ENST01:c.51-2{}>N", 1199),
        ("GENEP:c.-1{}>N", 1050),
        ("GENEP:c.*3{}>N", 1654),
        ("ENST02:n.101-1{}>N", 1400),
        ("ENST03.1:c.51+2{}>N", 3499),
        ("ENST03.1(GENEM):c.*1{}>N", 3049),
    ],
)
def test_a_place_in_a_transcript_is_the_base_of_the_genome(gene_http, name, position):
    base = BASES[position - 1]
    answer = ask(gene_http, name.format(base.translate(COMPLEMENT) if "ENST03" in name else base))
    assert (answer["variant"]["start"], answer["variant"]["end"]) == (position, position)
    assert (answer["variant"]["reference"], answer["reference"]["status"]) == (base, "matches")
    assert answer["variant"]["transcript_id"].startswith("ENST0")


def test_the_transcript_of_the_request_numbers_the_exons(gene_http):
    [site] = ask(gene_http, "chr2:1401", window=1)["sites"]
    assert site["transcript"]["exon"] == 3
    [site] = ask(gene_http, "chr2:1401", window=1, transcript="ENST02")["sites"]
    assert (site["transcript"]["exon"], site["transcript"]["transcript_id"]) == (2, "ENST02.1")


@pytest.mark.parametrize(
    ("variant", "status", "expected"),
    [
        (f"chr2-1105-{'A' if BASES[1104] != 'A' else 'C'}-T", 400, f"GRCh38, which has {BASES[1104]}"),
        ("chr2:242193530", 400, "where chr2 of GRCh38 ends"),
        ("hg19:chr2:1105", 400, "not lifted over"),
        ("NM_000001.2:c.5+1", 404, "no transcript"),
        ("ENST01.1:c.5", 400, "ENST01.2"),
        ("ENST01.2:c.49+1", 400, "last base of an exon"),
        ("GENEM:c.5", 400, "ENST03.1"),
        ("chr9:1105", 404, "no chromosome"),
        ("nonsense", 400, "a variant such as"),
    ],
)  # fmt: skip
def test_what_cannot_be_placed_is_refused_with_the_reason(gene_http, variant, status, expected):
    answer = gene_http.get(f"/variants/{quote(variant, safe='')}")
    assert (answer.status_code, expected in answer.json()["detail"]) == (status, True), answer.text


def test_the_page_links_a_variant_of_known_bases_to_gnomad_and_spliceai(gene_server):
    variant = place(1105)
    page = httpx.get(f"{gene_server.url}/?compilation=genes&q={variant}").text
    assert (
        f'href="https://gnomad.broadinstitute.org/variant/{variant[3:]}?dataset=gnomad_r4"' in page
    )
    address = f"https://spliceailookup.broadinstitute.org/#variant={variant}&amp;hg=38"
    assert f'href="{address}"' in page
    position = httpx.get(f"{gene_server.url}/?compilation=genes&q=chr2:1105").text
    assert "spliceailookup" not in position


def test_no_site_nearby_is_said(gene_http):
    answer = ask(gene_http, "chr2:5000")
    assert (answer["sites"], answer["truncated"]) == ([], False)
    assert answer["summary"] == "no annotated splice site within 50 bases of chr2:5000"


def test_without_a_genome_the_reference_is_not_checked(genes, start_server):
    plain = start_server("--data", str(genes.data), workers=1)
    with Client(plain.url) as client:
        reference = client.variant("chr2-1105-T-T")["reference"]
    assert (reference["status"], reference["bases"]) == ("not checked", None)
    assert "no FASTA" in reference["reason"]
    plain.stop()


def test_the_client_lifts_over_and_reports_what_is_missing(genes, gene_server, tmp_path):
    chain = tmp_path / "old.chain"
    chain.write_text("chain 1 chr2 9000 + 0 5000 chr2 6000 + 1000 6000 1\n5000\n\n")
    with Client(gene_server.url) as client:
        answer = client.variant(place(1105).replace("1105", "105"), chain=chain)
        assert answer["variant"]["start"] == 1105
        assert answer["lifted_over"] == {
            "from": place(1105).replace("1105", "105"),
            "chain": "old.chain",
        }
        with pytest.raises(BadQuery, match="release's transcripts"):
            client.variant("ENST01.2:c.5", chain=chain)
        with pytest.raises(Missing):
            client.variant("NM_1.1:c.5")
        with pytest.raises(Refused, match="which has"):
            client.variant("chr2-1105-TTTTTTT-A")
        with pytest.warns(Truncated):
            assert len(client.variant("chr2:1105", sites=1)["sites"]) == 1
        with pytest.warns(Truncated):
            assert len(client.variant("chr2:1101", limit=1)["sites"][0]["junctions"]) == 1


def test_the_command_prints_a_line_for_each_junction_and_event(genes):
    run = subprocess.run(
        [sys.executable, "-m", "snapshard", "variant", "GENEP:c.110+3", "--window", "3", "--data",
         str(genes.data)],
        capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("SNAPSHARD_")},
    )  # fmt: skip
    summary, head, *lines = run.stdout.splitlines()
    assert summary == (
        "chr2:1263 is at +3 of the donor 1261, exon 2 of GENEP ENST01.2; of the unannotated"
        " events, most samples (4) have skipping of exon 2"
    )
    assert head.split("\t")[:5] == ["site", "role", "place", "what", "name"]
    assert [line.split("\t")[3] for line in lines] == [
        "uses the site", "uses the site", "uses the site", "1. exon skipping 2",
        "2. cryptic donor +74", "3. exon skipping 2,3",
    ]  # fmt: skip


@CASES
@given(
    st.integers(990, 3_620),
    st.integers(0, 12),
    st.integers(0, 120),
    st.sampled_from([0, 5, 80, 600]),
    st.integers(1, 3),
    st.integers(1, 4),
)
def test_every_site_and_event_is_the_one_that_the_rows_give(
    gene_http, first, more, window, cryptic_range, most_skipped, min_samples
):
    answer = ask(
        gene_http, f"chr2:{first}-{first + more}", window=window, cryptic_range=cryptic_range,
        most_skipped=most_skipped, min_samples=min_samples, sites=200, limit=1000,
    )  # fmt: skip
    rows = [row for row in JUNCTIONS if row[3] >= min_samples]
    sites = naive_sites(rows, first, first + more, window)
    assert {
        (s["position"], s["strand"], s["role"], s["annotated"]) for s in answer["sites"]
    } == sites
    assert answer["site_count"] == len(sites)
    for site in answer["sites"]:
        own = [row for row in rows if is_site(row, site)]
        assert spans(site["junctions"]) == ranked(own)
        events = naive_events(rows, site, cryptic_range, most_skipped)
        assert [
            (e["rank"], e["kind"], *spans([e["junction"]]), e["skipped_exons"], e["moved"])
            for e in site["events"]
        ] == events


def role_ends(row):
    start, end, strand, _ = row
    return (start, end) if strand == "+" else (end, start)


def is_site(row, site):
    donor, acceptor = role_ends(row)
    position = donor if site["role"] == "donor" else acceptor
    return row[2] == site["strand"] and position == site["position"]


def spans(junctions):
    return [(junction["start"], junction["end"]) for junction in junctions]


def reads(row):
    return sum(count for _, count in pairs(row[3]))


def ranked(rows):
    return [row[:2] for row in sorted(rows, key=lambda row: (-row[3], -reads(row), row[0], row[1]))]


def naive_sites(rows, first, last, window):
    """Every base of the window, asked whether it is a site."""
    ends = {}
    for row in rows:
        for role, position in zip(("donor", "acceptor"), role_ends(row), strict=True):
            ends.setdefault((position, row[2], role), False)
    for start, end in ANNOTATED | {(1101, 1400)}:
        strand = "+" if start < 3000 else "-"
        for role, position in zip(
            ("donor", "acceptor"), role_ends((start, end, strand, 0)), strict=True
        ):
            ends[position, strand, role] = True
    near = {
        base
        for place in range(first, last + 1)
        for base in range(place - window, place + window + 1)
    }
    return {(*key, flag) for key, flag in ends.items() if key[0] in near}


def naive_events(rows, site, cryptic_range, most_skipped):
    exons = PLUS if site["strand"] == "+" else MINUS[::-1]
    numbers = {}
    for number, (exon, following) in enumerate(pairwise(exons), 1):
        plus = site["strand"] == "+"
        numbers["donor", exon[1] + 1 if plus else exon[0] - 1] = number
        numbers["acceptor", following[0] - 1 if plus else following[1] + 1] = number + 1
    exon = numbers.get((site["role"], site["position"]))
    sign = 1 if site["strand"] == "+" else -1
    index = 0 if site["role"] == "donor" else 1
    same = [row for row in rows if row[2] == site["strand"]]
    if exon is None:
        partners = {role_ends(row)[1 - index] for row in same if is_site(row, site)}
    else:
        number = exon if index == 0 else exon - 1
        other = "acceptor" if index == 0 else "donor"
        partners = {
            position
            for (role, position), n in numbers.items()
            if role == other and n == (number + 1 if index == 0 else number)
        }
    flags = {key[0] for key in ANNOTATED}, {key[1] for key in ANNOTATED}
    events = []
    for row in same:
        ends = role_ends(row)
        moved = sign * (ends[index] - site["position"])
        if exon is not None and (site["role"], ends[index]) in numbers:
            before, after = numbers.get(("donor", ends[0])), numbers.get(("acceptor", ends[1]))
            if before and after and before < exon < after and after - before - 1 <= most_skipped:
                events.append((row, "exon skipping", [*range(before + 1, after)], None))
        elif ends[1 - index] not in partners or not moved:
            continue
        elif abs(moved) <= cryptic_range:
            annotated = ends[index] in flags[index if sign == 1 else 1 - index]
            word = "alternative" if annotated else "cryptic"
            events.append((row, f"{word} {site['role']}", None, moved))
        elif exon is None and row[0] <= site["position"] <= row[1]:
            events.append((row, "exon skipping", None, None))
    events.sort(key=lambda e: (e[0][:2] in ANNOTATED, -e[0][3], -reads(e[0]), e[0][0], e[0][1]))
    ranks = [None if row[:2] in ANNOTATED else rank for rank, (row, *_) in enumerate(events, 1)]
    return [
        (rank, kind, row[:2], skipped, moved)
        for rank, (row, kind, skipped, moved) in zip(ranks, events, strict=True)
    ]
