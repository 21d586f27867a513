"""What a merge understood of its files, in lines for people."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from snapshard.assembly import is_assembly, read_table
from snapshard.chromosome import chromosome_length
from snapshard_populate.merging.file_facts import FileFacts
from snapshard_populate.merging.merge import Merge
from snapshard_populate.reading import open_source

_MOST_HEAD_LINES = 50
_WORD = re.compile(r"[A-Za-z][\w.\-]*")
_MOST_ALIASES = 10


def annotation_assembly(location: str) -> str | None:
    """The assembly that the remarks at the head of an annotation name, such as GENCODE's
    `##description: … human genome (GRCh38)` and Ensembl's `#!genome-version GRCh38`; None if they
    name none.
    """
    with open_source(location) as source:
        for number, line in source.lines():
            if number > _MOST_HEAD_LINES or not line.startswith("#"):
                return None
            names: list[str] = [word.rstrip(".") for word in _WORD.findall(line)]
            for name in names:
                if is_assembly(name):
                    return name
    return None


def fitting_assemblies(ends: Mapping[str, int]) -> list[str]:
    """The assemblies whose chromosomes have these names and reach the last base of any junction on
    them; a name that an assembly lacks does not fit.
    """
    names = [record[0] for record in read_table("assemblies.tsv")]
    return [
        name
        for name in names
        if all(end <= (chromosome_length(chrom, name) or 0) for chrom, end in ends.items())
    ]


def summary_lines(merge: Merge) -> Iterator[str]:
    """Yields what the merge understood: files and samples, formats, chromosomes, assembly, and the
    share of annotated junctions.
    """
    files = [file for file in merge.spill.files if file.problem is None]
    matches = merge.matches
    column = "the names of the files" if matches.column is None else f"column {matches.column!r}"
    yield f"samples: {len(matches.samples)} of {len(merge.files)} files matched by {column}"
    if matches.rows_without_file:
        few = ", ".join(matches.rows_without_file[:_MOST_ALIASES])
        yield f"samples without a file: {len(matches.rows_without_file)} ({few})"
    formats = Counter((file.format, file.positions) for file in files)
    for (name, positions), count in formats.most_common():
        yield f"format: {name}, {count} files; positions: {positions}"
    junctions, reads = sum(file.junctions for file in files), sum(file.reads for file in files)
    yield f"junctions of samples: {junctions:,}; reads: {reads:,}"
    yield from _chromosome_lines(files)
    yield _assembly_line(merge, files)
    annotated = [file.annotated for file in files if file.annotated is not None]
    if annotated and junctions:
        share = 100 * sum(annotated) / junctions
        yield f"annotated: {share:.1f} % of the junctions of samples"


def _chromosome_lines(files: Sequence[FileFacts]) -> Iterator[str]:
    names = {name: chrom for file in files for name, chrom in file.chromosomes.items()}
    aliases = [f"{name} is {chrom}" for name, chrom in sorted(names.items()) if name != chrom]
    few = ", ".join(aliases[:_MOST_ALIASES]) + (", …" if len(aliases) > _MOST_ALIASES else "")
    yield f"chromosomes: {len(set(names.values()))}" + (f"; renamed: {few}" if aliases else "")
    for chrom, count in sorted(Counter(names.values()).items()):
        if count > 1:
            spellings = " and ".join(sorted(name for name in names if names[name] == chrom))
            yield f"chromosomes: the files name {chrom} {spellings}"


def _assembly_line(merge: Merge, files: Sequence[FileFacts]) -> str:
    ends: dict[str, int] = {}
    for file in files:
        for chrom, end in file.ends.items():
            ends[chrom] = max(ends.get(chrom, 0), end)
    fitting = ", ".join(fitting_assemblies(ends)) or "none that has a table"
    return f"assembly: {merge.data.assembly or 'unknown'}; names and lengths fit: {fitting}"
