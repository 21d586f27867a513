"""The client's methods that return samples, their fields and their groups."""

from typing import TYPE_CHECKING, Any, Unpack

from snapshard.client.connection import Connection, warn_if_truncated
from snapshard.client.pages import pages
from snapshard.client.selection import ReleaseOptions, Texts, as_tuple
from snapshard.wire import FACET, FIELD, GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    import pandas as pd


class SampleMethods(Connection):
    """Samples, fields, the frequency of values, and groups."""

    def samples(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        limit: int | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "pd.DataFrame":
        """A row per sample, indexed by rail_id, with the types of the samples file.

        A word or phrase matches if it occurs in any field. Filters are conditions such as
        `SMRIN>=7`. All must hold.
        """
        from snapshard.client.frames import sample_frame

        base = self.base(**options)
        conditions = _sample_conditions(words, filter, fields)
        rows, about = self._table(f"{base}/samples", conditions, limit, depth=3)
        all_fields = self._session.get(f"{base}/samples/fields").json()["fields"]
        types = {field["name"]: field["type"] for field in all_fields}
        return sample_frame(rows, types, about)

    def sample_pages(
        self,
        words: Texts = (),
        *,
        filter: Texts = (),
        fields: Texts = (),
        format: str = "json",
        limit: int | None = None,
        **options: Unpack[ReleaseOptions],
    ) -> "Iterator[httpx.Response]":
        """The server's responses to `samples`, page by page, lazily: JSON, NDJSON, TSV or CSV."""
        conditions = {**_sample_conditions(words, filter, fields), "format": format}
        return pages(self._session, f"{self.base(**options)}/samples", conditions, limit=limit)

    def fields(self, **options: Unpack[ReleaseOptions]) -> "pd.DataFrame":
        """The fields of the samples file, in its order, with their types: integer, decimal, text."""
        from snapshard.client.frames import record_frame

        response = self.get("samples/fields", **options)
        return record_frame(response["fields"], FIELD, response["about"])

    def facets(
        self, field: str, *, limit: int = 10_000, **options: Unpack[ReleaseOptions]
    ) -> "pd.DataFrame":
        """The values of a sample field with the number of samples of each, the most frequent first.

        `attrs["distinct"]` is the number of values. A `Truncated` warning reports that there are more
        than `limit`.
        """
        from snapshard.client.frames import record_frame

        response = self.get("samples/facets", {"field": field, "limit": limit}, **options)
        distinct = response["distinct"]
        warn_if_truncated(response, f"truncated at limit={limit}: {field} has {distinct} values")
        about = {name: response[name] for name in ("field", "distinct", "truncated")}
        return record_frame(response["values"], FACET, {**response["about"], **about})

    def groups(self, **options: Unpack[ReleaseOptions]) -> "pd.DataFrame":
        """The sample groups, such as tissues, with the number of samples of each."""
        from snapshard.client.frames import record_frame

        response = self.get("groups", **options)
        return record_frame(response["groups"], GROUP, response["about"])


def _sample_conditions(words: Texts, filter: Texts, fields: Texts) -> dict[str, Any]:
    return {
        "q": as_tuple(words),
        "filter": as_tuple(filter),
        "fields": ",".join(as_tuple(fields)) or None,
    }
