"""The plain ledger's holds, reversals, freezes and closings, written from the rules."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor
from uuid import UUID

from tests.core.ledger.plain_ledger import Leg, PlainLedger, Refused, Transaction


@dataclass
class PlainHold:
    kind: str
    leg: Leg
    authorised: int
    points: int
    expires_at: datetime
    counted: int = 0
    counted_day: date | None = None
    in_day: int = 0
    in_month: int = 0
    captured: int = 0
    over: int = 0
    rest: int = 0
    status: str = "open"


class PlainBank(PlainLedger):
    def __init__(self) -> None:
        super().__init__()
        self.holds: dict[UUID, PlainHold] = {}

    # --- Holds ------------------------------------------------------------------------------------

    def authorise(
        self, key: UUID, kind: str, leg: Leg, ends: datetime, points: int, now: datetime
    ) -> str:
        def work() -> str:
            made = PlainHold(kind, leg, 0, points, ends)
            self._set_aside(made, leg[2], now)
            self.holds[key] = made
            return "authorised"

        return self.once(key, ("authorise", kind, leg, ends, points), work)

    def raise_hold(self, key: UUID, hold: UUID, amount: int, now: datetime) -> str:
        def work() -> str:
            self._set_aside(self._open(hold, now), amount, now)
            return "raised"

        return self.once(key, ("raise", hold, amount), work)

    def _set_aside(self, hold: PlainHold, amount: int, now: datetime) -> None:
        debit, credit, *_ = hold.leg
        self.judge(debit, credit, amount, {})
        self._count_on_hold(hold, amount, now)
        hold.authorised += amount
        hold.rest += amount
        self.accounts[debit].held += amount
        self.accounts[credit].incoming += amount

    def _count_on_hold(self, hold: PlainHold, amount: int, now: datetime) -> None:
        debit, credit, _, _ = hold.leg
        payer = self.payer(hold.kind, debit, credit)
        if not payer:
            return
        spend = self._spend_more(hold, payer, amount, now)
        day = self.count(payer, spend, now)
        before = hold.counted_day
        same_day = before == day
        same_month = before is not None and (before.year, before.month) == (day.year, day.month)
        hold.in_day = (hold.in_day if same_day else 0) + spend
        hold.in_month = (hold.in_month if same_month else 0) + spend
        hold.counted, hold.counted_day = hold.counted + spend, day

    def _spend_more(self, hold: PlainHold, payer: UUID, amount: int, now: datetime) -> int:
        """Judge by the limits; to the limit of one transaction a hold is one with all of it."""
        who, currency = self.owners[payer], hold.leg[3]
        whole = self.worth(hold.authorised + hold.over + amount, currency, who.home, now)
        if ceil(whole) > who.limits_now(now)[0]:
            raise Refused("limit_exceeded")
        return self.within_limits(payer, 0, amount, currency, now)

    def _open(self, key: UUID, now: datetime) -> PlainHold:
        if key not in self.holds:
            raise Refused("unknown_hold")
        hold = self.holds[key]
        if hold.status == "expired" or (hold.status == "open" and hold.expires_at <= now):
            raise Refused("hold_expired")
        if hold.status != "open":
            raise Refused("hold_closed")
        return hold

    def capture(
        self, key: UUID, hold: UUID, amount: int | None, *, final: bool, now: datetime
    ) -> str:
        return self.once(
            key, ("capture", hold, amount, final), lambda: self._take(key, hold, amount, final, now)
        )

    def _take(self, key: UUID, name: UUID, asked: int | None, final: bool, now: datetime) -> str:
        hold = self._open(name, now)
        debit, credit, _, currency = hold.leg
        amount = hold.rest if asked is None else asked
        left = hold.authorised - hold.captured + hold.authorised * hold.points // 10_000
        if not 0 < amount <= left:
            raise Refused("capture_exceeds_hold")
        within = min(amount, hold.rest)
        over = amount - within
        if over:
            self.judge(debit, credit, over, {})
            payer = self.payer(hold.kind, debit, credit)
            if payer:
                self.count(payer, self._spend_more(hold, payer, over, now), now)
        hold.captured += amount
        hold.over += over
        self._let_go(hold, within)
        leg = (debit, credit, amount, currency)
        self.write(key, Transaction(hold.kind, [leg], now, is_capture=True))
        if final or amount == left:
            hold.status = "captured"
            self._release(hold)
        return "captured"

    def void(self, key: UUID, hold: UUID, now: datetime) -> str:
        def work() -> str:
            self._release(self._open(hold, now))
            self.holds[hold].status = "voided"
            return "voided"

        return self.once(key, ("void", hold), work)

    def expire(self, now: datetime) -> int:
        due = [h for h in self.holds.values() if h.status == "open" and h.expires_at <= now]
        for hold in due:
            self._release(hold)
            hold.status = "expired"
        return len(due)

    def _release(self, hold: PlainHold) -> None:
        payer = self.accounts[hold.leg[0]].owner
        if hold.rest and payer:
            share = hold.counted * hold.rest // hold.authorised
            back = min(share, hold.in_day), min(share, hold.in_month)
            self.owners[payer].give_back(hold.counted_day, *back)
        self._let_go(hold, hold.rest)

    def _let_go(self, hold: PlainHold, amount: int) -> None:
        hold.rest -= amount
        self.accounts[hold.leg[0]].held -= amount
        self.accounts[hold.leg[1]].incoming -= amount

    # --- Undoing ----------------------------------------------------------------------------------

    def reverse(
        self, key: UUID, of: UUID, amount: int | None, lender: UUID | None, now: datetime
    ) -> str:
        """With a lender, it advances what a payee lacks."""
        body = ("reverse", of, amount, lender is not None)
        return self.once(key, body, lambda: self._undo(key, of, amount, lender, now))

    def _undo(
        self, key: UUID, of: UUID, amount: int | None, lender: UUID | None, now: datetime
    ) -> str:
        if of not in self.transactions:
            raise Refused("unknown_transaction")
        original = self.transactions[of]
        group, left = len(original.legs) > 1, original.legs[0][2] - original.undone
        if original.kind == "reversal":
            raise Refused("reversal_of_reversal")
        if group and amount is not None:
            raise Refused("reversed_whole_only")
        if left <= 0 or (group and original.undone) or (amount is not None and amount > left):
            raise Refused("reversal_exceeds_rest")
        own = (
            original.legs
            if group
            else [(*original.legs[0][:2], amount or left, original.legs[0][3])]
        )
        back = [(credit, debit, moved, money) for debit, credit, moved, money in reversed(own)]
        self.apply(key, "reversal", self._advances(back, lender) + back, now)
        original.undone += own[0][2]
        self._return_limits(original, own)
        return "posted"

    def _advances(self, legs: list[Leg], lender: UUID | None) -> list[Leg]:
        if lender is None:
            return []
        need: dict[UUID, int] = {}
        for debit, credit, amount, _ in legs:
            need[debit] = need.get(debit, 0) + amount
            need[credit] = need.get(credit, 0) - amount
        lacking = {
            key: wanted - max(self.free(key), 0)
            for key, wanted in need.items()
            if self.accounts[key].owner is not None
        }
        return [
            (lender, key, lacking[key], self.accounts[key].currency)
            for key in sorted(lacking, reverse=True)
            if lacking[key] > 0
        ]

    def _return_limits(self, original: Transaction, legs: list[Leg]) -> None:
        if original.is_capture:
            return
        worth: dict[UUID, int] = {}
        for debit, credit, amount, currency in legs:
            payer = self.payer(original.kind, debit, credit)
            if payer:
                home = self.owners[payer].home
                value = floor(self.worth(amount, currency, home, original.at))
                worth[payer] = worth.get(payer, 0) + value
        for payer, sum_ in worth.items():
            who = self.owners[payer]
            who.give_back(who.local_day(original.at), sum_, sum_)

    # --- Statuses ---------------------------------------------------------------------------------

    def set_status(self, key: UUID, account: UUID, status: str) -> str:
        def work() -> str:
            if self.accounts[account].status == "closed":
                raise Refused("account_closed")
            self.accounts[account].status = status
            return "changed"

        return self.once(key, ("status", account, status), work)

    def close(self, key: UUID, account: UUID, to: UUID | None, now: datetime) -> str:
        return self.once(key, ("close", account, to), lambda: self._close(key, account, to, now))

    def _close(self, key: UUID, account: UUID, to: UUID | None, now: datetime) -> str:
        known = self.accounts[account]
        if known.status == "closed":
            raise Refused("account_closed")
        if (
            known.held
            or known.incoming
            or any(h.status == "open" and h.leg[0] == account for h in self.holds.values())
        ):
            raise Refused("holds_open")
        if known.posted and to is None:
            raise Refused("account_not_empty")
        if known.posted and to is not None:
            before, known.status = known.status, known.status.replace("dormant", "active")
            try:
                self.apply(key, "closing", [(account, to, known.posted, known.currency)], now)
            except Refused:
                known.status = before
                raise
        known.status = "closed"
        return "closed"
