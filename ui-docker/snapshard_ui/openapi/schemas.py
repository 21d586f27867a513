"""Possible values of parameters as JSON schemas: from the compilations that are loaded, and from
the table of filters.

Test tools generate requests from these schemas, so a pattern is narrow enough that most texts that
match it are valid requests.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

from snapshard.errors import SnapshardError
from snapshard.filters import FILTERABLE, OPERATORS
from snapshard.junction import ID_FORM, MOST_DIGITS, ColumnType
from snapshard.release import OTHERS, Release
from snapshard_ui.api import JUNCTION_QUERIES, MATCHES
from snapshard_ui.columns import CHOOSABLE
from snapshard_ui.openapi.examples import a_gene, some_junctions
from snapshard_ui.runtime import current_index

_MOST = 500
"""Values that a schema lists at most; with more, it accepts any text."""
_VALUES = {
    ColumnType.INTEGER: ID_FORM,
    ColumnType.DECIMAL: r"[0-9]{1,12}(\.[0-9]{1,6})?",
    ColumnType.FLAG: "[01]",
}
_TEXTS = {
    "chromosome": "chr[1-9]",
    "strand": r"[+\-?]",
    "class": "(DA|NDA|D|A|N)",
    "left_motif": "[ACGT]{2}",
    "right_motif": "[ACGT]{2}",
}
"""Values of the text columns, which have vocabularies and no order."""
_SPAN = "[1-9][0-9]{0,8}-[1-9][0-9]{0,8}"
_SPANS = "|".join([*["[1-9][0-9]{0,3}-[1-9][0-9]{4,6}"] * 9, _SPAN])
"""The same set of texts; but most texts generated from this pattern end after their start and on the
chromosome, which a list of several regions or names needs to be valid. Those come first, because
generators begin with the first alternative.
"""
_BASE = "[1-9][0-9]{0,6}"
"""Positions that every primary chromosome but the mitochondrial one has."""
_BASES = "|".join([*[_BASE] * 9, "[1-9][0-9]{0,8}"])
"""All positions; but most of those generated from this pattern are on the chromosome."""
Schema = dict[str, Any]


def path_schemas(releases: list[Release]) -> dict[str, Schema]:
    """A schema for each parameter in a path."""
    assemblies = {release.assembly for release in releases if release.assembly}
    chrom = _chromosomes(releases)
    if assemblies:
        chrom = f"({_either(assemblies)}:)?{chrom}"
    group_names: list[str] = []
    sample_ids: list[int] = []
    for release in releases:
        for group in current_index().facts.of(release).groups:
            if len(group.members):
                group_names.append(group.name)
                sample_ids += (int(group.members.min()), int(group.members.max()))
    return {
        "compilation": _one_of(release.compilation for release in releases),
        "release": _one_of(release.name for release in releases),
        "group": _one_of(group_names),
        "name": _or_existing(
            {"type": "string", "pattern": rf"^{chrom}:({_SPANS})(:[+\-?])?$"},
            chain.from_iterable(map(_junction_names, releases)),
        ),
        "site": _or_existing(
            {"type": "string", "pattern": rf"^{chrom}:({_BASES})(:[+\-?])?$"},
            chain.from_iterable(map(_sites, releases)),
        ),
        "gene": _or_existing(
            {"type": "string", "pattern": r"^[^\x00\s]{1,100}$"},
            filter(None, map(a_gene, releases)),
        ),
        "variant": {
            "type": "string",
            "pattern": f"^{chrom}(:{_BASE}([ACGT]>[ACGT])?|-{_BASE}-[ACGT]-[ACGT])$",
        },
        "rail_id": _between(sample_ids),
        "chromosome": {"type": "string", "pattern": f"^{_chromosomes(releases)}$"},
        "zoom": {"type": "string", "pattern": "^([0-9]|1[01])$"},
        "x": {"type": "string", "pattern": "^[0-7]$"},
    }


def query_schemas(releases: list[Release]) -> dict[str, Schema]:
    """A schema for each value of the query parameters that have more conditions than their type."""
    fields: list[str] = []
    for release in releases:
        fields += current_index().facts.of(release).types
    paths = path_schemas(releases)
    condition = _either(map(re.escape, fields)) + _either(OPERATORS)
    junctions = {
        "type": "string",
        "pattern": f"^{_chromosomes(releases)}(:({_SPANS}))?(;{_either(MATCHES)})?$",
    }
    return {
        **dict.fromkeys(JUNCTION_QUERIES, junctions),
        **dict.fromkeys(("include", "exclude", "exon"), paths["name"]),
        "exclusive": {
            "type": "string",
            "pattern": f"^{_chromosomes(releases)}:({_SPANS})/{_chromosomes(releases)}:({_SPANS})$",
        },
        "site": paths["site"],
        "group_by": _one_of(fields),
        "cohort": {
            "type": "string",
            "pattern": f"^[a-z]{{1,9}}:{condition}[0-9A-Za-z]{{1,20}}$",
        },
        "other": paths["compilation"],
        "size": _one_of(fields),
        "region": {"type": "string", "pattern": f"^{_chromosomes(releases)}(:({_SPANS}))?$"},
        "junction": paths["name"],
        "name": paths["name"],
        "gene": paths["gene"],
        # The ID of a transcript, or a gene, whose preferred transcript it is.
        "transcript": paths["gene"],
        "group": paths["group"],
        "tissue": paths["group"],
        "sample_ids": paths["rail_id"],
        "library_size": _one_of(fields),
        "columns": {"type": "string", "enum": list(CHOOSABLE)},
        "fields": _one_of(fields),
        # The filter of samples; filter_schema() is the filter of junctions.
        "filter": {
            "type": "string",
            "pattern": f"^{condition}[!-~]{{1,40}}$",
        },
        "field": _one_of(fields),
        "after": {"type": "string", "pattern": f"^({ID_FORM}|[A-Za-z0-9_-]{{20,200}})$"},
    }


def filter_schema() -> Schema:
    """The schema of a filter on junctions: column, operator, a value of the column's type."""
    symbols = _either(OPERATORS)
    patterns = [f"{name}!?={value}" for name, value in _TEXTS.items()]
    for column_type, value in _VALUES.items():
        columns = _either(name for name, column in FILTERABLE.items() if column.type is column_type)
        patterns.append(f"{columns}{symbols}{value}")
    return {"type": "string", "pattern": f"^({'|'.join(patterns)})$"}


def _chromosomes(releases: list[Release]) -> str:
    chroms: set[str] = set()
    for release in releases:
        chroms.update(interval.chrom for interval in release.intervals)
    return _either(chroms - {OTHERS})


def _either(words: Iterable[str]) -> str:
    return "(" + "|".join(sorted(words)) + ")"


def _one_of(values: Iterable[str]) -> Schema:
    texts = sorted(set(values))
    return {"type": "string", "enum": texts} if 0 < len(texts) <= _MOST else {"type": "string"}


def _junction_names(release: Release) -> list[str]:
    """The names of two junctions; none while a shard is unavailable."""
    with suppress(SnapshardError):
        return [junction.name(release) for junction in some_junctions(release, count=2)]
    return []


def _sites(release: Release) -> list[str]:
    """The sites of two junctions; none while a shard is unavailable."""
    with suppress(SnapshardError):
        return [junction.site for junction in some_junctions(release, count=2)]
    return []


def _or_existing(schema: Schema, values: Iterable[str]) -> Schema:
    """The schema, which also lists some values that exist, because a generated one would never."""
    texts = sorted(set(values))
    return {"anyOf": [{"type": "string", "enum": texts}, schema]} if texts else schema


def _between(values: list[int]) -> Schema:
    return {
        "type": "integer",
        "minimum": min(values, default=0),
        "maximum": max(values, default=10**MOST_DIGITS),
    }
