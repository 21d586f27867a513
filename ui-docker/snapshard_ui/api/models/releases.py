"""Models of responses about compilations, releases, shards and the service itself."""

from pydantic import Field

from snapshard_ui.api.models.responses import About, Answer


class ReleaseMember(About):
    """A release: one immutable load of a compilation."""

    title: str
    state: str
    junction_count: int
    shards: list[str]
    created: str
    published: str | None
    notices: list[str] = Field(
        description="what the load repaired, left out or let pass, such as bad lines of an "
        "annotation; each begins with the name of the file"
    )


class CompilationList(Answer):
    """The current release of every compilation."""

    compilations: list[ReleaseMember]


class ReleaseList(Answer):
    """The releases of a compilation."""

    current: str
    releases: list[ReleaseMember]


class IntervalMember(Answer):
    """The shard of the junctions that start at bases first to last of a chromosome.

    The chromosome `*` stands for all that are not listed.
    """

    chromosome: str
    first: int
    last: int
    shard: str
    junctions: int


class ReleaseAnswer(Answer):
    """A release and its intervals in genome order."""

    about: About
    release: ReleaseMember
    intervals: list[IntervalMember]


class ShardMember(Answer):
    """A shard, checked for this response."""

    name: str
    up: bool
    milliseconds: float
    reason: str
    releases: list[str]


class ShardList(Answer):
    """Every shard."""

    shards: list[ShardMember]


class Organization(Answer):
    """The organization that runs the service."""

    name: str
    url: str


class ServiceType(Answer):
    """The type of the service."""

    group: str
    artifact: str
    version: str


class ServiceInfo(Answer):
    """The service, as GA4GH's service-info describes it (version 1.0.0)."""

    id: str
    name: str
    type: ServiceType
    description: str
    organization: Organization
    documentationUrl: str
    version: str
    compilations: list[ReleaseMember]
