"""The API's description: an OpenAPI document, a page that shows it, and examples that return results.

Importing `document` registers its routes.
"""

from snapshard_ui.openapi.document import document
from snapshard_ui.openapi.examples import a_gene, some_junctions
from snapshard_ui.openapi.snippets import ApiCall, Snippet, python_arguments, snippets

__all__ = [
    "ApiCall",
    "Snippet",
    "a_gene",
    "document",
    "python_arguments",
    "snippets",
    "some_junctions",
]
