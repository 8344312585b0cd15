"""Trains the bundle from the seeds: three linear heads over one set of features.

A support vector machine for each head, as ``docs/guides/understanding.md`` explains; its scores are
turned into probabilities by a temperature for every language, fitted on phrases that were held out
with their copies.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from flows.understanding import pipeline
from flows.understanding.featurise import BUCKETS, Places, Rarity, Weights, counted, weighed
from flows.understanding.heads import ANY, Head, pack, softmax
from flows.understanding.intents import INTENTS_OUTSIDE
from flows.understanding.normalise import normal, tokens
from flows.understanding.training import seeds
from flows.understanding.training.augment import augmented
from flows.understanding.training.seeds import Seed

SEED = 384
FOLDS = 3
REGULAR = 0.5
"""How closely a head follows what it was shown (scikit-learn's ``C``)."""
CLOSE = 0.1
"""Where it may stop: closer takes longer, and is no better on held-out phrases."""
FEWEST = 2
"""A feature that fewer phrases have says too little to be kept."""
HEATS = (0.05, 5.0)
NEUTRAL_INTENTS = frozenset({
    "balance", "statement", "send_money", "deposit", "withdraw", "exchange", "fx_rate",
    "card_request", "card_status", "kyc", "fees", "airtime", "pay_bill", "beneficiaries",
    "language",
})  # fmt: skip
"""What is asked for in these is mostly asked for calmly: it shows the head of feelings what is."""
NEUTRAL_SHARE = 12
"""One phrase in so many of those is shown to it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase or a copy of one, as words."""

    words: list[str]
    label: str
    language: str
    """Empty where mixing has left it open."""
    fold: int
    """Which part of the phrases it is held out with; copies go with their phrase."""
    copy: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """A bundle in memory."""

    rarity: Rarity
    language: Head
    intent: Head
    sentiment: Head


def examples(phrases: Sequence[Seed]) -> list[Example]:
    """Return phrases and their copies, each in a fold that follows from the phrase itself.

    A copy that came out as somebody's phrase already is left out: that one may mean another thing.
    """
    made = []
    taken = {normal(seed.text) for seed in phrases}
    for seed in phrases:
        words = [token.norm for token in tokens(seed.text)]
        key = " ".join(words).encode()
        fold, chance = crc32(key) % FOLDS, Random(crc32(key) ^ SEED)  # noqa: S311
        made.append(Example(words, seed.label, seed.language, fold, copy=False))
        made += [
            Example(copy, seed.label, language, fold, copy=True)
            for copy, language in augmented(words, seed, chance)
            if " ".join(copy) not in taken
        ]
    return made


def rarity_of(shown: Sequence[Example]) -> Rarity:
    """Return how rare every feature is among phrases; nought for those too rare to tell anything.

    As idf: ``1 + log((1 + phrases) / (1 + phrases with it))``.
    """
    having = np.zeros(BUCKETS, np.int64)
    for one in shown:
        having[np.unique(np.concatenate([at for _, at, _ in _counted(tuple(one.words))]))] += 1
    rare: Rarity = (1 + np.log((1 + len(shown)) / (1 + having))).astype(np.float32)
    rare[having < FEWEST] = 0
    # As the bundle keeps it, so that training sees what serving will.
    return rare.astype(np.float16).astype(np.float32)


@cache
def _counted(words: tuple[str, ...]) -> list[tuple[float, Places, Weights]]:
    return counted(words)


def matrix(words: Iterable[Sequence[str]], rarity: Rarity) -> csr_matrix:
    """Return phrases as rows of features."""
    places, weights, ends = [], [], [0]
    for one in words:
        found = weighed(_counted(tuple(one)), rarity)
        places.append(found.places)
        weights.append(found.weights)
        ends.append(ends[-1] + len(found.places))
    rows = csr_matrix(
        (np.concatenate(weights), np.concatenate(places), np.asarray(ends)),
        shape=(len(ends) - 1, BUCKETS),
        dtype=np.float32,
    )
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return rows


def fit(rows: csr_matrix, labels: Sequence[str], order: Sequence[str]) -> Head:
    """Return a head trained on rows of features; its labels stand in the order given."""
    wanted = [label for label in order if label in set(labels)]
    machine = LinearSVC(C=REGULAR, tol=CLOSE, random_state=SEED)
    machine.fit(rows, [wanted.index(label) for label in labels])
    weights, bias = machine.coef_, machine.intercept_
    if len(wanted) == 2:  # scikit-learn keeps one side of two
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return pack(wanted, weights.T.astype(np.float32), bias.astype(np.float32))


def scores(head: Head, rows: csr_matrix) -> NDArray[np.float32]:
    """Return a head's scores of many rows at once."""
    dense = head.weights.astype(np.float32)
    at = csr_matrix((rows.data, head.rows[rows.indices], rows.indptr), (rows.shape[0], len(dense)))
    found: NDArray[np.float32] = np.asarray(at @ dense) + head.bias
    return found


def temperature(held: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Return what scores are best divided by, for the truth to be as likely as they say."""

    def surprise(heat: float) -> float:
        likely = softmax(held / heat)[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(likely, 1e-12, 1)).mean())

    return round(float(minimize_scalar(surprise, bounds=HEATS, method="bounded").x), 4)


@dataclass(frozen=True, slots=True)
class Held:
    """What a head said of phrases that it had not been shown, nor copies of them."""

    examples: list[Example]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]
    truth: NDArray[np.int64]


def held_out(
    shown: Sequence[Example], rows: csr_matrix, order: Sequence[str], *, asking: int = FOLDS
) -> Held:
    """Return what heads trained without a fold say of that fold's phrases.

    Of copies, the first of each phrase is asked about too: customers' thumbs slip. ``asking`` is
    how many of the folds are asked about.
    """
    labels = tuple(label for label in order if label in {one.label for one in shown})
    folds = np.asarray([one.fold for one in shown])
    asked = np.asarray(_asked(shown)) & (folds < asking)
    found = np.zeros((len(shown), len(labels)), np.float32)
    for fold in range(asking):
        rest = np.flatnonzero(folds != fold)
        here = np.flatnonzero((folds == fold) & asked)
        head = fit(rows[rest], [shown[int(i)].label for i in rest], labels)
        if head.labels != labels:
            raise seeds.BadSeeds("an intent has too few phrases to hold any out")
        found[here] = scores(head, rows[here])
    kept = np.flatnonzero(asked)
    truth = np.asarray([labels.index(shown[int(i)].label) for i in kept])
    return Held([shown[int(i)] for i in kept], labels, found[kept], truth)


def _asked(shown: Sequence[Example]) -> list[bool]:
    """Mark every phrase, and the first copy of each."""
    return [not one.copy or (at > 0 and not shown[at - 1].copy) for at, one in enumerate(shown)]


def temperatures(held: Held) -> dict[str, float]:
    """Return the temperature of every language there are phrases enough of, and of any."""
    heats = {ANY: temperature(held.scores, held.truth)}
    for language in seeds.LANGUAGES:
        at = [i for i, one in enumerate(held.examples) if one.language == language and not one.copy]
        if len(at) >= 50:
            heats[language] = temperature(held.scores[at], held.truth[at])
    return heats


def train(folder: Path = seeds.SEEDS) -> tuple[Trained, Held]:
    """Return a bundle trained on a folder's seeds, and what was said of the held-out ones.

    :raises BadSeeds: if they cannot be trained on
    """
    phrases = seeds.intents(folder)
    shown = examples(phrases)
    rarity = rarity_of(shown)
    intent, held = intent_head(shown, rarity)
    language = _language_head([*shown, *examples(seeds.everyday(folder))], rarity)
    return Trained(rarity, language, intent, _sentiment_head(folder, phrases, rarity)), held


def intent_head(shown: Sequence[Example], rarity: Rarity) -> tuple[Head, Held]:
    """Return the head of intents, and what was said of the held-out phrases."""
    rows = matrix((one.words for one in shown), rarity)
    head = fit(rows, [one.label for one in shown], INTENTS_OUTSIDE)
    held = held_out(shown, rows, head.labels)
    return replace(head, temperatures=temperatures(held)), held


def _language_head(shown: Sequence[Example], rarity: Rarity) -> Head:
    """Learn languages from whole phrases and from three words of them."""
    of_some = [one for one in shown if one.language]
    kept = [one for at, one in enumerate(of_some) if not one.copy or not of_some[at - 1].copy]
    made = [replace(one, label=one.language) for one in kept]
    for one in kept:
        chance = Random(crc32(" ".join(one.words).encode()))  # noqa: S311
        if one.copy or len(one.words) <= 3 or one.language not in ("en", "sw", "fr"):
            continue
        # Of no bank's words there are few: all their threes are shown.
        starts = range(len(one.words) - 2)
        shares = starts if one.label in seeds.LANGUAGES else [chance.choice(starts)]
        made += [
            replace(one, label=one.language, words=one.words[at : at + 3], copy=True)
            for at in shares
        ]
    return _calibrated(made, rarity, seeds.LANGUAGES)


def _sentiment_head(folder: Path, phrases: Sequence[Seed], rarity: Rarity) -> Head:
    calm = [
        replace(seed, label="Neutral")
        for seed in phrases
        if seed.label in NEUTRAL_INTENTS and crc32(seed.text.encode()) % NEUTRAL_SHARE == 0
    ]
    shown = examples([*seeds.feelings(folder), *calm])
    return _calibrated(shown, rarity, tuple(seeds.FEELINGS.values()))


def _calibrated(shown: Sequence[Example], rarity: Rarity, order: Sequence[str]) -> Head:
    rows = matrix((one.words for one in shown), rarity)
    head = fit(rows, [one.label for one in shown], order)
    held = held_out(shown, rows, head.labels, asking=1)
    return replace(head, temperatures={ANY: temperature(held.scores, held.truth)})


def write(trained: Trained, folder: Path, *, fingerprint: str) -> None:
    """Write a bundle into a folder, with where it comes from."""
    nlp = pipeline.assemble(trained.rarity, trained.language, trained.intent, trained.sentiment)
    nlp.meta |= {
        "name": "wekeza_understanding",
        "version": f"1.{int(fingerprint[:6], 16)}",
        "description": "What customers ask for, in which language, and how they sound",
        "fingerprint": fingerprint,
    }
    nlp.to_disk(folder)


def weights_hash(trained: Trained) -> str:
    """Return a hash of all that was learnt, to compare two trainings by."""
    digest = sha256(trained.rarity.tobytes())
    for head in (trained.language, trained.intent, trained.sentiment):
        digest.update(head.weights.tobytes() + head.bias.tobytes() + head.rows.tobytes())
        digest.update(json.dumps(dict(head.temperatures), sort_keys=True).encode())
    return digest.hexdigest()
