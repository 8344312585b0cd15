"""What a message was taken to mean: the story it asks for, its facts, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.readings import either
from flows.story import Ask
from flows.trade import BUYS

EXACT = 0.95
"""So sure is a command and nothing else."""

Decision = Literal["act", "clarify", "fallback"]
"""Do it; ask which of a few was meant; say that it was not understood."""
Kind = Literal["Positive", "Neutral", "Negative", "VeryNegative"]


@dataclass(frozen=True, slots=True)
class Guess:
    """One thing that a message may mean."""

    intent: str
    flow: str | None
    """The story that serves it; None where none does."""
    confidence: float
    """From 0 to 1; all guesses of a message come to 1 at most."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """How a customer sounds. Advice to people: nothing is decided by it alone."""

    kind: Kind
    score: float
    """How sure that is, from 0 to 1."""
    key_phrases: tuple[str, ...] = field(default=(), repr=False)
    """The words that weighed most, as they were written; the heaviest first."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message seems to mean, and how sure that is (0 to 1)."""

    intent: str | None = None
    """One of ``INTENTS_OUTSIDE``, or None where nothing was understood."""
    flow: str | None = None
    """The story that serves the intent."""
    confidence: float = 0.0
    language: str | None = None
    """The language of the words, where one that the bank speaks was recognised."""
    amount: str | None = None
    """A decimal, such as ``1500.50``."""
    currency: str | None = None
    """The currency beside the amount."""
    from_currency: str | None = None
    to_currency: str | None = None
    """What is to be given for what, where money is to be changed."""
    buying: bool = False
    """The amount is one to be got, not given."""
    card_kind: str | None = None
    """``virtual`` or ``physical``, where one of the two alone is spoken of."""
    phone: str | None = field(default=None, repr=False)
    """As it was written; the bank reads it by the customer's country."""
    bare: bool = False
    """The message is a number and nothing else: it may as well be an option, or a PIN."""
    words: str = field(default="", repr=False)
    """The whole message, where it says more than which story is meant."""
    decision: Decision = "fallback"
    """What to do about it: act on it, ask which of ``alternatives`` was meant, or say sorry."""
    alternatives: tuple[Guess, ...] = ()
    """What it may mean, the likeliest first, three at most; what clarifying offers."""
    name: str | None = field(default=None, repr=False)
    """Who is to be paid, as it was written."""
    date: str | None = None
    """A day spoken of, as ISO writes it."""
    case_ref: str | None = None
    bank: str | None = None
    account: str | None = field(default=None, repr=False)
    """The digits of an account elsewhere."""
    other_amount: str | None = None
    """What else the words of the amount may mean: they can be read in two ways."""
    sentiment: Feeling | None = None

    @property
    def ambiguous_amount(self) -> bool:
        """Whether the words of the amount may mean another one as well."""
        return self.other_amount is not None

    @property
    def exact(self) -> bool:
        """Whether the message is a command and nothing else."""
        return self.flow is not None and self.confidence >= EXACT

    @property
    def acts(self) -> bool:
        """Whether it is sure enough to act on."""
        return self.flow is not None and (self.exact or self.decision == "act")

    def entity(self, kind: str | None) -> str | None:
        """Return what was said for a step that asks for this kind of thing."""
        if kind in ("amount", "amounts", "trade") and self.amount:
            return self._amount(self.amount, kind)
        if kind in ("sells", "buys"):
            return self.from_currency if kind == "sells" else self.to_currency
        if kind == "number" and self.amount and not self.currency:
            return self.amount if self.amount.isdecimal() else None
        return {
            "phone": self.phone,
            "person": self.phone or self.name,
            "card_kind": self.card_kind,
            "name": self.name,
            "date": self.date,
            "case_ref": self.case_ref,
            "bank": self.bank,
            "account": self.account,
        }.get(kind or "")

    def _amount(self, amount: str, kind: str) -> str:
        """Return the amount with its currency, and what else is told of it where it is asked."""
        said = f"{self.currency} {amount}" if self.currency else amount
        if kind == "trade" and self.buying:
            return f"{BUYS} {said}"
        return either(said, self.other_amount) if kind == "amounts" and self.other_amount else said

    def correction(self, kind: str) -> str | None:
        """Return the same, unless it may have been meant as an option or a PIN."""
        # A currency alone corrects nothing: it may as well belong to the amount.
        alone = kind in ("number", "sells", "buys")
        return None if self.bare or alone else self.entity(kind)

    @property
    def given(self) -> Mapping[str, str]:
        """What the story need not ask any more, by the name of the step that would."""
        from flows import catalog  # noqa: PLC0415 - reading a message needs none of the stories

        story = catalog.STORIES.get(self.flow or "")
        if story is None:
            return {}
        steps = [s for s in story.steps if isinstance(s, Ask) and s.entity]
        given = {s.name: value for s in steps if (value := self.entity(s.entity))}
        return given | ({story.takes_words: self.words} if story.takes_words and self.words else {})
