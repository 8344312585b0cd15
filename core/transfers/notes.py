"""The few words that go with money. A stranger wrote them: they must not look like the bank's."""

import re
import unicodedata

from core import pii

LONGEST_NOTE = 140
_SCHEME = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://|\bmailto:|\btel:")
_DOT_IN_A_WORD = re.compile(r"(?<=\w)\.(?=\w*[^\W\d])")  # example.com, but not 1.50
_MARKUP = str.maketrans({
    "*": " ", "_": " ", "~": " ", "`": " ", "<": " ", ">": " ", "{": " ", "}": " ", "|": " ",
    '"': "'", "\u201c": "'", "\u201d": "'", "\u00ab": "'", "\u00bb": "'",
})  # fmt: skip


def clean(text: str) -> str:
    """Return a note as it may be shown inside quotes: one line of plain words, 140 characters.

    No link in it can be tapped, no sign makes it bold or ends the quotes it stands in; of a card
    number the last four digits are left. What holds nothing else becomes empty.
    """
    printable = "".join(
        " " if unicodedata.category(c)[0] in "CZ" else c
        for c in unicodedata.normalize("NFC", text[: 4 * LONGEST_NOTE])
    )
    bare = _SCHEME.sub(" ", printable).translate(_MARKUP)
    apart = _DOT_IN_A_WORD.sub(". ", bare).replace("@", " at ")
    return pii.mask_cards(" ".join(apart.split()))[:LONGEST_NOTE].strip()
