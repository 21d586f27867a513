"""How many may do a thing at once, and how answers tell it
(draft-ietf-httpapi-ratelimit-headers-10).
"""

import threading


class Limit:
    """A number of places; each is taken, and given back."""

    def __init__(self, name: str, places: int) -> None:
        self._name = name
        self._places = places
        self._free = places
        self._changed = threading.Condition()

    def take(self, wait: float = 0) -> bool:
        """Whether a place was free, or came free within so many seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._free > 0, wait):
                return False
            self._free -= 1
            return True

    def give_back(self) -> None:
        """Ends what took a place."""
        with self._changed:
            self._free += 1
            self._changed.notify()

    def headers(self, *, again: int | None = None) -> dict[str, str]:
        """What an answer says of the limit; `again`: in how many seconds to ask again. Each worker
        process counts for itself.
        """
        later = "" if again is None else f";t={again}"
        return {
            "RateLimit-Policy": f'"{self._name}";q={self._places};qu="concurrent-requests"',
            "RateLimit": f'"{self._name}";r={self._free}{later}',
        }
