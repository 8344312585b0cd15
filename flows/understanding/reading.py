"""A message read: whole commands first, then the pipeline, then what follows from its facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from flows.hearing import LONGEST, plain
from flows.understanding import commands
from flows.understanding.commands import Command
from flows.understanding.deciding import decide, offered
from flows.understanding.entities import Entities, find
from flows.understanding.finer import finer
from flows.understanding.intents import INTENTS, OUT_OF_SCOPE
from flows.understanding.meaning import Decision, Feeling, Guess, Understood
from flows.understanding.normalise import NUMBER, PHONE, tokens
from flows.understanding.pipeline import Asked, Heard, reader

IMPLIES = 0.25
"""So likely must its words make it as well, where there are any."""
IMPLIED = 0.75
"""How sure the facts alone make what they are for, where the words tell nothing."""
SENT = "send_money"
"""What an amount and a number are for."""
LIKELIER = {1: 2.0, 2: 6.0}
"""By its words (two stand for more): a story's command makes its intent so much likelier."""
OPENS = 100.0
"""And so much where a mark sets it apart at the beginning, and its story takes words: "agent, …".
"""
TAKE_WORDS = frozenset({"agent", "report"})
SEARCHED = frozenset({"pay_bill"})
"""Stories that look for a name of theirs in all that was said, however little it is."""
TELLS_LANGUAGE = 0.7
"""So sure must the language be, before the bank changes to it."""
NEARLY = 0.94
"""As sure as a guess can be: only a whole command is exact."""
FEWEST_WORDS = 2
"""One word has no tone."""

TOLD = (
    "amount", "currency", "to_currency", "phone", "name", "card_kind", "case_ref", "date", "bank",
    "account",
)  # fmt: skip
"""The facts the outside is told."""
_PAYS = frozenset({"send_money", "deposit", "withdraw", "pay_bill"})
TOLD_OF = MappingProxyType({
    "to_currency": frozenset({"exchange", "fx_rate"}),
    "name": frozenset({"send_money", "beneficiaries", "airtime"}),
    "card_kind": frozenset({"card_request"}),
    "bank": _PAYS,
    "date": _PAYS | {"airtime", "statement", "exchange"},
})  # fmt: skip
"""Facts that only some intents have a use for: elsewhere they are told in passing."""
NO_BANKS = frozenset({"M-Pesa", "Airtel Money", "MTN MoMo", "Orange Money", "Wave", "Tigo Pesa"})
"""Wallets of mobile money, which people name as they name a bank."""

_SOME_DAY = date(2000, 1, 1)
# Sheng is answered in Swahili; who mixes languages is answered in the one that was used before.
_SPOKEN = {"en": "en", "sw": "sw", "fr": "fr", "sheng": "sw"}
_SET_ASIDE = frozenset({"amount", "phone", "currency"})
_OPENING = re.compile(r"([,:;\n])")
_BARE = re.compile(r"\d{1,8}")
_WORDLESS = frozenset({NUMBER, PHONE, "?", "!"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What words and facts together make of a message."""

    likely: Mapping[str, float]
    decision: Decision
    flow: str | None

    @property
    def intent(self) -> str:
        """What is likeliest."""
        return max(self.likely, key=lambda one: (self.likely[one], one))


def understand(
    text: str, country: str, *, expects: str = "", today: date | None = None
) -> Understood:
    """Return what a message means. It never raises, whatever is written.

    ``country`` is where its phones and currencies are read; ``expects`` is the kind of thing that
    was asked for, if any. Without ``today`` no days are told.
    """
    text = text[:LONGEST]
    asked = Asked(country, today or _SOME_DAY, expects)
    facts = find(text, country=country, today=asked.today, expects=expects)
    command = _command(text, facts)
    if command is not None:
        return _commanded(command, text, facts, dated=today is not None)
    heard = reader().read(text, replace(asked, found=facts))
    return _guessed(judge(text, heard), heard, text, dated=today is not None)


def feel(text: str) -> Feeling | None:
    """Return how a message sounds; None where there is too little of it to tell."""
    if len(text.split()) < FEWEST_WORDS:
        return None
    return reader().read(text[:LONGEST], Asked("KE", _SOME_DAY)).feeling


def judge(text: str, heard: Heard) -> Judged:
    """Return what comes of the model's word, the stories' own words and the facts."""
    facts = heard.entities
    if all(token.norm in _WORDLESS for token in tokens(text)):
        likely: dict[str, float] = {OUT_OF_SCOPE: 1.0}
    else:
        likely = _with_commands(heard.intents, text)
    decision = decide(likely)
    implied = _implied(facts)
    if (
        decision != "act"
        and implied
        and (likely.get(OUT_OF_SCOPE) == 1.0 or likely.get(implied, 0.0) >= IMPLIES)
    ):
        others = {one: p * (1 - IMPLIED) for one, p in likely.items() if one != implied}
        return Judged(others | {implied: IMPLIED}, "act", implied)
    if decision == "fallback" and implied == SENT:
        likely = _for_something(likely, implied)
        decision = "clarify"
    top = max(likely, key=lambda one: (likely[one], one))
    flow = None if decision == "fallback" else finer(top, plain(text))
    return Judged(likely, decision, flow)


def _for_something(likely: Mapping[str, float], implied: str) -> dict[str, float]:
    """Return intents without "none of ours": who names an amount and a number wants it moved."""
    ours = {one: p for one, p in likely.items() if one != OUT_OF_SCOPE}
    ours[implied] = ours.get(implied, 0.0) + IMPLIED
    total = sum(ours.values())
    return {one: p / total for one, p in ours.items()}


def _with_commands(likely: Mapping[str, float], text: str) -> dict[str, float]:
    """Make likelier what the longest command inside a message asks for, and one it opens with."""
    found = commands.inside(plain(text))
    times = {
        INTENTS.get(one.flow, one.flow): LIKELIER[min(len(one.words.split()), max(LIKELIER))]
        for one in found
        if len(one.words) == len(found[0].words)
    }
    head, mark, _ = _OPENING.split(text, maxsplit=1) if _OPENING.search(text) else (text, "", "")
    opening = commands.whole(plain(head), plain(head)) if mark else None
    if opening and opening.flow in TAKE_WORDS:
        times[INTENTS.get(opening.flow, opening.flow)] = OPENS
    raised = {one: p * times.get(one, 1.0) for one, p in likely.items()}
    total = sum(raised.values())
    return {one: p / total for one, p in raised.items()}


def _implied(facts: Entities) -> str | None:
    """Return what an amount can be for, beside what else there is."""
    if facts.amount and facts.phone:
        return SENT
    pair = facts.from_currency and facts.to_currency
    if facts.amount and facts.currency and (pair or facts.buying):
        return "exchange"
    return None


def _command(text: str, facts: Entities) -> Command | None:
    """Return the command that a message is, if it is one and facts alone."""
    found = commands.whole(plain(text), plain(_rest(text, facts)))
    if found and found.flow == "pay_request" and facts.phone:
        # Requests go by their number: this is somebody to pay.
        return replace(found, flow="send_money")
    return found


def _commanded(command: Command, text: str, facts: Entities, *, dated: bool) -> Understood:
    flow = command.flow
    intent = INTENTS.get(flow, flow)
    guess = Guess(intent, flow, command.confidence)
    return Understood(
        intent=intent,
        flow=flow,
        confidence=command.confidence,
        language=command.language,
        decision="act",
        alternatives=(guess,),
        **_facts(text, facts, dated=dated),
    )


def _guessed(judged: Judged, heard: Heard, text: str, *, dated: bool) -> Understood:
    said = plain(text)
    top, p = judged.intent, judged.likely[judged.intent]
    others = offered(judged.likely)
    flow = judged.flow
    language = _SPOKEN.get(heard.language)
    sure = heard.languages[heard.language] >= TELLS_LANGUAGE
    return Understood(
        intent=top,
        flow=flow,
        confidence=min(p, NEARLY),
        language=language if sure else None,
        words=text.strip() if flow in SEARCHED or (flow and commands.says_more(text)) else "",
        decision=judged.decision,
        alternatives=tuple(Guess(one, finer(one, said), round(q, 4)) for one, q in others),
        sentiment=heard.feeling if len(text.split()) >= FEWEST_WORDS else None,
        **_facts(text, heard.entities, dated=dated),
    )


def _facts(text: str, facts: Entities, *, dated: bool) -> dict[str, Any]:
    """Return the facts of a message as ``Understood`` names them."""
    return {
        "amount": facts.amount,
        "currency": facts.currency,
        "from_currency": facts.from_currency,
        "to_currency": facts.to_currency,
        "buying": facts.buying,
        "card_kind": facts.card_kind,
        "phone": _as_written(text, facts, "phone") or facts.phone,
        "bare": bool(_BARE.fullmatch(text.strip())),
        "name": facts.name,
        "date": facts.date if dated else None,
        "case_ref": facts.case_ref,
        "bank": facts.bank,
        "account": facts.account,
        "other_amount": facts.other_amount,
    }


def _as_written(text: str, facts: Entities, kind: str) -> str | None:
    span = next((one for one in facts.spans if one.kind == kind), None)
    if span is None:
        return None
    return "".join(text[span.start : span.end].split()).strip(".,;:!?()")


def _rest(text: str, facts: Entities) -> str:
    """Return a message without what was taken for an amount or a number."""
    for span in sorted(facts.spans, key=lambda one: -one.start):
        if span.kind in _SET_ASIDE:
            text = text[: span.start] + " " + text[span.end :]
    return text


def tell(text: str, country: str, today: date) -> dict[str, Any]:
    """Return what a message means in the words of the outside: one of the 27 intents, and facts.

    :returns: ``text``, ``language`` (en, sw, fr, mixed or sheng), ``intent``, ``confidence``,
        ``decision``, ``alternatives`` (each an intent and how likely it is) and ``entities``
    """
    heard = reader().read(text[:LONGEST], Asked(country, today))
    command = _command(text[:LONGEST], heard.entities)
    if command is None:
        judged = judge(text[:LONGEST], heard)
        intent, sure, decision = judged.intent, judged.likely[judged.intent], judged.decision
        others = offered(judged.likely)
    else:
        intent, sure, decision = INTENTS[command.flow], command.confidence, "act"
        others = [(intent, sure)]
    return {
        "text": text,
        "language": (command and command.language) or heard.language,
        "intent": intent,
        "confidence": round(sure, 4),
        "decision": decision,
        "alternatives": [{"intent": one, "confidence": round(p, 4)} for one, p in others],
        "entities": _told(heard.entities, intent),
    }


def _told(facts: Entities, intent: str) -> dict[str, str]:
    """Return the facts that the outside is told: those that the intent has a use for."""
    found = replace(facts, currency=facts.currency or facts.from_currency)
    told = {
        kind: value
        for kind in TOLD
        if (value := getattr(found, kind)) is not None and intent in TOLD_OF.get(kind, {intent})
    }
    if told.get("bank") in NO_BANKS:
        told.pop("bank")
    if "." in told.get("amount", ""):
        told["amount"] = f"{Decimal(told['amount']):.2f}"
    return told
