"""Small sources, written by the tests that load them."""

from snapshard_populate.loading import Compilation, LoadPlan, load_compilation
from snapshard_populate.releases import default_layout

SAMPLES = "rail_id\trun\ttissue\n1\tR1\tLiver\n2\tR2\tBlood\n3\tR3\tBrain\n4\tR4\tLiver\n"


def row(number, chrom, start, end, samples=",1:5,2:3", strand="+"):
    """The line of a junction, with the statistics of its samples."""
    reads = sorted(int(pair.split(":")[1]) for pair in samples.split(",")[1:])
    middle = (reads[(len(reads) - 1) // 2] + reads[len(reads) // 2]) / 2
    fields = (number, chrom, start, end, end - start + 1, strand, 0, "GT", "AG", 0, 0, samples)
    statistics = (len(reads), sum(reads), f"{sum(reads) / len(reads):.3f}", f"{middle:.3f}", 0)
    return "\t".join(map(str, (*fields, *statistics))) + "\n"


def write_sources(folder, **texts):
    """The compilation `odd` of files with these texts, by the name of their field."""
    texts = {"junctions": row(1, "chr1", 100, 200), "samples": SAMPLES} | texts
    locations = {}
    for field, text in texts.items():
        path = folder / f"{field}.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        locations[field] = str(path)
    return Compilation("odd", **locations)


def load(embedded, compilation, *, shards=3, **options):
    """The status of the compilation's next release."""
    names = [f"odd{number}" for number in range(1, shards + 1)]
    plan = LoadPlan(compilation, default_layout(names), jobs=2, **options)
    return load_compilation(embedded.ensure_shards(names), plan)
