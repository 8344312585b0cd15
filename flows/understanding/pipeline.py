"""The pipeline: spaCy's frame around parts of our own, kept together in one bundle.

normalise, language, entities, intent, sentiment: each leaves on the document what the next needs.
``bundle/`` is what ``training`` wrote by ``nlp.to_disk``; ``read`` runs it over one message.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from flows.understanding import heads
from flows.understanding.entities import Entities, find
from flows.understanding.entities.stops import STOPS
from flows.understanding.featurise import BUCKETS, Features, Rarity, bucket, featurise, named
from flows.understanding.heads import BadBundle, Head
from flows.understanding.meaning import Feeling
from flows.understanding.normalise import Token, tokens

BUNDLE = Path(__file__).parent / "bundle"
PARTS = ("normalise", "language", "entities", "intent", "sentiment")
KEY_PHRASES = 3
"""How many of the words that weighed most are told."""
MORE_THAN_NEUTRAL = 0.6
"""So sure must it be that a customer is angry before that is said; else it says Neutral."""

WHOLE = frozenset({"en", "sw", "fr"})
SHORT = 4
MIXED_FROM_SHORT = 0.85
"""In so few words a name or a slip looks like a mixture: there it must be surer."""
MIXED_FROM = 0.6
"""So sure must it be that languages are mixed, or that it is Sheng, before that is said."""

_HEARD = (
    "asked", "tokens", "features", "language", "languages", "entities", "intents", "feeling",
)  # fmt: skip
for _name in _HEARD:
    Doc.set_extension(_name, default=None, force=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known around a message."""

    country: str
    """Where its phones and currencies are read, as ISO 3166 writes it."""
    today: date
    expects: str = ""
    """What kind of thing was asked for, if any was: a bare number may be an amount then."""
    found: Entities | None = None
    """The message's entities, where somebody has looked for them already."""


@dataclass(frozen=True, slots=True)
class Heard:
    """All that the pipeline says of a message."""

    language: str
    """One of en, sw, fr, mixed, sheng."""
    languages: dict[str, float]
    entities: Entities
    intents: dict[str, float]
    """How likely each intent is; together they come to one."""
    feeling: Feeling


class _Part:
    """A part with nothing of its own to keep."""

    def to_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> None:
        """Keep nothing."""
        del path, exclude

    def from_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> "_Part":
        """Need nothing."""
        del path, exclude
        return self


class Normalise(_Part):
    """Leaves the words as they are compared, and their features."""

    def __init__(self, rarity: Rarity | None = None) -> None:
        self.rarity = np.ones(BUCKETS, np.float32) if rarity is None else rarity

    def __call__(self, doc: Doc) -> Doc:
        """Add the words and features."""
        doc._.tokens = tokens(doc.text)
        doc._.features = featurise([token.norm for token in doc._.tokens], self.rarity)
        return doc

    def to_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> None:
        """Keep how rare every feature is."""
        del exclude
        path.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path / "rarity.npz", rarity=self.rarity.astype(np.float16))

    def from_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> "Normalise":
        """Take how rare every feature is from a bundle.

        :raises BadBundle: if that is not there
        """
        del exclude
        try:
            with np.load(path / "rarity.npz", allow_pickle=False) as kept:
                self.rarity = kept["rarity"].astype(np.float32)
        except (OSError, KeyError, ValueError) as error:
            raise BadBundle(f"nothing of rarity in {path}") from error
        if len(self.rarity) != BUCKETS:
            raise BadBundle(f"the features of {path} are of another size")
        return self


class _Judge(_Part):
    """A part that judges by a head."""

    def __init__(self, head: Head | None = None) -> None:
        self.head = head

    def judged(self, features: Features, language: str = heads.ANY) -> dict[str, float]:
        """Return how likely each label is.

        :raises BadBundle: if it was never trained or loaded
        """
        return self.ready.probabilities(features, language)

    @property
    def ready(self) -> Head:
        """The head.

        :raises BadBundle: if there is none yet
        """
        if self.head is None:
            raise BadBundle("a part of the pipeline has no head")
        return self.head

    def to_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> None:
        """Keep the head."""
        del exclude
        self.ready.save(path)

    def from_disk(self, path: Path, *, exclude: Sequence[str] = ()) -> "_Judge":
        """Take the head from a bundle."""
        del exclude
        self.head = heads.load(path)
        return self


class LanguageOf(_Judge):
    """Leaves which language a message is in."""

    def __call__(self, doc: Doc) -> Doc:
        """Add the language."""
        found = self.judged(doc._.features)
        first = max(found, key=lambda one: found[one])
        least = MIXED_FROM_SHORT if len(doc._.tokens) <= SHORT else MIXED_FROM
        if first not in WHOLE and found[first] < least and WHOLE & found.keys():
            # A word or two of another language make no mixture.
            first = max(WHOLE & found.keys(), key=lambda one: (found[one], one))
        doc._.languages, doc._.language = found, first
        return doc


class Facts(_Part):
    """Leaves the amounts, phones, names and other facts."""

    def __call__(self, doc: Doc) -> Doc:
        """Add the facts."""
        asked: Asked = doc._.asked
        doc._.entities = asked.found or find(
            doc.text, country=asked.country, today=asked.today, expects=asked.expects
        )
        return doc


class IntentOf(_Judge):
    """Leaves how likely each intent is."""

    def __call__(self, doc: Doc) -> Doc:
        """Add the intents."""
        doc._.intents = self.judged(doc._.features, doc._.language)
        return doc


class Sentiment(_Judge):
    """Leaves how the customer sounds."""

    def __call__(self, doc: Doc) -> Doc:
        """Add the feeling."""
        found = self.judged(doc._.features, doc._.language)
        doc._.feeling = _feeling(found, self.ready, doc.text, doc._.tokens)
        return doc


def _register(name: str, made: Callable[[], _Part]) -> None:
    def factory(nlp: Language, name: str) -> _Part:
        del nlp, name
        return made()

    Language.factory(f"wekeza_{name}", func=factory)


_register("normalise", Normalise)
_register("language", LanguageOf)
_register("entities", Facts)
_register("intent", IntentOf)
_register("sentiment", Sentiment)


def assemble(rarity: Rarity, language: Head, intent: Head, sentiment: Head) -> Language:
    """Return a pipeline of trained parts."""
    nlp = blank()
    nlp.get_pipe("normalise").rarity = rarity  # type: ignore[attr-defined]
    for name, head in (("language", language), ("intent", intent), ("sentiment", sentiment)):
        nlp.get_pipe(name).head = head  # type: ignore[attr-defined]
    return nlp


def blank() -> Language:
    """Return a pipeline whose parts know nothing yet."""
    nlp = spacy.blank("xx")
    for name in PARTS:
        nlp.add_pipe(f"wekeza_{name}", name=name)
    return nlp


class Reader:
    """Reads messages by one bundle. Threads may share it: they take turns."""

    def __init__(self, nlp: Language) -> None:
        self._nlp, self._turn = nlp, Lock()

    @property
    def meta(self) -> dict[str, Any]:
        """What the bundle says of itself."""
        return self._nlp.meta

    def read(self, text: str, asked: Asked) -> Heard:
        """Return all that there is to say of a message. What no text can hold is read as ``?``."""
        text = text.encode("utf-8", "replace").decode("utf-8")
        # spaCy keeps every word it meets; in a zone of memory, it forgets a customer's at once.
        with self._turn, self._nlp.memory_zone():
            doc = self._nlp.make_doc(text)
            doc._.asked = asked
            found = self._nlp(doc)._
            return Heard(
                found.language, found.languages, found.entities, found.intents, found.feeling
            )


@cache
def reader(folder: Path = BUNDLE) -> Reader:
    """Return the reader of a bundle; the house's own by default. Kept once it was loaded.

    :raises BadBundle: if there is none, or it is not for this code
    """
    try:
        return Reader(spacy.load(folder))
    except (OSError, ValueError) as error:
        raise BadBundle(f"there is no bundle in {folder}") from error


def _feeling(found: dict[str, float], head: Head, text: str, words: Sequence[Token]) -> Feeling:
    bad = found["Negative"] + found["VeryNegative"]
    if bad >= MORE_THAN_NEUTRAL:
        kind = "VeryNegative" if found["VeryNegative"] > found["Negative"] else "Negative"
        score = bad
    else:
        kind = "Positive" if found["Positive"] > found["Neutral"] else "Neutral"
        score = found[kind]
    phrases = () if kind == "Neutral" else _heaviest(kind, head, text, words)
    return Feeling(kind, round(min(score, 1.0), 4), phrases)  # type: ignore[arg-type]


def _heaviest(kind: str, head: Head, text: str, words: Sequence[Token]) -> tuple[str, ...]:
    """Return the words, and pairs of words, that speak most for a feeling."""
    column = head.labels.index(kind)
    weighed: list[tuple[float, int, int]] = []
    for size in (1, 2):
        for at in range(len(words) - size + 1):
            run = words[at : at + size]
            if all(token.norm in STOPS for token in run):
                continue  # "I am" tells nothing by itself
            weight = sum(
                float(head.weights[head.rows[bucket(name)], column])
                for name in named([token.norm for token in run])["words"]
            )
            weighed.append((weight / size**0.5, run[0].start, run[-1].end))
    weighed.sort(key=lambda one: (-one[0], one[1]))
    told: list[tuple[int, int]] = []
    for weight, start, end in weighed:
        apart = all(end <= first or start >= last for first, last in told)
        if weight > 0 and apart and len(told) < KEY_PHRASES:
            told.append((start, end))
    return tuple(text[start:end] for start, end in told)
