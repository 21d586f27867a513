"""The process that serves: its index, its limits, its counters, and what it knows of clients.

`serving` and `logs` stay behind their own names: the first imports gunicorn, which an application
in another server does without.
"""

from snapshard_ui.runtime.backend import (
    Backend,
    current_backend,
    current_index,
    current_settings,
)
from snapshard_ui.runtime.disconnects import send_timeout
from snapshard_ui.runtime.request_buffer import BODY_LIMIT

__all__ = [
    "BODY_LIMIT",
    "Backend",
    "current_backend",
    "current_index",
    "current_settings",
    "send_timeout",
]
