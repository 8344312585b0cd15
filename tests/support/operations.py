"""A morning at the bank for the desk of operations: money changed, sent out, parked, disputed."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from core import outcomes
from core.access.actors import SYSTEM
from core.crm import customers
from core.deposits.incoming import Incoming, take_in
from core.errors import Refusal
from core.fx import decisions, hedging, providers
from core.fx.convert import convert
from core.money import Money
from core.partners import order_queue
from core.partners.answers import Accepted, Answer, Done, Refused, Unclear
from core.recon import imports, run
from core.settlement import endings, sending, starting, store
from core.settlement.destinations import Destination
from core.store.unit import Unit
from core.wallets.wallets import open_wallet
from tests.core.fx.dealing import open_market, quoted, rich
from tests.core.people import fund
from tests.support.town import AMINA, BRIAN

PAYEE = "Wanjiru Kariuki"
ACCOUNT = "0180293448712"
PAYER = "Otieno Okello"
EQUITY = Destination(kind="bank", bank_id="KE-68", account_no=ACCOUNT, name=PAYEE, confirmed=True)


@dataclass(frozen=True)
class Morning:
    """What came of it, by id."""

    arrived: UUID
    refused: UUID
    returned: UUID
    unclear: UUID
    converted: UUID
    parked: UUID


def tell(unit: Unit) -> Morning:
    """Have all of it happen now, in one unit; at the end a run of reconciliation."""
    amina, brian = (customers.find_by_phone(unit, one) for one in (AMINA, BRIAN))
    assert amina and brian
    converted = _exchange(unit, amina)
    wallet = _wallet(unit, brian)
    arrived, refused, returned, unclear = (
        _payout(unit, brian, wallet, amount)
        for amount in ("KES 1500.00", "KES 700.00", "KES 900.00", "KES 2200.00")
    )
    _answer(unit, arrived, Accepted("PL1"))
    _answer(unit, arrived, Done("PL1", {}))
    _answer(unit, refused, Refused("AC04", "account is closed"))
    _answer(unit, returned, Done("PL3", {}))
    found = store.lock(unit, returned)
    assert found is not None
    words = "Returned by Jane, +254722111222"
    endings.come_back(unit, found, amount=found.amount, code="AC01", reference="R1", words=words)
    _answer(unit, unclear, Unclear("no answer in time"))
    parked = take_in(
        unit,
        Incoming(
            partner="mpesa", number="QKX81", amount=Money(450000, "KES"), account="no such",
            payer={"name": PAYER, "phone": "+254722000111"},
        ),
    ).id  # fmt: skip
    _reconcile(unit)
    return Morning(arrived, refused, returned, unclear, converted, parked)


def _exchange(unit: Unit, customer: UUID) -> UUID:
    open_market(unit)
    held = {row.currency for row in unit.all(
        "select currency from wallets where user_id = %(id)s", id=customer)}  # fmt: skip
    if "USD" not in held:
        open_wallet(unit, customer, "USD")
    fund(unit, _wallet(unit, customer, "USD"), "USD 300.00")
    given = quoted(unit, customer, "USD", "KES", Money(10000, "USD"))
    convert(unit, id=unit.new_id(), customer=customer, quote=given.id, channel="whatsapp")
    quoted(unit, customer, "USD", "KES", Money(5000, "USD"))
    try:
        with unit.savepoint():
            quoted(unit, customer, "USD", "KES", Money(7000, "USD"), prices="[]")
    except Refusal as refused:
        decisions.keep(unit, refused)
    trader = rich(unit, "USD", "NGN")
    for amount in (900_000, 900_000, 900_000, 900_000, 900_000, 900_000, 2_500_000):
        large = quoted(unit, trader, "USD", "NGN", Money(amount, "USD"))
        convert(unit, id=unit.new_id(), customer=trader, quote=large.id, channel="whatsapp")
    providers.look_after(unit)
    hedging.cover_positions(unit)
    return given.id


def _wallet(unit: Unit, customer: UUID, currency: str = "KES") -> UUID:
    found: UUID = unit.value(
        "select wallet_id from wallets where user_id = %(id)s and currency = %(currency)s limit 1",
        id=customer,
        currency=currency,
    )
    return found


def _payout(unit: Unit, customer: UUID, wallet: UUID, amount: str) -> UUID:
    fund(unit, wallet, amount)
    payout = unit.new_id()
    starting.start(
        unit, id=payout, customer=customer, wallet=wallet, destination=EQUITY,
        amount=Money.load(amount), channel="whatsapp",
    )  # fmt: skip
    sending.send_due(unit, payout)
    return payout


def _answer(unit: Unit, payout: UUID, answer: Answer) -> None:
    """Give the payout's open order an answer, as the partner's drain would note it."""
    unit.run(
        "update partner_orders set due_at = %(now)s where subject_id = %(id)s",
        id=payout,
        now=unit.now - timedelta(seconds=1),
    )
    for taken in order_queue.take(unit, "pesalink", most=50):
        mine = taken.order.subject_id == payout
        said = answer if mine else Unclear("no answer in time")
        noted = order_queue.note(unit, taken, said)
        assert noted is not None
        outcomes.tell(unit, taken.order, noted, said)
    unit.wakes.clear()


def _reconcile(unit: Unit) -> None:
    """Take in a report that tells of a payment nobody here knows, and set the book against it."""
    day = unit.now.date().isoformat()
    report = (
        "direction,reference,end_to_end,instruction,amount,currency,status,reason,day,at,name\n"
        f"out,SW9,NOT-OURS-1,,1234.50,KES,ACSC,,{day},{unit.now.isoformat()},{PAYER}\n"
    )
    imports.take_in(unit, SYSTEM, report.encode(), partner="pesalink")
    run.reconcile(unit, by="morning")
