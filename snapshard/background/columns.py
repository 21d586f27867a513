"""The background of a batch of introns: what a release knows about each, as columns of text.

What is not known is NA: a number that is missing must not look like 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from snapshard.background.exact_rows import ExactRows, find_exact_rows
from snapshard.background.places import UNKNOWN_STRAND, Places, places_of
from snapshard.background.site_reads import SiteReads, read_sites
from snapshard.background.tissues import GroupCounts, count_in_groups
from snapshard.index import End, Index
from snapshard.junction import annotation_class
from snapshard.junction_files import Introns
from snapshard.name import name_prefix
from snapshard.pairs import Integers
from snapshard.release import Release, SampleGroup
from snapshard.wire import BACKGROUND_PREFIX

NA = "NA"
COLUMNS = (
    ("junction", "stable name of the junction in the release's assembly"),
    ("class", "annotation of its ends: DA, NDA, D, A or N"),
    ("gene", "genes on its strand in which a base beside the intron lies, separated by ;"),
    ("n", "samples of the release that have it"),
    ("N", "samples of the release"),
    ("reads", "its reads in all samples"),
    ("median", "its median reads in the samples that have it"),
    ("donor_usage", "its share of the reads of all junctions at its donor, 0 to 1"),
    ("acceptor_usage", "its share of the reads of all junctions at its acceptor, 0 to 1"),
)
"""The added columns and their meanings; n, N and reads follow for each chosen group."""
GROUP_COLUMNS = ("n", "N", "reads")
_STRANDS = ("?", "+", "-")


def column_names(groups: Sequence[SampleGroup]) -> list[str]:
    """The names of the added columns."""
    names = [name for name, _ in COLUMNS]
    for group in groups:
        label = "_".join(group.name.replace(",", " ").split())
        names += [f"{name}_{label}" for name in GROUP_COLUMNS]
    return [BACKGROUND_PREFIX + name for name in names]


@dataclass(frozen=True)
class Background:
    """The background of a batch: its introns by place, their rows, the reads at their ends and the
    counts of the chosen groups. `strands` are those of the introns, or of their rows if the file
    has none.
    """

    release: Release
    places: Places
    rows: ExactRows
    strands: Integers
    sites: dict[End, SiteReads]
    groups: tuple[GroupCounts, ...]
    classes: list[str]
    genes: list[str]

    def samples(self) -> Integers:
        """The number of samples that have each intron."""
        return self._spread(self.rows.samples)

    def has_annotated_end(self) -> Integers:
        """1 for each intron with an annotated end, else 0."""
        return np.array([name in ("DA", "NDA", "D", "A") for name in self.classes], np.int64)

    def columns(self) -> list[list[str]]:
        """The added columns, in the order of `column_names`."""
        count = str(self.release.sample_count) if self.release.sample_count is not None else NA
        medians = [NA] * len(self.places)
        for intron, median in zip(self.rows.introns.tolist(), self.rows.medians, strict=True):
            medians[intron] = median.decode()
        columns = [
            self._names(),
            self.classes,
            self.genes,
            self._counts(self.samples()),
            [count] * len(self.places),
            self._counts(self._spread(self.rows.reads)),
            medians,
            self._usages(End.LEFT, End.RIGHT),
            self._usages(End.RIGHT, End.LEFT),
        ]
        for counts in self.groups:
            size = str(len(counts.group.members))
            columns += [
                self._counts(counts.samples),
                [size] * len(self.places),
                self._counts(counts.reads),
            ]
        return columns

    def _names(self) -> list[str]:
        places = self.places
        columns = (places.codes, places.starts, places.ends, self.strands)
        prefix = name_prefix(self.release.assembly)
        return [
            f"{prefix}{places.names[code]}:{start}-{end}:{_STRANDS[strand]}"
            for code, start, end, strand in zip(*[c.tolist() for c in columns], strict=True)
        ]

    def _spread(self, values: Integers) -> Integers:
        """The values of rows at their introns; 0 for introns without a row."""
        spread = np.zeros(len(self.places), np.int64)
        spread[self.rows.introns] = values
        return spread

    def _counts(self, values: Integers) -> list[str]:
        """Counts as text; NA on chromosomes that the release does not have."""
        pairs = zip(values.tolist(), self.places.known.tolist(), strict=True)
        return [str(value) if has_value else NA for value, has_value in pairs]

    def _usages(self, of_plus: End, of_minus: End) -> list[str]:
        """The share of each intron at an end, which the strand chooses; NA without reads there."""
        totals = np.where(self.strands == 1, self.sites[of_plus].reads, self.sites[of_minus].reads)
        totals[self.strands == UNKNOWN_STRAND] = 0
        pairs = zip(self._spread(self.rows.reads).tolist(), totals.tolist(), strict=True)
        return [f"{reads / total:.4g}" if total else NA for reads, total in pairs]


def read_background(
    index: Index, release: Release, introns: Introns, groups: Sequence[SampleGroup]
) -> Background:
    """The background of introns in a release and in these of its sample groups."""
    places = places_of(introns, index, release)
    rows = find_exact_rows(index, release, places)
    strands = places.strands.copy()
    unknown = places.strands[rows.introns] == UNKNOWN_STRAND
    strands[rows.introns[unknown]] = rows.strands[unknown]
    sites = read_sites(index, release, places, strands)
    counts = count_in_groups(index, release, rows, groups, intron_count=len(places))
    return Background(
        release,
        places,
        rows,
        strands,
        sites,
        counts,
        _classes(index, release, places, rows, strands, sites),
        _genes(index, release, places, strands),
    )


def _classes(
    index: Index,
    release: Release,
    places: Places,
    rows: ExactRows,
    strands: Integers,
    sites: dict[End, SiteReads],
) -> list[str]:
    """The class of each intron: that of its row; without one, by the annotated introns and by the
    junctions at its ends.
    """
    classes = [""] * len(places)
    introns = index.facts.of(release).annotated_introns
    absent = np.ones(len(places), np.bool_)
    absent[rows.introns] = False
    for chrom, on_chrom in places.groups():
        for strand in np.unique(strands[on_chrom]).tolist():
            members = on_chrom[(strands[on_chrom] == strand) & absent[on_chrom]]
            spans = (places.starts[members], places.ends[members])
            pair, is_left_annotated, is_right_annotated = introns.masks(
                chrom, _STRANDS[strand], *spans
            )
            is_left_annotated |= sites[End.LEFT].annotated[members]
            is_right_annotated |= sites[End.RIGHT].annotated[members]
            flags = zip(
                *[mask.tolist() for mask in (pair, is_left_annotated, is_right_annotated)],
                strict=True,
            )
            for member, (both, first, last) in zip(members.tolist(), flags, strict=True):
                classes[member] = annotation_class(
                    pair=both, left_end=first, right_end=last, strand=_STRANDS[strand]
                )
    for intron, name in zip(rows.introns.tolist(), rows.classes.tolist(), strict=True):
        classes[intron] = name.decode()
    return [name or NA for name in classes]


def _genes(index: Index, release: Release, places: Places, strands: Integers) -> list[str]:
    """The genes at the bases beside each intron, the left ones first."""
    genes = [NA] * len(places)
    gene_map = index.facts.of(release).gene_map
    for chrom, on_chrom in places.groups():
        for strand in np.unique(strands[on_chrom]).tolist():
            members = on_chrom[strands[on_chrom] == strand]
            ends = (places.starts[members] - 1, places.ends[members] + 1)
            columns = [gene_map.genes(chrom, _STRANDS[strand], bases) for bases in ends]
            for member, left_genes, right_genes in zip(members.tolist(), *columns, strict=True):
                if left_genes or right_genes:
                    genes[member] = ";".join(dict.fromkeys((*left_genes, *right_genes))).replace(
                        " ", "_"
                    )
    return genes
