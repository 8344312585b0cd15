"""A process dies between the effect of a decision and its commit: neither of them has happened."""

from uuid import uuid4

from core.access import approval_store, audit
from core.access.actors import SYSTEM
from core.access.audit_verify import verify as breaches_of
from core.ledger import book
from core.money import Money
from core.transfers import recall
from core.transfers.send import send_money
from tests.core.people import someone
from tests.support import crashes
from tests.support.crashes import KILLED
from tests.support.desk import hired


def test_effect_and_decision_are_there_together_or_not_at_all(house, now):
    with house.unit() as unit:
        amina = someone(unit, holds="KES 2000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
        amount, transfer = Money.parse("500.00", "KES"), uuid4()
        send_money(
            unit, id=transfer, payer=amina.id, payee=brian.id, amount=amount, channel="whatsapp"
        )
        asked = recall.request(unit, hired(unit, "agent"), transfer=transfer, reason="wrong digit")
        supervisor = hired(unit, "supervisor")

    def stands():
        with house.unit() as unit:
            return (
                approval_store.get(unit, asked.id).status,
                str(book.balance(unit, amina.wallet).posted),
                str(book.balance(unit, brian.wallet).held),
                [one.action for one in audit.page(unit, SYSTEM, action="approval")],
            )

    before = ("pending", "KES 1500.00", "KES 500.00", ["approval.requested"])
    code = crashes.exit_code(
        house.settings, "approve", supervisor, asked.id, now=now, at="approval.decided"
    )
    assert code == KILLED
    assert stands() == before
    crashes.do(house, "approve", supervisor, asked.id)
    assert stands() == (
        "approved", "KES 2000.00", "KES 0.00", ["approval.approved", "approval.requested"],
    )  # fmt: skip
    with house.unit() as unit:
        assert book.verify(unit) == []
        assert list(breaches_of(unit)) == []
