"""The format of a response, negotiated from the URL and the Accept header."""

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

from snapshard.errors import BadQuery
from snapshard_ui.render import BY_SUFFIX, FORMATS, Format


def negotiated_format(name: str | None, suffix: str | None, *, among: tuple[str, ...]) -> Format:
    """The format that `?format=` names, else the suffix of the path, else the Accept header; JSON
    if there is none of them.

    Raises BadQuery, or NotAcceptable for an Accept header that no format satisfies.
    """
    if name is not None:
        if name not in among:
            raise BadQuery("format", name, f"one of {', '.join(among)}")
        return FORMATS[name]
    if suffix is not None:
        if suffix not in BY_SUFFIX or BY_SUFFIX[suffix].name not in among:
            suffixes = ", ".join(FORMATS[format_name].suffix for format_name in among)
            raise BadQuery("suffix", suffix, f"one of {suffixes}")
        return BY_SUFFIX[suffix]
    return _accepted_format(among)


def _accepted_format(among: tuple[str, ...]) -> Format:
    ranges = _media_ranges()
    if not ranges:
        return FORMATS["json"]
    # Reversed, so that the first of the formats with one media type (BED) wins.
    types = {FORMATS[name].media_type: FORMATS[name] for name in reversed(among)}
    ordered = ["application/json", *[media for media in types if media != "application/json"]]
    media_type = ranges.best_match(ordered)
    if media_type is None:
        raise NotAcceptable(
            f"Accept: expected one of {', '.join(ordered)}; ?format= also chooses a format"
        )
    return types[media_type]


def _media_ranges() -> MIMEAccept:
    """The media ranges of the Accept header without their parameters, of which our formats have
    none: `application/json; charset=utf-8` accepts JSON.
    """
    accepted = request.accept_mimetypes
    return MIMEAccept([(media.partition(";")[0].strip(), quality) for media, quality in accepted])
