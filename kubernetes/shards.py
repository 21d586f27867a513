"""Writes what the shards.tsv of an overlay stands for, under generated/: manifests, shard map,
layout, load's items, replicas.

    python3 kubernetes/shards.py kubernetes/overlays/small [--check]

With --check it writes nothing and ends with 1 if a generated file is not what it would write.
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
# What discovery reads instead of the map.
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
    """A line of shards.tsv: a shard, or the catalog, with the sizes of its pod. Chromosomes are
    parts by position or whole.
    """

    shard: str
    chromosomes: str
    volume: str
    memory: str
    cpu: str

    @property
    def component(self) -> str:
        """What it is, as a label."""
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
        """How libpq reaches it. User and password come from the service file."""
        return f"host={self.name} dbname=snapshard"

    @property
    def followed_address(self) -> str:
        """The same with a replica, which is asked when the shard does not answer."""
        return f"host={self.name},{self.replica} dbname=snapshard"


def read_table(path: Path) -> list[Database]:
    """The databases of a table; exactly one is the catalog. A line that has not five columns ends
    the program.
    """
    lines = [
        line.split("\t")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    for line in lines:
        if len(line) != len(Database._fields):
            sys.exit(
                f"{path}: expected {len(Database._fields)} columns ({', '.join(Database._fields)}), got {line}"
            )
    databases = [Database(*line) for line in lines]
    if [one.shard for one in databases].count(CATALOG) != 1:
        sys.exit(f"{path}: expected one line named {CATALOG!r}")
    return databases


def manifests(databases: list[Database]) -> str:
    """The StatefulSets and Services, one document after the other."""
    return _HEADER + "---\n".join(
        _filled_in(one, name=one.name, component=one.component) for one in databases
    )


def shard_map(databases: list[Database]) -> str:
    """Name and address of every database, as snapshard reads it."""
    return _HEADER + "".join(f"{one.shard}\t{one.address}\n" for one in databases)


def replicas(databases: list[Database]) -> dict[str, str]:
    """The files of the component that gives every shard a read replica, by name."""
    shards = shards_of(databases)
    lines = {one.shard: one.address for one in databases} | {
        one.shard: one.followed_address for one in shards
    }
    addresses = [
        Template(_ADDRESS).substitute(name=one.name, address=one.followed_address) for one in shards
    ]
    return {
        "kustomization.yaml": _HEADER + _REPLICAS + "".join(addresses),
        "databases.yaml": _HEADER
        + "---\n".join(_filled_in(one, name=one.replica, component="replica") for one in shards),
        "shards.tsv": _HEADER
        + "".join(f"{shard}\t{address}\n" for shard, address in lines.items()),
    }


def load_items(databases: list[Database]) -> str:
    """The loader's Jobs with an item for every shard."""
    return _HEADER + Template(_POPULATE).substitute(count=len(shards_of(databases)))


def shards_of(databases: list[Database]) -> list[Database]:
    """All but the catalog."""
    return [one for one in databases if one.component != CATALOG]


def _filled_in(one: Database, *, name: str, component: str) -> str:
    template = Template(TEMPLATE.read_text(encoding="utf-8").split("\n", 1)[1])
    return template.substitute(one._asdict(), name=name, component=component)


def layout(databases: list[Database]) -> str:
    """Chromosome, last base and shard in genome order, as snapshard reads it; `chr1:1-9,chr2` cuts
    chr1 at base 9.
    """
    cuts: dict[str, list[tuple[str, str]]] = {}
    for one in shards_of(databases):
        for part in one.chromosomes.split(","):
            chrom, _, positions = part.partition(":")
            last = positions.partition("-")[2] or "-"
            cuts.setdefault("*" if chrom == "other" else chrom, []).append((last, one.shard))
    unknown = [chrom for chrom in cuts if chrom not in [*CHROMOSOMES, "*"]]
    missing = [chrom for chrom in [*CHROMOSOMES, "*"] if chrom not in cuts]
    if unknown or missing:
        sys.exit(
            f"chromosomes that no shard or an unknown name has: {', '.join(missing + unknown)}"
        )
    order = [
        (chrom, cut) for chrom in [*CHROMOSOMES, "*"] for cut in sorted(cuts[chrom], key=_last_base)
    ]
    return _HEADER + "".join(f"{chrom}\t{last}\t{shard}\n" for chrom, (last, shard) in order)


def _last_base(cut: tuple[str, str]) -> float:
    return float("inf") if cut[0] == "-" else int(cut[0])


def generated(overlay: Path) -> dict[Path, str]:
    """Every generated file of an overlay with what it should hold."""
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
    """Writes, or compares; returns the exit code."""
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
