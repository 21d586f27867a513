"""Removal: the files of a compilation without some of its samples, from its published release.

- `samples` finds the samples to remove and writes the tables of those that remain.
- `rows` writes the rows of those that remain.
- `remaining` puts them together as a compilation, which is then loaded as any other.
"""

from snapshard_populate.removal.remaining import remaining_compilation
from snapshard_populate.removal.samples import find_samples

__all__ = ["find_samples", "remaining_compilation"]
