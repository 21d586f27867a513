"""How a genome is cut into intervals, and which shard takes which.

A layout is fixed when a release begins and never changes after; other cuts are another release.
"""

from collections.abc import Iterable, Sequence

from snapshard.errors import BadShardMap
from snapshard.region import LAST_BASE, chromosome_name
from snapshard.release import OTHERS, Interval

MEGABASES = dict(
    zip(
        [f"chr{name}" for name in [*range(1, 23), "X", "Y", "M"]],
        [
            249,
            242,
            198,
            190,
            182,
            171,
            159,
            145,
            138,
            134,
            135,
            133,
            114,
            107,
            102,
            90,
            83,
            80,
            59,
            64,
            47,
            51,
            156,
            57,
            1,
        ],
        strict=True,
    )
)
"""GRCh38's chromosomes in genome order with their rounded lengths (Genome Reference Consortium):
weights, not limits.
"""


def read_layout(lines: Iterable[str]) -> tuple[Interval, ...]:
    """Intervals from lines `chromosome<TAB>last base<TAB>shard`, in genome order.

    Several lines of one chromosome cut it; the last of them, and the only one of an uncut
    chromosome, has `-` as its last base. The chromosome `*` takes all that are not named. Raises
    BadShardMap with the line that does not fit.
    """
    intervals: list[Interval] = []
    reached: dict[str, int] = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            interval = _read_line(line.rstrip("\n"), len(intervals), reached)
            reached[interval.chrom] = interval.last
            intervals.append(interval)
    unfinished = [chrom for chrom, last in reached.items() if last != LAST_BASE]
    if unfinished:
        raise BadShardMap(
            f"{unfinished[0]} ends at {reached[unfinished[0]]}: its last line needs '-' as last base"
        )
    if not intervals:
        raise BadShardMap("a layout needs at least one line: chromosome, last base or '-', shard")
    return tuple(intervals)


def _read_line(line: str, number: int, reached: dict[str, int]) -> Interval:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) != 3 or not all(columns):
        raise BadShardMap(
            f"expected three columns (chromosome, last base or '-', shard), got {line!r}"
        )
    chrom = columns[0] if columns[0] == OTHERS else chromosome_name(columns[0])
    first = reached.get(chrom, 0) + 1
    if columns[1] == "-":
        last = LAST_BASE
    elif columns[1].isdecimal():
        last = int(columns[1])
    else:
        raise BadShardMap(f"expected a last base or '-', got {columns[1]!r} in {line!r}")
    if not first <= last <= LAST_BASE:
        raise BadShardMap(
            f"{chrom}: its intervals must ascend and not overlap, but {line!r} follows base {first - 1}"
        )
    return Interval(number, chrom, first, last, columns[2])


def default_layout(shards: Sequence[str]) -> tuple[Interval, ...]:
    """Whole chromosomes dealt out to the shards so that each gets about the same length; all other
    contigs to the last.

    Raises BadShardMap for more shards than chromosomes: cutting one is the user's decision (a
    layout file).
    """
    if not 1 <= len(shards) <= len(MEGABASES) + 1:
        most = len(MEGABASES) + 1
        raise BadShardMap(
            f"expected 1 to {most} shards, got {len(shards)}; to cut chromosomes write a layout file"
        )
    load = dict.fromkeys(shards[: len(MEGABASES)], 0)
    owner: dict[str, str] = {OTHERS: shards[-1]}
    for chrom in sorted(MEGABASES, key=lambda name: -MEGABASES[name]):
        shard = min(load, key=lambda name: load[name])
        load[shard] += MEGABASES[chrom]
        owner[chrom] = shard
    chroms = [*MEGABASES, OTHERS]
    return tuple(
        Interval(number, chrom, 1, LAST_BASE, owner[chrom]) for number, chrom in enumerate(chroms)
    )


def layout_lines(intervals: Iterable[Interval]) -> list[str]:
    """The lines that read_layout would read back."""
    return [f"{i.chrom}\t{'-' if i.last == LAST_BASE else i.last}\t{i.shard}" for i in intervals]
