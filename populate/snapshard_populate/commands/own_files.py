"""`snapshard load` of junction files of samples: its options, and the merge before the load."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard.connections import ShardMap
from snapshard.junction_files import CONVENTIONS, FORMATS, MAPPED, READ_KINDS, ReadOptions
from snapshard_populate.commands.progress import ReportProgress
from snapshard_populate.loading import Compilation, has_junctions
from snapshard_populate.merging import (
    Merge,
    OwnData,
    annotation_assembly,
    is_file_list,
    summary_lines,
)
from snapshard_populate.releases import StoredRelease, open_release

_POSITIONS = "; ".join(f"{name}: {convention.meaning}" for name, convention in CONVENTIONS.items())
_ROW_FILES = ("genes", "exons", "bases", "bases_files")
"""Files of a compilation with rows of all samples beside the junctions."""
_OPTIONS = (
    click.option(
        "--add-to",
        metavar="COMPILATION",
        help=(
            "Of junction files: make a new release of this compilation, of all samples of its published "
            "release and those of the files."
        ),
    ),
    click.option(
        "--group-by",
        metavar="COLUMNS",
        help="Of junction files: columns of --samples whose values become groups: tissue,sex.",
    ),
    click.option(
        "--genome",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Of junction files: FASTA, for motifs and strands of files that have none.",
    ),
    click.option(
        "--sample-column",
        metavar="COLUMN",
        help="Of junction files: the column of --samples that names them.  [default: the one that fits]",
    ),
    click.option(
        "--sample-pattern",
        metavar="REGEX",
        help=(
            "Of junction files: the part of a file's path that is the sample, in brackets.  "
            "[default: the file's name without suffixes, or its folder's]"
        ),
    ),
    click.option(
        "--files",
        metavar="GLOB",
        default="*",
        help="Of junction files: read only files with such names, as '*.SJ.out.tab'.",
    ),
    click.option(
        "--skip-bad",
        is_flag=True,
        help="Of junction files: leave out files that cannot be used; the release names them.",
    ),
    click.option(
        "--format",
        type=click.Choice(list(FORMATS)),
        help="Of junction files: their format.  [default: detected by their content]",
    ),
    click.option(
        "--column",
        metavar="NAME=COLUMN",
        multiple=True,
        help=f"Of tables: the column that has the {', '.join(MAPPED)}. Repeatable.",
    ),
    click.option(
        "--positions",
        type=click.Choice(list(CONVENTIONS)),
        default="intron",
        help=f"Of tables: how they count  [intron]. {_POSITIONS}.",
    ),
    click.option(
        "--star-reads",
        type=click.Choice(READ_KINDS),
        default="unique",
        show_default=True,
        help="Of STAR's files: reads mapped to one place, to several, or both.",
    ),
    click.option(
        "--min-overhang",
        type=click.IntRange(0),
        default=0,
        help="Of STAR's files: leave out junctions with a shorter maximum overhang.",
    ),
)


def own_file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the options of a load of junction files."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_own_data(source: str) -> bool:
    """Whether a source is a folder or a list of junction files of samples."""
    path = Path(source)
    return not has_junctions(path) if path.is_dir() else is_file_list(source)


def own_compilation(source: str, fields: Mapping[str, Any], name: str | None) -> Compilation:
    """The compilation that a merge will have, by its name and assembly; its junctions are the source.

    Without a name it is the folder's; without an assembly, the one that the annotation names.
    """
    path = Path(source)
    if name is None and not path.is_dir():
        raise click.UsageError("a list of files has no compilation name: give --compilation NAME")
    annotation = fields.get("annotation")
    if "assembly" not in fields and annotation is not None:
        fields = {**fields, "assembly": annotation_assembly(annotation)}
    return Compilation(name=name or path.resolve().name.lower(), junctions=source, **fields)


@contextmanager
def merged(
    compilation: Compilation,
    options: Mapping[str, Any],
    report: ReportProgress,
    earlier: StoredRelease | None = None,
) -> Iterator[Compilation]:
    """The compilation with the files that its junction files were merged into, in a temporary folder
    (TMPDIR), which is removed at the end; with those of an earlier release, if there is one.
    """
    with opened_merge(compilation, options, report, earlier) as merge:
        if not merge.data.skip_bad:
            for name, reason in merge.problems().items():
                click.echo(f"refused: {name}: {reason}", err=True)
        files = merge.merged()
        yield replace(
            compilation,
            junctions=str(files.junctions),
            samples=str(files.samples),
            groups=str(files.groups) if files.groups else compilation.groups,
            origin=_origin(compilation.junctions, earlier),
            notices=files.notices,
            kept_annotation=files.annotation,
        )


def earlier_release(
    shards: ShardMap | None, name: str | None
) -> AbstractContextManager[StoredRelease | None]:
    """The published release of the compilation of this name, to which samples are added; None without
    a name.
    """
    if shards is None or name is None:
        return nullcontext(None)
    return open_release(shards, name)


def added_to(compilation: Compilation, earlier: StoredRelease | None) -> Compilation:
    """The compilation with the properties of the release to which its samples are added."""
    if earlier is None:
        return compilation
    if others := [name for name in _ROW_FILES if getattr(compilation, name) is not None]:
        raise click.UsageError(
            f"--add-to adds junctions alone; leave out --{others[0].replace('_', '-')}"
        )
    return replace(
        compilation,
        assembly=compilation.assembly or earlier.status.assembly,
        simulated=earlier.simulated(),
        annotation_of=earlier.status.schema,
    )


def _origin(source: str, earlier: StoredRelease | None) -> str:
    return source if earlier is None else f"{earlier.name} and {source}"


@contextmanager
def opened_merge(
    compilation: Compilation,
    options: Mapping[str, Any],
    report: ReportProgress,
    earlier: StoredRelease | None = None,
) -> Iterator[Merge]:
    """The merge of a compilation's junction files, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="snapshard-merge-") as folder:
        data = _own_data(compilation, options)
        yield Merge(data, Path(folder), jobs=options["jobs"], report=report, earlier=earlier)


def findings(merge: Merge) -> tuple[list[str], bool]:
    """What --check says of junction files, in lines, and whether a load would succeed."""
    problems = merge.problems()
    verb = "left out" if merge.data.skip_bad else "refused"
    some_good = any(file.problem is None for file in merge.spill.files)
    good = some_good and (merge.data.skip_bad or not problems)
    return [
        *summary_lines(merge),
        *(f"{verb}: {name}: {reason}" for name, reason in problems.items()),
    ], good


def _own_data(compilation: Compilation, options: Mapping[str, Any]) -> OwnData:
    group_by = [name.strip() for name in (options["group_by"] or "").split(",")]
    return OwnData(
        compilation.junctions,
        samples=compilation.samples,
        annotation=compilation.annotation,
        genome=options["genome"],
        assembly=compilation.assembly,
        group_by=tuple(filter(None, group_by)),
        sample_column=options["sample_column"],
        sample_pattern=options["sample_pattern"],
        files=options["files"],
        format_name=options["format"],
        options=ReadOptions(
            star_reads=options["star_reads"],
            min_overhang=options["min_overhang"],
            columns=_columns(options["column"]),
            positions=options["positions"],
        ),
        skip_bad=options["skip_bad"],
    )


def _columns(texts: tuple[str, ...]) -> dict[str, str]:
    """The columns of a table by what they hold: `reads=n_uniq`."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, column in pairs:
        if not (equals and column):
            raise click.UsageError(f"expected NAME=COLUMN such as reads=count, got {name!r}")
    return {name: column for name, _, column in pairs}
