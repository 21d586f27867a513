"""Junction files of samples, loaded by the Job: from the source pod and from S3, with the rows that the
embedded topology has.
"""

from pathlib import Path

import pytest
from botocore.client import BaseClient

from snapshard.junction import NAMES
from snapshard_populate.merging import Merge, OwnData

from .conftest import Deployment, new_release
from .test_components import with_component

pytestmark = pytest.mark.cluster

FILES = {
    "P1.SJ.out.tab": [("chr1", 15948, 16606, 2, 12), ("chr2", 100, 200, 1, 3)],
    "P2.SJ.out.tab": [("1", 15948, 16606, 2, 9), ("X", 5000, 6000, 1, 4)],
    "P3.SJ.out.tab": [("chr1", 15948, 16606, 2, 4), ("chr1", 16766, 16857, 2, 1)],
}
OPTIONS = "--assembly GRCh38 --group-by tissue --samples"


@pytest.fixture
def star(tmp_path: Path) -> Path:
    """A folder of STAR's files, their list and their metadata."""
    folder = tmp_path / "star"
    folder.mkdir()
    for name, junctions in FILES.items():
        lines = ["\t".join(map(str, (*line[:4], 1, 0, line[4], 0, 30))) for line in junctions]
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "files.txt").write_text("".join(f"{name}\n" for name in FILES))
    (folder / "samples.csv").write_text("patient,tissue\nP1,Blood\nP2,Skin\nP3,Blood\n")
    return folder


def merged_lines(star: Path, folder: Path) -> list[str]:
    """The lines of the files, merged here."""
    folder.mkdir()
    data = OwnData(str(star / "files.txt"), samples=str(star / "samples.csv"), assembly="GRCh38")
    merged = Merge(data, folder, jobs=1, report=lambda *_: None).merged()
    return merged.junctions.read_text().splitlines()


def served_lines(deployment: Deployment, compilation: str, release: str) -> list[str]:
    """All rows of a compilation whose release was published just now, as the server writes them."""
    path = f"/api/v1/compilations/{compilation}"
    deployment.wait_for(f"{path}/junctions?limit=1", f'"release":"{release}"')
    columns = ",".join(NAMES)
    text = deployment.get(f"{path}/junctions:export.tsv?about=false&columns={columns}").text
    return text.splitlines()[1:]


def test_junction_files_are_loaded_from_the_source_pod(
    deployment: Deployment, star: Path, tmp_path: Path
) -> None:
    cluster, release = deployment.cluster, new_release("own")
    cluster.make("source", f"FROM={star}", f"NAME={release}")
    source = f"http://source:8080/{release}"
    answer = cluster.make(
        "populate-samples",
        f"SOURCE={source}/files.txt",
        "COMPILATION=own",
        f"RELEASE={release}",
        f"OPTIONS={OPTIONS} {source}/samples.csv",
    )
    assert f"own/{release}: published, 4 junctions" in answer
    assert served_lines(deployment, "own", release) == merged_lines(star, tmp_path / "merged")
    assert "Blood" in deployment.get("/api/v1/compilations/own/groups").text


def test_junction_files_are_loaded_from_s3(
    deployment: Deployment, clone: Path, star: Path, tmp_path: Path, bucket: BaseClient
) -> None:
    with_component(clone, "../../../components/s3-source", "small/populate")
    for path in star.iterdir():
        bucket.put_object(Bucket="junctions", Key=f"star/{path.name}", Body=path.read_bytes())
    release = new_release("s3")
    answer = deployment.cluster.make(
        "populate-samples",
        "SOURCE=s3://junctions/star/files.txt",
        "COMPILATION=owns3",
        f"RELEASE={release}",
        f"OPTIONS={OPTIONS} s3://junctions/star/samples.csv",
        folder=clone,
    )
    assert f"owns3/{release}: published, 4 junctions" in answer
    assert served_lines(deployment, "owns3", release) == merged_lines(star, tmp_path / "merged")
