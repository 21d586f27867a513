"""What tests of all kinds share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared():
    """The folder of real data and recorded answers, which are not part of the repository."""
    folder = Path(os.environ.get("SNAPSHARD_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set SNAPSHARD_SHARED)")
    return folder
