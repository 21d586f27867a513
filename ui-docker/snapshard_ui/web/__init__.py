"""The web page: views for people, each with a URL per state.

Search shows the junctions of a gene or region, and the evidence for one of them. Compare tests
groups of samples. Samples searches the metadata. Annotate compares a file with a release.
About tells what the data are.
"""

from snapshard_ui.web import about as about
from snapshard_ui.web import annotate as annotate
from snapshard_ui.web import compare as compare
from snapshard_ui.web import explanation as explanation
from snapshard_ui.web import samples as samples
from snapshard_ui.web import search as search
from snapshard_ui.web.layout import blueprint

__all__ = ["blueprint"]
