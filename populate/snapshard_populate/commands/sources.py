"""The files of a compilation as options of a command."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from snapshard_populate.commands.own_files import is_own_data, own_compilation
from snapshard_populate.loading import Compilation, read_folder

_FILES = {
    "samples": (
        "Sample metadata: tab-separated, first column rail_id; with junction files, any table (TSV, CSV, "
        "XLSX) with a row per sample."
    ),
    "sample_types": "Types of the metadata fields: name, tab, i, f or t. Inferred if not given.",
    "groups": "Sample groups, such as tissues: name, long name, number of samples, rail_ids.",
    "genes": "Expression of genes, in the 17 columns.",
    "exons": "Expression of exons, in the 17 columns.",
    "bases": "Base coverage: chromosome, 0-based start, end, one value per sample.",
    "bases_header": "Header line of --bases.",
    "bases_files": (
        "Base coverage as one bedGraph or bigWig per sample: a list of rail_id, tab, file."
    ),
    "refflat": "Transcripts by gene symbol (UCSC refFlat).",
    "annotation": "Genes and transcripts (GTF or GFF3, such as GENCODE's).",
    "transcripts": "Transcripts, one per line (Snaptron's all_transcripts.gtf).",
    "canonical": "Canonical transcripts (UCSC).",
}


def file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with an option for each file of a compilation beside the junctions."""
    for name, meaning in reversed(_FILES.items()):
        command = click.option(f"--{name.replace('_', '-')}", metavar="FILE", help=meaning)(command)
    return command


def compilation_of(source: str, options: Mapping[str, Any]) -> Compilation:
    """The compilation of a source and the options of a load. Raises UsageError."""
    fields = {
        name: options[name] for name in ("title", "assembly", *_FILES) if options[name] is not None
    }
    if options["simulated"]:
        fields["simulated"] = True
    _check_addition(source, options)
    if is_own_data(source):
        return own_compilation(source, fields, options["add_to"] or options["compilation"])
    if Path(source).is_dir():
        return replace(read_folder(Path(source), name=options["compilation"]), **fields)
    if options["compilation"] is None:
        raise click.UsageError("a single file has no compilation name: give --compilation NAME")
    return Compilation(name=options["compilation"], junctions=source, **fields)


def _check_addition(source: str, options: Mapping[str, Any]) -> None:
    if options["add_to"] is None:
        return
    if not is_own_data(source):
        raise click.UsageError(
            f"--add-to adds junction files, one per sample; {source} is a compilation of its own"
        )
    if options["compilation"] not in (None, options["add_to"]):
        raise click.UsageError(
            f"--add-to {options['add_to']} names the compilation; leave out --compilation"
        )
