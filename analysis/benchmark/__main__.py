"""`python -m analysis.benchmark`: makes and loads what is not there yet, measures, and writes
results, plots and report.
"""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from analysis.benchmark import report
from analysis.benchmark.cold import REPEATS, run_cold
from analysis.benchmark.compilation import GTEX, make_compilation
from analysis.benchmark.loading import load_systems
from analysis.benchmark.memory import peak_memory
from analysis.benchmark.places import read_places
from analysis.benchmark.results import Results, record_path
from analysis.benchmark.running import run_workload
from analysis.benchmark.systems.all import SYSTEMS
from analysis.benchmark.systems.system import System
from analysis.benchmark.workloads import Workload, workloads

COLD = ("library-25", "http-25", "sqlite", "postgres", "pysam", "tabix", "duckdb", "pyarrow")
PARTS = ("load", "memory", "cold")


class Scale(click.ParamType):
    """A percentage of GTEx's density, or `gtex`."""

    name = "scale"

    def convert(self, value: object, param: object, context: object) -> float:
        """The percentage."""
        return GTEX if value == "gtex" else float(str(value))


@click.command(help=__doc__)
@click.option(
    "--scale", type=Scale(), default="1", help="Percent of GTEx's density; gtex is 100, the record."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("data/benchmark"),
    help="Keeps data between runs.",
)
@click.option(
    "--only",
    default="",
    help=f"Parts ({', '.join(PARTS)}), workloads or systems, separated by commas.",
)
@click.option("--repeats", type=int, help="Rounds of every workload, instead of its own number.")
@click.option(
    "--report-only", is_flag=True, help="Write plots and report from the results that there are."
)
def main(scale: float, folder: Path, only: str, repeats: int | None, report_only: bool) -> None:
    """The command."""
    place = folder.resolve() / f"{scale:g}"
    results = Results(record_path() if scale == GTEX else place / "benchmark.json")
    if not report_only:
        _measure(place, scale, results, Selection(only), repeats)
    # Read again: a page speaks of the figures in the file, which are rounded.
    for path in report.write(Results(results.path).parts, place, record=scale == GTEX):
        click.echo(f"wrote {path}")


class Selection:
    """What is to be measured: everything, or what was named."""

    def __init__(self, text: str) -> None:
        names = {name.strip() for name in text.split(",") if name.strip()}
        self.systems = [one for one in SYSTEMS if one.name in names] or list(SYSTEMS)
        self.named = names - {one.name for one in SYSTEMS}

    def part(self, name: str) -> bool:
        """Whether a part is wanted."""
        return not self.named or name in self.named

    def workloads(self, every: tuple[Workload, ...]) -> list[Workload]:
        """Those named, or all unless only parts were named."""
        found = [one for one in every if one.name in self.named]
        unknown = self.named - {one.name for one in every} - set(PARTS)
        if unknown:
            raise click.UsageError(
                f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(one.name for one in every)}"
            )
        return found if self.named else list(every)


def _measure(
    place: Path, scale: float, results: Results, selection: Selection, repeats: int | None
) -> None:
    compilation = make_compilation(place / "compilation", scale)
    results.put("compilation", "facts", compilation.facts)
    again = bool(selection.named) and selection.part("load")
    load_systems(selection.systems, compilation, place, results, again=again)
    places = read_places(compilation)
    every = workloads(places, scale)
    chosen = selection.workloads(every)
    if chosen:
        _warm(chosen, selection.systems, place, results, repeats)
    if selection.part("memory"):
        largest = next(one for one in every if one.name == "rows")
        for system in selection.systems:
            results.put(
                "memory",
                system.name,
                peak_memory(system.name, place, largest.way, largest.questions[-1]),
            )
    if selection.part("cold"):
        systems = [one for one in selection.systems if one.name in COLD]
        for workload in every:
            if workload.cold:
                click.echo(f"cold: {workload.title}")
                results.put(
                    "cold",
                    workload.name,
                    run_cold(workload, systems, place, repeats=repeats or REPEATS),
                )


def _warm(
    chosen: list[Workload],
    systems: list[System],
    place: Path,
    results: Results,
    repeats: int | None,
) -> None:
    with ExitStack() as opened:
        sessions = {one.name: opened.enter_context(one.session(place)) for one in systems}
        for workload in chosen:
            click.echo(f"{workload.name}: {workload.title}")
            if repeats is not None:
                workload = replace(workload, repeats=repeats)
            times, size = run_workload(workload, sessions)
            before = results.parts.get("warm", {}).get(workload.name, {}).get("seconds", {})
            kept = before if len(systems) < len(SYSTEMS) else {}
            results.put(
                "warm", workload.name, {"title": workload.title, **size, "seconds": kept | times}
            )


if __name__ == "__main__":
    main()
