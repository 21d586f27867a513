"""Texts of the templates: classes, next steps after errors, numbers."""

from collections.abc import Mapping
from typing import Any

from snapshard.junction import AnnotationClass

CLASSES = {
    AnnotationClass.DA: "annotated: this junction is in the annotation",
    AnnotationClass.NDA: "new pair: both ends are annotated splice sites, but of different junctions",
    AnnotationClass.D: "only the donor is an annotated splice site",
    AnnotationClass.A: "only the acceptor is an annotated splice site",
    AnnotationClass.N: "not annotated: neither end is an annotated splice site",
    AnnotationClass.UNKNOWN: "one end is an annotated splice site; without a strand it is unknown which",
}
MOTIFS = ("GT-AG", "GC-AG", "AT-AC")
"""The motifs that spliceosomes use: the two bases at either end of the intron."""
NEXT_STEPS = {
    300: "Choose one of these:",
    400: "Correct the search above and try again.",
    404: "Check the spelling, or choose another compilation.",
    429: "Try again in a few seconds.",
    503: "Try again in a few seconds; the server reconnects by itself. Other regions are not affected.",
    504: "Search a smaller region, or download all matching junctions: downloads have no such time limit.",
}
_SCALE = (1, 2, 5, 10, 20, 50, 100)


def number(value: float | None) -> str:
    """A number such as 1,234 or 12.5; a dash for None."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def share(n: int, of: int | None) -> str:
    """n of N in per cent, never rounded to 0 or 100; empty if N is unknown."""
    if not of:
        return ""
    percent = 100 * n / of
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{max(min(percent, 99.9), 0.01):.2g} %"
    return f"{percent:.0f} %"


def matching(answer: Mapping[str, Any], *, first: int) -> str:
    """The range of the rows and their total, such as `101–200 of about 1,234 junctions`."""
    row_count = len(answer["rows"])
    if not row_count:
        return "No junction matches" if first == 1 else "No further junction matches"
    last, count = first + row_count - 1, answer["count"]
    rows = f"{first:,}–{last:,}" if last > first else f"{first:,}"
    if not answer["truncated"]:
        return f"{rows} of {last:,} {'junction' if last == 1 else 'junctions'}"
    # An estimate may be below the rows that are already listed; one more row is certain.
    about = {"exact": "", "estimated": "about ", "at most": "at most "}[count["kind"]]
    total = count["rows"] if about == "at most " else max(count["rows"], last + 1)
    return f"{rows} of {about}{total:,} junctions"


def group_rows(groups: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The groups, each with the length of its bar, and the end of the scale in per cent. Clinically
    accessible tissues come first, and each part is sorted by the share of samples.
    """
    shares = [100 * group["n"] / group["N"] if group["N"] else 0.0 for group in groups]
    longest = max(shares, default=0.0) or 100.0
    end = next(step for step in _SCALE if step >= longest)
    rows = [
        {**group, "bar": round(100 * percent / end, 1)}
        for group, percent in zip(groups, shares, strict=True)
    ]
    return sorted(
        rows, key=lambda group: (not group["accessible"], -group["bar"], -group["N"])
    ), end
