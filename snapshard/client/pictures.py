"""The client's method that returns pictures."""

from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.connection import Connection
from snapshard.client.picture import Picture, PictureOptions, check_format
from snapshard.client.selection import as_tuple
from snapshard.wire import JUNCTIONS_HEADER, ROWS_HEADER

if TYPE_CHECKING:
    from collections.abc import Mapping


class PictureMethods(Connection):
    """Pictures of a window of the genome."""

    def picture(
        self, region: str | None = None, *, format: str = "svg", **options: Unpack[PictureOptions]
    ) -> Picture:
        """The junctions of a region or gene as a picture, SVG or PNG: gene models, and arcs with their
        numbers of samples (docs/pictures.md).

        A notebook shows it; `save(path)` writes it. `drawn` of the `matching` junctions are drawn.
        """
        path, parameters = picture_request(region, format, options)
        release = {name: parameters.pop(name, None) for name in ("compilation", "release")}
        response = self._session.get(f"{self.base(**release)}/{path}", parameters)
        return Picture(
            response.content,
            format,
            int(response.headers[JUNCTIONS_HEADER]),
            int(response.headers[ROWS_HEADER]),
        )


def picture_request(
    region: str | None, format: str, options: "Mapping[str, Any]"
) -> tuple[str, dict[str, Any]]:
    """The route of a picture below the compilation's, and its parameters."""
    parameters = {"region": region, **options}
    for name in ("filter", "group"):
        parameters[name] = as_tuple(parameters.get(name) or ())
    parameters["sample_ids"] = ",".join(map(str, parameters.get("sample_ids") or ())) or None
    return f"junctions.{check_format(format)}", parameters
