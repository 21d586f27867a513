"""`python -m analysis.benchmark`: generates and loads the data if they are missing, measures, and
writes results, plots and report.
"""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from analysis.benchmark import report
from analysis.benchmark.cold import REPEATS, run_cold
from analysis.benchmark.compilation import GTEX, make_compilation
from analysis.benchmark.figures import Figures
from analysis.benchmark.loading import load_systems
from analysis.benchmark.memory import peak_memory
from analysis.benchmark.needs import COLD, CURL, measurable, missing_programs
from analysis.benchmark.places import read_places
from analysis.benchmark.ratios import fallen, ratios
from analysis.benchmark.results import Results, record_path
from analysis.benchmark.running import run_workload
from analysis.benchmark.systems.all import SYSTEMS
from analysis.benchmark.systems.system import System
from analysis.benchmark.workloads import Workload, workloads
from snapshard.commands.running import run_command

_COLD_SYSTEMS = (
    "library-25",
    "http-25",
    "sqlite",
    "postgres",
    "pysam",
    "tabix",
    "duckdb",
    "pyarrow",
)
PARTS = ("load", "memory", "cold")


class Scale(click.ParamType):
    """A percentage of GTEx's density, or `gtex` for 100."""

    name = "scale"

    def convert(self, value: object, param: object, context: object) -> float:
        """The percentage."""
        return GTEX if value == "gtex" else float(str(value))


@click.command(help=__doc__)
@click.option(
    "--scale",
    type=Scale(),
    default="1",
    help="Density in percent of GTEx's; gtex = 100, for the record.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("data/benchmark"),
    help="Folder that keeps the data between runs.",
)
@click.option(
    "--only",
    default="",
    help=f"Parts ({', '.join(PARTS)}), workloads or systems, separated by commas.",
)
@click.option("--repeats", type=int, help="Number of rounds for every workload (default: its own).")
@click.option(
    "--check",
    type=click.Path(path_type=Path, exists=True),
    help="A result file whose ratios to the best other system must be reached; no report is written.",
)
@click.option(
    "--report-only", is_flag=True, help="Only write plots and report from existing results."
)
def main(
    scale: float,
    folder: Path,
    only: str,
    repeats: int | None,
    check: Path | None,
    report_only: bool,
) -> None:
    """Runs the benchmark."""
    place = folder.resolve() / f"{scale:g}"
    results = Results(record_path() if scale == GTEX else place / "benchmark.json")
    if not report_only:
        _measure(place, scale, results, Selection(only), repeats)
    if check is not None:
        _check(Results(results.path), Results(check))
        return
    # The report uses the rounded figures of the file, so that it can be reproduced from it.
    for path in report.write(Results(results.path).parts, place, record=scale == GTEX):
        click.echo(f"wrote {path}")


def _check(run: Results, record: Results) -> None:
    """Prints every ratio of a run; raises ClickException if some have fallen."""
    for each in ratios(Figures(run.parts)):
        click.echo(f"{each.workload}: {each.ratio:.2f} times the speed of {each.system}")
    try:
        complaints = fallen(Figures(run.parts), Figures(record.parts))
    except ValueError as exc:
        raise click.UsageError(str(exc)) from exc
    if complaints:
        raise click.ClickException("\n".join(complaints))


class Selection:
    """The parts, workloads and systems to measure: the ones listed, or all."""

    def __init__(self, text: str) -> None:
        names = {name.strip() for name in text.split(",") if name.strip()}
        self.systems = [system for system in SYSTEMS if system.name in names] or list(SYSTEMS)
        self.names = names - {system.name for system in SYSTEMS}

    def part(self, name: str) -> bool:
        """Tells if a part is selected."""
        return not self.names or name in self.names

    def workloads(self, every: tuple[Workload, ...]) -> list[Workload]:
        """The selected workloads: all if nothing is listed, none if only parts are listed."""
        names = [workload.name for workload in every]
        unknown = self.names - set(names) - set(PARTS)
        if unknown:
            raise click.UsageError(
                f"unknown: {', '.join(sorted(unknown))}; expected some of {', '.join(names)}"
            )
        return [workload for workload in every if not self.names or workload.name in self.names]


def _measure(
    place: Path, scale: float, results: Results, selection: Selection, repeats: int | None
) -> None:
    # Checked first: loading takes long.
    systems, reasons = measurable(selection.systems)
    for programs, part in ((CURL, "the export over HTTP"), (COLD, "runs with an empty cache")):
        if missing := missing_programs(programs):
            reasons.append(f"left out: {part}; not installed: {', '.join(missing)}")
    for reason in reasons:
        click.echo(reason, err=True)
    compilation = make_compilation(place / "compilation", scale)
    results.put("compilation", "facts", compilation.facts)
    again = bool(selection.names) and selection.part("load")
    load_systems(systems, compilation, place, results, again=again)
    places = read_places(compilation)
    every = workloads(places, scale)
    if selected := selection.workloads(every):
        _warm(selected, systems, place, results, repeats)
    if selection.part("memory"):
        largest = next(workload for workload in every if workload.name == "rows")
        for system in systems:
            results.put(
                "memory",
                system.name,
                peak_memory(system.name, place, largest.way, largest.questions[-1]),
            )
    if selection.part("cold") and not missing_programs(COLD):
        cold = [system for system in systems if system.name in _COLD_SYSTEMS]
        for workload in every:
            if workload.cold:
                click.echo(f"cold: {workload.title}")
                results.put(
                    "cold",
                    workload.name,
                    run_cold(workload, cold, place, repeats=repeats or REPEATS),
                )


def _warm(
    workloads: list[Workload],
    systems: list[System],
    place: Path,
    results: Results,
    repeats: int | None,
) -> None:
    with ExitStack() as stack:
        sessions = {system.name: stack.enter_context(system.session(place)) for system in systems}
        for workload in workloads:
            click.echo(f"{workload.name}: {workload.title}")
            if repeats is not None:
                workload = replace(workload, repeats=repeats)
            times, size = run_workload(workload, sessions)
            before = results.parts.get("warm", {}).get(workload.name, {}).get("seconds", {})
            # A run of some systems keeps the times of the others.
            if len(systems) < len(SYSTEMS):
                times = before | times
            results.put("warm", workload.name, {"title": workload.title, **size, "seconds": times})


if __name__ == "__main__":
    run_command(partial(main, standalone_mode=False))
