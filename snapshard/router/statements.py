"""The statements that define a router's tables, from sql/router*.sql. Pure: no database is used here.

A schema has the name of a compilation and holds its current release: the table `junction` with a foreign
table for each shard, and the facts of the catalog.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from snapshard.region import LAST_BASE
from snapshard.release import OTHERS, Interval, Release
from snapshard.router.partitions import Leaf, Partition, partitions_of

_OPTIONS = (
    "host",
    "hostaddr",
    "port",
    "dbname",
    "service",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
    "target_session_attrs",
    "load_balance_hosts",
)
"""The parts of a shard's address that a foreign server keeps. User and password are not among them."""
_NONE = sql.SQL("")


@dataclass(frozen=True)
class RouterRelease:
    """A release that the router shows, with the names and types of its sample fields, rail_id first: i
    (whole numbers), f (decimals) or t (text).
    """

    release: Release
    sample_fields: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """A text that changes with the definition of any of the release's tables."""
        texts = [part.as_string(None) for part in self._statements("")]
        return sha256("\n".join(texts).encode()).hexdigest()

    def statements(self) -> Iterator[sql.Composed]:
        """The statements that create the release's schema, which must not exist."""
        return self._statements(self.fingerprint)

    def _statements(self, fingerprint: str) -> Iterator[sql.Composed]:
        release = self.release
        names = {
            "schema": sql.Identifier(release.compilation),
            "remote": sql.Literal(release.schema),
        }
        members = {name: sql.Literal(value) for name, value in release.provenance().items()}
        yield _ddl(
            "router_release.sql",
            **names,
            **members,
            title=sql.Literal(release.title),
            fingerprint=sql.Literal(fingerprint),
            sample_columns=_sample_columns(self.sample_fields),
        )
        for partition in partitions_of(release.intervals):
            yield from _partition(partition, names)
        yield _ddl("router_grants.sql", **names)


def database_statements(database: str) -> sql.Composed:
    """The statements that set up a router's database; they can be run again."""
    return _ddl("router.sql", database=sql.Identifier(database))


def server_statements(shard: str, options: Mapping[str, str]) -> list[sql.Composed]:
    """The statements that create the foreign server of a shard."""
    return [
        _ddl("router_server.sql", server=sql.Identifier(shard)),
        *option_changes(shard, {}, options),
    ]


def server_options(address: str, service: str = "") -> dict[str, str]:
    """The options of a foreign server for a shard with this libpq address. A service (a section of the
    file PGSERVICEFILE on the router's machine) adds its password.
    """
    parts = conninfo_to_dict(address) | ({"service": service} if service else {})
    return {name: str(parts[name]) for name in _OPTIONS if parts.get(name)}


def option_changes(
    shard: str, present: Mapping[str, str], expected: Mapping[str, str]
) -> list[sql.Composed]:
    """The statement that gives a foreign server the expected options; empty if it has them."""
    changes = [
        sql.SQL("SET {} {}" if name in present else "ADD {} {}").format(
            sql.Identifier(name), sql.Literal(value)
        )
        for name, value in expected.items()
        if present.get(name) != value
    ]
    changes += [
        sql.SQL("DROP {}").format(sql.Identifier(name))
        for name in _OPTIONS
        if name in present and name not in expected
    ]
    if not changes:
        return []
    server, options = sql.Identifier(shard), sql.SQL(", ").join(changes)
    return [sql.SQL("ALTER SERVER {} OPTIONS ({})").format(server, options)]


def leaf_name(leaf: Leaf) -> str:
    """The name of a shard's foreign table."""
    return f"junction of {leaf.shard}"


def _partition(partition: Partition, names: Mapping[str, sql.Composable]) -> Iterator[sql.Composed]:
    """The statements that create a partition, whose shards become leaves below it if there are several."""
    bounds = _bounds(partition)
    if len(partition.leaves) == 1:
        yield _leaf(partition.leaves[0], names, parent="junction", bounds=bounds)
        return
    branch = f"junction of {partition.leaves[0].shard} and others"
    number = _shard_number(partition)
    yield _ddl(
        "router_split.sql", **names, branch=sql.Identifier(branch), bounds=bounds, number=number
    )
    for number_of_leaf, leaf in enumerate(partition.leaves):
        values = sql.SQL("FOR VALUES IN ({})").format(sql.Literal(number_of_leaf))
        constraint = sql.SQL("(CONSTRAINT place CHECK ({}))").format(_place(leaf, partition))
        yield _leaf(leaf, names, parent=branch, bounds=values, constraint=constraint)


def _leaf(
    leaf: Leaf,
    names: Mapping[str, sql.Composable],
    *,
    parent: str,
    bounds: sql.Composable,
    constraint: sql.Composable = _NONE,
) -> sql.Composed:
    return _ddl(
        "router_leaf.sql",
        **names,
        leaf=sql.Identifier(leaf_name(leaf)),
        server=sql.Identifier(leaf.shard),
        parent=sql.Identifier(parent),
        bounds=bounds,
        constraint=constraint,
    )


def _bounds(partition: Partition) -> sql.Composable:
    if partition.is_default:
        return sql.SQL("DEFAULT")
    return sql.SQL("FOR VALUES IN ({})").format(_literals(partition.chroms))


def _shard_number(partition: Partition) -> sql.Composed:
    """The number of the leaf that holds a row. The last leaf that has the other chromosomes, or the
    last leaf, takes what no condition names.
    """
    leaves = list(enumerate(partition.leaves))
    rest = next((number for number, leaf in leaves if OTHERS in leaf.chroms), leaves[-1][0])
    cases = [
        sql.SQL("WHEN {} THEN {}").format(_places(leaf.intervals), sql.Literal(number))
        for number, leaf in leaves
        if number != rest
    ]
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(cases), sql.Literal(rest))


def _place(leaf: Leaf, partition: Partition) -> sql.Composable:
    """The condition that all rows of a leaf satisfy."""
    own = _places([interval for interval in leaf.intervals if interval.chrom != OTHERS])
    if OTHERS not in leaf.chroms:
        return own
    named = [chrom for chrom in partition.chroms if chrom != OTHERS]
    others = (
        sql.SQL("chromosome NOT IN ({})").format(_literals(named)) if named else sql.SQL("true")
    )
    return sql.SQL("{} OR {}").format(own, others) if set(leaf.chroms) != {OTHERS} else others


def _places(intervals: Sequence[Interval]) -> sql.Composable:
    """The condition that a row starts in one of the intervals."""
    return sql.SQL(" OR ").join(map(_interval_condition, intervals))


def _interval_condition(interval: Interval) -> sql.Composable:
    chrom = sql.SQL("chromosome = {}").format(sql.Literal(interval.chrom))
    if interval.first == 1 and interval.last == LAST_BASE:
        return chrom
    first, last = sql.Literal(interval.first), sql.Literal(interval.last)
    return sql.SQL("({} AND start >= {} AND start <= {})").format(chrom, first, last)


def _sample_columns(fields: Mapping[str, str]) -> sql.Composed:
    """The columns of the view of samples: rail_id, then the fields by their positions in the array."""
    columns: list[sql.Composable] = [sql.SQL("rail_id")]
    for position, (name, kind) in list(enumerate(fields.items(), 1))[1:]:
        text = sql.SQL("fields[{}]").format(sql.Literal(position))
        number = sql.SQL("CASE WHEN pg_input_is_valid({0}, 'numeric') THEN {0}::numeric END")
        value = text if kind == "t" else number.format(text)
        columns.append(sql.SQL("{} AS {}").format(value, sql.Identifier(name)))
    return sql.SQL(", ").join(columns)


def _literals(values: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Literal, values))


def _ddl(file: str, **parts: sql.Composable) -> sql.Composed:
    text = resources.files("snapshard").joinpath("sql", file).read_text(encoding="utf-8")
    return sql.SQL(text).format(**parts)
