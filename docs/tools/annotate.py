"""The generated parts of docs/annotate.md: columns, formats, and how each format counts."""

from collections.abc import Callable

from analysis.document import table
from snapshard.background import COLUMNS, GROUP_COLUMNS
from snapshard.junction_files import CONVENTIONS, FORMATS
from snapshard.wire import BACKGROUND_PREFIX
from snapshard_ui.api.models.annotate import AnnotateParams

_REAL = (17_056, 17_232)
"""First and last base of an intron of WASH7P on the minus strand of chr1 (GRCh38)."""


def columns() -> str:
    """The added columns."""
    rows = [(f"`{BACKGROUND_PREFIX}{name}`", meaning) for name, meaning in COLUMNS]
    names = ", ".join(f"`{BACKGROUND_PREFIX}{name}_Blood`" for name in GROUP_COLUMNS)
    rows.append((names, "the same in a chosen group, for each of them"))
    rows.append((f"`{BACKGROUND_PREFIX}rank`", "its rank among the rare junctions of the file"))
    return table(("column", "meaning"), rows, numbers=False)


def formats() -> str:
    """All formats."""
    rows = [
        (f"`{name}`", each.meaning, each.positions, each.source) for name, each in FORMATS.items()
    ]
    return table(("format", "files", "positions", "source"), rows, numbers=False)


def conventions() -> str:
    """The real intron as formats write it."""
    rows = [
        ("STAR, FRASER, plain tables", _counted("intron")),
        ("BED, LeafCutter's old `.junc`", _counted("bed")),
        ("portcullis' `junctions.tab`", _counted("intron0")),
        ("LeafCutter's ids, MAJIQ", _counted("exons")),
        (
            "BED12 of regtools and TopHat, anchors of 30 and 50 bases",
            "17025, 17282, blocks `30,50` at `0,207`",
        ),
        ("rMATS, between two exons", "`upstreamEE` 17055, `downstreamES` 17232"),
    ]
    return table(("written by", "start and end"), rows, numbers=False)


def _counted(name: str) -> str:
    convention = CONVENTIONS[name]
    return f"{_REAL[0] - convention.start}, {_REAL[1] - convention.end}"


def positions() -> str:
    """The conventions of `--positions`."""
    rows = [(f"`{name}`", each.meaning) for name, each in CONVENTIONS.items()]
    return table(("`--positions`", "start and end are"), rows, numbers=False)


def parameters() -> str:
    """The parameters of the endpoint."""
    fields = AnnotateParams.model_fields.items()
    rows = [(f"`{name}`", field.description) for name, field in fields if field.description]
    return table(("parameter", "meaning"), rows, numbers=False)


PARTS: dict[str, Callable[[], str]] = {
    "columns": columns,
    "formats": formats,
    "conventions": conventions,
    "positions": positions,
    "parameters": parameters,
}
