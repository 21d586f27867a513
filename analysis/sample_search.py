"""How long a search for samples takes.

python -m analysis.sample_search [SAMPLES]     a minute; writes results/sample-search.json and its
part of docs/snaptron.md
"""

import random
import sys
import time
from collections.abc import Iterator

from analysis.measuring import write_result
from analysis.snaptron_page import SEARCH, write_page
from snapshard.catalog import SampleSearch, SamplesFile, parse_sample_filter

SEED = 1
FIELDS = ["rail_id", "run", "tissue", "AGE", "description", *[f"field{n}" for n in range(45)]]


def words(count: int) -> list[str]:
    """Made-up words, the earlier the more frequent in what follows."""
    return [
        "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(3, 10)))
        for _ in range(count)
    ]


def lines(samples: int, known: list[str]) -> Iterator[bytes]:
    """A samples file of about a kilobyte a sample; texts repeat after 3,000 samples."""
    weights = [1 / (rank + 1) for rank in range(len(known))]
    pool = []
    for n in range(3_000):
        some = random.choices(known, weights, k=130)
        texts = [f"SRR{n}", " ".join(some[:2]), str(n % 90), " ".join(some[2:40])]
        texts += [" ".join(some[40 + 2 * n : 42 + 2 * n]) for n in range(45)]
        pool.append("\t".join(texts))
    yield "\t".join(FIELDS).encode() + b"\n"
    for number in range(samples):
        yield f"{number}\t{pool[number % len(pool)]}\n".encode()


def main() -> None:
    """Measures a number, a word in a short and a long field, a phrase, and words in all fields."""
    random.seed(SEED)
    known, samples = words(20_000), int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    file = SamplesFile(lines(samples, known))
    search = SampleSearch(file, {"AGE": "i"})
    queries = [
        "AGE>=40",
        f"tissue={known[5]}",
        f"description={known[500]}",
        f"description={known[1]} {known[2]}",
    ]
    queries += [f"all={known[3000]}", f"all={known[10]} {known[20]}", f"all={known[0]}"]
    figures = {
        "samples": samples,
        "bytes": len(file.mapped.text),
        "searches": [measure(search, query) for query in queries],
    }
    write_result(SEARCH, figures)
    write_page()


def measure(search: SampleSearch, query: str) -> dict[str, object]:
    """Seconds of a search the first time, when what its field needs is made, and of the same again."""
    times, found = [], 0
    for _ in range(2):
        began = time.perf_counter()
        found = len(search.ids([parse_sample_filter(query)]))
        times.append(time.perf_counter() - began)
    field, _, value = query.partition("=")
    kind = (
        "number field" if ">" in query else f"{'phrase' if ' ' in value else 'word'} in `{field}`"
    )
    return {"what": kind, "found": found, "first": times[0], "again": times[1]}


if __name__ == "__main__":
    main()
