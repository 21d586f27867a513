"""The Python client: queries a server by its URL or a data folder in this process."""

from snapshard.client.answers import AnswerMethods
from snapshard.client.genes import GeneMethods
from snapshard.client.junctions import JunctionMethods
from snapshard.client.pictures import PictureMethods
from snapshard.client.samples import SampleMethods


class Client(JunctionMethods, SampleMethods, GeneMethods, AnswerMethods, PictureMethods):
    """Queries a server, or a data folder in this process. It is a context manager; close it at the end.

    Without an address it queries the URL in SNAPSHARD_URL, else the folder in SNAPSHARD_DATA or the
    shards in SNAPSHARD_SHARDS, else the folder `data`. `compilation` and `release` are defaults for
    every method. They may be omitted if the server has one compilation, and for the published
    release.

    `transport` replaces the network: an httpx transport to an application in this process.

    All positions are 1-based and closed; a junction's are the first and last base of its intron.
    DataFrames carry the compilation, release, assembly and sample count in `attrs`.

    Methods raise Refused for a request that the server does not accept, Missing if something is not
    found, Unavailable if a shard is unavailable or the server is busy (after `tries` attempts), and
    ServerUnreachable without any response.

        with Client("https://snapshard.example.org", compilation="gtex") as client:
            junctions = client.junctions("chr2:29,193,000-29,920,000", filter="samples_count>=5")
    """
