"""The partition of a genome into intervals, and the shard that holds each of them.

A layout is fixed when a release begins and never changes afterwards; another partition needs
another release.
"""

from collections.abc import Iterable, Sequence

from snapshard.chromosome import chromosome_lengths, chromosome_name
from snapshard.errors import BadShardMap
from snapshard.region import LAST_BASE
from snapshard.release import OTHERS, Interval

_HUMAN = "GRCh38"


def read_layout(lines: Iterable[str], assembly: str | None = None) -> tuple[Interval, ...]:
    """The intervals of lines `chromosome<TAB>last base<TAB>shard`, in genome order, on the names that
    the chromosomes have in the assembly.

    Several lines of one chromosome partition it. The last line of a chromosome has `-` as its last
    base. The chromosome `*` takes every chromosome that is not listed. Raises BadShardMap with the
    line that does not fit.
    """
    intervals: list[Interval] = []
    last_bases: dict[str, int] = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            interval = _read_line(line.rstrip("\n"), len(intervals), last_bases, assembly)
            last_bases[interval.chrom] = interval.last
            intervals.append(interval)
    for chrom, last in last_bases.items():
        if last != LAST_BASE:
            raise BadShardMap(f"{chrom} ends at {last}: its last line needs '-' as last base")
    if not intervals:
        raise BadShardMap("a layout needs at least one line: chromosome, last base or '-', shard")
    return tuple(intervals)


def _read_line(
    line: str, number: int, last_bases: dict[str, int], assembly: str | None
) -> Interval:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) != 3 or not all(fields):
        raise BadShardMap(
            f"expected three columns (chromosome, last base or '-', shard), got {line!r}"
        )
    chrom = fields[0] if fields[0] == OTHERS else chromosome_name(fields[0], assembly)
    first = last_bases.get(chrom, 0) + 1
    if fields[1] == "-":
        last = LAST_BASE
    elif fields[1].isdecimal():
        last = int(fields[1])
    else:
        raise BadShardMap(f"expected a last base or '-', got {fields[1]!r} in {line!r}")
    if not first <= last <= LAST_BASE:
        raise BadShardMap(
            f"{chrom}: its intervals must ascend and not overlap,"
            f" but {line!r} follows base {first - 1}"
        )
    return Interval(number, chrom, first, last, fields[2])


def default_layout(shards: Sequence[str], assembly: str | None = None) -> tuple[Interval, ...]:
    """Whole chromosomes of an assembly, distributed so that every shard gets about the same length;
    all other chromosomes go to the last shard. An assembly whose lengths are not known is divided
    like GRCh38.

    Raises BadShardMap for more shards than chromosomes: to split a chromosome, the user writes a
    layout file.
    """
    # Megabases are weights here, so chrM counts as one. Longest first, each to the shard with the
    # least so far, comes close to an even distribution.
    lengths = chromosome_lengths(assembly or _HUMAN) or chromosome_lengths(_HUMAN)
    weights = {chrom: max(1, round(length / 1_000_000)) for chrom, length in lengths.items()}
    most = len(weights) + 1
    if not 1 <= len(shards) <= most:
        raise BadShardMap(
            f"expected 1 to {most} shards, got {len(shards)};"
            " to split chromosomes write a layout file"
        )
    # With one shard more than chromosomes, the last shard has only the other chromosomes.
    loads = dict.fromkeys(shards[: len(weights)], 0)
    shard_of = {OTHERS: shards[-1]}
    for chrom in sorted(weights, key=lambda chrom: -weights[chrom]):
        shard = min(loads, key=lambda shard: loads[shard])
        loads[shard] += weights[chrom]
        shard_of[chrom] = shard
    return tuple(
        Interval(number, chrom, 1, LAST_BASE, shard_of[chrom])
        for number, chrom in enumerate([*weights, OTHERS])
    )


def layout_lines(intervals: Iterable[Interval]) -> list[str]:
    """The lines from which read_layout reads these intervals."""
    lines: list[str] = []
    for interval in intervals:
        last = "-" if interval.last == LAST_BASE else interval.last
        lines.append(f"{interval.chrom}\t{last}\t{interval.shard}")
    return lines
