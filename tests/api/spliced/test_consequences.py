"""What junctions mean for a transcript, over HTTP, by the command and by the client."""

import os
import subprocess
import sys

import psycopg
import pytest
from Bio.Seq import Seq
from spliced_genes import PLUS, PLUS_CODING, genome

from snapshard.client import Ambiguous, Client, Missing, Refused

SKIP = "GRCh38:chr2:1101-1400:+"


def ask(http, **parameters):
    answer = http.get("/consequence", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_skipping_is_told_with_the_number_of_the_exon_in_the_mane_transcript(gene_http):
    answer = ask(gene_http, junction=SKIP)
    assert answer["transcript"]["transcript_id"] == "ENST01.2"
    assert answer["transcript"]["chosen_by"] == "MANE Select"
    assert answer["transcript"]["marks"] == ["MANE Select", "Ensembl canonical"]
    assert answer["other_transcripts"] == ["ENST02.1"]
    result = answer["consequence"]
    assert (result["skipped_exons"], result["coding_change"], result["frame"]) == ([2], -60, "kept")
    assert result["stop"]["kind"] == "annotated"
    assert result["summary"].startswith("ENST01.2: skips exon 2; frame kept (-60 coding bases)")
    assert answer["junctions"] == [{"name": SKIP, "start": 1101, "end": 1400, "found": True}]


def test_the_same_junction_is_annotated_in_another_transcript(gene_http):
    result = ask(gene_http, junction=SKIP, transcript="ENST02")["consequence"]
    assert (result["annotated"], result["frame"]) == (True, "unchanged")


def test_a_premature_stop_is_the_one_that_biopython_finds(gene_http):
    result = ask(gene_http, junction="chr2:1105-1200:+")["consequence"]
    text = "".join(genome()[first - 1 : last] for first, last in result["exons"])
    text = text[PLUS_CODING[0] - PLUS[0][0] :]
    protein = str(Seq(text[: len(text) // 3 * 3]).translate())
    assert result["frame"] == "lost"
    assert result["sites"][0] == {
        "role": "donor", "position": 1105, "exon": 1, "place": "intron", "moved": 4,
    }  # fmt: skip
    assert (result["stop"]["kind"], result["stop"]["codon"]) == (
        "premature",
        protein.index("*") + 1,
    )
    assert "pseudo" not in result["assumes"]
    assert "new exon" in result["assumes"]


def test_a_retained_intron_needs_no_junction(gene_http):
    answer = ask(gene_http, transcript="GENEP", retained="2")
    assert answer["consequence"]["inserted_bases"] == 1400 - 1261 + 1
    assert answer["consequence"]["retained_introns"] == [2]
    assert answer["junctions"] == []


def test_both_junctions_of_a_new_exon_are_taken_together(gene_http):
    answer = ask(gene_http, junction=["chr2:1261-1319:+", "chr2:1335-1400:+"])
    assert answer["consequence"]["coding_change"] == 15
    assert answer["consequence"]["frame"] == "kept"
    assert [exon for exon in answer["consequence"]["exons"] if 1300 < exon[0] < 1400] == [
        [1320, 1334]
    ]


def test_on_the_minus_strand_exons_count_against_the_genome(gene_http):
    answer = ask(gene_http, junction="chr2:3101-3296:-")
    assert answer["transcript"]["chosen_by"] == "longest coding sequence"
    [donor, acceptor] = answer["consequence"]["sites"]
    assert donor == {
        "role": "donor", "position": 3296, "exon": 2, "place": "intron", "moved": 4,
    }  # fmt: skip
    assert (acceptor["position"], acceptor["exon"], acceptor["moved"]) == (3101, 3, 0)


@pytest.mark.parametrize(
    ("parameters", "status", "expected"),
    [
        ({"junction": "chr2:1101-1400:+", "transcript": "ENST01.1"}, 400, "ENST01.2"),
        ({"junction": "chr2:1101-1400:+", "transcript": "ENST99"}, 404, "no transcript"),
        ({"junction": "chr2:3101-3300:-", "transcript": "GENEM"}, 400, "such as ENST03.1"),
        ({"junction": "chr2:3101-3300:-", "transcript": "GENEP"}, 400, "strand +, as ENST01.2 is"),
        ({"junction": ["chr2:1101-1200:+", "chr2:3101-3300:-"]}, 400, "one chromosome and strand"),
        ({"junction": "chr2:101-1200:+", "transcript": "ENST01"}, 400, "inside 1001-1700"),
        ({"retained": "1"}, 400, "a transcript, whose introns"),
        ({"transcript": "ENST01", "retained": "4"}, 400, "1 to 3, got 4"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_the_reason(
    gene_http, parameters, status, expected
):
    answer = gene_http.get("/consequence", params=parameters)
    assert answer.status_code == status
    assert expected in answer.json()["detail"]


def test_a_junction_outside_of_all_transcripts_says_so(gene_http):
    answer = ask(gene_http, junction="chr2:2001-2400:+")
    assert (answer["transcript"], answer["consequence"]) == (None, None)
    assert "no transcript" in answer["reason"]
    assert answer["junctions"][0]["found"] is True


def test_the_client_reads_the_stop_from_a_file_as_the_server_does(genes, gene_server, start_server):
    plain = start_server("--data", str(genes.data), workers=1)
    with Client(gene_server.url) as with_genome, Client(plain.url) as without:
        told = with_genome.consequence("chr2:1105-1200:+")
        unknown = without.consequence("chr2:1105-1200:+")
        assert unknown["consequence"]["stop"]["kind"] == "unknown"
        assert "no FASTA" in unknown["consequence"]["summary"]
        own = without.consequence("chr2:1105-1200:+", fasta=genes.source / "genome.fa")
        assert own == told
        with pytest.raises(Refused, match="1 to 3"):
            without.consequence(transcript="ENST01", retained=[7])
        with pytest.raises(Missing):
            without.consequence(transcript="NM_000001.2")
    plain.stop()


def test_the_command_prints_the_sentence_and_the_sites(genes):
    run = subprocess.run(
        [sys.executable, "-m", "snapshard", "consequence", "chr2:1105-1200:+", "--data",
         str(genes.data), "--fasta", str(genes.source / "genome.fa")],
        capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("SNAPSHARD_")},
    )  # fmt: skip
    summary, chosen, assumes, head, donor, acceptor = run.stdout.splitlines()
    assert summary.startswith("ENST01.2: donor of exon 1 moves 4 bases downstream, into intron 1; ")
    assert "premature stop codon" in summary
    assert chosen.startswith("GENEP ENST01.2, chosen by MANE Select; 1 other")
    assert head.split("\t") == ["role", "position", "exon", "place", "moved"]
    assert donor == "donor\t1105\t1\tintron\t4"
    assert "new exon" in assumes
    assert acceptor.startswith("acceptor\t1200\t2\tannotated\t0")


def test_a_wrong_genome_makes_the_stop_unknown(genes, start_server, tmp_path):
    (tmp_path / "other.fa").write_text(">2\n" + "ACGT" * 1500 + "\n")
    (tmp_path / "short.fa").write_text(">chr2\nACGT\n")
    for name, reason in (
        ("other.fa", "does not read"),
        ("short.fa", "has 4 bases"),
        ("no.fa", "FASTA"),
    ):
        server = start_server("--data", str(genes.data), fasta=f"hg38={tmp_path / name}", workers=1)
        with Client(server.url) as client:
            stop = client.consequence("chr2:1105-1200:+")["consequence"]["stop"]
        assert (stop["kind"], reason in stop["reason"]) == ("unknown", True), stop
        server.stop()


def test_a_release_without_tags_says_that_the_annotation_must_be_loaded_again(genes, gene_http):
    with psycopg.connect(genes.shards.catalog, autocommit=True) as connection:
        connection.execute('ALTER TABLE "genes@r1".transcript RENAME COLUMN tags TO was_tags')
        try:
            answer = ask(gene_http, junction=SKIP, transcript="ENST01.2")
            assert answer["transcript"]["marks"] is None
            assert answer["consequence"]["skipped_exons"] == [2]
            refused = gene_http.get("/consequence", params={"transcript": "GENEP", "retained": "1"})
            assert "load the annotation again" in refused.json()["detail"]
        finally:
            connection.execute('ALTER TABLE "genes@r1".transcript RENAME COLUMN was_tags TO tags')


def test_a_transcript_of_two_places_is_ambiguous(genes, gene_server):
    columns = (
        'transcript_id, gene_id, symbol, start, "end", strand, exon_starts, exon_ends, source, file'
    )
    copy = (
        f'INSERT INTO "genes@r1".transcript (number, chromosome, {columns}) '
        f"SELECT 1000, 'chr3', {columns} FROM \"genes@r1\".transcript WHERE transcript_id = %s"
    )
    with (
        psycopg.connect(genes.shards.catalog, autocommit=True) as connection,
        Client(gene_server.url) as client,
    ):
        connection.execute(copy, ["ENST03.1"])
        try:
            with pytest.raises(Ambiguous) as caught:
                client.consequence("chr2:3101-3300:-", transcript="ENST03.1")
            assert [c["chromosome"] for c in caught.value.problem["choices"]] == ["chr2", "chr3"]
        finally:
            connection.execute('DELETE FROM "genes@r1".transcript WHERE number = 1000')
