"""The time of searches for samples.

    python -m analysis.sample_search [SAMPLES]

This takes a minute and writes results/sample-search.json and its part of docs/snaptron.md.
"""

import random
import sys
import time
from collections.abc import Iterator

from analysis.measuring import write_result
from analysis.snaptron_page import SEARCH, write_page
from snapshard.catalog import SampleSearch, SamplesFile, parse_sample_filter
from snapshard.commands.running import run_command

SEED = 1
FIELDS = ["rail_id", "run", "tissue", "AGE", "description", *[f"field{n}" for n in range(45)]]


def words(count: int) -> list[str]:
    """Random words; earlier words are used more often."""
    return [
        "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(3, 10)))
        for _ in range(count)
    ]


def lines(samples: int, vocabulary: list[str]) -> Iterator[bytes]:
    """The lines of a samples file of about one kilobyte per sample; texts repeat after 3,000 samples."""
    weights = [1 / (rank + 1) for rank in range(len(vocabulary))]
    pool = []
    for n in range(3_000):
        drawn = random.choices(vocabulary, weights, k=130)
        texts = [f"SRR{n}", " ".join(drawn[:2]), str(n % 90), " ".join(drawn[2:40])]
        texts += [" ".join(drawn[40 + 2 * n : 42 + 2 * n]) for n in range(45)]
        pool.append("\t".join(texts))
    yield "\t".join(FIELDS).encode() + b"\n"
    for number in range(samples):
        yield f"{number}\t{pool[number % len(pool)]}\n".encode()


def main() -> None:
    """Measures searches for a number, a word in a short and in a long field, a phrase, and words in all
    fields.
    """
    random.seed(SEED)
    vocabulary, samples = words(20_000), int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    file = SamplesFile(lines(samples, vocabulary))
    search = SampleSearch(file, {"AGE": "i"})
    queries = [
        "AGE>=40",
        f"tissue={vocabulary[5]}",
        f"description={vocabulary[500]}",
        f"description={vocabulary[1]} {vocabulary[2]}",
    ]
    queries += [
        f"all={vocabulary[3000]}",
        f"all={vocabulary[10]} {vocabulary[20]}",
        f"all={vocabulary[0]}",
    ]
    figures = {
        "samples": samples,
        "bytes": len(file.mapped.text),
        "searches": [measure(search, query) for query in queries],
    }
    write_result(SEARCH, figures)
    write_page()


def measure(search: SampleSearch, query: str) -> dict[str, object]:
    """Seconds of the first search, which also builds the index of its field, and of the same search
    again.
    """
    times, count = [], 0
    for _ in range(2):
        began = time.perf_counter()
        count = len(search.ids([parse_sample_filter(query)]))
        times.append(time.perf_counter() - began)
    field, _, value = query.partition("=")
    title = f"{'phrase' if ' ' in value else 'word'} in `{field}`"
    if ">" in query:
        title = "number field"
    return {"what": title, "found": count, "first": times[0], "again": times[1]}


if __name__ == "__main__":
    run_command(main)
