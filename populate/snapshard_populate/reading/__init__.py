"""Reading: from the stored bytes of a source to checked rows.

- `source` opens a path, an address or standard input and decompresses it; `download` resumes
  broken connections; `s3` signs addresses; `tabix` reads single regions of an indexed file, and
  `tabix_index` what the index says of it.
- `text` repairs byte order marks and line ends; `chunks` divides the text at line ends; `fields`,
  `checks`, `sample_lists` and `repeats` tell good rows from bad ones; `spellings` gives each
  chromosome one name; `order` refuses unsorted sources; `budget` counts the bad rows that a load
  tolerates.
- `source_server` is the web server of the source pod.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapshard_populate.reading.budget import ErrorBudget, file_name
    from snapshard_populate.reading.checks import (
        CHROMOSOME,
        Check,
        chromosomes,
        row_checks,
        run_starts,
        whole_number,
    )
    from snapshard_populate.reading.chunks import (
        CHUNK_BYTES,
        Chunk,
        Stream,
        no_lines,
        sift,
        whole_lines,
    )
    from snapshard_populate.reading.fields import Mask, quoted
    from snapshard_populate.reading.order import GenomeOrder
    from snapshard_populate.reading.repeats import UniquePositions
    from snapshard_populate.reading.sample_lists import Fields, has_samples_without_reads
    from snapshard_populate.reading.source import Source, is_url, open_source
    from snapshard_populate.reading.spellings import Spellings
    from snapshard_populate.reading.tabix import (
        has_index,
        index_problem,
        indexed_chromosomes,
        lines_before,
        read_region,
    )

__all__ = [
    "CHROMOSOME",
    "CHUNK_BYTES",
    "Check",
    "Chunk",
    "ErrorBudget",
    "Fields",
    "GenomeOrder",
    "Mask",
    "Source",
    "Spellings",
    "Stream",
    "UniquePositions",
    "chromosomes",
    "file_name",
    "has_index",
    "has_samples_without_reads",
    "index_problem",
    "indexed_chromosomes",
    "is_url",
    "lines_before",
    "no_lines",
    "open_source",
    "quoted",
    "read_region",
    "row_checks",
    "run_starts",
    "sift",
    "whole_lines",
    "whole_number",
]

_MODULE_OF = {
    "ErrorBudget": "budget",
    "file_name": "budget",
    "CHROMOSOME": "checks",
    "Check": "checks",
    "chromosomes": "checks",
    "row_checks": "checks",
    "run_starts": "checks",
    "whole_number": "checks",
    "CHUNK_BYTES": "chunks",
    "Chunk": "chunks",
    "Stream": "chunks",
    "no_lines": "chunks",
    "sift": "chunks",
    "whole_lines": "chunks",
    "Mask": "fields",
    "quoted": "fields",
    "GenomeOrder": "order",
    "UniquePositions": "repeats",
    "Fields": "sample_lists",
    "has_samples_without_reads": "sample_lists",
    "Source": "source",
    "is_url": "source",
    "open_source": "source",
    "Spellings": "spellings",
    "has_index": "tabix",
    "index_problem": "tabix",
    "indexed_chromosomes": "tabix",
    "lines_before": "tabix",
    "read_region": "tabix",
}


def __getattr__(name: str) -> object:
    # The source pod has 128 MB and imports only `source_server`. Importing the readers here would
    # bring numpy, pysam and requests into it, so a name imports its module when it is first used.
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
