"""The conditions and output options of a query, in the words of the API."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypedDict

Texts = str | Iterable[str]
Numbers = Iterable[int]

_RELEASE = ("compilation", "release")


class ReleaseOptions(TypedDict, total=False):
    """The compilation and release to query, if they are not the client's own."""

    compilation: str | None
    release: str | None


class GroupingOptions(ReleaseOptions, total=False):
    """The groups of samples to report side by side; without any, all groups of the release.

    group: groups of the release, such as tissues.
    group_by: a field of the samples, such as study: each of its values is a group.
    cohort: sets of samples, `NAME:CONDITION;CONDITION`, where a condition is one on a field, such as
        `AGE>=60`, or `samples=` with rail_ids.
    search: report only groups whose name contains this text.
    top: the maximum number of groups.
    """

    group: Texts
    group_by: str | None
    cohort: Texts
    search: str | None
    top: int | None


class RankedGroupingOptions(GroupingOptions, total=False):
    """The same, in an order that the answer decides.

    sort: n, the samples that count, or share, n / N; the highest first. By default n for the values
        of a field, else the order of the release.
    """

    sort: str | None


class SelectionOptions(ReleaseOptions, total=False):
    """The conditions of `Selection` except regions, as keyword arguments."""

    gene: Texts
    ids: Numbers
    match: str | None
    filter: Texts
    sample_ids: Numbers
    group: Texts
    after: str | int | None
    allow_partial: bool


class ExportOptions(SelectionOptions, total=False):
    """The conditions of `Selection` and the options of `Output`, as keyword arguments."""

    format: str | None
    columns: Texts
    samples: bool
    shape: str | None
    about: bool | None


@dataclass(frozen=True)
class Selection:
    """The junctions to return. Without region, gene and ids: all of the compilation, in genome order.

    region: `chr2:29,223,529-29,919,992` (1-based, both ends included).
    gene: symbol or ID; selects the gene's region.
    ids: snaptron_ids.
    match: the relation of a junction to a region: overlap (the server's default), contains, exact,
        start or end.
    filter: conditions such as `samples_count>=100`; all must hold.
    sample_ids, group: only these samples (rail_id), or the samples of these groups. Counts are
        recomputed over them, and junctions that none of them has are left out.
    after: start after this row (snaptron_id, or the `next` of a page).
    allow_partial: return a response even if a shard is unavailable; its `missing_shards` names it.
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
    def of(cls, region: Texts = (), **conditions: Any) -> "Selection":
        """A selection from single values or lists. Raises TypeError for an unknown condition."""
        values: dict[str, Any] = {"region": region, **conditions}
        lists = {
            condition.name for condition in fields(cls) if isinstance(condition.default, tuple)
        }
        values |= {name: as_tuple(value) for name, value in values.items() if name in lists}
        return cls(**values)

    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the query string, without those at their defaults."""
        # The API takes these lists as one parameter with commas, all others as repeated parameters.
        values = asdict(self)
        for condition in fields(self):
            if condition.metadata.get("commas"):
                values[condition.name] = ",".join(map(str, values[condition.name]))
        return {
            name: value
            for name, value in values.items()
            if value is not None and value is not False and value not in ((), "")
        }


@dataclass(frozen=True)
class Output:
    """The form of the rows.

    columns: names in the order of the output.
    samples: add the column with all samples and their reads.
    shape: wide (a row per junction) or tidy (a row per junction and sample).
    about: False leaves out the first line, which describes the data.
    """

    format: str | None = None
    columns: tuple[str, ...] = ()
    samples: bool = False
    shape: str | None = None
    about: bool | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "tuple[Output, dict[str, Any]]":
        """The output options, and the remaining options."""
        names = {option.name for option in fields(cls)}
        values = {name: value for name, value in options.items() if name in names}
        values["columns"] = as_tuple(values.get("columns", ()))
        return cls(**values), {name: value for name, value in options.items() if name not in names}

    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the query string, without those at their defaults."""
        values = {
            **asdict(self),
            "columns": ",".join(self.columns),
            "samples": self.samples or None,
        }
        return {name: value for name, value in values.items() if value not in ("", None)}


def grouping_parameters(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of the query string for GroupingOptions, and the options of the release."""
    release_options = {name: options[name] for name in _RELEASE if name in options}
    parameters = {name: value for name, value in options.items() if name not in _RELEASE}
    for name in ("group", "cohort"):
        parameters[name] = as_tuple(parameters.get(name, ()))
    return parameters, release_options


def as_tuple(values: Any) -> tuple[Any, ...]:
    """A single value or several as a tuple."""
    return (values,) if isinstance(values, str | int) else tuple(values)
