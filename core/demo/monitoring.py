"""A payment that is held in the demo: a SIM was changed, and then much money is to go to somebody.

It has its own money, on top of what its payer holds by the plan, so that their balance is the same
as everybody's: what may be spent. That it is held raises an alert, as it does of any payment.
"""

from datetime import datetime, timedelta
from uuid import UUID

from core.access import trust
from core.demo.people import PEOPLE
from core.ledger import book
from core.money import Money
from core.monitoring.decide import decide
from core.monitoring.payment import Payment
from core.store.unit import Unit
from core.transfers import held
from core.transfers.held import Wanted
from core.wallets.wallets import default_wallet

PAYER = "+254712000106"
AMOUNT = Money.load("KES 50000.00")
SALARY, SIM, ASKED = timedelta(days=2), timedelta(hours=5), timedelta(hours=3)
"""How long ago its money came, the SIM was changed, and it was asked for."""
CHANNEL = "whatsapp"


def load(unit: Unit, people: list[UUID], now: datetime) -> None:
    """Bring the money, change the SIM, and ask for the payment, each at its time."""
    payer = people[next(n for n, one in enumerate(PEOPLE) if one.phone == PAYER)]
    unit.now = now - SALARY
    _bring(unit, default_wallet(unit, payer))
    unit.now = now - SIM
    trust.sim_changed(unit, PAYER, at=unit.now, notice="demo", source="demo")
    unit.now = now - ASKED
    _ask(unit, payer, _stranger(unit, payer, people))
    unit.now = now


def _bring(unit: Unit, wallet: UUID) -> None:
    equity = book.system_account(unit, "equity", AMOUNT.currency)
    legs = [book.Leg(equity, wallet, AMOUNT)]
    book.post(unit, id=unit.new_id(), type="opening", legs=legs, wallet=wallet)


def _stranger(unit: Unit, payer: UUID, people: list[UUID]) -> UUID:
    """Return somebody of the same country whom they have never paid."""
    home = next(one.country for one in PEOPLE if one.phone == PAYER)
    known = unit.column(
        "select distinct to_customer from transfers where from_customer = %(payer)s", payer=payer
    )
    return next(
        customer
        for customer, one in zip(reversed(people), reversed(PEOPLE), strict=True)
        if one.country == home and customer not in {payer, *known}
    )


def _ask(unit: Unit, payer: UUID, payee: UUID) -> None:
    payment = Payment(
        id=unit.new_id(),
        kind="transfer",
        customer=payer,
        amount=AMOUNT,
        channel=CHANNEL,
        address=PAYER,
        payee=payee,
    )
    verdict = decide(unit, payment).verdict
    if verdict != "hold":
        raise ValueError(f"the demo's payment is to be held, and its verdict is {verdict}")
    wanted = Wanted(id=payment.id, payer=payer, payee=payee, amount=AMOUNT, channel=CHANNEL)
    held.set_aside(unit, wanted)
