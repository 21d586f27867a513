"""Sources on S3, read from a server that speaks its protocol."""

import gzip

import pysam
import pytest
import requests
from botocore.session import get_session
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from snapshard.errors import BadSource
from snapshard.region import Region
from snapshard_populate.reading import has_index, indexed_chromosomes, open_source, read_region, s3
from snapshard_populate.reading.download import Download
from snapshard_populate.reading.s3 import http_address

TEXT = b"".join(
    b"%d\tchr%d\t%d\t%d\n" % (i, 1 + i // 500, 100 * (i % 500) + 1, 100 * (i % 500) + 60)
    for i in range(1000)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with a bucket that holds a gzip file, and a bgzip file with its index; its address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "me")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "mine alone")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", address)
        client = get_session().create_client("s3")
        client.create_bucket(Bucket="junctions")
        folder = tmp_path_factory.mktemp("s3")
        with pysam.BGZFile(str(folder / "x.bgz"), "wb") as file:
            file.write(TEXT)
        pysam.tabix_index(str(folder / "x.bgz"), seq_col=1, start_col=2, end_col=3)
        for name in ("x.bgz", "x.bgz.tbi"):
            client.put_object(
                Bucket="junctions", Key=f"of 2026/{name}", Body=(folder / name).read_bytes()
            )
        client.put_object(Bucket="junctions", Key="of 2026/x.gz", Body=gzip.compress(TEXT))
        client.close()
        s3._client.cache_clear()
        yield address
        s3._client()[0].close()
    s3._client.cache_clear()
    server.stop()


def test_an_object_is_read_like_a_file(store):
    with open_source("s3://junctions/of 2026/x.gz") as source:
        assert b"".join(iter(lambda: source.read(10_000), b"")) == TEXT
        assert source.bytes_read == source.total


def test_of_an_indexed_object_a_region_is_read_through_its_index(store):
    place = "s3://junctions/of 2026/x.bgz"
    assert has_index(place)
    assert not has_index("s3://junctions/of 2026/x.gz")
    assert indexed_chromosomes(place) == ("chr1", "chr2")
    expected = [
        line
        for line in TEXT.splitlines(keepends=True)
        if b"chr2\t" in line and int(line.split(b"\t")[2]) >= 40_001
    ]
    assert b"".join(read_region(place, Region("chr2", 40_001, 60_000))) == b"".join(expected)


def test_an_address_is_signed_for_a_day_and_holds_no_secret(store):
    address = http_address("s3://junctions/of 2026/x.gz")
    assert address.startswith(f"{store}/junctions/of%202026/x.gz?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert "X-Amz-Expires=86400" in address
    assert "mine" not in address


def test_other_addresses_stay_as_they_are():
    assert http_address("https://example.org/x.gz?a=b") == "https://example.org/x.gz?a=b"


def test_an_object_that_is_not_there_is_named_without_its_signature(store):
    with pytest.raises(BadSource) as refused, open_source("s3://junctions/none.gz") as source:
        source.read(1)
    assert (
        str(refused.value)
        == "s3://junctions/none.gz: expected the file, but the server returned 404 NOT FOUND"
    )


def test_a_store_that_is_away_is_named_without_the_signature(store, monkeypatch):
    def away(*_, **__):
        raise requests.ConnectionError(
            f"Max retries exceeded with url: {http_address('s3://junctions/x')} (Caused by: refused)"
        )

    monkeypatch.setattr(requests, "get", away)
    with pytest.raises(
        BadSource,
        match=r"^s3://junctions/x: gave up after 6 attempts .*junctions/x\?… \(Caused by: refused\)$",
    ):
        Download("s3://junctions/x", pause=0.001).read(1)


@pytest.mark.parametrize("place", ["s3://", "s3://junctions", "s3://junctions/", "s3:///key"])
def test_a_place_that_is_no_object_is_refused(place):
    with pytest.raises(BadSource, match="expected s3://BUCKET/KEY"):
        http_address(place)


def test_an_impossible_bucket_is_refused_by_name(store):
    with pytest.raises(BadSource, match=r"^s3://No Bucket/key: .*No Bucket"):
        http_address("s3://No Bucket/key")
