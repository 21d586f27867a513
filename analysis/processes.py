"""What groups of processes take: processor seconds and memory, looked at while they run."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied)
_EVERY = 0.1
_LOOKS_PER_MEMORY = 5  # memory costs the kernel a walk over the process's pages

Find = Callable[[], Iterable[psutil.Process]]


@dataclass
class Use:
    """Of one group: processor seconds since it was first looked at, and the most memory at one
    moment.

    Memory is proportional set size: what several processes share is counted once. A process that
    lives less than a tenth of a second may be missed, as is what a longer one does in its last
    tenth.
    """

    peak_bytes: int = 0
    _first: dict[tuple[int, float], float] = field(default_factory=dict)
    _last: dict[tuple[int, float], float] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """User and system time together."""
        return sum(last - self._first[key] for key, last in self._last.items())

    def look(self, processes: Iterable[psutil.Process], *, begun: bool, memory: bool) -> None:
        """Adds what the processes have used; those that are new since the beginning count from
        their own start.
        """
        held = 0
        for process in processes:
            with suppress(*_GONE):
                key, times = (process.pid, process.create_time()), process.cpu_times()
                used = times.user + times.system
                self._first.setdefault(key, 0 if begun else used)
                self._last[key] = used
                held += process.memory_full_info().pss if memory else 0
        self.peak_bytes = max(self.peak_bytes, held)


@contextmanager
def watched(groups: Mapping[str, Find]) -> Iterator[dict[str, Use]]:
    """What each group uses between here and the end, growing while it runs and whole afterwards."""
    uses = {name: Use() for name in groups}

    def look(*, begun: bool, memory: bool) -> None:
        for name, find in groups.items():
            uses[name].look(find(), begun=begun, memory=memory)

    def watch() -> None:
        looks = 0
        while not ended.wait(_EVERY):
            looks += 1
            look(begun=True, memory=looks % _LOOKS_PER_MEMORY == 0)

    ended, thread = threading.Event(), threading.Thread(target=watch)
    look(begun=False, memory=True)
    thread.start()
    try:
        yield uses
    finally:
        ended.set()
        thread.join()
        look(begun=True, memory=True)


def tree(root: int) -> Find:
    """Finds a process and all that it started."""

    def find() -> list[psutil.Process]:
        with suppress(*_GONE):
            process = psutil.Process(root)
            return [process, *process.children(recursive=True)]
        return []

    return find


def postgres_of(data: Path) -> Find:
    """Finds the embedded server of a data folder with its backends, while it runs."""

    def find() -> list[psutil.Process]:
        with suppress(OSError, IndexError):  # not there, or just being written
            number = (data / "postgres" / "postmaster.pid").read_text().split()[0]
            return tree(
                abs(int(number))
            )()  # below 0: the one that makes the folder, without backends
        return []

    return find


def without(find: Find, others: Find) -> Find:
    """Finds those of one group that are not in the other."""

    def left() -> list[psutil.Process]:
        excluded = {process.pid for process in others()}
        return [process for process in find() if process.pid not in excluded]

    return left
