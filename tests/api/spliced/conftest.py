"""Two small genes with their genome in a data folder of their own, and servers over it."""

from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from data_folders import data_folder
from spliced_genes import write_source

from snapshard_populate.loading import Compilation, LoadPlan
from snapshard_populate.releases import read_layout


@pytest.fixture(scope="session")
def genes(tmp_path_factory):
    """The folder of the source's files, and the data folder that they are loaded into."""
    source = write_source(tmp_path_factory.mktemp("spliced") / "source")
    compilation = Compilation(
        "genes",
        str(source / "junctions.tsv"),
        assembly="GRCh38",
        samples=str(source / "samples.tsv"),
        annotation=str(source / "gencode.gtf"),
    )
    with data_folder() as folder:
        folder.load(LoadPlan(compilation, read_layout(["chr2\t-\ts1", "*\t-\ts1"]), "r1"))
        yield SimpleNamespace(source=source, data=Path(folder.path), shards=folder.shards)


@pytest.fixture(scope="session")
def gene_server(genes, start_server):
    """A server that has the genome."""
    fasta = f"GRCh38={genes.source / 'genome.fa'}"
    return start_server("--data", str(genes.data), fasta=fasta, workers=1)


@pytest.fixture(scope="session")
def gene_http(gene_server):
    """A client of that server."""
    url = gene_server.url + "/api/v1/compilations/genes"
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client
