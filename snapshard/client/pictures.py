"""The client's methods that return pictures."""

from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.connection import Connection
from snapshard.client.picture import Picture, PictureOptions, check_format
from snapshard.client.selection import ReleaseOptions, as_tuple
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
        return self.get_picture(path, parameters, **release)

    def get_picture(
        self,
        path: str,
        parameters: "Mapping[str, Any] | None" = None,
        **options: Unpack[ReleaseOptions],
    ) -> Picture:
        """The picture of a route below the compilation's that ends in .svg or .png, such as
        `tiles/chr1/0/0.svg`.
        """
        format = check_format(path.rpartition(".")[2])
        response = self._session.get(f"{self.base(**options)}/{path}", parameters)
        matching, drawn = (response.headers.get(name) for name in (JUNCTIONS_HEADER, ROWS_HEADER))
        counts = (int(matching), int(drawn)) if matching and drawn else (None, None)
        return Picture(response.content, format, *counts)


def picture_request(
    region: str | None, format: str, options: "Mapping[str, Any]"
) -> tuple[str, dict[str, Any]]:
    """The route of a picture below the compilation's, and its parameters."""
    parameters = {"region": region, **options}
    for name in ("filter", "group"):
        parameters[name] = as_tuple(parameters.get(name) or ())
    parameters["sample_ids"] = ",".join(map(str, parameters.get("sample_ids") or ())) or None
    return f"junctions.{check_format(format)}", parameters
