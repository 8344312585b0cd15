"""How well messages are understood: by language and intent, and what comes of it for customers.

Three sources are measured the same way: the seeds by cross-validation, a challenge of our own
(``tests/data/understanding/challenge.tsv``, by somebody who had not seen the seeds), and any file
of that form: tab-separated ``text``, ``language``, ``intent``, ``entities`` as JSON.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from flows.understanding.deciding import decide
from flows.understanding.heads import ANY, softmax
from flows.understanding.reading import tell
from flows.understanding.training.train import Held

COLUMNS = ("text", "language", "intent", "entities")
CONFUSIONS = 12
BINS = 10
POINT = 0.01
"""How far a slice may fall below its floor: one point."""


class BadCases(ValueError):
    """The file holds no cases to measure by."""


@dataclass(frozen=True, slots=True)
class Case:
    """A message, and what should be understood of it."""

    text: str
    language: str
    intent: str
    entities: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood of a case."""

    case: Case
    language: str
    intent: str
    confidence: float
    decision: str
    offered: tuple[str, ...] = ()
    entities: Mapping[str, Any] | None = None
    """None where entities were not asked about."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the cases. All but ``cases`` are shares, from 0 to 1."""

    name: str
    cases: int
    accuracy: float
    acted_wrong: float
    """Acted on as something else: the share that costs trust."""
    clarified: float
    fallback: float
    """Not acted on, of what the bank does serve."""
    offered: float
    """Right, or among what was offered."""
    ece: float
    """Expected calibration error: how far confidence is from how often it is right."""
    language: float
    """Whose language was told right."""
    entities: float | None
    """Whose entities are exactly those wanted, among the cases that have any."""


def read(path: Path) -> list[Case]:
    """Return the cases of a file.

    :raises BadCases: if a line is none
    """
    cases = []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        for at, row in enumerate(rows, 1):
            if not row or row[0].startswith("#") or tuple(row) == COLUMNS:
                continue
            try:
                said = json.loads(row[3]) if len(row) > 3 and row[3].strip() else {}
                cases.append(Case(row[0], row[1], row[2], said))
            except (IndexError, ValueError) as error:
                raise BadCases(f"{path}, line {at}: {error}") from error
    if not cases:
        raise BadCases(f"{path} has no cases")
    return cases


def asked(cases: Iterable[Case], *, country: str, today: date) -> list[Answer]:
    """Return what the house understands of cases, by the bundle it serves with."""
    answers = []
    for case in cases:
        told = tell(case.text, country, today)
        answers.append(
            Answer(
                case, told["language"], told["intent"], told["confidence"], told["decision"],
                tuple(one["intent"] for one in told["alternatives"]), told["entities"],
            )
        )  # fmt: skip
    return answers


def cross_validated(held: Held, heats: Mapping[str, float]) -> list[Answer]:
    """Return what is understood of seeds that a head was not shown: words alone, no facts."""
    answers = []
    for one, scores in zip(held.examples, held.scores, strict=True):
        if one.copy:
            continue
        heat = heats.get(one.language, heats[ANY])
        likely = dict(zip(held.labels, softmax(scores / heat).tolist(), strict=True))
        ranked = sorted(likely, key=lambda label: -likely[label])
        case = Case(" ".join(one.words), one.language, one.label)
        answers.append(
            Answer(
                case, one.language, ranked[0], likely[ranked[0]], decide(likely), tuple(ranked[:3])
            )
        )
    return answers


def slices(answers: Sequence[Answer], *, name: str) -> list[Slice]:
    """Return the whole, each language, each intent, and each intent of each language."""
    parts: list[tuple[str, Callable[[Answer], str]]] = [
        (name, lambda _: ""),
        (name, lambda one: one.case.language),
        (name, lambda one: one.case.intent),
        (name, lambda one: f"{one.case.language}/{one.case.intent}"),
    ]
    found = []
    for prefix, key in parts:
        grouped: dict[str, list[Answer]] = {}
        for answer in answers:
            grouped.setdefault(key(answer), []).append(answer)
        found += [
            _slice(f"{prefix}/{part}" if part else prefix, grouped[part])
            for part in sorted(grouped)
        ]
    return found


def confusions(answers: Iterable[Answer]) -> list[tuple[str, str, int, str]]:
    """Return what is taken for what most often, with how often and one example."""
    wrong = [one for one in answers if one.intent != one.case.intent]
    counted = Counter((one.case.intent, one.intent) for one in wrong)
    first = {(one.case.intent, one.intent): one.case.text for one in reversed(wrong)}
    return [(*pair, many, first[pair]) for pair, many in counted.most_common(CONFUSIONS)]


def fallen(measured: Iterable[Slice], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a sentence for every slice that is more than a point below its floor."""
    found = []
    for one in measured:
        floor = floors.get(one.name)
        if floor is None:
            continue
        if one.accuracy < floor["accuracy"] - POINT:
            found.append(f"{one.name}: accuracy {one.accuracy:.3f}, was {floor['accuracy']:.3f}")
        if one.acted_wrong > floor["acted_wrong"] + POINT:
            wrong = floor["acted_wrong"]
            found.append(f"{one.name}: acted wrong {one.acted_wrong:.3f}, was {wrong:.3f}")
    return found


def floors(measured: Iterable[Slice]) -> dict[str, dict[str, float]]:
    """Return the floors that a measurement sets: for the whole, each language and each intent."""
    return {
        one.name: {"accuracy": one.accuracy, "acted_wrong": one.acted_wrong}
        for one in measured
        if one.name.count("/") < 2
    }


def calibration(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error of confidences, in bins of a tenth."""
    off = 0.0
    for bin_ in range(BINS):
        here = [(p, ok) for p, ok in pairs if min(int(p * BINS), BINS - 1) == bin_]
        if here:
            off += abs(sum(p for p, _ in here) - sum(ok for _, ok in here))
    return off / len(pairs) if pairs else 0.0


def as_values(measured: Iterable[Slice]) -> list[dict[str, Any]]:
    """Return slices as plain values."""
    return [asdict(one) for one in measured]


def _slice(name: str, answers: Sequence[Answer]) -> Slice:
    def share(told: Callable[[Answer], bool], among: Sequence[Answer] = answers) -> float:
        return round(sum(map(told, among)) / len(among), 4) if among else 0.0

    with_facts = [one for one in answers if one.entities is not None and one.case.entities]
    return Slice(
        name=name,
        cases=len(answers),
        accuracy=share(_right),
        acted_wrong=share(lambda one: one.decision == "act" and not _right(one)),
        clarified=share(lambda one: one.decision == "clarify"),
        fallback=share(
            lambda one: one.decision == "fallback" and one.case.intent != "out_of_scope"
        ),
        offered=share(lambda one: _right(one) or one.case.intent in one.offered),
        ece=round(calibration([(one.confidence, _right(one)) for one in answers]), 4),
        language=share(lambda one: one.language == one.case.language),
        entities=share(lambda one: dict(one.entities or {}) == dict(one.case.entities), with_facts)
        if with_facts
        else None,
    )


def _right(one: Answer) -> bool:
    return one.intent == one.case.intent
