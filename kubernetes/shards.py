"""Generates the files of an overlay from its shards.tsv: manifests, shard map, layout, load items
and replicas, in the folder generated/.

    python3 kubernetes/shards.py kubernetes/overlays/small [--check]

With --check it writes nothing and exits with 1 if a generated file is out of date.
"""

import sys
from pathlib import Path
from string import Template
from typing import NamedTuple

TEMPLATE = Path(__file__).parent / "shard" / "template.yaml"
CATALOG = "catalog"
CHROMOSOMES = [f"chr{name}" for name in [*range(1, 23), "X", "Y", "M"]]
_HEADER = "# Written by kubernetes/shards.py from shards.tsv; change that and run `make shards`.\n"
_REPLICAS = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
components: [../../../../components/read-replica]
resources: [databases.yaml]
configMapGenerator:
  - {name: shard-map, behavior: merge, files: [shards.tsv]}
# Discovery reads these annotations instead of the map.
patches:
"""
_POPULATE = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../../../populate]
patches:
  - target: {kind: Job, name: load-shards}
    patch: '[{"op": "replace", "path": "/spec/completions", "value": $count}]'
"""
_ADDRESS = """  - target: {kind: Service, name: $name}
    patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"snapshard/address": "$address"}}]'
"""


class Database(NamedTuple):
    """A line of shards.tsv: a shard, or the catalog, with the sizes of its pod.

    Chromosomes are whole (`chr2`) or parts of one by position (`chr1:1-120000000`).
    """

    shard: str
    chromosomes: str
    volume: str
    memory: str
    cpu: str

    @property
    def component(self) -> str:
        """The value of its component label."""
        return CATALOG if self.shard == CATALOG else "shard"

    @property
    def name(self) -> str:
        """The name of its StatefulSet and Service."""
        return CATALOG if self.shard == CATALOG else f"shard-{self.shard}"

    @property
    def replica(self) -> str:
        """The name of its read replica."""
        return f"{self.name}-replica"

    @property
    def address(self) -> str:
        """The libpq address, without user and password, which come from the service file."""
        return f"host={self.name} dbname=snapshard"

    @property
    def followed_address(self) -> str:
        """The libpq address with the replica as second host, for when the shard is unavailable."""
        return f"host={self.name},{self.replica} dbname=snapshard"


def read_table(path: Path) -> list[Database]:
    """The databases of a table, exactly one of which is the catalog.

    The program ends with a message if a line does not have five columns.
    """
    lines = [
        line.split("\t")
        for line in path.read_text(encoding="utf-8-sig").splitlines()
        if line and not line.startswith("#")
    ]
    for line in lines:
        if len(line) != len(Database._fields):
            columns = ", ".join(Database._fields)
            sys.exit(f"{path}: expected {len(Database._fields)} columns ({columns}), got {line}")
    databases = [Database(*line) for line in lines]
    if [database.shard for database in databases].count(CATALOG) != 1:
        sys.exit(f"{path}: expected one line named {CATALOG!r}")
    return databases


def manifests(databases: list[Database]) -> str:
    """The StatefulSets and Services of all databases, one YAML document each."""
    return _HEADER + "---\n".join(
        _manifest(database, name=database.name, component=database.component)
        for database in databases
    )


def shard_map(databases: list[Database]) -> str:
    """The shard map: name and address of every database."""
    return _HEADER + "".join(f"{database.shard}\t{database.address}\n" for database in databases)


def replicas(databases: list[Database]) -> dict[str, str]:
    """The files of the component that adds a read replica to every shard, by file name."""
    shards = shards_of(databases)
    addresses = {database.shard: database.address for database in databases}
    addresses |= {shard.shard: shard.followed_address for shard in shards}
    annotations = [
        Template(_ADDRESS).substitute(name=shard.name, address=shard.followed_address)
        for shard in shards
    ]
    pods = [_manifest(shard, name=shard.replica, component="replica") for shard in shards]
    shard_lines = [f"{name}\t{address}\n" for name, address in addresses.items()]
    return {
        "kustomization.yaml": _HEADER + _REPLICAS + "".join(annotations),
        "databases.yaml": _HEADER + "---\n".join(pods),
        "shards.tsv": _HEADER + "".join(shard_lines),
    }


def load_items(databases: list[Database]) -> str:
    """The loader's Jobs with one item for every shard."""
    return _HEADER + Template(_POPULATE).substitute(count=len(shards_of(databases)))


def shards_of(databases: list[Database]) -> list[Database]:
    """All databases except the catalog."""
    return [database for database in databases if database.component != CATALOG]


def _manifest(database: Database, *, name: str, component: str) -> str:
    template = Template(TEMPLATE.read_text(encoding="utf-8").split("\n", 1)[1])
    return template.substitute(database._asdict(), name=name, component=component)


def layout(databases: list[Database]) -> str:
    """The layout: chromosome, last base and shard in genome order.

    `chr1:1-9,chr2` gives a shard the first nine bases of chr1 and all of chr2.
    """
    intervals: dict[str, list[tuple[str, str]]] = {}
    for database in shards_of(databases):
        for part in database.chromosomes.split(","):
            chrom, _, positions = part.partition(":")
            last = positions.partition("-")[2] or "-"
            intervals.setdefault("*" if chrom == "other" else chrom, []).append(
                (last, database.shard)
            )
    unknown = [chrom for chrom in intervals if chrom not in [*CHROMOSOMES, "*"]]
    missing = [chrom for chrom in [*CHROMOSOMES, "*"] if chrom not in intervals]
    if unknown or missing:
        sys.exit(
            "expected every chromosome of the assembly and no other name;"
            f" missing or unknown: {', '.join(missing + unknown)}"
        )
    lines = []
    for chrom in [*CHROMOSOMES, "*"]:
        for last, shard in sorted(intervals[chrom], key=_last_base):
            lines.append(f"{chrom}\t{last}\t{shard}\n")
    return _HEADER + "".join(lines)


def _last_base(interval: tuple[str, str]) -> float:
    return float("inf") if interval[0] == "-" else int(interval[0])


def generated(overlay: Path) -> dict[Path, str]:
    """The content of every generated file of an overlay, by path."""
    databases = read_table(overlay / "shards.tsv")
    folder = overlay / "generated"
    return {
        folder / "databases.yaml": manifests(databases),
        folder / "shards.tsv": shard_map(databases),
        folder / "layout.tsv": layout(databases),
        folder / "populate" / "kustomization.yaml": load_items(databases),
        **{folder / "replicas" / name: text for name, text in replicas(databases).items()},
    }


def main(overlay: Path, *, check: bool) -> int:
    """Writes the files that are out of date, or only reports them; returns the exit code."""
    stale = [
        path
        for path, text in generated(overlay).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path} is {'out of date: run `make shards`' if check else 'written'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated(overlay)[path], encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), check="--check" in sys.argv[2:]))
