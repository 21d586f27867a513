"""What the evidence for a junction says: in how many samples it is seen, and what its absence means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from snapshard.accessible_tissues import AccessibleTissues
from snapshard.measures import (
    Detection,
    Evidence,
    PlaceCoverage,
    Thresholds,
    Verdict,
    upper_bound,
    verdict_of,
)
from snapshard.name import JunctionName
from snapshard_ui.api.junction_place import Place


@dataclass(frozen=True)
class JunctionEvidence:
    """The evidence for one junction: its counts, the coverage of its place, and the other junctions
    at its two ends.

    `coverages` has the coverage of the place in all samples, then in each group; it is empty if the
    samples of the release are unknown.
    """

    name: JunctionName
    exists: bool
    annotation: Mapping[str, object]
    evidence: Evidence
    place: Place | None
    coverages: tuple[PlaceCoverage, ...]
    thresholds: Thresholds
    library_size: str | None
    accessible: AccessibleTissues
    grouping: Mapping[str, object]
    truncated: bool
    same_start: Mapping[str, int]
    same_end: Mapping[str, int]

    @property
    def summary(self) -> str:
        """The evidence in one sentence, and the verdict with its rule in another."""
        overall = self.evidence.overall
        count = overall.sample_count
        of = "an unknown number of" if count is None else f"{count:,}"
        reads = f", {overall.reads:,} reads" if overall.samples else ""
        seen = f"{self.name} is seen in {overall.samples:,} of {of} samples{reads}"
        return seen if self.exists or self.place is None else f"{seen}. {self.conclusion}"

    @property
    def conclusion(self) -> str:
        """What the absence of the junction means, over all samples; empty if it is seen."""
        if self.exists or self.place is None:
            return ""
        coverage, rule = self.coverages[0], self.place.rule(self.thresholds)
        informative = f"{coverage.informative:,} of {coverage.sample_count:,} samples have {rule}"
        if verdict_of(0, coverage, self.thresholds) is Verdict.ABSENT:
            bound = upper_bound(coverage.informative)
            return (
                f"Absent although expressed: {informative}; with 95 % confidence, fewer than"
                f" {100 * bound:.2g} % of such samples have it"
            )
        return f"Not informative: {informative}; a verdict needs {self.thresholds.min_samples:,}"

    def members(self) -> dict[str, Any]:
        """The evidence as JSON members."""
        coverages = iter(self.coverages)
        return {
            "name": str(self.name),
            "found": self.exists,
            **self.annotation,
            "seen": self._counts(self.evidence.overall, coverages),
            "grouping": self.grouping,
            "truncated": self.truncated,
            "groups": self._groups(coverages),
            "place": self.place and self.place.members(self.thresholds),
            "library_size": self.library_size,
            "same_start": self.same_start,
            "same_end": self.same_end,
            "summary": self.summary,
        }

    def _groups(self, coverages: Iterator[PlaceCoverage]) -> list[dict[str, object]]:
        reads = self.evidence.overall.reads
        return [
            {
                "group": group.name,
                "long_name": group.long_name,
                "accessible": self.accessible.rank(group.name, group.long_name) is not None,
                "share": detection.samples / len(group.members) if len(group.members) else 0.0,
                "read_share": detection.reads / reads if reads else None,
                **self._counts(detection, coverages),
            }
            for group, detection in self.evidence.groups
        ]

    def _counts(
        self, detection: Detection, coverages: Iterator[PlaceCoverage]
    ) -> dict[str, object]:
        coverage = next(coverages, None)
        verdict = Verdict.SEEN if detection.samples else Verdict.UNINFORMATIVE
        if coverage is not None:
            verdict = verdict_of(detection.samples, coverage, self.thresholds)
        absent = coverage is not None and verdict is Verdict.ABSENT
        return {
            "n": detection.samples,
            "N": detection.sample_count,
            "reads": detection.reads,
            "median": detection.median,
            "max": detection.maximum,
            "average": detection.average,
            "cpm": detection.cpm and vars(detection.cpm),
            "verdict": verdict,
            "upper_bound": upper_bound(coverage.informative) if coverage and absent else None,
            "coverage": coverage and _coverage(coverage),
        }


def _coverage(coverage: PlaceCoverage) -> dict[str, object]:
    covered = coverage.covered or (None, None)
    return {
        "informative": coverage.informative,
        "at_least_10": covered[0],
        "at_least_20": covered[1],
        "start_median": coverage.start_median,
        "end_median": coverage.end_median,
        "gene_median": coverage.gene_median,
        "expression_median": coverage.expression_median,
    }
