"""Takes the steps of a pipeline in order, with retries, and skips those that are done."""

import time
from collections.abc import Callable

from snapshard.errors import (
    QueryTimeout,
    ShardUnavailable,
    SnapshardError,
    StepFailed,
    TooBusy,
)
from snapshard_populate.pipeline.record import Record, sizes
from snapshard_populate.pipeline.steps import STEPS, Run, Step

_PASSING = (ShardUnavailable, QueryTimeout, TooBusy)
"""Errors that another attempt may not meet. A bad source or row stays as it is."""
Report = Callable[[str, str], None]


def run_pipeline(run: Run, *, report: Report = lambda step, what: None, pause: float = 1.0) -> None:
    """Does every step that is not done yet; the last one publishes the release.

    `report` receives the step and `begins`, `is done` or `was done`. `pause` is in seconds, doubled
    from one attempt to the next. Raises StepFailed, which names the step and the object, at the first
    step that fails; later steps are not taken, so nothing is published.
    """
    run.work.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        record = Record.read(run.work, step.name)
        if record and record.is_done(run.work, run.spec.fingerprint) and step.holds(run):
            report(step.name, "was done")
        else:
            report(step.name, "begins")
            _take(step, run, pause)
            report(step.name, "is done")


def _take(step: Step, run: Run, pause: float) -> None:
    """Does a step and writes its record, also if it fails."""
    begun = time.monotonic()
    for attempt in range(1, run.spec.tries + 1):
        try:
            files = step.run(run)
        except SnapshardError as exc:
            if isinstance(exc, _PASSING) and attempt < run.spec.tries:
                time.sleep(pause * 2 ** (attempt - 1))
                continue
            _record(step, run, attempt, begun, error=str(exc)).write(run.work)
            raise StepFailed(step.name, str(exc)) from exc
        made = sizes(run.work, files)
        _record(step, run, attempt, begun, files=made).write(run.work)
        return


def _record(
    step: Step,
    run: Run,
    tries: int,
    begun: float,
    *,
    files: dict[str, int] | None = None,
    error: str = "",
) -> Record:
    seconds = round(time.monotonic() - begun, 3)
    return Record(step.name, run.spec.fingerprint, tries, seconds, files or {}, error)
