"""Answers that a command prints: the output is discarded when timed and read when compared."""

import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A pipeline of commands that prints tab-separated lines with these columns."""

    pipeline: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]

    def drain(self) -> None:
        """Runs it with its output sent to /dev/null."""
        self._run(subprocess.DEVNULL)

    def read(self) -> bytes:
        """Its output."""
        return self._run(subprocess.PIPE)

    def _run(self, target: int) -> bytes:
        *before, last = self.pipeline
        processes: list[subprocess.Popen[bytes]] = []
        for words in before:
            source = processes[-1].stdout if processes else None
            processes.append(subprocess.Popen(words, stdin=source, stdout=subprocess.PIPE))
        output = subprocess.run(
            last, stdin=processes[-1].stdout if processes else None, stdout=target, check=True
        ).stdout
        for process in processes:
            if process.stdout is not None:
                process.stdout.close()
            process.wait()
        return output or b""
