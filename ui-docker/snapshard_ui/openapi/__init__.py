"""The API's description: an OpenAPI document, a page that shows it, and examples with results.

Importing `document` registers its routes.
"""

from snapshard_ui.openapi.document import document
from snapshard_ui.openapi.examples import a_gene, some_junctions

__all__ = ["a_gene", "document", "some_junctions"]
