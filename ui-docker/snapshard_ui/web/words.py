"""Numbers and classes in words, as the templates show them."""

from collections.abc import Mapping
from typing import Any

from snapshard.junction import AnnotationClass

CLASSES = {
    AnnotationClass.DA: "annotated: the annotation has this junction",
    AnnotationClass.NDA: "new pair: both ends are annotated splice sites, but not of one junction",
    AnnotationClass.D: "only its donor is an annotated splice site",
    AnnotationClass.A: "only its acceptor is an annotated splice site",
    AnnotationClass.N: "not annotated: neither end is an annotated splice site",
    AnnotationClass.UNKNOWN: "one end is an annotated splice site; without a strand nobody can tell which",
}
NEXT_STEPS = {
    300: "Choose one of these:",
    400: "Mend the search above and ask again.",
    404: "Look for a slip of the pen, or choose another compilation above.",
    429: "Ask again in a few seconds.",
    503: "Ask again in a few seconds: the server goes on trying. Other regions are not affected.",
    504: "Ask for a smaller region, or download all that match: downloads may take their time.",
}
_SCALE = (1, 2, 5, 10, 20, 50, 100)


def number(value: float | None) -> str:
    """1,234 or 12.5; a dash where there is no number."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def share(n: int, of: int | None) -> str:
    """n of N in per cent, never rounded to nothing or to all; empty where N is unknown."""
    if not of:
        return ""
    if 0 < n < of:
        return (
            f"{max(min(100 * n / of, 99.9), 0.01):.2g} %"
            if 100 * n / of < 1 or 100 * n / of > 99
            else f"{100 * n / of:.0f} %"
        )
    return f"{100 * n / of:.0f} %"


def matching(answer: Mapping[str, Any], *, first: int) -> str:
    """Which rows these are of how many, such as `101–200 of about 1,234 junctions`."""
    shown = len(answer["rows"])
    if not shown:
        return "No junction matches" if first == 1 else "No further junction matches"
    last, count = first + shown - 1, answer["count"]
    rows = f"{first:,}–{last:,}" if last > first else f"{first:,}"
    if not answer["truncated"]:
        return f"{rows} of {last:,} {'junction' if last == 1 else 'junctions'}"
    about = {"exact": "", "estimated": "about ", "at most": "at most "}[count["kind"]]
    total = count["rows"] if about == "at most " else max(count["rows"], last + 1)
    return f"{rows} of {about}{total:,} junctions"


def group_rows(groups: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The groups, the largest shares of samples first, each with the length of its bar; and the end
    of the scale in per cent.
    """
    shares = [100 * group["n"] / group["N"] if group["N"] else 0.0 for group in groups]
    longest = max(shares, default=0.0) or 100.0
    end = next(step for step in _SCALE if step >= longest)
    measured = [
        {**group, "bar": round(100 * part / end, 1)}
        for group, part in zip(groups, shares, strict=True)
    ]
    return sorted(measured, key=lambda group: (-group["bar"], -group["N"])), end
