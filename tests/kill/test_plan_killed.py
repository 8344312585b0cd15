"""A process dies between a plan's payment and the row that says so: the day is paid once."""

from datetime import date

from core.ledger import book
from core.money import Money
from core.plans import plans
from core.plans.days import Rule
from core.store.outbox import register_senders
from tests.core.people import someone
from tests.support import crashes
from tests.support.crashes import KILLED
from tests.support.outbox_rows import ALL


def test_a_day_is_paid_once_whenever_the_run_dies(house, clock):
    with house.unit() as unit:
        register_senders(unit, ALL)
        amina = someone(unit, holds="KES 2000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
        plans.make(
            unit,
            plans.NewPlan(
                id=unit.new_id(), customer=amina.id, kind="transfer",
                amount=Money.load("KES 300.00"), details={"to": str(brian.id), "note": ""},
                rule=Rule("day", date(2026, 3, 5)), channel="ussd",
            ),
            today=date(2026, 3, 4), zone="Africa/Nairobi",
        )  # fmt: skip
    clock.pass_(days=1)

    def stands():
        with house.unit() as unit:
            return (
                str(book.balance(unit, brian.wallet).posted),
                unit.value("select count(*) from plan_payments"),
                unit.value("select next_day from payment_plans"),
            )

    for _ in range(2):
        ended = crashes.exit_code(house.settings, "pay plans", now=clock.now, at="plan.paid")
        assert ended == KILLED
        assert stands() == ("KES 0.00", 0, date(2026, 3, 5))
    for _ in range(2):
        crashes.do(house, "pay plans")
    assert stands() == ("KES 300.00", 1, date(2026, 3, 6))
    with house.unit() as unit:
        assert book.verify(unit) == []
