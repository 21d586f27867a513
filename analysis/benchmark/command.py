"""Answers that a command prints: run with the output thrown away when timed, read when they are
compared.
"""

import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A pipeline that prints tab-separated lines. `columns` are those of its lines."""

    pipeline: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]

    def drain(self) -> None:
        """Runs it to /dev/null."""
        self._run(subprocess.DEVNULL)

    def read(self) -> bytes:
        """What it prints."""
        return self._run(subprocess.PIPE)

    def _run(self, target: int) -> bytes:
        *before, last = self.pipeline
        started: list[subprocess.Popen[bytes]] = []
        for words in before:
            source = started[-1].stdout if started else None
            started.append(subprocess.Popen(words, stdin=source, stdout=subprocess.PIPE))
        done = subprocess.run(
            last, stdin=started[-1].stdout if started else None, stdout=target, check=True
        )
        for process in started:
            if process.stdout is not None:
                process.stdout.close()
            process.wait()
        return done.stdout or b""
