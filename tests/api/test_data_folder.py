"""Snaptron's data folder: the files as they were loaded, any part of them, and pysam's own reader."""

import gzip
import random

import httpx
import pysam
import pytest

COMPILATIONS = ["sim", "bare"]
"""The current release of the first has five shards, of which two share chr1; that of the second has
all chromosomes in one interval.
"""


def base(server, name):
    return f"{server.url}/data/{name}"


@pytest.fixture(scope="module")
def lines(world, server):
    """The rows of each compilation in the order of its file, which has whole chromosomes."""
    files = {}
    for name in COMPILATIONS:
        text = gzip.decompress(httpx.get(f"{base(server, name)}/junctions.bgz").content).decode()
        files[name] = text.splitlines(keepends=True)
    return files


@pytest.mark.parametrize("name", COMPILATIONS)
def test_the_junctions_are_those_that_were_loaded(name, world, lines):
    assert sorted(lines[name]) == sorted(world.lines)
    chroms = [line.split("\t", 2)[1] for line in lines[name]]
    runs = [
        chrom for number, chrom in enumerate(chroms) if not number or chroms[number - 1] != chrom
    ]
    assert len(runs) == len(set(chroms))


@pytest.mark.parametrize("name", COMPILATIONS)
def test_pysam_reads_any_region_over_http(name, server, lines, tmp_path, monkeypatch):
    # htslib stores the index in the current folder.
    monkeypatch.chdir(tmp_path)
    rows = [line.split("\t") for line in lines[name]]
    spans = [(row[1], int(row[2]), int(row[3])) for row in rows]
    generator = random.Random(5)
    with pysam.TabixFile(f"{base(server, name)}/junctions.bgz") as file:
        assert set(file.contigs) == {chrom for chrom, _, _ in spans}
        for chrom, start, end in generator.sample(spans, 60):
            first = max(1, start - generator.choice([0, 1, 50, 20_000, 3_000_000]))
            last = end + generator.choice([0, 1, 500, 1_000_000])
            expected = [
                line.rstrip("\n")
                for line, (other, a, b) in zip(lines[name], spans, strict=True)
                if other == chrom and a <= last and b >= first
            ]
            assert list(file.fetch(chrom, first - 1, last)) == expected
        chrom = spans[0][0]
        whole = [
            line.rstrip("\n")
            for line, span in zip(lines[name], spans, strict=True)
            if span[0] == chrom
        ]
        assert list(file.fetch(chrom)) == whole


def test_any_range_is_that_part_of_the_file(server):
    url = f"{base(server, 'sim')}/junctions.bgz"
    whole = httpx.get(url)
    content, size, tag = whole.content, len(whole.content), whole.headers["ETag"]
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    assert int(whole.headers["Content-Length"]) == size
    assert content.endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003") + bytes(9))
    generator = random.Random(3)
    ranges = [(0, 0), (0, size - 1), (size - 1, size - 1), (size - 28, size - 1), (size - 29, size)]
    ranges += [sorted(generator.sample(range(size), 2)) for _ in range(30)]
    for first, last in ranges:
        part = httpx.get(url, headers={"Range": f"bytes={first}-{last}"})
        last = min(last, size - 1)
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part.content == content[first : last + 1]
        assert part.headers["ETag"] == tag
    assert httpx.get(url, headers={"Range": f"bytes={size - 10}-"}).content == content[-10:]
    assert httpx.get(url, headers={"Range": "bytes=-10"}).content == content[-10:]


def test_a_range_that_the_file_does_not_have_is_a_416_and_several_are_the_whole_file(server):
    url = f"{base(server, 'sim')}/samples.tsv"
    size = len(httpx.get(url).content)
    beyond = httpx.get(url, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    for text in ("bytes=0-1,5-9", "lines=1-2", "bytes=5-2", "nonsense"):
        answer = httpx.get(url, headers={"Range": text})
        assert (answer.status_code, len(answer.content)) == (200, size)


def test_a_range_of_another_version_is_the_whole_file(server):
    url = f"{base(server, 'sim')}/samples.tsv"
    whole = httpx.get(url)
    part = {"Range": "bytes=0-9"}
    tag = whole.headers["ETag"]
    assert httpx.get(url, headers={**part, "If-Range": tag}).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sat, 01 Jan 2000 00:00:00 GMT"):
        assert httpx.get(url, headers={**part, "If-Range": other}).content == whole.content
    for same in (tag, f"W/{tag}"):
        assert httpx.get(url, headers={"If-None-Match": same}).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        *("samples.tsv", "samples.fields.tsv", "samples.groups.tsv"),
        *("junctions.bgz", "junctions.bgz.tbi"),
    ],
)
def test_head_is_get_without_the_content(name, server):
    url = f"{base(server, 'sim')}/{name}"
    answer, head = httpx.get(url), httpx.head(url)
    assert head.status_code == answer.status_code == 200
    assert head.content == b""
    for header in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert head.headers[header] == answer.headers[header]
    assert "Content-Encoding" not in answer.headers


def test_the_files_of_samples_are_those_of_the_protocol(world, server, root):
    url = base(server, "sim")
    assert httpx.get(f"{url}/samples.tsv").text == root.get("/sim/samples?all=1").text
    groups = (world.source / "samples.groups.tsv").read_text()
    assert httpx.get(f"{url}/samples.groups.tsv").text == groups
    names = (world.source / "samples.tsv").read_text().splitlines()[0].split("\t")
    expected = "".join(f"{number}\t{name}\n" for number, name in enumerate(names, 1))
    assert httpx.get(f"{url}/samples.fields.tsv").text == expected


@pytest.mark.parametrize(
    "path",
    [
        *("nope/samples.tsv", "sim/nope.tsv", "sim/", "bare/samples.tsv"),
        *("bare/samples.groups.tsv", "bare/samples.fields.tsv", "sim/../sim/x", "chr1:1-2/x"),
    ],
)
def test_a_file_that_there_is_not_is_a_404(path, server):
    assert httpx.get(f"{server.url}/data/{path}").status_code == 404
