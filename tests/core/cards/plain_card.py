"""A card as integers: what a wallet has free, what is held, taken, owed and on its way."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

AGAIN, GRACE = timedelta(hours=1), timedelta(days=3)


@dataclass
class Paid:
    """One payment: ``rest`` is what the ledger holds, ``held`` what the payment says is held."""

    what: str
    auth: int
    points: int
    days: int
    status: str
    held: int = 0
    rest: int = 0
    captured: int = 0
    refunded: int = 0
    forced: bool = False
    has_hold: bool = False
    expires: datetime | None = None
    ends: datetime | None = None
    """When the ledger's hold does."""


@dataclass
class Card:
    """The plain model of one card and its wallet, in minor units."""

    free: int
    now: datetime
    paused: bool = False
    frozen: bool = False
    paid: dict[str, Paid] = field(default_factory=dict)
    debts: list[list] = field(default_factory=list)
    waiting: list[list] = field(default_factory=list)
    unsettled: dict[str, int] = field(default_factory=dict)
    nostro: int = 0

    def is_open(self, one: Paid) -> bool:
        return one.rest > 0 and one.ends is not None and self.now < one.ends

    def can_hold(self, amount: int) -> bool:
        return not self.frozen and amount <= self.free

    # --- Questions -------------------------------------------------------------------------------

    def says(self, ref: str, amount: int, *, partial: bool) -> tuple[bool, int]:
        """Return whether a question is approved, and for how much."""
        known = self.paid.get(ref)
        if known is not None:
            opens = known.what == "purchase" and known.status == "approved" and self.is_open(known)
            return opens and not self.paused and self.can_hold(amount), amount
        if self.paused or self.frozen:
            return False, 0
        if amount <= self.free:
            return True, amount
        return partial and self.free > 0, self.free

    def approve(self, ref: str, amount: int, *, points: int, days: int) -> None:
        one = self.paid.get(ref)
        until = self.now + timedelta(days=days)
        self.free -= amount
        if one is None:
            self.paid[ref] = Paid(
                "purchase", amount, points, days, "approved", held=amount, rest=amount,
                has_hold=True, expires=until, ends=until,
            )  # fmt: skip
            return
        one.auth, one.held, one.rest = one.auth + amount, one.held + amount, one.rest + amount
        one.expires, one.ends = max(one.expires, until), max(one.ends, until)

    def decline(self, ref: str, amount: int, *, points: int, days: int) -> None:
        self.paid.setdefault(ref, Paid("purchase", amount, points, days, "declined"))

    def advise(self, ref: str, amount: int, *, points: int, days: int) -> None:
        one, until = self.paid.get(ref), self.now + timedelta(days=days)
        if one is None:
            if self.can_hold(amount):
                self.approve(ref, amount, points=points, days=days)
            else:
                self.paid[ref] = Paid(
                    "purchase", amount, points, days, "approved", forced=True, expires=until
                )
        elif one.status == "approved":
            if self.is_open(one) and self.can_hold(amount):
                self.approve(ref, amount, points=points, days=days)
            else:
                one.auth, one.forced = one.auth + amount, True
                one.expires = max(one.expires, until)

    # --- News ------------------------------------------------------------------------------------

    def reverse(self, ref: str, stays: int, *, points: int, days: int) -> None:
        one = self.paid.get(ref)
        if one is None:
            self.paid[ref] = Paid("purchase", 0, points, days, "reversed")
            return
        if one.status != "approved":
            return
        stays = max(stays - one.captured, 0)
        freed = max(one.held - stays, 0)
        if stays:
            if freed and self.is_open(one):
                one.auth, one.held, one.rest = one.auth - freed, one.held - freed, one.rest - freed
                self.free += freed
            return
        self.let_go(one)
        one.status = "captured" if one.captured else "reversed"
        one.held, one.auth = 0, one.captured

    def let_go(self, one: Paid) -> None:
        self.free += one.rest
        one.rest = 0

    def take(
        self, ref: str, told: str, amount: int, *, final: bool, points: int, days: int
    ) -> None:
        one = self.paid.get(ref)
        if one is None:
            one = Paid("purchase", amount, points, days, "captured", forced=True)
            self.paid[ref] = one
        held, more, agreed = self._split(one, amount)
        rest = one.held if one.status == "approved" else 0
        if held:
            rest = 0 if final else one.held - held
            self.free += one.rest - held - rest
            one.rest = rest
        elif final:
            rest = 0
        ours = 0 if self.frozen else min(agreed, self.free)
        self.free -= ours
        if more > ours:
            self.debts.append([more - ours, self.now + (GRACE if ours == agreed else AGAIN)])
        one.forced = one.forced or one.status == "declined"
        one.held, one.captured = rest, one.captured + amount
        one.status = "captured" if final or not rest else one.status
        self.unsettled[told] = amount

    def _split(self, one: Paid, amount: int) -> tuple[int, int, int]:
        held = min(amount, one.held) if one.held and self.is_open(one) else 0
        more = amount - held
        if one.status == "declined":
            return 0, amount, 0
        if one.forced and not one.has_hold:
            return 0, amount, amount
        room = one.auth + one.auth * one.points // 10_000 - one.captured - held
        return held, more, min(more, max(room, 0))

    def refund(self, ref: str, told: str, amount: int, *, points: int, days: int) -> None:
        one = self.paid.setdefault(ref, Paid("refund", amount, points, days, "captured"))
        one.refunded += amount
        self.unsettled[told] = -amount
        if self.frozen:
            self.waiting.append([amount, self.now + AGAIN])
        else:
            self.free += amount

    # --- Time ------------------------------------------------------------------------------------

    def pass_(self, span: timedelta) -> None:
        self.now += span
        for one in self.paid.values():
            if one.rest and one.ends <= self.now:
                self.let_go(one)

    def sweep(self) -> None:
        for one in self.paid.values():
            if one.status == "approved" and one.expires <= self.now:
                one.status, one.held = "captured" if one.captured else "expired", 0
        for debt in self.debts:
            if debt[1] <= self.now:
                paid = 0 if self.frozen else min(self.free, debt[0])
                self.free, debt[0], debt[1] = self.free - paid, debt[0] - paid, self.now + AGAIN
        self.debts = [debt for debt in self.debts if debt[0]]
        for refund in self.waiting:
            if refund[1] <= self.now:
                if self.frozen:
                    refund[1] = self.now + AGAIN
                else:
                    self.free, refund[0] = self.free + refund[0], 0
        self.waiting = [refund for refund in self.waiting if refund[0]]

    def settle(self, told: list[str]) -> int:
        net = sum(self.unsettled.pop(one) for one in told)
        self.nostro += net
        return net
