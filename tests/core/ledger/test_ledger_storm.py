"""Many at once: limits hold across a customer's wallets, and what is opened once is opened once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from core.ledger import book
from core.ledger.book import Leg
from tests.core.ledger.books import committed, customer, fund, kes, posted, send


def together(work, count):
    """Run work(0), work(1) … in as many threads, let go at once; return the results."""
    gate = Barrier(count)

    def one(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_limits_hold_against_two_wallets_at_once(clean_engine):
    with committed(clean_engine) as unit:
        payer, payee = customer(unit, holds=kes(140_000), tier=1), customer(unit, tier=3)
        second = book.open_account(unit, owner=payer.owner, currency="KES")
        fund(unit, second, kes(140_000))

    def work(number) -> UUID | None:
        try:
            with committed(clean_engine) as unit:
                wallet = (payer.wallet, second)[number % 2]
                return send(unit, wallet, payee.wallet, kes(20_000)).transaction_id
        except book.LimitExceeded:
            return None

    assert sum(done is not None for done in together(work, 10)) == 7
    with committed(clean_engine) as unit:
        assert posted(unit, payee.wallet) == kes(140_000)


def test_a_system_account_is_opened_once(clean_engine):
    def work(_):
        with committed(clean_engine) as unit:
            return book.system_account(unit, "suspense", "KES")

    assert len(set(together(work, 8))) == 1


def test_a_group_counts_a_payer_beside_one_who_moves_between_own_wallets(clean_engine):
    """Owners stand in a group in the order of their ids: whoever comes first, each is counted."""
    with committed(clean_engine) as unit:
        people = [customer(unit, holds=kes(100)) for _ in range(2)]
        payee = customer(unit)
        for mover, payer in (people, people[::-1]):
            own = book.open_account(unit, owner=mover.owner, currency="KES")
            legs = [Leg(mover.wallet, own, kes(10)), Leg(payer.wallet, payee.wallet, kes(20))]
            book.post(unit, id=uuid4(), type="transfer", legs=legs, wallet=None)
        spent = unit.all("select owner, day_spent from limit_counters where day_spent > 0")
    assert dict(map(tuple, spent)) == {one.owner: kes(20).minor for one in people}
