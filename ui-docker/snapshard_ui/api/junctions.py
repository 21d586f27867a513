"""Junctions of a compilation: pages, exports, single ones, many by name."""

import orjson
from flask import Response

from snapshard.errors import NotFound
from snapshard.name import parse_name
from snapshard_ui.api.export import junction_export
from snapshard_ui.api.junction_lookup import named, on_strand
from snapshard_ui.api.junction_page import junction_page
from snapshard_ui.api.models.responses import (
    BatchAnswer,
    JunctionExport,
    JunctionPage,
    OneJunction,
    with_rows,
)
from snapshard_ui.api.params import BatchBody, ExportParams, JunctionParams, OneParams
from snapshard_ui.api.routes import ReleaseRequest, on_release, posted
from snapshard_ui.columns import CHOOSABLE, DEFAULT, with_columns
from snapshard_ui.render.formats import FORMATS
from snapshard_ui.render.json_text import JsonObjects


@on_release("/junctions", params=JunctionParams, answer=JunctionPage, formats=tuple(FORMATS))
def junctions(asked: ReleaseRequest[JunctionParams]) -> Response:
    """A page of the junctions that match, in genome order."""
    return junction_page(asked)


@on_release(
    "/junctions:export",
    params=ExportParams,
    answer=JunctionExport,
    formats=tuple(FORMATS),
    also=(429,),
)
def export(asked: ReleaseRequest[ExportParams]) -> Response:
    """All junctions that match, streamed in genome order; to go on after a break, ask again with
    `after`.
    """
    return junction_export(asked)


@on_release("/junctions/<name>", params=OneParams, answer=OneJunction, also=(300,))
def junction(asked: ReleaseRequest[OneParams], name: str) -> Response:
    """One junction, by stable name (GRCh38:chr2:71548830-71549349:+) or snaptron_id."""
    found, rows = named(asked.index, asked.release, name)
    if not rows.text:
        raise NotFound("junction", str(found))
    columns = (*DEFAULT, "samples") if asked.params.samples else DEFAULT
    objects = JsonObjects([CHOOSABLE[one] for one in columns], exact=False)
    return with_rows(
        asked.release, junction=objects.write(with_columns(rows, columns, asked.release), b",")
    )


@posted("/junctions:batch", body=BatchBody, answer=BatchAnswer)
def batch(asked: ReleaseRequest[BatchBody]) -> Response:
    """Up to 10,000 junctions by stable name, answered in the order asked, with an explicit `found:
    false`.
    """
    names = [parse_name(text, asked.release.assembly) for text in asked.params.junctions]
    found = asked.index.find(asked.release, [name.region for name in names], columns=DEFAULT)
    objects = JsonObjects([CHOOSABLE[one] for one in DEFAULT], exact=True)
    results = []
    for text, name, rows in zip(asked.params.junctions, names, found, strict=True):
        kept = on_strand(rows, name)
        members = orjson.Fragment(b"[" + objects.write(kept, b",") + b"]") if kept.text else []
        results.append({"name": text, "found": bool(kept.text), "junctions": members})
    return with_rows(asked.release, results=results)
