"""The raw results: everything that was measured, with the run that measured it, in one JSON file a
scale.
"""

import json
from pathlib import Path
from typing import Any

from analysis.measuring import RESULTS, circumstances


class Results:
    """Parts by name (`load`, `sizes`, `memory`, `warm`, `cold`); what is measured again replaces
    what was there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def put(self, part: str, name: str, figures: Any) -> None:
        """Keeps figures with where, when and with what they were measured, and writes the file."""
        self.parts.setdefault(part, {})[name] = figures
        self.parts.setdefault("measured", {})[f"{part}/{name}"] = self._run()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(
            json.dumps(_rounded(self.parts), separators=(",", ":")).replace('},"', '},\n"') + "\n"
        )

    def _run(self) -> int:
        """The number of this run in the list of runs: the same circumstances are written once."""
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
    """Seconds to the microsecond."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
