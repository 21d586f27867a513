"""The generated part of docs/consequences.md: the definitions of a consequence and of a stop."""

from docs.tools.splicing import section
from snapshard.transcripts import consequence, stop


def definitions() -> str:
    """A section for each definition: title, function, docstring, example."""
    return "\n".join(
        [
            section("Exons, sites and frame", consequence.consequence_of),
            section("Premature stop", stop.stop_of),
        ]
    )


PARTS = {"definitions": definitions}
