"""A drawing as a tree of elements, and the tree as SVG."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from snapshard_ui.pictures.theme import stylesheet

_NAMESPACE = "http://www.w3.org/2000/svg"
_CONTROL = dict.fromkeys(code for code in range(32) if code not in (9, 10, 13))
"""Characters that XML 1.0 cannot hold, not even escaped."""
Value = str | float


@dataclass(frozen=True)
class Element:
    """One element of SVG: its name, attributes and children; a child of type str is text."""

    name: str
    attributes: tuple[tuple[str, Value], ...] = ()
    children: tuple["Element | str", ...] = ()

    def __str__(self) -> str:
        attributes = "".join(
            f' {name}="{escape(_text(value).translate(_CONTROL))}"'
            for name, value in self.attributes
        )
        if not self.children:
            return f"<{self.name}{attributes}/>"
        content = "".join(
            escape(child.translate(_CONTROL), quote=False) if isinstance(child, str) else str(child)
            for child in self.children
        )
        return f"<{self.name}{attributes}>{content}</{self.name}>"


def element(name: str, *children: Element | str, **attributes: Value) -> Element:
    """An element. In the names of attributes, `_` stands for `-`; a last `_`, as in `class_`, is
    dropped.
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    return Element(name, tuple(pairs), children)


def group(children: Iterable[Element | str], **attributes: Value) -> Element:
    """A group of elements."""
    return element("g", *children, **attributes)


@dataclass(frozen=True)
class Drawing:
    """A finished picture: its size in pixels, its elements, and what it shows in words."""

    width: float
    height: float
    elements: tuple[Element, ...]
    title: str
    description: str

    def svg(self, theme: str | None = None) -> str:
        """The drawing as SVG. With a theme (light, dark or auto) it is a document of its own, which
        contains its styles; without one it is for a page that has the styles of `stylesheet`.
        """
        # On a page, a title would be the tooltip of everything in the picture.
        titles = () if theme is None else (element("title", self.title),)
        styles = () if theme is None else (element("style", stylesheet(theme)),)
        return str(
            element(
                "svg",
                *titles,
                element("desc", self.description),
                *styles,
                element("rect", class_="ground", width=self.width, height=self.height),
                *self.elements,
                xmlns=_NAMESPACE,
                class_="picture",
                role="img" if theme else "group",
                aria_label=self.title,
                viewBox=f"0 0 {_text(self.width)} {_text(self.height)}",
                width=self.width,
                height=self.height,
            )
        )


def decimal(value: float) -> str:
    """A number with at most two decimals: a hundredth of a pixel is not visible."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(value: Value) -> str:
    return value if isinstance(value, str) else decimal(value)
