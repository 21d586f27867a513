"""Memory-mapped arrays of a release: the reads of every sample group along the chromosomes."""

from snapshard.arrays.array_folder import ArrayFolder, array_folder
from snapshard.arrays.building import build_arrays, delete_arrays
from snapshard.arrays.track import SOURCES, STRANDS, Source, Track

__all__ = [
    "SOURCES",
    "STRANDS",
    "ArrayFolder",
    "Source",
    "Track",
    "array_folder",
    "build_arrays",
    "delete_arrays",
]
