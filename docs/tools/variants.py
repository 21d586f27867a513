"""The generated part of docs/variants.md: the definitions of positions, sites and events."""

from docs.tools.splicing import section
from snapshard.variants import sites, transcript_positions


def definitions() -> str:
    """A section for each definition: title, function, docstring, example."""
    return "\n".join(
        [
            section("Places in a transcript", transcript_positions.genome_position),
            section("Sites", sites.nearby_sites),
            section("Events", sites.events_at),
        ]
    )


PARTS = {"definitions": definitions}
