"""Questions of every kind, drawn with a fixed seed, and the shard of the overlay `small` that each
needs.
"""

import random
from pathlib import Path
from urllib.parse import urlencode

API = "/api/v1/compilations/gtex17/junctions"
CHROMOSOMES = [f"chr{name}" for name in [*range(1, 23), "X"]]
_LAYOUT = (
    Path(__file__).parents[2] / "kubernetes" / "overlays" / "small" / "generated" / "layout.tsv"
)


def mixed_paths(count: int, *, seed: int = 17) -> list[str]:
    """Pages, exports and Snaptron's own questions: regions of all sizes, filters, columns, formats."""
    chance = random.Random(seed)
    return [chance.choice(_KINDS)(chance) for _ in range(count)]


def region(chance: random.Random, chrom: str | None = None) -> str:
    """A region of ten thousand to ten million bases."""
    start = chance.randrange(1, 60_000_000)
    return f"{chrom or chance.choice(CHROMOSOMES)}:{start}-{start + 10 ** chance.randint(4, 7)}"


def _page(chance: random.Random) -> str:
    asked = {
        "region": region(chance),
        "limit": chance.choice([1, 20, 500]),
        "match": chance.choice(["overlap", "contains"]),
    }
    return f"{API}?{urlencode(asked)}"


def _filtered(chance: random.Random) -> str:
    least = chance.choice([1, 5, 17])
    parameters = {
        "region": region(chance),
        "filter": f"samples_count>={least}",
        "samples": "true",
    }
    return f"{API}?{urlencode(parameters)}"


def _by_id(chance: random.Random) -> str:
    ids = ",".join(str(chance.randrange(1, 125_000)) for _ in range(3))
    return f"{API}?{urlencode({'ids': ids})}"


def _export(chance: random.Random) -> str:
    asked = {
        "region": region(chance),
        "format": chance.choice(["tsv", "ndjson", "bed6"]),
        "samples": "true",
    }
    return f"{API}:export?{urlencode(asked | ({} if asked['format'] != 'bed6' else {'samples': 'false'}))}"


def _snaptron(chance: random.Random) -> str:
    parameters = {"regions": region(chance), "rfilter": "samples_count>:2"}
    return f"/gtex17/snaptron?{urlencode(parameters, safe='>:')}"


_KINDS = (_page, _filtered, _by_id, _export, _snaptron)


def shard_paths(per_chromosome: int = 2) -> dict[str, str]:
    """Pages of every chromosome with the shard that they need."""
    chance = random.Random(6)
    owners = {}
    for line in _LAYOUT.read_text().splitlines():
        if not line.startswith("#"):
            chrom, _, shard = line.split("\t")
            if chrom in CHROMOSOMES:
                for _ in range(per_chromosome):
                    owners[
                        f"{API}?{urlencode({'region': region(chance, chrom), 'limit': 200})}"
                    ] = shard
    return owners
