"""The evidence sheet of a junction, as the client returns it."""

from dataclasses import dataclass, field
from pathlib import Path

FORMATS = ("json", "html", "pdf")


@dataclass(frozen=True)
class Sheet:
    """An evidence sheet: its bytes and its format, json, html or pdf. A notebook shows the page."""

    content: bytes = field(repr=False)
    format: str

    def save(self, path: str | Path) -> None:
        """Writes the sheet to a file."""
        Path(path).write_bytes(self.content)

    def _repr_html_(self) -> str | None:
        return self.content.decode() if self.format == "html" else None
