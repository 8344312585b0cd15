"""Does everything twice, in PostgreSQL and in plain Python, and compares what came of it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from core.errors import Refusal
from core.ledger import book
from core.ledger.book import Item, Leg, OverCapture
from core.ledger.refusals import BY_CODE
from core.money import Money
from core.store.unit import Unit
from tests.core.ledger.books import BECAUSE
from tests.core.ledger.plain_holds import PlainBank

Asked = tuple[str, UUID, dict[str, object]]

# All that money is, in full: what a refusal must leave as it was.
STATE = (
    "select a::text from ledger_accounts a order by account_id",
    "select k::text from limit_counters k order by owner",
    "select h::text from ledger_holds h order by hold_id",
)
SUMS = (
    "select sum(posted) as posted, sum(held) - sum(incoming) as aside, min(held) as held,"
    " min(incoming) as incoming, min(posted - held - floor) as free"
    " from ledger_accounts group by currency"
)


def money(minor: object, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)  # type: ignore[arg-type]


class TwoLedgers:
    """One operation at a time: `do` returns its answer, on which both must agree."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.plain = PlainBank()
        self.seen: set[str] = set()
        self.steps = 0

    def do(self, asked: Asked) -> str:
        name, key, facts = asked
        self.steps += 1
        operation: Callable[[], str] = lambda: getattr(self, f"_{name}")(key, **facts)  # noqa: E731
        rehearsed = self._rehearsed(operation) if self.steps % 4 == 0 else None
        before = self.state()
        expected = self._expected(name, key, facts)
        answer = answered(operation)
        assert answer == expected, (name, facts)
        assert rehearsed in (None, answer), (name, facts)
        if answer in BY_CODE:
            assert self.state() == before, "a refusal moved something"
        self.seen.add(answer)
        return answer

    def batch(self, items: list[tuple[UUID, tuple[UUID, UUID, int, str]]]) -> list[UUID]:
        """Post many in one call; each is answered as if posted by itself. Returns their ids."""
        self.steps += 1
        expected = [
            self._expected("post", key, {"kind": "transfer", "legs": [leg]}) for key, leg in items
        ]
        asked = [
            Item(key, "transfer", Leg(debit, credit, Money(minor, currency)), wallet=None)
            for key, (debit, credit, minor, currency) in items
        ]
        answers = book.post_batch(self.unit, asked)
        told = [one.code if isinstance(one, Refusal) else "posted" for one in answers]
        assert told == expected
        self.seen.update(told)
        return [key for key, _ in items]

    def _rehearsed(self, operation: Callable[[], str]) -> str:
        answer = book.rehearse(self.unit, operation).answer
        return answer.code if isinstance(answer, Refusal) else answer

    def _expected(self, name: str, key: UUID, facts: dict[str, object]) -> str:
        when = {} if name == "set_status" else {"now": self.unit.now}
        return getattr(self.plain, name)(key, **facts, **when)

    def state(self) -> list[str]:
        return [row[0] for sql in STATE for row in self.unit.all(sql)]

    # --- The same operations, asked of the bank ---------------------------------------------------

    def _post(self, key: UUID, kind: str, legs: list[tuple[UUID, UUID, int, str]]) -> str:
        asked = [Leg(debit, credit, Money(minor, code)) for debit, credit, minor, code in legs]
        book.post(self.unit, id=key, type=kind, legs=asked, wallet=None)
        return "posted"

    def _authorise(
        self, key: UUID, kind: str, leg: tuple[UUID, UUID, int, str], ends: datetime, points: int
    ) -> str:
        debit, credit, minor, currency = leg
        book.authorise(
            self.unit,
            id=key,
            type=kind,
            leg=Leg(debit, credit, Money(minor, currency)),
            wallet=None,
            expires_at=ends,
            over=OverCapture(points=points),
        )
        return "authorised"

    def _raise_hold(self, key: UUID, hold: UUID, amount: int) -> str:
        wanted = Money(amount, self.currency_of(hold))
        book.raise_hold(self.unit, id=key, hold=hold, amount=wanted)
        return "raised"

    def _capture(self, key: UUID, hold: UUID, amount: int | None, final: bool) -> str:
        wanted = money(amount, self.currency_of(hold))
        book.capture(self.unit, id=key, hold=hold, amount=wanted, final=final)
        return "captured"

    def _void(self, key: UUID, hold: UUID) -> str:
        book.void(self.unit, id=key, hold=hold)
        return "voided"

    def _reverse(self, key: UUID, of: UUID, amount: int | None, lender: UUID | None) -> str:
        known = self.plain.transactions.get(of)
        wanted = money(amount, known.legs[0][3] if known else "KES")
        book.reverse(self.unit, id=key, transaction=of, amount=wanted, force=lender is not None)
        return "posted"

    def _set_status(self, key: UUID, account: UUID, status: str) -> str:
        book.set_status(self.unit, id=key, account=account, status=status, reason=BECAUSE)
        return "changed"

    def _close(self, key: UUID, account: UUID, to: UUID | None) -> str:
        book.close(self.unit, id=key, account=account, to=to, reason=BECAUSE)
        return "closed"

    def currency_of(self, hold: UUID) -> str:
        return self.plain.holds[hold].leg[3] if hold in self.plain.holds else "KES"

    # --- What must be so after every step ---------------------------------------------------------

    def agree(self) -> None:
        """Balances, holds and counters are the same on both sides, and add up."""
        rows = self.unit.all(
            "select account_id, posted, held, incoming, version, ceiling, status"
            " from ledger_accounts"
        )
        assert {row.account_id: tuple(row)[1:] for row in rows} == {
            key: (a.posted, a.held, a.incoming, len(a.entries), a.ceiling, a.status)
            for key, a in self.plain.accounts.items()
        }
        rows = self.unit.all(
            "select hold_id, authorised, captured, over, rest, status from ledger_holds"
        )
        assert {row.hold_id: tuple(row)[1:] for row in rows} == {
            key: (h.authorised, h.captured, h.over, h.rest, h.status)
            for key, h in self.plain.holds.items()
        }
        rows = self.unit.all("select owner, day_spent, month_spent from limit_counters")
        assert {row.owner: tuple(row)[1:] for row in rows} == {
            key: (owner.day_spent, owner.month_spent) for key, owner in self.plain.owners.items()
        }
        self.add_up()

    def add_up(self) -> None:
        """What is posted and what is set aside sum to zero; no part of it is below its floor."""
        for row in self.unit.all(SUMS):
            assert (row.posted, row.aside) == (0, 0)
            assert min(row.held, row.incoming) >= 0
            assert row.free is None or row.free >= 0
        held = self.unit.one(
            "select coalesce(sum(held), 0) as held, (select coalesce(sum(rest), 0)"
            " from ledger_holds where status = 'open') as rests from ledger_accounts"
        )
        assert held.held == held.rests


def answered(operation: Callable[[], str]) -> str:
    try:
        return operation()
    except Refusal as refused:
        return refused.code
