"""The REST API: checked parameters become queries, and rows become responses.

Importing a module of views registers its views, so that all of them are imported here, in the
order of their operations in the API's description.
"""

from snapshard_ui.api import (
    annotate,
    compare,
    compare_export,
    consequences,
    evidence,
    expression,
    genes,
    health,
    junction_boxes,
    junctions,
    pictures,
    psi,
    psi_picture,
    releases,
    samples,
    sheet,
    splice_sites,
    splicing,
    tiles,
    variants,
)
from snapshard_ui.api.annotate import annotated_lines, annotated_response
from snapshard_ui.api.compare import find_comparison
from snapshard_ui.api.consequences import find_consequence
from snapshard_ui.api.evidence import find_evidence, library_sizes
from snapshard_ui.api.junction_boxes import find_boxes
from snapshard_ui.api.junction_evidence import JunctionEvidence
from snapshard_ui.api.junction_lookup import find_junctions, on_strand, read_summaries
from snapshard_ui.api.junction_page import find_page
from snapshard_ui.api.models.annotate import AnnotateParams
from snapshard_ui.api.models.boxes import EventPictureParams, JunctionBoxParams
from snapshard_ui.api.models.compare import CompareParams
from snapshard_ui.api.models.consequences import ConsequenceParams
from snapshard_ui.api.models.evidence import EvidenceParams
from snapshard_ui.api.models.expression import ExpressionParams
from snapshard_ui.api.models.pictures import PictureParams
from snapshard_ui.api.models.responses import Answer, Problem
from snapshard_ui.api.models.splicing import JUNCTION_QUERIES, MATCHES
from snapshard_ui.api.models.variants import VariantParams
from snapshard_ui.api.params import (
    BatchBody,
    ExportParams,
    Flag,
    JunctionParams,
    NoParams,
    OutputParams,
    Params,
    SampleParams,
    SelectionParams,
    plus_strand,
    read_params,
)
from snapshard_ui.api.pictures import Addresses, WindowPicture, draw_window
from snapshard_ui.api.psi import EventsOfGroups, find_events
from snapshard_ui.api.psi_picture import draw_events
from snapshard_ui.api.responses import Page, json_response
from snapshard_ui.api.routes import (
    OPERATIONS,
    PREFIX,
    Operation,
    ReleaseRequest,
    api,
    find_release,
    on_api,
    root,
)
from snapshard_ui.api.samples import field_values, matching_samples, sample_rows
from snapshard_ui.api.splice_sites import role_of
from snapshard_ui.api.variants import find_variant, find_variant_sites

BLUEPRINTS = (health.blueprint, root, api)

__all__ = [
    "BLUEPRINTS",
    "JUNCTION_QUERIES",
    "MATCHES",
    "OPERATIONS",
    "PREFIX",
    "Addresses",
    "AnnotateParams",
    "Answer",
    "BatchBody",
    "CompareParams",
    "ConsequenceParams",
    "EventPictureParams",
    "EventsOfGroups",
    "EvidenceParams",
    "ExportParams",
    "ExpressionParams",
    "Flag",
    "JunctionBoxParams",
    "JunctionEvidence",
    "JunctionParams",
    "NoParams",
    "Operation",
    "OutputParams",
    "Page",
    "Params",
    "PictureParams",
    "Problem",
    "ReleaseRequest",
    "SampleParams",
    "SelectionParams",
    "VariantParams",
    "WindowPicture",
    "annotate",
    "annotated_lines",
    "annotated_response",
    "api",
    "compare",
    "compare_export",
    "consequences",
    "draw_events",
    "draw_window",
    "evidence",
    "expression",
    "field_values",
    "find_boxes",
    "find_comparison",
    "find_consequence",
    "find_events",
    "find_evidence",
    "find_junctions",
    "find_page",
    "find_release",
    "find_variant",
    "find_variant_sites",
    "genes",
    "health",
    "json_response",
    "junction_boxes",
    "junctions",
    "library_sizes",
    "matching_samples",
    "on_api",
    "on_strand",
    "pictures",
    "plus_strand",
    "psi",
    "psi_picture",
    "read_params",
    "read_summaries",
    "releases",
    "role_of",
    "root",
    "sample_rows",
    "samples",
    "sheet",
    "splice_sites",
    "splicing",
    "tiles",
    "variants",
]
