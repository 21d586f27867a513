"""Waits until a condition holds."""

import time

import pytest


def wait_for(condition, seconds, *, why=lambda: ""):
    """Waits until the condition holds; how long that took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            pytest.fail(f"waited {seconds} s in vain. {why()}")
        time.sleep(0.05)
    return time.monotonic() - started
