"""The twin of a rail's switch: a pure machine over plain messages, with a clock that it is told.

It keeps what one bank's payments come to, answers for them, sends some back, and brings money for
the bank's customers. What becomes of a payment is fixed when it is taken, by the seed, its id and
the account it goes to (`twin_trouble`): so the order of calls changes nothing, and a simulation of
many thousands is repeatable and quick. Nothing here knows of HTTP or XML.
"""

import hashlib
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from core.iso.messages import CreditTransfer, Initiation, Party, Returned, Status
from core.money import Money
from core.partners.name_enquiry_twin import FIRST_NAMES, LAST_NAMES
from core.partners.rails.hearing import News
from core.partners.rails.reach import Turned
from core.partners.rails.twin_fate import Dice, Kept, fate
from core.partners.rails.twin_rules import Rules, local
from core.partners.rails.twin_trouble import TROUBLES, trouble
from core.partners.wire import NoAnswer

CALLED_TWICE_MORE = (timedelta(seconds=1), timedelta(seconds=30))
HALF = 50
NETTED_AT = timedelta(hours=11)
"""UTC; what was put in before suffices from one netting to the next."""
UNASKABLE = frozenset({"503", "504", "505"})
"""Accounts about which nobody answers who holds them."""


@dataclass(slots=True)
class Switch:
    """One rail's switch, as one bank sees it. Not for use by two threads at once."""

    rules: Rules
    seed: str = "1"
    prefunded: dict[str, Money] = field(default_factory=dict)
    """What may be paid between one netting and the next, by currency; others are not limited."""
    payments: dict[str, Kept] = field(default_factory=dict)
    """By end-to-end id."""
    incoming: dict[str, CreditTransfer] = field(default_factory=dict)
    """Payments to the bank's customers, by their id."""
    given_back: dict[str, Returned] = field(default_factory=dict)
    """What the bank gave back of these, by the bank's id of the return."""
    returns: dict[str, Returned] = field(default_factory=dict)
    _news: list[tuple[datetime, int, News]] = field(default_factory=list)
    _count: int = 0
    _lost: set[str] = field(default_factory=set)
    _back: set[str] = field(default_factory=set)
    _minute: tuple[datetime | None, int] = (None, 0)
    _dice: Dice = field(init=False)
    _used: dict[tuple[str, date], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = Dice(self.seed, self.rules.name)

    def pay(self, payment: CreditTransfer, *, now: datetime) -> Status | None:
        """Take a payment; return how it stands, or None where the switch says nothing yet.

        :raises Turned: if it takes no more this minute
        :raises NoAnswer: if the account is one whose answers, or calls, are lost
        """
        self._require_room(now)
        known = self.payments.get(payment.end_to_end)
        if known is not None and known.payment.id == payment.id:
            return self._status(known, now)
        if known is not None and not known.is_refused(now):
            return self._refusal(payment, "AM05", now)
        befalls = trouble(payment.creditor.account)
        if befalls.kind == "lost_call" and payment.id not in self._lost:
            self._lost.add(payment.id)
            raise NoAnswer("the call was lost")
        kept = self._keep(payment, now)
        if befalls.kind == "lost_answer":
            raise NoAnswer("the answer was lost")
        told = self._status(kept, now)
        if told.code == "ACSP" and self._dice.share(payment.id, "says nothing") < HALF:
            return None
        return told

    def hand_in(self, file: Initiation, *, now: datetime) -> None:
        """Take a file of payments: each is taken, or refused, by itself.

        :raises Turned: if it takes no more this minute
        :raises NoAnswer: if the file has an account whose answers, or calls, are lost; the others'
            payments are taken
        """
        lost: NoAnswer | None = None
        for payment in file.transfers:
            try:
                self.pay(payment, now=now)
            except NoAnswer as error:
                lost = error
        if lost is not None:
            raise lost

    def status(self, end_to_end: str, *, now: datetime) -> Status | None:
        """Return how a payment stands, or None when it was never seen."""
        kept = self.payments.get(end_to_end)
        return None if kept is None or kept.seen_at > now else self._status(kept, now)

    def returned(self, number: str, *, now: datetime) -> Returned | None:
        """Return what came back, or what the bank gave back, by its id."""
        found = self.given_back.get(number) or self.returns.get(number)
        return found if found is not None and found.made_at <= now else None

    def transfer_in(self, told: CreditTransfer, *, now: datetime) -> CreditTransfer:
        """Bring money for a customer of the bank's, and plan to tell of it."""
        self.incoming.setdefault(told.id, told)
        self._plan(now, told)
        return told

    def give_back(self, told: Returned, *, now: datetime) -> Status:
        """Take a payment back that the bank does not keep: once, and whole."""
        came = self.incoming.get(told.original)
        kept = self.given_back.get(told.id)
        reason = ""
        if kept is None:
            if came is None or came.amount != told.amount:
                reason = "AM09"
            elif told.original in self._back:
                reason = "AM05"
            else:
                self._back.add(told.original)
                on = local(now, told.amount.currency).date()
                self.given_back[told.id] = replace(told, made_at=now, settles_on=on)
        code = "RJCT" if reason else "ACSC"
        name = self._dice.name("G", told.id)
        return Status(f"{name}-S", told.end_to_end, code, now, told.id, reason, reference=name)

    def holder(self, at: Party) -> str | None:
        """Return whose an account at another bank is, or None when nobody's is.

        :raises Turned: on a rail that does not say
        :raises NoAnswer: where the other bank is away
        """
        if not self.rules.names:
            raise Turned("not_supported", "this rail does not say")
        if at.account[-3:] in UNASKABLE:
            raise NoAnswer("that bank does not answer")
        if trouble(at.account) == TROUBLES["404"] or not at.account:
            return None
        dice = hashlib.blake2b(f"{at.bic}{at.code}{at.account}".encode()).digest()
        return f"{FIRST_NAMES[dice[0] % 20]} {LAST_NAMES[dice[1] % 20]}"

    def news(self, *, until: datetime) -> Iterator[tuple[datetime, News]]:
        """Give what the switch tells of its own accord up to a time, in order, once."""
        while self._news and self._news[0][0] <= until:
            at, _, one = heapq.heappop(self._news)
            yield at, one

    def next_at(self) -> datetime | None:
        """Return when the switch will tell something next, or None when it has nothing to tell."""
        return self._news[0][0] if self._news else None

    def _keep(self, payment: CreditTransfer, now: datetime) -> Kept:
        reason = self.rules.refuses(payment.amount, now=now) or self._lacks(payment.amount, now)
        kept = fate(payment, self.rules, self._dice, now=now, reason=reason)
        self.payments[payment.end_to_end] = kept
        self._plan_status(kept, now)
        if kept.back is not None:
            self.returns[kept.back.id] = kept.back
            self._plan(kept.back.made_at, kept.back)
        return kept

    def _plan_status(self, kept: Kept, now: datetime) -> None:
        at = kept.settles_at or kept.refused_at
        if at is None or (at == now and kept.trouble.kind not in {"doubled", "false_alarm"}):
            return  # it was told in the answer
        told = self._status(kept, at)
        if kept.trouble.kind == "false_alarm":
            told = replace(told, code="RJCT", reason="AC04", settled_on=None)
        times = CALLED_TWICE_MORE if kept.trouble.kind == "doubled" else ()
        for later in (timedelta(), *times):
            self._plan(at + later, told)

    def _status(self, kept: Kept, now: datetime) -> Status:
        payment = kept.payment
        amount, settled_on, code = payment.amount, None, "ACSP"
        if kept.is_refused(now):
            code = "RJCT"
        elif kept.is_settled(now):
            code, settled_on = "ACSC", kept.settled_on
        if kept.trouble.kind == "lies":
            amount = Money(amount.minor - 1, amount.currency)
        return Status(
            id=f"{kept.reference}-{code}",
            end_to_end=payment.end_to_end,
            code=code,
            made_at=now,
            original=payment.id,
            reason=kept.reason if code == "RJCT" else "",
            amount=amount,
            reference=kept.reference,
            settled_on=settled_on,
        )

    def _refusal(self, payment: CreditTransfer, reason: str, now: datetime) -> Status:
        name = self._dice.name("D", payment.id)
        return Status(
            name, payment.end_to_end, "RJCT", now, payment.id, reason, amount=payment.amount
        )

    def _require_room(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        taken = self._minute[1] if self._minute[0] == minute else 0
        if taken >= self.rules.a_minute:
            raise Turned("partner_down", "too many payments this minute", again=True)
        self._minute = (minute, taken + 1)

    def _lacks(self, amount: Money, now: datetime) -> str:
        """Return the reason when what was put in before does not suffice until the next netting."""
        limit = self.prefunded.get(amount.currency)
        if limit is None:
            return ""
        window = (now.astimezone(UTC) - NETTED_AT).date()
        used = self._used.get((amount.currency, window), 0) + amount.minor
        if used > limit.minor:
            return "AM04"
        self._used[amount.currency, window] = used
        return ""

    def _plan(self, at: datetime, news: News) -> None:
        self._count += 1
        heapq.heappush(self._news, (at, self._count, news))
