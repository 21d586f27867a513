"""Many clients at once, each checking every answer against the ones that are right."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests


@dataclass
class Outcome:
    """What the clients met: answers by kind, and examples of those that were wrong."""

    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, kind: str, detail: str = "") -> None:
        """Counts one; with a detail it is wrong."""
        self.kinds[kind] += 1
        if detail:
            self.wrong.append(f"{kind}: {detail}"[:400])


Judge = Callable[[str, requests.Response], tuple[str, str]]
"""An answer's kind, and what is wrong with it, if anything."""


def right_body(bodies: Mapping[str, Collection[bytes]]) -> Judge:
    """Each answer must be, to the byte, one of those that are right for its path."""

    def judge(path: str, answer: requests.Response) -> tuple[str, str]:
        if answer.status_code != 200:
            return str(answer.status_code), f"{path} {answer.text[:300]}"
        return "right", "" if answer.content in bodies[
            path
        ] else f"{path} is another answer: {answer.text[:200]}"

    return judge


@contextmanager
def at_work(
    url: str, paths: Collection[str], judge: Judge, *, count: int = 20, pause: float = 0.05
) -> Iterator[Outcome]:
    """So many clients ask until the block ends, each request on a connection of its own."""
    outcome, stop, choice = Outcome(), threading.Event(), sorted(paths)

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        while not stop.is_set():
            path = chance.choice(choice)
            try:
                kind, wrong = judge(path, requests.get(url + path, timeout=30))
            except requests.RequestException as error:
                kind, wrong = "no answer", f"{path} {error}"
            outcome.note(kind, wrong)
            time.sleep(pause)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield outcome
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        print(f"\n{dict(outcome.kinds)}", *outcome.wrong[:3], sep="\n")
