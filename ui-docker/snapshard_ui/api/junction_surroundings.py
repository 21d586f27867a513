"""The rows around a junction that its evidence is made of: its own, and those that share one of its
ends. Two round trips to a shard read them.
"""

from dataclasses import dataclass

import numpy as np

from snapshard.filters import ANNOTATED, Filter
from snapshard.index import AddressedRows, Index, rows_at, summaries_of_each
from snapshard.match import Match
from snapshard.name import JunctionName
from snapshard.pairs import Integers
from snapshard.query import Query, RowAddress
from snapshard.region import Region
from snapshard.release import Release
from snapshard.rows import Rows
from snapshard_ui.api.junction_lookup import MOST_SAME_NAME, strand_mask

_COLUMNS = ("snaptron_id", "strand", "coverage_sum")


@dataclass(frozen=True)
class Surroundings:
    """The rows around a junction.

    `same_start` and `same_end` are stored columns of all junctions with its first and its last base.
    `rows` are whole rows; `own` are the numbers of the junction's own rows in them, `at_start` and
    `at_end` of the annotated ones with its first and last base.
    """

    same_start: Rows
    same_end: Rows
    rows: Rows
    own: Integers
    at_start: Integers
    at_end: Integers

    def pairs_of(self, numbers: Integers) -> tuple[Integers, Integers]:
        """The samples and the coverages of these rows, one row after the other."""
        if not len(numbers):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return self.rows.pairs.of_rows(numbers)


def read_surroundings(
    index: Index, release: Release, name: JunctionName, *, snaptron_id: int | None
) -> Surroundings:
    """The rows around the junction with this name, whose chromosome the release has; with an id, its
    own rows are those with that id.

    The annotated rows are those on the name's strand; of both strands if it is neither + nor -.
    Raises as `Index.summaries` does.
    """
    limit = index.settings.max_rows + MOST_SAME_NAME + 1
    exact, same_start, same_end, start, end = summaries_of_each(
        index, release, _queries_at_ends(name), columns=_COLUMNS, limit=limit
    )
    own = _own_addresses(exact, name, snaptron_id)
    parts = [own, list(start.addresses), list(end.addresses)]
    addresses = sorted(set().union(*parts), key=_genome_order)
    numbers = {address: number for number, address in enumerate(addresses)}
    own_rows, at_start, at_end = (
        np.array([numbers[address] for address in part], np.int64) for part in parts
    )
    rows = rows_at(index, release, addresses)
    return Surroundings(same_start.rows, same_end.rows, rows, own_rows, at_start, at_end)


def _queries_at_ends(name: JunctionName) -> list[Query]:
    """The junction itself, all junctions with its first and with its last base, and the annotated ones
    of both.
    """
    region = name.region
    first_base = Region(region.chrom, region.start, region.start)
    last_base = Region(region.chrom, region.end, region.end)
    filters: tuple[Filter, ...] = (ANNOTATED,)
    if name.strand in ("+", "-"):
        filters += (Filter("strand", "=", name.strand),)
    return [
        Query((region,), match=Match.EXACT),
        Query((first_base,), match=Match.START),
        Query((last_base,), match=Match.END),
        Query((first_base,), match=Match.START, filters=filters),
        Query((last_base,), match=Match.END, filters=filters),
    ]


def _own_addresses(
    exact: AddressedRows, name: JunctionName, snaptron_id: int | None
) -> list[RowAddress]:
    """The addresses of the junction's own rows among those with its first and last base."""
    if not exact.addresses:
        return []
    mask = strand_mask(exact.rows, name)
    if snaptron_id is not None:
        mask = exact.rows.integers("snaptron_id") == snaptron_id
    return [exact.addresses[number] for number in np.flatnonzero(mask).tolist()]


def _genome_order(address: RowAddress) -> tuple[int, int, int]:
    return address.interval, address.block, address.position
