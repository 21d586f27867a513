"""Processor seconds and memory of groups of processes, sampled while they run."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_GONE = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied)
_EVERY = 0.1
_LOOKS_PER_MEMORY = 5
"""Memory is sampled less often, because the kernel walks all pages of a process for it."""

Find = Callable[[], Iterable[psutil.Process]]


@dataclass
class Use:
    """The use of one group: processor seconds since the first sample, and the peak memory.

    Memory is the proportional set size, which counts shared pages once. A process that lives less
    than a tenth of a second may be missed, as may the last tenth of a second of any process.
    """

    peak_bytes: int = 0
    _first: dict[tuple[int, float], float] = field(default_factory=dict)
    _last: dict[tuple[int, float], float] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """User and system time together."""
        return sum(last - self._first[key] for key, last in self._last.items())

    def look(self, processes: Iterable[psutil.Process], *, begun: bool, memory: bool) -> None:
        """Adds a sample. `begun` is false for the first one: processes that appear later count from
        their own start.
        """
        total = 0
        for process in processes:
            with suppress(*_GONE):
                key, times = (process.pid, process.create_time()), process.cpu_times()
                used = times.user + times.system
                self._first.setdefault(key, 0 if begun else used)
                self._last[key] = used
                total += process.memory_full_info().pss if memory else 0
        self.peak_bytes = max(self.peak_bytes, total)


@contextmanager
def watched(groups: Mapping[str, Find]) -> Iterator[dict[str, Use]]:
    """The use of each group within the context; complete when the context ends."""
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
    """A function that finds a process and its descendants."""

    def find() -> list[psutil.Process]:
        with suppress(*_GONE):
            process = psutil.Process(root)
            return [process, *process.children(recursive=True)]
        return []

    return find


def postgres_of(data: Path) -> Find:
    """A function that finds the embedded server of a data folder with its backends, if it runs."""

    def find() -> list[psutil.Process]:
        # The file may be missing, or empty while it is being written.
        with suppress(OSError, IndexError):
            number = (data / "postgres" / "postmaster.pid").read_text().split()[0]
            # The number of the process that initialises the folder, without backends, is negative.
            return tree(abs(int(number)))()
        return []

    return find


def without(find: Find, others: Find) -> Find:
    """A function that finds the processes of one group that are not in the other."""

    def difference() -> list[psutil.Process]:
        excluded = {process.pid for process in others()}
        return [process for process in find() if process.pid not in excluded]

    return difference
