"""The transcripts that the picture of a window draws, and the one whose exons it numbers."""

from dataclasses import dataclass, replace

from snapshard.catalog import StoredTranscript, find_transcript, transcripts_over
from snapshard.index import Index
from snapshard.region import Region
from snapshard.release import Release
from snapshard_ui.api.models.pictures import PictureParams
from snapshard_ui.pictures import Model

_MOST_BASES = 2_000_000
"""Bases of a window up to which all genes are drawn; a larger one shows the gene of the request only."""
_MOST_MODELS = 40
_MOST_CHOICES = 200


@dataclass(frozen=True)
class WindowModels:
    """The models to draw, the main one first, and a remark on what is not drawn; `transcripts` are
    those that could be the main one, in the same order.
    """

    drawn: tuple[Model, ...] = ()
    remark: str = ""
    transcripts: tuple[Model, ...] = ()


def find_models(
    index: Index, release: Release, params: PictureParams, window: Region
) -> WindowModels:
    """The models of a window. Raises NotFound and Ambiguous for the transcript of the request."""
    is_large = window.end - window.start + 1 > _MOST_BASES
    if is_large and params.gene is None and params.transcript is None:
        return WindowModels(remark="zoom in to see transcripts")
    stored = transcripts_over(index.catalog, release, window)
    main = _main(index, release, params, stored)
    if main is not None:
        gene = main.transcript.gene_id
        # Sorting is stable: those of the main gene come first, in their order.
        stored.sort(
            key=lambda item: (item.transcript != main.transcript, item.transcript.gene_id != gene)
        )
        if is_large:
            stored = [item for item in stored if item.transcript.gene_id == gene]
    choices = _as_models(stored[:_MOST_CHOICES], main)
    several = len({item.transcript.gene_id for item in stored}) > 2
    if several and params.gene is None and params.transcript is None:
        stored = list({item.transcript.gene_id: item for item in reversed(stored)}.values())[::-1]
    more = len(stored) - _MOST_MODELS
    remark = f"{more:,} more transcripts not drawn" if more > 0 else ""
    if is_large:
        remark = "; ".join(filter(None, [remark, "zoom in to see other genes"]))
    return WindowModels(_as_models(stored[:_MOST_MODELS], main), remark, choices)


def _as_models(stored: list[StoredTranscript], main: StoredTranscript | None) -> tuple[Model, ...]:
    """Models in the same order; the main one is the first if it is in the window."""
    models = [Model(item.transcript, _label(item)) for item in stored]
    if main is not None and stored and stored[0].transcript == main.transcript:
        models[0] = replace(models[0], is_main=True)
    return tuple(models)


def _main(
    index: Index, release: Release, params: PictureParams, stored: list[StoredTranscript]
) -> StoredTranscript | None:
    """The transcript whose exons are numbered: that of the request, else the preferred one of the
    gene; without a gene, that of the only gene in the window.
    """
    if params.transcript is not None:
        return find_transcript(index.catalog, release, params.transcript)
    if params.gene is not None:
        name = params.gene.upper()
        return next((item for item in stored if _is_of(item, name)), None)
    genes = {item.transcript.gene_id for item in stored}
    return stored[0] if len(genes) == 1 else None


def _is_of(stored: StoredTranscript, name: str) -> bool:
    gene_id = stored.transcript.gene_id.upper()
    return name in (stored.transcript.symbol.upper(), gene_id, gene_id.partition(".")[0])


def _label(stored: StoredTranscript) -> str:
    transcript = stored.transcript
    names = dict.fromkeys((transcript.symbol, transcript.transcript_id))
    return " ".join([*filter(None, names), *[f"({mark})" for mark in stored.marks[:1]]])
