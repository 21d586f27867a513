"""`snapshard job`: work over a whole release, or over many studies, in DuckDB or Spark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from snapshard.engines import (
    DuckDBEngine,
    PublishedFolder,
    SparkEngine,
    field_members,
    find_studies,
    group_members,
    summarise_groups,
    transpose_studies,
    write_junction_file,
)


@click.group()
def job() -> None:
    """Work over a whole release in DuckDB or Spark (docs/engines.md).

    \b
    Examples:
      snapshard job groups published/release=r1 by-study --field study_accession
      snapshard job transpose recount3-files junctions.tsv.gz --spark 'local[2]'
    """


def _engine_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--spark", "master", metavar="MASTER", help="Run in Spark, such as local[2]  [DuckDB]."
    )(command)


def _engine(master: str | None) -> DuckDBEngine | SparkEngine:
    return DuckDBEngine() if master is None else SparkEngine(master)


@job.command()
@click.argument("release", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--field", metavar="NAME", help="Group by a field of the samples  [the groups].")
@_engine_option
def groups(release: Path, target: Path, field: str | None, master: str | None) -> None:
    """Summarise every junction of the published RELEASE in every group of samples.

    TARGET becomes a folder of Parquet files, a folder chromosome=... for each chromosome: samples,
    reads, median and maximum of a junction in a group.

    \b
    Examples:
      snapshard job groups published/release=r1 by-tissue
      snapshard job groups published/release=r1 by-study --field study_accession --spark 'local[2]'
    """
    published = PublishedFolder.open(release)
    members = field_members(published, field) if field else group_members(published)
    with _engine(master) as engine:
        engine.write(summarise_groups(engine, published, members), target)
    click.echo(f"{target}: summaries of {members.num_rows:,} samples in groups", err=True)


@job.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--assembly", metavar="NAME", help="Order of the chromosomes  [GRCh38].")
@_engine_option
def transpose(source: Path, target: Path, assembly: str | None, master: str | None) -> None:
    """Write TARGET, a junction file for `snapshard load`, from recount3's matrices in SOURCE.

    SOURCE is a folder with the files MM, RR and ID of any number of studies. The folder TARGET.parts
    has the junctions as Parquet.

    \b
    Example:
      snapshard job transpose recount3-files junctions.tsv.gz
      snapshard load junctions.tsv.gz --name mine --assembly GRCh38
    """
    parts = target.with_name(f"{target.name}.parts")
    with _engine(master) as engine:
        engine.write(transpose_studies(engine, find_studies(source)), parts)
    count = write_junction_file(parts, target, assembly)
    click.echo(f"{target}: {count:,} junctions", err=True)
