"""The evidence for a junction: in which samples it is seen, and whether it could have been seen."""

import numpy as np
from flask import Response

from snapshard.accessible_tissues import AccessibleTissues, accessible_tissues
from snapshard.catalog import Grouping, grouping_members
from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.library_sizes import LIBRARY_SIZE_FIELD, LibrarySizes
from snapshard.measures import (
    PlaceCoverage,
    SampleSums,
    Thresholds,
    measure_coverage,
    measure_evidence,
    sums_of_pairs,
)
from snapshard.name import JunctionName
from snapshard.release import Release, SampleGroup
from snapshard.rows import Rows
from snapshard_ui.api.gene_reads import read_gene_reads
from snapshard_ui.api.groupings import group_report, read_grouping
from snapshard_ui.api.junction_evidence import JunctionEvidence
from snapshard_ui.api.junction_lookup import find_name
from snapshard_ui.api.junction_place import Place, measure_place
from snapshard_ui.api.junction_surroundings import Surroundings, read_surroundings
from snapshard_ui.api.models.evidence import EvidenceAnswer, EvidenceParams
from snapshard_ui.api.responses import release_response
from snapshard_ui.api.routes import ReleaseRequest, on_release
from snapshard_ui.columns import with_columns

_ANNOTATION = ("snaptron_id", "class", "left_motif", "right_motif")


@on_release("/junctions/<name>/evidence", params=EvidenceParams, model=EvidenceAnswer, also=(300,))
def junction_evidence(request: ReleaseRequest[EvidenceParams], name: str) -> Response:
    """The samples and reads with a junction, per group too, and what its absence means.

    An absent junction has 0 of N samples.
    """
    evidence = find_evidence(request.index, request.release, name, request.params)
    return release_response(request.release, **evidence.members())


def find_evidence(
    index: Index, release: Release, text: str, params: EvidenceParams
) -> JunctionEvidence:
    """The evidence for the junction with this name or number. With the sign of any strand it is that
    of the junctions on all strands together: the samples that have one of them, and all their reads.

    Raises as `find_name` does, and BadQuery for an unknown field of library sizes.
    """
    thresholds = Thresholds(params.min_reads, params.min_samples)
    sizes = library_sizes(index, release, params.library_size)
    grouping = read_grouping(index, release, params)
    positions = group_report(params).positions(grouping)
    name, snaptron_id = find_name(index, release, text)
    surroundings = read_surroundings(index, release, name, snaptron_id=snaptron_id)
    rows = surroundings.rows.take(surroundings.own.tolist())
    sums = sums_of_pairs(*surroundings.pairs_of(surroundings.own))
    accessible = accessible_tissues(index.settings.accessible_tissues)
    groups = _groups(positions, grouping, sums, params, accessible)
    place = _read_place(index, release, name, surroundings)
    limit = index.settings.max_rows
    return JunctionEvidence(
        name,
        exists=bool(rows.text),
        annotation=_annotation(rows, release),
        evidence=measure_evidence(
            sums.samples,
            sums.reads,
            sample_count=release.sample_count,
            groups=groups,
            library_sizes=sizes,
        ),
        place=place,
        coverages=_coverages(place, groups, thresholds),
        thresholds=thresholds,
        library_size=(params.library_size or LIBRARY_SIZE_FIELD) if sizes else None,
        accessible=accessible,
        grouping=grouping_members(grouping, positions),
        truncated=len(positions) > len(groups),
        same_start=_neighbours(surroundings.same_start, rows, limit),
        same_end=_neighbours(surroundings.same_end, rows, limit),
    )


def _read_place(
    index: Index, release: Release, name: JunctionName, surroundings: Surroundings
) -> Place | None:
    """The place of the junction; None if the samples of the release are unknown."""
    if release.sample_count is None:
        return None
    strand = name.strand if name.strand in ("+", "-") else None
    of_gene = read_gene_reads(index, release, name.region, strand)
    return measure_place(index.facts.of(release).sample_order, name, surroundings, of_gene)


def _groups(
    positions: list[int],
    grouping: Grouping,
    sums: SampleSums,
    params: EvidenceParams,
    accessible: AccessibleTissues,
) -> tuple[SampleGroup, ...]:
    """The groups to report. Unless another order is chosen, clinically accessible tissues come first."""
    _, numbers = grouping.membership.expand(sums.samples)
    counts = np.bincount(numbers, minlength=len(grouping.groups))
    top = group_report(params).first(positions, grouping, counts)
    groups = [grouping.groups[position] for position in top]
    if grouping.field is None and params.sort is None:
        groups.sort(key=lambda group: accessible.order(group.name, group.long_name))
    return tuple(groups)


def library_sizes(index: Index, release: Release, field: str | None) -> LibrarySizes | None:
    """The library sizes of a release from a field, by default LIBRARY_SIZE_FIELD; None if it has none.

    Raises BadQuery for a field that the release does not have.
    """
    facts = index.facts.of(release)
    sizes = facts.library_sizes(field or LIBRARY_SIZE_FIELD)
    if field is not None and sizes is None:
        raise BadQuery("library_size", field, f"one of {', '.join(facts.types)}")
    return sizes


def _coverages(
    place: Place | None, groups: tuple[SampleGroup, ...], thresholds: Thresholds
) -> tuple[PlaceCoverage, ...]:
    """The coverage of the place in all samples, then in each group."""
    if place is None:
        return ()
    sets = [place.samples.ids, *(group.members for group in groups)]
    return tuple(
        measure_coverage(place.reads, place.samples.places(members), thresholds) for members in sets
    )


def _annotation(rows: Rows, release: Release) -> dict[str, object]:
    """The id, class and motifs of the rows; None for what they do not have in common."""
    if not rows.text:
        return dict.fromkeys(_ANNOTATION)
    cells = with_columns(rows, _ANNOTATION, release).cells()
    number, *texts = [column[0].decode() if len(set(column)) == 1 else None for column in cells]
    return dict(zip(_ANNOTATION, [None if number is None else int(number), *texts], strict=True))


def _neighbours(junctions: Rows, own: Rows, limit: int) -> dict[str, int]:
    """The junctions that are not the junction's own rows, up to a limit."""
    if not junctions.text:
        return {"junctions": 0, "reads": 0, "truncated": False}
    reads = junctions.integers("coverage_sum")
    if own.text:
        reads = reads[~np.isin(junctions.integers("snaptron_id"), own.integers("snaptron_id"))]
    return {
        "junctions": len(reads[:limit]),
        "reads": int(reads[:limit].sum()),
        "truncated": len(reads) > limit,
    }
