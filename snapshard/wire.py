"""Words that the server writes and the client reads. This module imports nothing."""

ROWS_HEADER = "Snapshard-Rows"
"""Header (of an export: trailer) with the number of rows in the response."""
JUNCTIONS_HEADER = "Snapshard-Junctions"
"""Header of a page of tidy rows with the number of their junctions, which `limit` counts."""
TRUNCATED_HEADER = "Snapshard-Truncated"
"""Header of a response that a limit has truncated."""
MISSING_SHARDS_HEADER = "Snapshard-Missing-Shards"
"""Header with the names of the unavailable shards, separated by commas, if the request allowed that."""

REMARK = b"#"
"""The start of a line in a text format that is not a row."""
COMPLETE_REMARK = b"#COMPLETE "
"""The start of the last line of a complete export: rows and sha256 of all bytes before it follow."""
ERROR_REMARK = b"#ERROR "
"""The start of the last line of an interrupted response: the reason follows."""

BACKGROUND_PREFIX = "bg_"
"""The start of the names of the columns that are added to the lines of a junction file."""
NOTE_REMARK = b"#NOTE "
"""The start of a line with a remark about the request's data; it is no error."""
RANK_REMARK = b"#RANK "
"""The start of a line with the number of a row, from 1, and its rank."""

PROVENANCE = (
    "compilation",
    "release",
    "assembly",
    "coordinate_system",
    "sample_count",
    "simulated",
)
"""The members with which every response describes its data."""


def provenance_header(member: str) -> str:
    """The header that has a member of PROVENANCE, such as Snapshard-Sample-Count."""
    return "Snapshard-" + member.title().replace("_", "-")


GENE = ("gene_id", "symbol", "chromosome", "start", "end", "strand", "biotype", "source")
"""The members of a gene."""
GROUP = ("group", "long_name", "sample_count")
"""The members of a sample group."""
FIELD = ("name", "type")
"""The members of a field of the samples file."""
FACET = ("value", "count")
"""The members of a value of a field."""
SHARD = ("name", "up", "milliseconds", "reason", "releases")
"""The members of a shard's state."""
ROLES = ("donor", "acceptor", "unknown")
"""The roles of a splice site for its junctions."""
