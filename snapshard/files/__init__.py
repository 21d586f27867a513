"""Releases as columnar files beside the shards: writing them, and reading them without a server."""

from snapshard.files.manifest import Manifest, PublishedFile
from snapshard.files.publication import publish
from snapshard.files.release_files import ReleaseFiles, open

__all__ = ["Manifest", "PublishedFile", "ReleaseFiles", "open", "publish"]
