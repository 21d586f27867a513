"""Every row of every table of a release, in its shards and in the catalog."""

import psycopg
import zstandard
from psycopg import sql

from snapshard_populate.releases import read_intervals


def release_tables(shards, schema):
    """The rows of each table of the release's schema by database and table, as PostgreSQL prints them."""
    names = sorted({interval.shard for interval in read_intervals(shards.catalog, schema)})
    addresses = {name: shards.address(name) for name in names} | {"catalog": shards.catalog}
    tables = {}
    for database, address in addresses.items():
        with psycopg.connect(address) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
            for (table,) in connection.execute(query, [schema]).fetchall():
                name = sql.Identifier(schema, table)
                rows = connection.execute(sql.SQL("SELECT * FROM {}").format(name)).fetchall()
                tables[database, table] = sorted(rows, key=repr)
    return tables


def catalog_rows(shards, schema):
    """The rows of the catalog's own tables about a release."""
    rows = []
    with psycopg.connect(shards.catalog) as connection:
        for table in ("release", "interval", "content", "reading", "notice"):
            query = sql.SQL("SELECT * FROM {} WHERE schema = %s").format(sql.Identifier(table))
            rows += connection.execute(query, [schema]).fetchall()
    return rows


def texts(rows):
    """The cells of rows as one text; what is compressed, decompressed."""
    return "\n".join(_text(cell) for row in rows for cell in row)


def _text(cell):
    if isinstance(cell, bytes):
        return zstandard.ZstdDecompressor().decompress(cell).decode("latin-1")
    return repr(cell)
