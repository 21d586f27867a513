"""The forms in which Unicode can write one text: `é` is one character or a letter with an accent."""

import unicodedata


def unicode_forms(text: str) -> tuple[str, ...]:
    """The text, then its other forms. A keyboard types the composed one, some file systems and
    spreadsheets write the decomposed one.
    """
    forms = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return tuple(dict.fromkeys(forms))
