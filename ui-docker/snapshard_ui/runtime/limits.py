"""Limits on concurrent work, and the headers that report them
(draft-ietf-httpapi-ratelimit-headers-10).
"""

import threading


class Limit:
    """A number of slots; work takes one and returns it. Safe between threads; each worker process
    counts for itself.

    Whoever waits for a slot occupies a thread. Only `waiters` may wait at the same time, so that
    threads remain for other requests.
    """

    def __init__(self, name: str, slots: int, *, waiters: int) -> None:
        self.name = name
        self.slots = slots
        self._free = slots
        self._waiters = waiters
        self._changed = threading.Condition()

    def take(self, wait: float = 0) -> bool:
        """True if a slot was free, or became free within `wait` seconds. False at once if too many
        wait already.
        """
        with self._changed:
            if self._free <= 0 and not self._wait(wait):
                return False
            self._free -= 1
            return True

    def _wait(self, seconds: float) -> bool:
        if self._waiters <= 0:
            return False
        self._waiters -= 1
        try:
            return self._changed.wait_for(lambda: self._free > 0, seconds)
        finally:
            self._waiters += 1

    def give_back(self) -> None:
        """Returns a slot; exactly once for each that was taken."""
        with self._changed:
            self._free += 1
            # One slot serves one waiter: waking all of them would only make them wait again.
            self._changed.notify()

    def headers(self, *, retry: int | None = None) -> dict[str, str]:
        """The limit as headers of a response; `retry`: seconds after which to retry."""
        reset = "" if retry is None else f";t={retry}"
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.slots};qu="concurrent-requests"',
            "RateLimit": f'"{self.name}";r={self._free}{reset}',
        }
