"""What free words mean. Keywords for now: each story's own, in its words, in every language.

This is the seam behind which a fuller understanding will stand; its callers see ``Understood``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from core.money import Money, NotAnAmount
from flows import catalog
from flows.card_request import KINDS
from flows.hearing import CURRENCIES, LONGEST, phrases, plain
from flows.story import Ask
from flows.trade import BUYS
from flows.words import LANGUAGES, Words

EXACT = 0.95
ACTS = 0.6
IMPLIED = 0.7
TELLS = 3
"""So many words beside a command, and the message tells what it is about."""

# A story's name, and the intent under which the outside knows it, where they differ.
INTENTS = MappingProxyType({
    "change_pin": "pin_change", "reset_pin": "pin_change", "link": "join",
    "report": "open_case", "my_cases": "case_status", "verify_me": "kyc",
    "rates": "fx_rate", "rate_alert": "fx_rate", "my_rate_alerts": "fx_rate",
    "my_payouts": "withdraw", "cash_code": "withdraw",
    "plan_bill": "plan", "plan_airtime": "plan", "plan_payout": "plan",
    "card_freeze": "card_block", "card_lost": "card_block", "card_unfreeze": "card_unblock",
    "card_replace": "card_request", "card_dispute": "open_case",
    **dict.fromkeys(
        ("bank_cards", "card_more", "card_show", "card_activate", "card_pin", "card_limits",
         "card_recent", "card_close"),
        "card_status",
    ),
})  # fmt: skip

# Words around a command that change nothing about it.
FILLERS = frozenset({
    "please", "pls", "to", "my", "the", "a", "i", "want", "need", "would", "like", "of", "me",
    "tafadhali", "kwa", "ya", "la", "yangu", "langu", "wangu", "nataka", "naomba",
    "svp", "sil", "vous", "plait", "mon", "ma", "le", "les", "au", "je", "veux", "voudrais", "de",
    "du", "un", "une",
})  # fmt: skip

# What stands before the currency that money is changed into.
INTO = frozenset({"to", "into", "for", "kwa", "kuwa", "en", "vers", "contre"})

_WHOLE_PHONE = re.compile(
    r"(?:\+\d{9,15}|00\d{9,15}|0\d{8,10}|(?:2[0-9]{2}|27)\d{8,10}|[67]\d{8}|1[01]\d{7})"
)
# How numbers in groups begin, and how many digits they have in all: +254 712 000 002, 0712 000 002,
# 712 000 002, 77 000 01 01.
_GROUPED_PHONES = (
    (re.compile(r"\+\d{1,4}"), 12),
    (re.compile(r"0\d{1,4}"), 10),
    (re.compile(r"[67]\d{1,2}|1[01]\d"), 9),
)
MOST_GROUPS = 6
_LETTER = re.compile(r"[^\W\d]")
_AMOUNT = re.compile(
    r"(?P<before>[a-z]{2,5}|[$\u20ac\u00a3])?\.?(?P<number>\d[\d.,]*)(?P<thousands>k(?![a-z]))?"
    r"(?P<after>[a-z]{2,5}|[$\u20ac\u00a3]|/[=-])?"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message seems to mean, and how sure that is (0 to 1)."""

    intent: str | None = None
    flow: str | None = None
    """The story that serves the intent."""
    confidence: float = 0.0
    language: str | None = None
    """The language of the words that were recognised."""
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

    @property
    def exact(self) -> bool:
        """Whether the message is a command and nothing else."""
        return self.flow is not None and self.confidence >= EXACT

    @property
    def acts(self) -> bool:
        """Whether it is sure enough to act on."""
        return self.flow is not None and self.confidence >= ACTS

    def entity(self, kind: str | None) -> str | None:
        """Return what was said for a step that asks for this kind of thing."""
        if kind == "amount" and self.amount:
            return f"{self.currency} {self.amount}" if self.currency else self.amount
        if kind == "trade" and self.amount:
            amount = self.entity("amount")
            return f"{BUYS} {amount}" if self.buying else amount
        if kind in ("sells", "buys"):
            return self.from_currency if kind == "sells" else self.to_currency
        if kind == "number" and self.amount and not self.currency:
            return self.amount if self.amount.isdecimal() else None
        return {"phone": self.phone, "card_kind": self.card_kind}.get(kind or "")

    def correction(self, kind: str) -> str | None:
        """Return the same, unless it may have been meant as an option or a PIN."""
        # A currency alone corrects nothing: it may as well belong to the amount.
        alone = kind in ("number", "sells", "buys")
        return None if self.bare or alone else self.entity(kind)

    @property
    def given(self) -> Mapping[str, str]:
        """What the story need not ask any more, by the name of the step that would."""
        story = catalog.STORIES.get(self.flow or "")
        if story is None:
            return {}
        steps = [s for s in story.steps if isinstance(s, Ask) and s.entity]
        given = {s.name: value for s in steps if (value := self.entity(s.entity))}
        return given | ({story.takes_words: self.words} if story.takes_words and self.words else {})


def understand(text: str, country: str) -> Understood:
    """Return what a message means. ``country`` is where its phone numbers are read."""
    del country  # keywords need none; the bank reads numbers by the customer's country
    words, phone = _take_phone(text[:LONGEST].split())
    rest, amount, currency = _take_amount(words)
    buying = not _buying().isdisjoint(plain(text).split())
    source, target = _pair(rest, currency, buying=buying)
    flow, language, confidence = _recognise(plain(text), plain(" ".join(rest)))
    if flow == "pay_request" and phone:  # requests go by their number: this is somebody to pay
        flow = "send_money"
    if flow is None and amount and phone:  # what else would one do with the two of them?
        flow, confidence = "send_money", IMPLIED
    if flow is None and amount and currency and (buying or (source and target)):
        flow, confidence = "exchange", IMPLIED
    return Understood(
        intent=INTENTS.get(flow, flow) if flow else None,
        flow=flow,
        confidence=confidence,
        language=language,
        amount=amount,
        currency=currency,
        from_currency=source,
        to_currency=target,
        buying=buying,
        card_kind=_card_kind(plain(text)),
        phone=phone,
        bare=bool(re.fullmatch(r"\d{1,8}", text.strip())),
        words=text.strip() if flow and confidence < EXACT and _says_more(text) else "",
    )


def _take_phone(tokens: list[str]) -> tuple[list[str], str | None]:
    """Find a phone number written in one piece or in groups, and return the other words too."""
    for start, token in enumerate(tokens):
        clean = token.strip(".,;:!?()")
        if _WHOLE_PHONE.fullmatch(clean.replace("-", "")):
            return tokens[:start] + tokens[start + 1 :], clean
        wanted = next((size for begins, size in _GROUPED_PHONES if begins.fullmatch(clean)), 0)
        for end in range(start + 2, min(start + MOST_GROUPS, len(tokens)) + 1 if wanted else 0):
            joined = "".join(tokens[start:end]).rstrip(".,;:!?")
            if re.fullmatch(r"\+?\d+", joined) and len(joined.lstrip("+")) == wanted:
                if wanted < 10 and joined.endswith("000"):
                    break  # as round as that, it is an amount: 700 000 000
                return tokens[:start] + tokens[end:], joined
    return tokens, None


def _take_amount(tokens: list[str]) -> tuple[list[str], str | None, str | None]:
    """Find the first amount and the currency beside it, and return the other words too."""
    for at, token in enumerate(tokens):
        found = _AMOUNT.fullmatch(token.casefold().strip(";:!?()").rstrip(".,"))
        if not found:
            continue
        number, end = _grouped(found["number"], tokens, at)
        amount = _decimal(number, thousands=bool(found["thousands"]))
        if amount is None:
            continue
        near = [tokens[i].casefold().strip(".") for i in (at - 1, end) if 0 <= i < len(tokens)]
        named = [CURRENCIES.get(mark or "") for mark in (found["before"], found["after"], *near)]
        drop = {at - 1, *range(at, end + 1)}
        rest = [
            word
            for i, word in enumerate(tokens)
            if not (i in range(at, end) or (i in drop and word.casefold().strip(".") in CURRENCIES))
        ]
        return rest, amount, next(filter(None, named), None)
    return tokens, None, None


def _pair(rest: list[str], currency: str | None, *, buying: bool) -> tuple[str | None, str | None]:
    """Return which currency is given for which, as far as it is said: usd to kes, 100 usd to kes.

    The one beside the amount is given, or got where the message speaks of buying.
    """
    words = [word.casefold().strip(".,;:!?()") for word in rest]
    named = {code: at for at, word in enumerate(words) if (code := CURRENCIES.get(word, ""))}
    others = [code for code in named if code != currency]
    if currency is not None:
        other = others[0] if others else None
        return (other, currency) if buying else (currency, other)
    if len(others) == 1:
        before = words[max(named[others[0]] - 1, 0)]
        return (None, others[0]) if buying or before in INTO else (others[0], None)
    return (others[0], others[1]) if others else (None, None)


def _grouped(number: str, tokens: list[str], at: int) -> tuple[str, int]:
    """Join the groups of three that French and many others write apart: 95 000."""
    end = at + 1
    while end < len(tokens) and len(number) <= 12 and re.fullmatch(r"\d{3}(,\d{2})?", tokens[end]):
        number, end = f"{number} {tokens[end]}", end + 1
    return number, end


def _decimal(number: str, *, thousands: bool) -> str | None:
    try:
        # The currency with the most digits, so that nothing said is rounded here.
        major = Money.parse(number, "TND").major
    except NotAnAmount:
        return None
    return f"{(major * (1000 if thousands else 1)).normalize():f}"


def prepare() -> None:
    """Learn every story's keywords, once: it takes a moment that no transaction should wait for."""
    _spaced()
    _buying()
    _card_kinds()


def _recognise(said: str, rest: str) -> tuple[str | None, str | None, float]:
    index = _index()
    if not _LETTER.search(said):
        return None, None, 0.0  # no keyword is made of digits alone
    bare = " ".join(word for word in rest.split() if word not in FILLERS)
    for way, confidence in ((said, 1.0), (rest, 0.98), (bare, 0.96)):
        if way in index:
            return (*index[way], confidence)
    padded = f" {said} "
    found = [(len(way), way) for spaced, way in _spaced() if spaced in padded]
    if not found:
        return None, None, 0.0
    longest = max(found)[0]
    flows = {index[way][0] for size, way in found if size == longest}
    flow, language = index[max(found)[1]]
    return flow, language, 0.75 if len(flows) == 1 else 0.4


def _says_more(text: str) -> bool:
    """Return whether a message tells something, beyond the story it asks for."""
    padded = f" {plain(text)} "
    asked = max((spaced for spaced, _ in _spaced() if spaced in padded), key=len, default="  ")
    rest = padded.replace(asked, " ", 1).split()
    return len([word for word in rest if word not in FILLERS]) >= TELLS


@cache
def _buying() -> frozenset[str]:
    """Return the words, of every language, that speak of money to be got."""
    voices = (Words(language, "sms") for language in LANGUAGES)
    return frozenset(way for one in voices for way in phrases(one.say("exchange", "buying")))


def _card_kind(said: str) -> str | None:
    """Return which kind of card is spoken of, if it is one of them alone."""
    padded = f" {said} "
    kinds = {kind for way, kind in _card_kinds() if way in padded}
    return kinds.pop() if len(kinds) == 1 else None


@cache
def _card_kinds() -> tuple[tuple[str, str], ...]:
    """Return the words, of every language, that tell a kind of card, as they stand among others."""
    voices = [Words(language, "sms") for language in LANGUAGES]
    return tuple(
        (f" {way} ", kind)
        for kind in KINDS
        for one in voices
        for way in phrases(one.say("card_request", f"words_{kind}"))
    )


@cache
def _spaced() -> tuple[tuple[str, str], ...]:
    """Return every keyword as it stands between other words, and itself."""
    return tuple((f" {way} ", way) for way in _index())


@cache
def _index() -> dict[str, tuple[str, str | None]]:
    """Return every keyword with its story, and its language where only one has it."""
    found: dict[str, tuple[str, str | None]] = {}
    for flow in catalog.STORIES:
        for language in LANGUAGES:
            for way in phrases(Words(language, "sms").find(flow, "keywords") or ""):
                shared = way in found and found[way][1] != language
                found[way] = (flow, None if shared else language)
    return found
