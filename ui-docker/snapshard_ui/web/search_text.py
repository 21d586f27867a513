"""The search box: interpretation of its text as parameters of the API."""

import re
from dataclasses import dataclass

from snapshard.catalog import gene_loci
from snapshard.errors import BadQuery, SnapshardError
from snapshard.index import Index
from snapshard.match import Match
from snapshard.name import JunctionName, is_stable_name, parse_name
from snapshard.region import parse_region
from snapshard.release import Release
from snapshard_ui.api import find_variant
from snapshard_ui.web.state import State

Pairs = list[tuple[str, str]]
_VARIANT = re.compile(r"(?i)>|:[cgn]\.|[-:\s][ACGTN]+[-:\s>][ACGTN]+$|\d(del|dup|ins|inv)")
"""What only the name of a variant has: alleles, or a form of HGVS."""


@dataclass(frozen=True)
class Meaning:
    """The interpretation of a search text: parameters of the API, a description, and the junction
    or the variant if the text names one.
    """

    pairs: tuple[tuple[str, str], ...]
    words: str
    junction: str | None = None
    variant: str | None = None

    @property
    def genes(self) -> list[str]:
        """The genes that the text names."""
        return [value for name, value in self.pairs if name == "gene"]

    @property
    def regions(self) -> list[str]:
        """The regions that the text names."""
        return [value for name, value in self.pairs if name == "region"]


def meaning(index: Index, release: Release, text: str) -> Meaning:
    """The interpretation of a gene's name, a junction's stable name, a variant, or of regions, genes
    and numbers separated by `;`; an empty text selects all junctions.

    Raises BadRegion or BadQuery; NotFound and Ambiguous for the transcript of a variant.
    """
    text = text.strip()
    # A gene may be called `CYCD1;1`, `mt:CoI` or `X`, and must be found by its own name.
    if text and _is_gene(index, release, text):
        return Meaning((("gene", text),), f"gene {text}")
    # A stable name contains colons and may contain no separator, so it is tried before the terms.
    if is_stable_name(text):
        return _junction(parse_name(text, release.assembly))
    if _VARIANT.search(text):
        return _variant(index, release, text)
    terms = [_term(index, release, term.strip()) for term in text.split(";") if term.strip()]
    names = {name for name, _, _ in terms}
    # Regions and ids together would mean "and" to the API, but "or" to whoever types a list.
    if "ids" in names and len(names) > 1:
        raise BadQuery("q", text, "numbers of junctions, or regions and genes, not both")
    pairs = [(name, value) for name, value, _ in terms if name != "ids"]
    if "ids" in names:
        pairs = [("ids", ",".join(value for _, value, _ in terms))]
    words = ", ".join(words for _, _, words in terms) or "all junctions of the release"
    return Meaning(tuple(pairs), words, variant=_position(pairs, release))


def api_pairs(interpretation: Meaning, state: State) -> Pairs:
    """The selection of the page as parameters of the API, without parameters of paging."""
    pairs = list(interpretation.pairs)
    if (
        state.match is not Match.OVERLAP
        and interpretation.junction is None
        and interpretation.pairs
    ):
        pairs.append(("match", state.match))
    pairs += [("filter", text) for text in state.filter]
    pairs += [("group", name) for name in state.group]
    if state.sample_ids:
        pairs.append(("sample_ids", state.sample_ids))
    if state.allow_partial:
        pairs.append(("allow_partial", "true"))
    return pairs


def _junction(name: JunctionName) -> Meaning:
    pairs = [("region", str(name.region)), ("match", str(Match.EXACT))]
    # An unknown strand is no condition: the junction is shown with whatever strand it has.
    if name.strand is not None and name.strand in "+-":
        pairs.append(("filter", f"strand={name.strand}"))
    return Meaning(tuple(pairs), f"the junction {name}", str(name))


def _variant(index: Index, release: Release, text: str) -> Meaning:
    """The junctions over a variant; the sites near it are another section."""
    variant, _ = find_variant(index, release, text)
    words = f"junctions over the variant {variant}"
    return Meaning((("region", str(variant.region)),), words, variant=text)


def _position(pairs: Pairs, release: Release) -> str | None:
    """The only region of a search as a variant, if it is one base."""
    if len(pairs) != 1 or pairs[0][0] != "region":
        return None
    region = parse_region(pairs[0][1], release.assembly)
    return f"{region.chrom}:{region.start}" if region.start == region.end else None


def _is_gene(index: Index, release: Release, text: str) -> bool:
    """Whether the text is the name of a gene; in other letters than the gene's own only if it would
    be divided otherwise.
    """
    try:
        loci = gene_loci(index.catalog, release, text)
    except SnapshardError:
        # Regions can be searched while the catalog is unavailable.
        return False
    return ";" in text or any(text in (gene.symbol, gene.gene_id) for gene in loci)


def _term(index: Index, release: Release, text: str) -> tuple[str, str, str]:
    chrom = re.sub(r"(?i)^chromosome\s*", "", text)
    if ":" in text or index.facts.of(release).chromosome(chrom) is not None:
        region = parse_region(text, release.assembly)
        word = "chromosome" if str(region) == region.chrom else "region"
        return "region", str(region), f"{word} {region}"
    # isdigit() alone also accepts digits of other scripts, which no database would read.
    if text.isascii() and text.isdigit():
        return "ids", text, f"junction number {text}"
    return "gene", text, f"gene {text}"
