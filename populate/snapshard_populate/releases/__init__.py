"""The layout and the life of releases, in the catalog and in the shards, and the locks of loaders."""

from snapshard_populate.releases.layout import default_layout, layout_lines, read_layout
from snapshard_populate.releases.notices import add_notices
from snapshard_populate.releases.prune import PruneResult, abandon_release, prune_releases
from snapshard_populate.releases.release import (
    NewRelease,
    ReleaseStatus,
    begin_release,
    find_assembly,
    find_release,
    mark_verified,
    prepare_catalog,
    publish_release,
    read_intervals,
    release_statuses,
    retire_release,
    roll_back_release,
)
from snapshard_populate.releases.sessions import lock_shared, session, try_lock
from snapshard_populate.releases.stored_release import StoredRelease, open_release

__all__ = [
    "NewRelease",
    "PruneResult",
    "ReleaseStatus",
    "StoredRelease",
    "abandon_release",
    "add_notices",
    "begin_release",
    "default_layout",
    "find_assembly",
    "find_release",
    "layout_lines",
    "lock_shared",
    "mark_verified",
    "open_release",
    "prepare_catalog",
    "prune_releases",
    "publish_release",
    "read_intervals",
    "read_layout",
    "release_statuses",
    "retire_release",
    "roll_back_release",
    "session",
    "try_lock",
]
