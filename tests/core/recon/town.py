"""A small bank for tests of reconciliation: payments one by one, and short files about them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bench import recon_book
from bench.recon_day import Day, Payment
from core.access.actors import SYSTEM
from core.iso.messages import Entry, Statement
from core.iso.statement_made import PAID, statement
from core.ledger import book
from core.money import Money
from core.partners.rails.twin_books import mt940
from core.recon import imports
from core.recon.run import reconcile
from core.store.unit import Unit
from tests.core.people import someone

ON = date(2026, 3, 4)
NEXT, THIRD = ON + timedelta(days=1), ON + timedelta(days=2)
MADE_AT = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
FIRST = 10**12
HEAD = "direction,reference,end_to_end,instruction,amount,currency,status,reason,day,at,fee"


def out(name, minor, /, *, on=ON, **other):
    """One payment out, as a statement has it."""
    facts = {"reference": f"K-{name}", "end_to_end": name, "code": PAID} | other
    return Entry(Money(-minor, "KES"), on, on, **facts)


@dataclass
class Bank:
    """The bank of one test: its book, and who keeps its money."""

    unit: Unit
    customer: UUID
    window: UUID
    closing: dict[str, int] = field(default_factory=dict)

    def pays(self, reference, minor=150_000, *, partner="pesalink", status="settled", back=False,
             account="0110223344556", bank="KE-68", number=""):  # fmt: skip
        """One payment in the book, settled unless told otherwise."""
        one = Payment(
            id=self.unit.new_id(), reference=reference, partner=partner, bank_id=bank,
            account=account, amount=minor, number=number, status=status,
        )  # fmt: skip
        day = Day(0, self.window, [one], [one] if back else [])
        began = self.unit.now
        recon_book.write(lambda: _Same(self.unit), day, customer=self.customer)
        self.unit.now = began
        return one

    def pays_back(self, reference, minor=150_000, *, partner="pesalink"):
        """What had settled is returned: the nostro has it again."""
        unit, id_ = self.unit, self.unit.new_id()
        leg = book.Leg(
            book.system_account(unit, "nostro_central", "KES"),
            book.system_account(unit, recon_book.CLEARING[partner], "KES"),
            Money(minor, "KES"),
        )
        book.post(unit, id=id_, type="return", legs=[leg], wallet=None, reference=reference)
        unit.run(
            "update settlements set status = 'returned', events = events + 1"
            " where reference = %(reference)s",
            reference=reference,
        )

    def is_paid(self, number, minor=150_000, *, partner="pesalink"):
        """Money that came in over a rail, under the number its partner gave it."""
        unit, id_ = self.unit, self.unit.new_id()
        leg = book.Leg(
            book.system_account(unit, "nostro_central", "KES"),
            book.system_account(unit, "suspense_receipts", "KES"),
            Money(minor, "KES"),
        )
        book.post(unit, id=id_, type="deposit", legs=[leg], wallet=None, reference=f"IN{number}")
        unit.run(
            """
            insert into incoming_payments (id, partner, number, way, amount, currency, country,
                reference, status, why, came_at, return_at)
            values (%(id)s, %(partner)s, %(number)s, 'bank', %(amount)s, 'KES', 'KE', %(reference)s,
                'parked', 'unknown_payee', %(now)s, %(now)s)
            """,
            id=id_, partner=partner, number=number, amount=minor, reference=f"IN{number}",
            now=unit.now,
        )  # fmt: skip

    def states(self, *entries, partner="pesalink", on=ON, opening=None, closing=None, name="",
               as_mt940=False):  # fmt: skip
        """A day's statement of a partner's settlement account; it goes on where the last ended."""
        began = self.closing.get(partner, FIRST) if opening is None else opening
        ended = began + sum(one.amount.minor for one in entries)
        self.closing[partner] = ended if closing is None else closing
        told = Statement(
            id=name or f"{partner.upper()}-{on:%Y%m%d}", account=f"{partner.upper()}-KES",
            currency="KES", entries=entries, opening=Money(began, "KES"),
            opened_on=on - timedelta(days=1), closing=Money(self.closing[partner], "KES"),
            closed_on=on, number=f"{on.timetuple().tm_yday}",
        )  # fmt: skip
        content = mt940(told) if as_mt940 else statement(told, made_at=MADE_AT)
        return self.takes(content, partner=partner)

    def reports(self, *lines, partner="pesalink", on=ON):
        """A day's report: of each line direction, end-to-end id, minor units, and more."""
        rows = [HEAD]
        for direction, name, minor, *rest in lines:
            status, fee, currency = (*rest, *("ACSC", 0, "KES")[len(rest) :])
            rows.append(
                f"{direction},R-{name},{name},,{minor / 100:.2f},{currency},{status},,{on},"
                f"{on}T09:00:00+00:00,{fee / 100:.2f}"
            )
        return self.takes("\r\n".join([*rows, ""]).encode(), partner=partner, on=on)

    def silent_until(self, on, *, since=NEXT, partners=("pesalink",)):
        """Days on which nothing more is told of."""
        day = since
        while day <= on:
            for partner in partners:
                self.states(partner=partner, on=day)
                self.reports(partner=partner, on=day)
            day += timedelta(days=1)

    def takes(self, content, *, partner="", on=None, actor=SYSTEM):
        return imports.take_in(self.unit, actor, content, partner=partner, on=on)

    def reconciles(self):
        return reconcile(self.unit, by="test")

    def open(self):
        """Every open break: its kind and what the payment or line is called."""
        rows = self.unit.all(
            """
            select b.kind, coalesce(nullif(i.end_to_end, ''), i.reference, b.rail) as name
            from recon_breaks b left join recon_items i on i.item_id = b.item_id
            where b.status = 'open' order by 1, 2
            """
        )
        return [(row.kind, row.name) for row in rows]

    def ended(self):
        """How each break that has ended did: kind to how."""
        rows = self.unit.all("select kind, how from recon_breaks where status = 'resolved'")
        return {row.kind: row.how for row in rows}

    def rules(self):
        """The rules by which lines were matched, with how many matches each made."""
        rows = self.unit.all("select rule, count(*) as many from recon_matches group by rule")
        return {row.rule: row.many for row in rows}

    def holds(self, kind):
        """What the bank's own accounts of a kind hold."""
        return (
            self.unit.value(
                "select posted from system_accounts where kind = %(kind)s and currency = 'KES'",
                kind=kind,
            )
            or 0
        )


@dataclass
class _Same:
    """The test's own unit, where a new one would be opened."""

    unit: Unit

    def __enter__(self):
        return self.unit

    def __exit__(self, *_):
        return None


def bank(unit):
    return Bank(unit, someone(unit).id, unit.new_id())
