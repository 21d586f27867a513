"""Genes and transcripts of an earlier release as those of a new one, copied within the catalog."""

from typing import Any

import psycopg
from psycopg import sql

from snapshard.catalog import file_names
from snapshard_populate.loading.compilation import Compilation

_FILES = {
    "refflat": file_names.REFFLAT,
    "transcripts": file_names.TRANSCRIPTS,
    "canonical": file_names.CANONICAL,
}
"""The files of transcripts that a catalog keeps, by the field of a compilation."""

_COPY_GENES = "INSERT INTO {new}.gene SELECT * FROM {earlier}.gene"

_COPY_TRANSCRIPTS = """
INSERT INTO {new}.transcript (number, {columns})
SELECT number + (SELECT coalesce(max(number) + 1, 0) FROM {new}.transcript), {columns}
FROM {earlier}.transcript WHERE file = ANY(%s)
"""
"""Copies the transcripts of some files, numbered behind those that the new release has."""

_SELECT_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = %s AND table_name = 'transcript' AND column_name <> 'number'
"""
"""The columns of a release's transcripts; a release of an older version lacks some."""

_COPY_FILES = "INSERT INTO {new}.file SELECT name, content FROM {earlier}.file WHERE name = ANY(%s)"


def copy_annotation(
    catalog: psycopg.Connection[Any], compilation: Compilation, schema: str
) -> None:
    """Copies the genes and transcripts of `compilation.annotation_of`, if it names a release, into the
    schema of a new one: those of each kind of file that the compilation does not have.
    """
    if compilation.annotation_of is None:
        return
    earlier = compilation.annotation_of
    names = {"new": sql.Identifier(schema), "earlier": sql.Identifier(earlier)}
    kinds = [kind for kind in ("annotation", *_FILES) if getattr(compilation, kind) is None]
    if "annotation" in kinds:
        catalog.execute(sql.SQL(_COPY_GENES).format(**names))
    columns = [name for (name,) in catalog.execute(_SELECT_COLUMNS, [earlier])]
    column_list = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(_COPY_TRANSCRIPTS).format(columns=column_list, **names)
    catalog.execute(statement, [kinds])
    files = [_FILES[kind] for kind in kinds if kind in _FILES]
    catalog.execute(sql.SQL(_COPY_FILES).format(**names), [files])
    for table in ("gene", "transcript", "file"):
        catalog.execute(sql.SQL("ANALYZE {}.{}").format(names["new"], sql.Identifier(table)))
