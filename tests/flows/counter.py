"""A counter for the engine's own tests: the engine knows nothing of banks, so any will do.

Whole stories are told to the real one, in tests/stories.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from core.access.pins import Proof, WrongPin
from core.money import Money
from flows import engine
from flows.engine import Said, Turn
from flows.story import Ask, Call, Choose, End, Flow, NewSecret, Prove, RepeatSecret
from flows.words import Words

EFFECT = UUID("00000000-0000-7000-8000-00000000ef01")
RIGHT, WRONG = Proof("pin", ok=True, new_hash="hash"), Proof("pin", ok=False)


@dataclass
class Counter:
    """What the engine asks of a bank, and a list of what was done."""

    known: bool = True
    trusted: bool = True
    language: str = "en"
    country: str = "KE"
    done: list[str] = field(default_factory=list)
    refuses: Exception | None = None

    @property
    def owes_code(self) -> bool:
        return False

    @property
    def heard_on(self) -> date:
        return date(2026, 3, 4)

    @property
    def takes_pictures(self) -> bool:
        return False

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self.done.append("savepoint")
        yield

    def prove(self, proof: Proof) -> None:
        if not proof.ok:
            raise WrongPin(left="2")

    def pay(self, what: str) -> None:
        if self.refuses:
            raise self.refuses
        self.done.append(what)


class Errand(Flow):
    """A small story with a step of each kind. It borrows the words of sending money."""

    name = "send_money"
    steps = (
        Ask("recipient", entity="phone", slot="name"),
        Call("looking", asks="ask_world"),
        Choose("elsewhere", options=("another", "stop")),
        Ask("amount", entity="amount"),
        Choose("review", options=("yes", "change", "no"), mints=True),
        Prove("pin"),
        End("sent"),
        End("cancelled"),
    )
    paths = (
        ("open", "start", "recipient"),
        ("answer", "recipient", "review", "has_amount", None, "note_name"),
        ("answer", "recipient", "amount", None, None, "note_name"),
        ("unknown_recipient", "recipient", "looking", None, None, "note_phone"),
        ("answered", "looking", "elsewhere", None, None, "note_bank"),
        ("timed_out", "looking", "recipient"),
        ("another", "elsewhere", "recipient"),
        ("stop", "elsewhere", "cancelled"),
        ("answer", "amount", "review", None, None, "note_amount"),
        ("yes", "review", "pin"),
        ("change", "review", "amount"),
        ("no", "review", "cancelled"),
        ("proven", "pin", "sent", None, None, "send"),
        ("insufficient_funds", "pin", "amount"),
    )
    writes = frozenset({"send"})
    moves_money = frozenset({"send"})
    quiet = frozenset({"unknown_recipient"})

    @property
    def has_amount(self) -> bool:
        return "amount" in self.slots

    def facts(self) -> dict[str, object]:
        told = {"currency": "KES", "reference": "R1", "balance": "KES 1.00"}
        return {**told, "label": "", "note": "", **self.slots}

    def note_name(self, said: str) -> None:
        from core.bank import UnknownRecipient
        from core.phone import parse

        number = parse(said, "KE")
        if number.endswith("9"):
            raise UnknownRecipient(phone=number)
        self.slots |= {"name": f"Owner {number[-1]}", "phone": number}

    def note_phone(self, _: str) -> None:
        assert self.refusal is not None
        self.slots["phone"] = self.refusal.facts["phone"]

    def note_bank(self, _: str) -> None:
        self.slots |= {"name": self.outcome["name"], "bank": self.outcome["bank"]}

    def ask_world(self) -> object:
        return ("whose is", self.slots["phone"])

    def note_amount(self, said: str) -> None:
        self.slots["amount"] = str(Money.parse(said, "KES"))

    def send(self, _: str) -> None:
        self.bank.pay(self.slots["amount"])  # type: ignore[attr-defined]


class NewPin(Flow):
    """A story with the two steps of a new PIN. It borrows the words of changing it."""

    name = "change_pin"
    steps = (NewSecret("new"), RepeatSecret("again"), End("done"))
    paths = (
        ("open", "start", "new"),
        ("chosen", "new", "again"),
        ("pins_differ", "again", "new"),
        ("repeated", "again", "done", None, None, "keep"),
    )

    def keep(self, _: str) -> None:
        assert self.proof is not None
        self.bank.pay(self.proof.new_hash)  # type: ignore[attr-defined]


class Chat:
    """One story told by the engine alone; it is kept as text between turns, as the hub keeps it."""

    def __init__(self, flow: type[Flow] = Errand, channel: str = "ussd", **bank: Any) -> None:
        self.flow, self.bank, self.words = flow, Counter(**bank), Words("en", channel)
        self.kept: dict[str, Any] = {"state": "start"}
        self.turn: Turn | None = None

    def story(self) -> Flow:
        return self.flow(bank=self.bank, **self.kept)  # type: ignore[arg-type]

    def begin(self, **given: str) -> Turn:
        story = self.story()
        return self._keep(story, engine.begin(story, self.words, given))

    def says(self, text: str = "", **said: Any) -> Turn:
        story = self.story()
        return self._keep(story, engine.take_turn(story, Said(text, **said), self.words))

    def hears(self, outcome: Any) -> Turn:
        story = self.story()
        return self._keep(story, engine.answer(story, outcome, self.words))

    def back(self) -> Turn | None:
        story = self.story()
        turn = engine.back(story, self.words)
        return turn and self._keep(story, turn)

    def _keep(self, story: Flow, turn: Turn) -> Turn:
        self.kept = {
            "state": story.state,
            "slots": dict(story.slots),
            "trail": [(state, dict(slots)) for state, slots in story.trail],
            "misses": story.misses,
            "effect_id": EFFECT if turn.wants_mint else story.effect_id,
        }
        self.turn = turn
        return turn

    @property
    def state(self) -> str:
        return str(self.kept["state"])

    @property
    def slots(self) -> dict[str, str]:
        return dict(self.kept["slots"])
