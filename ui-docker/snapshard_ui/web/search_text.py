"""What people type into the search box, and what it means in the API's words."""

import re
from dataclasses import dataclass

from snapshard.errors import BadQuery
from snapshard.index import Index
from snapshard.match import Match
from snapshard.name import JunctionName, parse_name
from snapshard.region import chromosome_name, parse_region
from snapshard.release import Release
from snapshard_ui.web.state import State

Pairs = list[tuple[str, str]]
_STABLE = re.compile(
    r"[^:\s]+:[^:\s]+:[\d,]+[-\u2013][\d,]+(?::\S)?|[^:\s]+:[\d,]+[-\u2013][\d,]+:\S"
)


@dataclass(frozen=True)
class Meaning:
    """What a search text was taken for: parameters of the API, words that say so, and the junction
    if it names one.
    """

    pairs: tuple[tuple[str, str], ...]
    words: str
    junction: str | None = None

    @property
    def genes(self) -> list[str]:
        """The genes that were asked for."""
        return [value for name, value in self.pairs if name == "gene"]

    @property
    def regions(self) -> list[str]:
        """The regions that were asked for."""
        return [value for name, value in self.pairs if name == "region"]


def meaning(index: Index, release: Release, text: str) -> Meaning:
    """What the text means: a junction's stable name, or regions, genes and numbers with ; between
    them; nothing means all.

    Raises BadRegion or BadQuery, which say what was expected.
    """
    text = text.strip()
    if _STABLE.fullmatch(text):
        return _junction(parse_name(text, release.assembly))
    parts = [_part(index, release, part.strip()) for part in text.split(";") if part.strip()]
    kinds = dict.fromkeys(name for name, _, _ in parts)
    if "ids" in kinds and len(kinds) > 1:
        raise BadQuery("q", text, "numbers of junctions, or regions and genes, not both")
    pairs = [(name, value) for name, value, _ in parts if name != "ids"]
    if "ids" in kinds:
        pairs = [("ids", ",".join(value for _, value, _ in parts))]
    return Meaning(
        tuple(pairs), ", ".join(words for _, _, words in parts) or "all junctions of the release"
    )


def api_pairs(found: Meaning, state: State) -> Pairs:
    """The question of the page as parameters of the API, without those of a page."""
    pairs = list(found.pairs)
    if state.match is not Match.OVERLAP and found.junction is None and found.pairs:
        pairs.append(("match", state.match))
    pairs += [("filter", text) for text in state.filter]
    pairs += [("group", name) for name in state.group]
    if state.sample_ids:
        pairs.append(("sample_ids", state.sample_ids))
    return [*pairs, *([("allow_partial", "true")] if state.allow_partial else [])]


def _junction(name: JunctionName) -> Meaning:
    pairs = [("region", str(name.region)), ("match", str(Match.EXACT))]
    if name.strand is not None and name.strand in "+-":
        pairs.append(("filter", f"strand={name.strand}"))
    return Meaning(tuple(pairs), f"the junction {name}", str(name))


def _part(index: Index, release: Release, text: str) -> tuple[str, str, str]:
    chrom = chromosome_name(re.sub(r"(?i)^chromosome\s*", "", text))
    if (
        ":" in text
        or chrom in release.named_chroms
        or chrom in index.facts.of(release).other_chromosomes
    ):
        region = parse_region(text)
        whole = ":" not in str(region)
        return "region", str(region), f"chromosome {region}" if whole else f"region {region}"
    if text.isascii() and text.isdigit():
        return "ids", text, f"junction number {text}"
    return "gene", text, f"gene {text}"
