"""Names in the one form they are compared in: plain Latin words, whatever script they came in.

Every name goes through `read`: those of the lists when they are taken in, and those of people when
they are compared. `RULES` counts the versions of this file: what other rules made is made anew.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from anyascii import anyascii

RULES = 1
LONGEST = 300
"""Characters of a name that are looked at: published ones have at most some 200."""

_ABJAD = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_GOD = re.compile(r"\u0639\u0628\u062f\s?\u0627\u0644\u0644[\u0647\u06c1]\b")
_SLAVE = re.compile(r"\b\u0639\u0628\u062f\s?\u0627\u0644(?=\w)")
_ARTICLE = re.compile(r"\b\u0627\u0644(?=\w\w)")
"""Abdallah, Abd al- and al- in Arabic letters, which write them together with what follows."""
_SYLLABLES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_NEXT_SYLLABLE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_AIN = re.compile(r"[`'](?=[b-df-hj-np-tv-z])")
_SILENT = re.compile(r"[`'.\u2019]")
_WORD = re.compile(r"[a-z0-9]+")

_TITLES = """
mr mrs ms miss mister dr doctor prof professor sir madam hon rev eng general gen col colonel capt
captain maj major lt brig haji hajji hajj alhaj alhaji hadji mullah mulla maulavi maulawi mawlawi
molvi shaykh sheikh sheik shaikh cheikh qari hafiz ustad mufti imam ayatollah
"""
_LEGAL = """
ltd limited llc llp lp inc incorporated corp corporation co company cie plc gmbh ag kg ohg sa sas
sarl sarlu spa srl bv nv vof as asa ab oy oyj jsc ojsc pjsc cjsc ooo oao zao pao ao joint stock pte
pty pvt private public fze fzco fzc dmcc est establishment ltda cia de cv rl the of and for sdn bhd
kk aps sro doo
"""
HONORIFICS = frozenset(_TITLES.split())
LEGAL_FORMS = frozenset(_LEGAL.split())
_ALIKE = (
    ("sch", "s"), ("tch", "k"), ("dzh", "j"), ("kh", "h"), ("gh", "g"), ("ch", "k"), ("sh", "s"),
    ("zh", "j"), ("dj", "j"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("ts", "s"), ("tz", "s"),
    ("x", "ks"), ("q", "k"), ("g", "k"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"),
    ("z", "s"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]")


@dataclass(frozen=True)
class Name:
    """A name as it is compared: its words, each as often as it stands there, in no order."""

    words: tuple[str, ...]
    """Sorted."""
    spoken: tuple[str, ...]
    """The same words in their order."""
    vowels: bool = True
    """Whether the script it was written in tells vowels; Arabic and Hebrew do not."""

    @cached_property
    def form(self) -> str:
        """The words with blanks between them: what candidates are found by."""
        return " ".join(self.words)

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """The consonants of each word that has any, those that sound alike made equal; sorted."""
        return tuple(sorted(heard for word in self.words if (heard := sound(word))))

    @cached_property
    def sound(self) -> str:
        """All that is told by a script without vowels, in the order of the words' letters."""
        return " ".join(self.sounds)


def read(name: str, *, organisation: bool = False) -> Name:
    """Return a name as it is compared; nothing is left of one without letters and digits.

    Titles are left out, of an organisation also what its law makes it write (Ltd, JSC), unless
    that were all there is.
    """
    plain = latin(name)
    words = _WORD.findall(plain)
    idle = LEGAL_FORMS if organisation else HONORIFICS
    telling = [word for word in words if word not in idle]
    spoken = tuple(telling if any(len(word) > 1 for word in telling) else words)
    return Name(tuple(sorted(spoken)), spoken, vowels=_ABJAD.search(name) is None)


def latin(text: str) -> str:
    """Return a text in small plain Latin letters; reading it again changes nothing."""
    text = text[:LONGEST]
    if _ABJAD.search(text):
        text = _of_arabic(text)
    plain = anyascii(text)
    if _SYLLABLES.search(text):
        plain = _NEXT_SYLLABLE.sub(" ", plain)
    plain = plain.lower()
    if _ABJAD.search(text):
        plain = _AIN.sub("a", plain)
    return _SILENT.sub("", plain)[:LONGEST]


def _of_arabic(text: str) -> str:
    """Take articles off their words, and the ending that is read as a vowel."""
    text = unicodedata.normalize("NFKC", text).replace("\u0629", "\u0627")
    return _ARTICLE.sub("al ", _SLAVE.sub("abd al ", _GOD.sub("abdallah", text)))


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return the consonants of a word: equal for ``mohamed``, ``muhammad`` and the Arabic letters.

    Digits stay. A word of vowels alone has none.
    """
    for letters, one in _ALIKE:
        word = word.replace(letters, one)
    first = "v" if word[:1] == "w" else ""
    kept = first + _VOWELS.sub("", word).replace("w", "").rstrip("h")
    return "".join(one for place, one in enumerate(kept) if place == 0 or kept[place - 1] != one)
