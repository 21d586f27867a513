"""The programs that a system needs besides Python. A system without them is left out, and the reader
is told so before anything is loaded.
"""

import shutil
from collections.abc import Sequence

from analysis.benchmark.systems.system import System

_PROGRAMS = {"tabix": ("tabix", "bgzip", "awk")}
"""By the name of the system."""
COLD = ("fincore",)
"""The programs that measurements with an empty cache need."""
CURL = ("curl",)
"""The programs that the export over HTTP needs."""


def missing_programs(programs: Sequence[str]) -> list[str]:
    """Those of the programs that are not installed."""
    return [name for name in programs if shutil.which(name) is None]


def measurable(systems: Sequence[System]) -> tuple[list[System], list[str]]:
    """The systems whose programs are installed, and a line for each of the others."""
    missing = {system.name: missing_programs(_PROGRAMS.get(system.name, ())) for system in systems}
    reasons = [
        f"left out: {system.title}; not installed: {', '.join(missing[system.name])}"
        for system in systems
        if missing[system.name]
    ]
    return [system for system in systems if not missing[system.name]], reasons
