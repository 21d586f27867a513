"""The client's methods that return genes."""

from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.connection import Connection, quoted, warn_if_truncated
from snapshard.client.selection import ReleaseOptions
from snapshard.wire import GENE

if TYPE_CHECKING:
    import pandas as pd


class GeneMethods(Connection):
    """Genes by name and by the start of their name."""

    def gene(self, name: str, **options: Unpack[ReleaseOptions]) -> dict[str, Any]:
        """A gene by its symbol, or by its ID with or without version.

        `parts` are its places in genome order. If there are several, such as the parts of a
        trans-spliced gene, `start` and `end` are None. Raises Ambiguous, with the choices, if
        several genes have the name.
        """
        gene: dict[str, Any] = self.get(f"genes/{quoted(name)}", **options)["gene"]
        return gene

    def genes(
        self, prefix: str, *, limit: int = 20, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """The genes whose symbol or ID starts with a prefix (case-insensitive), an exact match first.

        A `Truncated` warning reports that there are more than `limit`.
        """
        from snapshard.client.frames import record_frame

        response = self.get("genes", {"prefix": prefix, "limit": limit}, **options)
        warn_if_truncated(response, f"truncated at limit={limit}: more genes start with {prefix}")
        about = {**response["about"], "truncated": response["truncated"]}
        return record_frame(response["genes"], GENE, about)
