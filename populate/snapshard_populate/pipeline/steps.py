"""The steps of the pipeline. Each can be repeated: it makes its result under another name and renames it,
or asks the catalog what is left to do.
"""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from snapshard.connections import ShardMap
from snapshard.engines import (
    DuckDBEngine,
    PublishedFolder,
    SparkEngine,
    field_members,
    find_studies,
    summarise_groups,
    transpose_studies,
    write_junction_file,
)
from snapshard.errors import BadRelease, BadSource, NotFound
from snapshard.files import publish as publish_files
from snapshard.index import Index
from snapshard.release import Interval
from snapshard.settings import Settings
from snapshard_populate.loading import (
    LoadPlan,
    has_junctions,
    load_compilation,
    read_folder,
    verify_release,
)
from snapshard_populate.pipeline.spec import PipelineSpec
from snapshard_populate.reading.download import Download
from snapshard_populate.reading.source import is_url
from snapshard_populate.releases import ReleaseStatus, find_release, publish_release

_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Run:
    """A run of a pipeline: its spec, its work folder, and the shards that it loads."""

    spec: PipelineSpec
    work: Path
    shards: ShardMap
    intervals: Sequence[Interval]
    settings: Settings

    @property
    def fetched(self) -> Path:
        """The folder of the sources."""
        return self.work / "fetched"

    @property
    def transformed(self) -> Path:
        """The folder of the files that are loaded."""
        return self.work / "transformed"

    @property
    def status(self) -> ReleaseStatus | None:
        """The release in the catalog; None if it is not there."""
        try:
            return find_release(self.shards.catalog, self.spec.compilation, self.spec.release)
        except NotFound:
            return None

    @property
    def state(self) -> str:
        """The state of the release in the catalog; empty if it is not there."""
        return self.status.state if self.status else ""


@dataclass(frozen=True)
class Step:
    """A step: `run` does it and returns the files of the work folder that it made. `holds` says whether
    the catalog has what a record claims.
    """

    name: str
    run: Callable[[Run], Sequence[Path]]
    holds: Callable[[Run], bool] = lambda _: True


def fetch(run: Run) -> list[Path]:
    """Copies the sources to the work folder and unpacks zip archives."""
    with _complete_folder(run.fetched) as folder:
        for source in run.spec.sources:
            _fetch_source(source, folder)
    return _files_of(run, run.fetched)


def transform(run: Run) -> list[Path]:
    """Makes the files that are loaded: matrices become a junction file, others stay as they are."""
    matrices = list(run.fetched.glob("*.MM.gz"))
    if not matrices and not has_junctions(run.fetched):
        names = ", ".join(sorted(path.name for path in run.fetched.iterdir()))
        raise BadSource(str(run.fetched), f"expected junctions.tsv.gz or *.MM.gz, got {names}")
    with _complete_folder(run.transformed) as folder:
        for path in run.fetched.iterdir():
            if not path.name.endswith((".MM.gz", ".RR.gz", ".ID.gz")):
                os.link(path, folder / path.name)
        if matrices:
            parts = run.work / "parts"
            shutil.rmtree(parts, ignore_errors=True)
            with _engine(run) as engine:
                engine.write(transpose_studies(engine, find_studies(run.fetched)), parts)
            write_junction_file(parts, folder / "junctions.tsv.gz", run.spec.assembly)
            shutil.rmtree(parts)
    return _files_of(run, run.transformed)


def load(run: Run) -> list[Path]:
    """Fills the shards. Shards that an earlier attempt filled are kept."""
    if run.state in ("", "loading"):
        spec = run.spec
        compilation = read_folder(run.transformed, name=spec.compilation)
        members = {"title": spec.title, "assembly": spec.assembly}
        given = {name: value for name, value in members.items() if value is not None}
        compilation = replace(
            compilation,
            simulated=spec.simulated or compilation.simulated,
            **given,  # type: ignore[arg-type]
        )
        load_compilation(run.shards, LoadPlan(compilation, run.intervals, spec.release), steps=())
    return []


def validate(run: Run) -> list[Path]:
    """Reads the shards back, compares them with the sources, and checks what the spec expects. Raises
    BadRelease, which names the object that differs.
    """
    spec = run.spec
    if run.state == "loading":
        verify_release(run.shards, spec.compilation, spec.release)
    status = run.status
    if status is None or status.state not in ("verified", "published"):
        raise BadRelease(f"{spec.name}: expected a verified release, got {run.state or 'none'}")
    count = status.row_count or 0
    if count < spec.minimum_junctions:
        raise BadRelease(
            f"{spec.name}: expected {spec.minimum_junctions:,} or more junctions, got {count:,}"
        )
    with _index(run) as index:
        samples = index.catalog.release(spec.compilation, spec.release).sample_count
    if spec.samples is not None and samples != spec.samples:
        raise BadRelease(f"{spec.name}: expected {spec.samples:,} samples, got {samples}")
    return []


def views(run: Run) -> list[Path]:
    """Writes the release as files, and summaries of the groups that the spec names."""
    spec = run.spec
    if spec.files is None:
        return []
    with _index(run) as index:
        release = index.catalog.release(spec.compilation, spec.release)
        publish_files(index, release, spec.files)
    for field in spec.view_fields:
        published = PublishedFolder.open(Path(spec.files) / f"release={spec.release}")
        folder = Path(spec.files) / "views" / f"release={spec.release}" / f"field={field}"
        partial = folder.with_name(f"{folder.name}.part")
        for path in (folder, partial):
            shutil.rmtree(path, ignore_errors=True)
        with _engine(run) as engine:
            query = summarise_groups(engine, published, field_members(published, field))
            engine.write(query, partial)
        partial.rename(folder)
    return []


def publish(run: Run) -> list[Path]:
    """Serves the release from now on."""
    publish_release(run.shards.catalog, run.spec.compilation, run.spec.release)
    return []


STEPS = (
    Step("fetch", fetch),
    Step("transform", transform),
    Step("load", load, lambda run: run.state in ("loading", "verified", "published", "retired")),
    Step("validate", validate, lambda run: run.state in ("verified", "published", "retired")),
    Step("views", views),
    Step("publish", publish, lambda run: run.state in ("published", "retired")),
)
"""All steps, in their order."""


def _fetch_source(source: str, folder: Path) -> None:
    """Copies a source into a folder; of a zip archive, its files."""
    path = folder / source.rstrip("/").rpartition("/")[2].partition("?")[0]
    if is_url(source):
        download = Download(source)
        try:
            with path.open("wb") as file:
                while block := download.read(_COPY_BYTES):
                    file.write(block)
        finally:
            download.close()
    else:
        try:
            shutil.copyfile(source, path)
        except OSError as exc:
            raise BadSource(source, exc.strerror or str(exc)) from exc
    if zipfile.is_zipfile(path):
        _unpack(path, source)


def _unpack(archive: Path, source: str) -> None:
    """Replaces an archive by its files, without their folders."""
    try:
        with zipfile.ZipFile(archive) as members:
            for member in members.infolist():
                if not member.is_dir():
                    # A member's path may lead out of the folder; its name cannot.
                    with members.open(member) as file:
                        target = archive.parent / Path(member.filename).name
                        with target.open("xb") as copy:
                            shutil.copyfileobj(file, copy, _COPY_BYTES)
    except (zipfile.BadZipFile, FileExistsError, EOFError) as exc:
        raise BadSource(source, f"cannot be unpacked: {exc}") from exc
    archive.unlink()


@contextmanager
def _complete_folder(folder: Path) -> Iterator[Path]:
    """An empty folder, which replaces this one at the end."""
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


@contextmanager
def _index(run: Run) -> Iterator[Index]:
    index = Index(lambda: run.shards, run.settings)
    try:
        yield index
    finally:
        index.close()


def _engine(run: Run) -> DuckDBEngine | SparkEngine:
    return SparkEngine(run.spec.spark) if run.spec.spark else DuckDBEngine()


def _files_of(run: Run, folder: Path) -> list[Path]:
    return sorted(path.relative_to(run.work) for path in folder.iterdir())
