"""The evidence sheet: the evidence for a junction on one page to print, as HTML, PDF and JSON."""

import hashlib
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, render_template
from flask import request as http_request
from markupsafe import Markup

from snapshard.errors import MissingExtra
from snapshard.junction import AnnotationClass
from snapshard.region import Region, parse_region
from snapshard.release import Release
from snapshard_ui.api.evidence import find_evidence
from snapshard_ui.api.models.pictures import PictureParams
from snapshard_ui.api.models.sheet import SheetAnswer, SheetParams
from snapshard_ui.api.pictures import CLASS_WORDS, draw_window
from snapshard_ui.api.responses import disposition, release_response
from snapshard_ui.api.routes import PREFIX, ReleaseRequest, on_release
from snapshard_ui.http import current_record

LIMITS = (
    "It states what was seen in the samples of one release. It does not classify a variant, and is no"
    " medical finding.",
    "An absent junction may be present below the depth of sequencing, in other tissues, or in reads that"
    " the aligner did not place.",
    "Counts are of spliced reads as the aligner reported them; they were not confirmed by another method.",
)
_PATH = "/junctions/<name>/sheet"
_MARGIN = 0.25
"""Share of the junction's length that the picture shows on both sides."""
_WIDTH = 1_000
Members = dict[str, Any]


def _today(_: Release) -> str:
    return datetime.now(UTC).date().isoformat()


@on_release(_PATH, params=SheetParams, model=SheetAnswer, also=(300,), changing=_today)
def junction_sheet(request: ReleaseRequest[SheetParams], name: str) -> Response:
    """The evidence sheet of a junction as JSON: the evidence with its origin and checksum."""
    return release_response(request.release, **find_sheet(request, name))


@on_release(
    f"{_PATH}.html",
    params=SheetParams,
    model=SheetAnswer,
    also=(300,),
    media_type="text/html",
    changing=_today,
)
def junction_sheet_html(request: ReleaseRequest[SheetParams], name: str) -> Response:
    """The evidence sheet of a junction as a page to print.

    It shows the verdict, a picture, the tissues, the thresholds, the release, a checksum, and how to
    reproduce it.
    """
    return _document(request, sheet_html(request, name).encode(), "text/html", "html")


@on_release(
    f"{_PATH}.pdf",
    params=SheetParams,
    model=SheetAnswer,
    also=(300, 501),
    media_type="application/pdf",
    changing=_today,
)
def junction_sheet_pdf(request: ReleaseRequest[SheetParams], name: str) -> Response:
    """The evidence sheet of a junction as PDF, A4. The server needs the extra `sheet`."""
    # Before the query: a server without the extra answers at once.
    write_pdf = _pdf_writer()
    return _document(request, write_pdf(sheet_html(request, name)), "application/pdf", "pdf")


def find_sheet(request: ReleaseRequest[SheetParams], text: str) -> Members:
    """What the sheet of a junction states. Raises as `find_evidence` does."""
    release = request.release
    result = find_evidence(request.index, release, text, request.params)
    evidence = {"about": release.provenance(), **result.members()}
    name = quote(str(result.name), safe=":+")
    query = http_request.query_string.decode("ascii", "replace")
    base = (
        f"{http_request.url_root.rstrip('/')}{PREFIX}/compilations/{release.compilation}"
        f"/releases/{release.name}/junctions/{name}"
    )
    ending = f"?{query}" if query else ""
    annotation_class = evidence["class"]
    return {
        "date": _today(release),
        "version": version("snapshard"),
        "meaning": ""
        if annotation_class is None
        else CLASS_WORDS[AnnotationClass(annotation_class)],
        "evidence": evidence,
        "checksum": hashlib.sha256(orjson.dumps(evidence, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        "url": f"{base}/evidence{ending}",
        "sheet_url": f"{base}/sheet.html{ending}",
        "limits": LIMITS,
    }


def sheet_html(request: ReleaseRequest[SheetParams], text: str) -> str:
    """The sheet as a document of its own, with its styles and its picture."""
    sheet = find_sheet(request, text)
    evidence = sheet["evidence"]
    region = _region(request.release, evidence["name"])
    params = PictureParams.model_validate(
        {"region": str(_surroundings(region)), "junction": evidence["name"], "width": _WIDTH}
    )
    picture = draw_window(request.index, request.release, params)
    # The writer escapes every text of the drawing.
    return render_template(
        "sheet.html",
        sheet=sheet,
        evidence=evidence,
        region=region,
        release=request.release,
        picture=Markup(picture.drawing.svg("light")),
    )


def _region(release: Release, name: str) -> Region:
    """The place of a stable name: `GRCh38:chr2:71548830-71549349:+`."""
    chrom_and_span = name.removeprefix(f"{release.assembly}:")
    strand = chrom_and_span[-2:]
    text = chrom_and_span[:-2] if strand[:1] == ":" else chrom_and_span
    return parse_region(text, release.assembly)


def _surroundings(region: Region) -> Region:
    margin = max(50, int(_MARGIN * (region.end - region.start + 1)))
    return Region(region.chrom, max(1, region.start - margin), region.end + margin)


def _pdf_writer() -> Any:
    """The function that makes a PDF of a document. Raises MissingExtra without WeasyPrint."""
    try:
        import weasyprint
    except (ModuleNotFoundError, OSError) as exc:
        # OSError: the package is there, but a library of the system is not.
        package = getattr(exc, "name", None) or str(exc).partition(":")[0]
        raise MissingExtra("a PDF", package, "sheet") from exc

    def write(document: str) -> bytes:
        return bytes(weasyprint.HTML(string=document, url_fetcher=_refuse).write_pdf())

    return write


def _refuse(url: str) -> Any:
    """The document contains all that it needs; nothing is fetched."""
    raise ValueError(f"the sheet has no other files, got {url}")


def _document(
    request: ReleaseRequest[SheetParams], body: bytes, media_type: str, suffix: str
) -> Response:
    response = Response(body, mimetype=media_type)
    current_record().rows = 1
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    inline = disposition(request, attachment=False)
    response.headers["Content-Disposition"] = inline.replace("all.json", f"sheet.{suffix}")
    return response
