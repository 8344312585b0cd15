"""What becomes of a payment at the twin: fixed when it is taken, by a seed, its id, its account."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.iso.messages import CreditTransfer, Returned
from core.money import Money
from core.partners.rails.twin_rules import Rules, local
from core.partners.rails.twin_trouble import Trouble, trouble

REFUSED_IN = timedelta(minutes=1)
"""How long a file's payment may be looked at before it is refused."""


@dataclass(frozen=True, slots=True)
class Dice:
    """Chance that follows from names, so that the order in which things happen changes nothing."""

    seed: str
    rail: str

    def share(self, id_: str, what: str) -> int:
        """Return a number below a hundred."""
        return int.from_bytes(self._thrown(what, id_)[:4], "big") % 100

    def name(self, kind: str, id_: str) -> str:
        """Return the switch's own id for something: nineteen letters and digits."""
        return f"{self.rail[:2].upper()}{kind}{self._thrown(kind, id_).hex()[:16].upper()}"

    def _thrown(self, what: str, id_: str) -> bytes:
        words = f"{self.seed}:{self.rail}:{what}:{id_}"
        return hashlib.blake2b(words.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Kept:
    """A payment of the bank's, as the switch keeps it. What lies ahead is fixed."""

    payment: CreditTransfer
    reference: str
    seen_at: datetime
    trouble: Trouble
    settles_at: datetime | None = None
    refused_at: datetime | None = None
    reason: str = ""
    back: Returned | None = None
    """What comes back of it, at `Returned.made_at`."""

    @property
    def settled_on(self) -> date | None:
        """The day it is settled on, as its country's calendar has it."""
        if self.settles_at is None:
            return None
        return local(self.settles_at, self.payment.amount.currency).date()

    def is_refused(self, now: datetime) -> bool:
        """Return whether the final word is no."""
        return self.refused_at is not None and now >= self.refused_at

    def is_settled(self, now: datetime) -> bool:
        """Return whether the money has moved."""
        return self.settles_at is not None and now >= self.settles_at


def fate(payment: CreditTransfer, rules: Rules, dice: Dice, *, now: datetime, reason: str) -> Kept:
    """Return what becomes of a payment taken now; with a ``reason`` the rail does not carry it."""
    reference, befalls = dice.name("P", payment.id), trouble(payment.creditor.account)
    if reason:
        return Kept(payment, reference, now, befalls, refused_at=now, reason=reason)
    if befalls.kind in {"refused", "refused_late"}:
        looked_at = REFUSED_IN if rules.next_day else timedelta()
        at = now + (befalls.after or looked_at)
        return Kept(payment, reference, now, befalls, refused_at=at, reason=befalls.reason)
    at = _settles_at(payment, rules, dice, befalls, now)
    back = _back(payment, rules, dice, befalls, at) if befalls.kind == "returned" else None
    return Kept(payment, reference, now, befalls, settles_at=at, back=back)


def _settles_at(
    payment: CreditTransfer, rules: Rules, dice: Dice, befalls: Trouble, now: datetime
) -> datetime:
    if befalls.kind == "lingers":
        return now + befalls.after
    if rules.next_day:
        return rules.next_morning(payment.amount.currency, now=now)
    if dice.share(payment.id, "at once") < rules.at_once:
        return now
    span = rules.slowest - rules.fastest
    seconds = rules.fastest + span * dice.share(payment.id, "slow") / 100
    return now + timedelta(seconds=round(seconds, 3))


def _back(
    payment: CreditTransfer, rules: Rules, dice: Dice, befalls: Trouble, settled_at: datetime
) -> Returned:
    currency = payment.amount.currency
    at = settled_at + befalls.after
    if befalls.after >= timedelta(days=1):
        at = rules.next_morning(currency, now=settled_at)
    less = -(-payment.amount.minor * befalls.kept // 10_000)
    return Returned(
        id=dice.name("R", payment.id),
        end_to_end=payment.end_to_end,
        amount=Money(payment.amount.minor - less, currency),
        reason=befalls.reason,
        settles_on=local(at, currency).date(),
        made_at=at,
        original=payment.id,
        original_amount=payment.amount,
    )
