"""Which junctions are wanted and what of them, in the words of the API."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypedDict

Texts = str | Iterable[str]
Numbers = Iterable[int]


class Of(TypedDict, total=False):
    """Of which compilation and release, where the client's own are not meant."""

    compilation: str | None
    release: str | None


class Wanted(Of, total=False):
    """What every method that asks for junctions takes beside regions: the conditions of
    `Selection`.
    """

    gene: Texts
    ids: Numbers
    match: str | None
    filter: Texts
    sample_ids: Numbers
    group: Texts
    after: str | int | None
    allow_partial: bool


class Exporting(Wanted, total=False):
    """What an export takes: conditions, and how rows are written (`Output`)."""

    format: str | None
    columns: Texts
    samples: bool
    shape: str | None
    about: bool | None


@dataclass(frozen=True)
class Selection:
    """Which junctions; without region, gene and ids all of the compilation, in genome order.

    region: `chr2:29,223,529-29,919,992` (1-based, both ends included); gene: symbol or id, its
    region; ids: snaptron_ids. match: how a junction must lie to a region: overlap (as the server
    does without it), contains, exact, start, end. filter: texts such as `samples_count>=100`; all
    must hold. sample_ids, group: only these samples (rail_id) or groups' samples; counts are
    recomputed over them, and junctions that none of them has are left out. after: continue behind
    this row (snaptron_id, or the `next` of a page). allow_partial: answer although a shard is away;
    the answer's `missing_shards` says which.
    """

    region: tuple[str, ...] = ()
    gene: tuple[str, ...] = ()
    ids: tuple[int, ...] = field(default=(), metadata={"commas": True})
    match: str | None = None
    filter: tuple[str, ...] = ()
    sample_ids: tuple[int, ...] = field(default=(), metadata={"commas": True})
    group: tuple[str, ...] = ()
    after: str | int | None = None
    allow_partial: bool = False

    @classmethod
    def of(cls, region: Texts = (), **wanted: Any) -> "Selection":
        """A selection of single values or of several. Raises TypeError for a condition that does
        not exist.
        """
        given: dict[str, Any] = {"region": region, **wanted}
        many = {one.name for one in fields(cls) if isinstance(one.default, tuple)}
        given |= {name: several(value) for name, value in given.items() if name in many}
        return cls(**given)

    def parameters(self) -> Mapping[str, Any]:
        """The query string's parameters; what was not given is left out."""
        given = asdict(self)
        for one in fields(self):
            if one.metadata.get("commas"):
                given[one.name] = ",".join(map(str, given[one.name]))
        return {
            name: value
            for name, value in given.items()
            if value is not None and value is not False and value not in ((), "")
        }


@dataclass(frozen=True)
class Output:
    """How rows are written.

    columns: which, in order; samples: add that column; shape: wide, or tidy (a row per junction and
    sample); about: False leaves out the first line, which says of what the rows are.
    """

    format: str | None = None
    columns: tuple[str, ...] = ()
    samples: bool = False
    shape: str | None = None
    about: bool | None = None

    @classmethod
    def parted(cls, wanted: Mapping[str, Any]) -> "tuple[Output, dict[str, Any]]":
        """The output, and what is left: the conditions."""
        names = {one.name for one in fields(cls)}
        given = {name: value for name, value in wanted.items() if name in names}
        given["columns"] = several(given.get("columns", ()))
        return cls(**given), {name: value for name, value in wanted.items() if name not in names}

    def parameters(self) -> Mapping[str, Any]:
        """The query string's parameters; what was not given is left out."""
        given = {**asdict(self), "columns": ",".join(self.columns)}
        given = {**given, "samples": self.samples or None}
        return {name: value for name, value in given.items() if value not in ("", None)}


def several(given: Any) -> tuple[Any, ...]:
    """One value or several as a tuple."""
    return (given,) if isinstance(given, str | int) else tuple(given)
