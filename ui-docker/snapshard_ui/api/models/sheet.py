"""Model of the evidence sheet."""

from pydantic import Field

from snapshard_ui.api.models.evidence import EvidenceAnswer, EvidenceParams
from snapshard_ui.api.models.responses import About, Answer


class SheetParams(EvidenceParams):
    """When a sample is informative about a junction that it lacks, the size of its library, and the
    groups of the sheet.
    """


class SheetAnswer(Answer):
    """All that a printed sheet about a junction states."""

    about: About
    date: str = Field(description="the day on which the sheet was made (UTC)")
    version: str = Field(description="of Snapshard")
    meaning: str = Field(description="the class of the junction in words; empty if it is absent")
    evidence: EvidenceAnswer
    checksum: str = Field(
        description="sha256 of `evidence` as JSON with sorted keys and without blanks, in UTF-8"
    )
    url: str = Field(description="the permanent address of the evidence, of this release")
    sheet_url: str = Field(description="the permanent address of this sheet")
    limits: list[str] = Field(description="what the sheet is not")
