"""The raw results: all measurements, each with the run that it comes from, in one JSON file per
scale.
"""

import json
from pathlib import Path
from typing import Any

from analysis.measuring import RESULTS, circumstances, write_whole


class Results:
    """The parts by name (`load`, `sizes`, `memory`, `warm`, `cold`); a new measurement replaces the
    old one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def put(self, part: str, name: str, figures: Any) -> None:
        """Stores figures with the circumstances of their measurement, and writes the file."""
        self.parts.setdefault(part, {})[name] = figures
        self.parts.setdefault("measured", {})[f"{part}/{name}"] = self._run()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_rounded(self.parts), separators=(",", ":")).replace('},"', '},\n"')
        write_whole(self.path, text + "\n")

    def _run(self) -> int:
        """The index of this run in the list of runs; equal circumstances are stored once."""
        runs = self.parts.setdefault("runs", [])
        now = circumstances()
        load = now.pop("load_average")
        for number, run in enumerate(runs):
            if {name: value for name, value in run.items() if name != "load_averages"} == now:
                run["load_averages"] = [
                    min(load, run["load_averages"][0]),
                    max(load, run["load_averages"][1]),
                ]
                return number
        runs.append(now | {"load_averages": [load, load]})
        return len(runs) - 1


def record_path() -> Path:
    """The file of the record."""
    return RESULTS / "benchmark.json"


def _rounded(value: Any) -> Any:
    """The same value with seconds rounded to the microsecond."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(member) for name, member in value.items()}
    return [_rounded(member) for member in value] if isinstance(value, list) else value
