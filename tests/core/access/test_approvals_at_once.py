"""Two checkers at one request, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest

from core.access import approval_store, approvals
from core.access.approvals import ApprovalDecided
from core.approvals.catalog import KINDS
from core.errors import Refusal
from core.ledger import book
from core.money import Money
from core.transfers import recall
from core.transfers.send import send_money
from tests.core.people import someone, units
from tests.support.desk import hired

CHECKERS = 6


@pytest.fixture
def asked(clean_engine, now):
    """A recall of KES 500 that waits, who may decide it, and what opens units."""
    approvals.register(KINDS)
    opened = units(clean_engine, now)
    with opened() as unit:
        amina = someone(unit, holds="KES 2000.00")
        brian = someone(unit, "+254712000002", names=("Brian", "Kamau"))
        amount, transfer = Money.parse("500.00", "KES"), uuid4()
        send_money(
            unit, id=transfer, payer=amina.id, payee=brian.id, amount=amount, channel="whatsapp"
        )
        waits = recall.request(unit, hired(unit, "agent"), transfer=transfer, reason="wrong digit")
        checkers = [hired(unit, "supervisor") for _ in range(CHECKERS)]
    return opened, waits, checkers, amina


@pytest.mark.parametrize("chore", [False, True])
def test_one_decides_and_the_others_hear_of_it(asked, chore):
    opened, waits, checkers, amina = asked
    together = Barrier(CHECKERS + chore)

    def decide(n):
        with opened() as unit:
            together.wait()
            try:
                if n % 2:
                    return approvals.reject(unit, checkers[n], waits.id, "no").status
                return approvals.approve(unit, checkers[n], waits.id).status
            except Refusal as refused:
                return refused

    def expire():
        with opened(now=waits.expires_at + timedelta(seconds=1)) as unit:
            together.wait()
            return approvals.expire(unit, waits.id)

    with ThreadPoolExecutor(CHECKERS + 1) as pool:
        expiring = pool.submit(expire) if chore else None
        answers = list(pool.map(decide, range(CHECKERS)))
    ended = [one for one in answers if isinstance(one, str)]
    refused = [one for one in answers if not isinstance(one, str)]
    expired = expiring.result() if expiring else False
    assert len(ended) + expired == 1
    assert all(isinstance(one, ApprovalDecided) for one in refused)
    with opened() as unit:
        kept = approval_store.get(unit, waits.id)
        assert kept.status == (ended[0] if ended else "expired")
        has = book.balance(unit, amina.wallet).posted
        assert str(has) == ("KES 2000.00" if kept.status == "approved" else "KES 1500.00")
