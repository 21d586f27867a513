"""The web page: a search form, a table of junctions, and the evidence for one of them."""

from snapshard_ui.web.pages import blueprint

__all__ = ["blueprint"]
