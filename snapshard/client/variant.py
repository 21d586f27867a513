"""A variant of another assembly, lifted over on this machine before the server is asked."""

from pathlib import Path
from typing import Any

from snapshard.errors import BadQuery
from snapshard.variants import Variant, lift_over, parse_variant


def lifted_variant(text: str, chain: Path) -> Variant:
    """The variant at its place in the assembly that a chain file leads to. Raises BadQuery, also for a
    place in a transcript, which has no assembly of its own; BadSource and MissingExtra.
    """
    variant = parse_variant(text, None)
    if not isinstance(variant, Variant):
        expected = (
            "a genomic variant to lift over: an HGVS name is placed by the release's transcripts"
        )
        raise BadQuery("variant", text, expected)
    return lift_over(variant, chain)


def with_origin(response: dict[str, Any], text: str, chain: Path) -> dict[str, Any]:
    """The response with the variant before it was lifted over, and the chain file."""
    return {**response, "lifted_over": {"from": text, "chain": chain.name}}
