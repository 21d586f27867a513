"""What tests of all kinds share."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect, sync_playwright


@pytest.fixture(scope="session")
def shared():
    """The folder of real data and recorded answers, which are not part of the repository."""
    folder = Path(os.environ.get("SNAPSHARD_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set SNAPSHARD_SHARED)")
    return folder


@pytest.fixture(scope="module")
def chromium():
    """Chromium: the system's, else playwright's own. It ends with the module, because a process has
    one playwright at a time, and no other event loop while it runs.
    """
    expect.set_options(timeout=15_000)
    installed = next(
        (
            path
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (path := shutil.which(name))
        ),
        None,
    )
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        except Error as exc:
            pytest.skip(
                "no Chromium (apt install chromium, or playwright install chromium): "
                f"{exc.message.splitlines()[0]}"
            )
        yield browser
        browser.close()
