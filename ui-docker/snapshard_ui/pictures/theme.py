"""The styles of pictures, in light and dark colours."""

from string import Template

_LIGHT = {
    "ground": "#ffffff",
    "text": "#1d2328",
    "soft": "#56616b",
    "line": "#d9dfe3",
    "model": "#8a96a0",
    "accent": "#1f5f85",
    "novel": "#a8480f",
    "chosen": "#e6f1f7",
}
_DARK = {
    "ground": "#14181b",
    "text": "#e4e9ed",
    "soft": "#a2aeb8",
    "line": "#333c43",
    "model": "#75828d",
    "accent": "#7cc0e8",
    "novel": "#f0a36b",
    "chosen": "#1d3341",
}
_LIGHT |= {
    "first": "#1f5f85",
    "second": "#a8480f",
    "third": "#3a7d2c",
    "fourth": "#8a4f9e",
    "fifth": "#8a6000",
    "sixth": "#b02a5b",
    "seventh": "#1b7f7a",
    "eighth": "#5b6470",
}
_DARK |= {
    "first": "#7cc0e8",
    "second": "#f0a36b",
    "third": "#8fd07f",
    "fourth": "#d3a4e6",
    "fifth": "#e3bd55",
    "sixth": "#f28ab2",
    "seventh": "#6fd3cc",
    "eighth": "#b4bdc6",
}
TINTS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
"""The colours that tell groups apart, as classes. The last four are dashed, too."""
THEMES = ("auto", "light", "dark")
"""auto: light, but dark where the reader prefers dark."""
_RULES = Template("""
.picture text { font-family: system-ui, Roboto, "DejaVu Sans", Arial, sans-serif; font-size: 11px }
.picture text { fill: $text; font-variant-numeric: tabular-nums }
.picture .ground { fill: $ground }
.picture text.soft { fill: $soft }
.picture .grid { stroke: $line; stroke-width: 1 }
.picture .axis { stroke: $soft; stroke-width: 1 }
.picture .exon { fill: $model }
.picture .intron, .picture .chevron { stroke: $model; stroke-width: 1; fill: none }
.picture .main .exon { fill: $accent }
.picture .main .intron, .picture .main .chevron { stroke: $accent }
.picture .main text.name { font-weight: 600 }
.picture .line { fill: none; stroke: $accent; stroke-linecap: butt }
.picture .novel .line { stroke: $novel; stroke-dasharray: 6 3 }
.picture .tip { fill: $accent; stroke: none }
.picture .novel .tip { fill: $novel }
.picture .hit { fill: none; stroke: $ground; stroke-opacity: 0; stroke-width: 12 }
.picture .count { text-anchor: middle; stroke: $ground; stroke-width: 3px; paint-order: stroke }
.picture .bar { fill: $novel }
.picture .bar.annotated { fill: $accent }
.picture .chosen .line { stroke-width: 7 }
.picture text.count.chosen { font-weight: 700; font-size: 12px }
.picture .points { fill: none; stroke: $soft; stroke-opacity: .45; stroke-width: 3; stroke-linecap: round }
.picture .whisker { stroke: $accent; stroke-width: 1.25 }
.picture .quartiles { fill: none; stroke: $accent; stroke-width: 1.5 }
.picture .median { stroke: $accent; stroke-width: 3 }
.picture text.panel { font-weight: 600 }
.picture .level { fill: none; stroke-width: 1.5; stroke-linejoin: round }
.picture .first { stroke: $first }
.picture .second { stroke: $second }
.picture .third { stroke: $third }
.picture .fourth { stroke: $fourth }
.picture .fifth { stroke: $fifth; stroke-dasharray: 5 2 }
.picture .sixth { stroke: $sixth; stroke-dasharray: 5 2 }
.picture .seventh { stroke: $seventh; stroke-dasharray: 5 2 }
.picture .eighth { stroke: $eighth; stroke-dasharray: 5 2 }
""")


def stylesheet(theme: str) -> str:
    """The rules of a theme: light, dark, or auto."""
    rules = _RULES.substitute(_DARK if theme == "dark" else _LIGHT)
    if theme != "auto":
        return rules
    return f"{rules}@media (prefers-color-scheme: dark) {{{_RULES.substitute(_DARK)}}}\n"
