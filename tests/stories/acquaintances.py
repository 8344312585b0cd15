"""What happens to people, requests and wallets meanwhile, in a story."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from core.ledger import book
from core.money import Money
from core.store.unit import Unit
from core.transfers import blocks, people, request_endings, requests
from core.wallets.wallets import open_wallet, own_wallets

if TYPE_CHECKING:
    from tests.stories.stage import Telling

_REASON = book.Reason(by="stories", why="it happens in a story")


def latest_request(telling: "Telling", unit: Unit) -> str:
    """Return the number of what the customer is asked for last."""
    found = requests.waiting_for(unit, telling.customers["customer"], limit=1)
    return str(found[0].number)


def _ask(
    telling: "Telling",
    unit: Unit,
    amount: str,
    times: int = 1,
    *,
    who: str = "friend",
    whom: str = "customer",
) -> None:
    asker, asked = telling.customers[who], telling.customers[whom]
    money = Money.parse(amount, telling.cast.plenty.currency)
    for _ in range(times):
        requests.ask(unit, asker=asker, asked=asked, amount=money)


def _take_back(telling: "Telling", unit: Unit) -> None:
    asker = telling.customers["friend"]
    for one in requests.made_by(unit, asker, limit=9):
        request_endings.cancel(unit, one.id, customer=asker)


def _pay(telling: "Telling", unit: Unit) -> None:
    payer = telling.customers["customer"]
    for one in requests.waiting_for(unit, payer, limit=9):
        agreed = (one.other, one.amount)
        request_endings.pay(
            unit, one.id, id=unit.new_id(), payer=payer, agreed=agreed, channel="sms"
        )


def _save_many(telling: "Telling", unit: Unit) -> None:
    """Fill the list of saved people with some who have left the bank since."""
    customer = telling.customers["customer"]
    while unit.value(
        "select count(*) < %(most)s from beneficiaries where customer_id = %(me)s",
        most=people.MOST_PEOPLE,
        me=customer,
    ):
        unit.run(
            """
            insert into beneficiaries (id, customer_id, payee, label, created_at)
            values (%(id)s, %(me)s, %(payee)s, '', %(now)s)
            """,
            id=unit.new_id(),
            me=customer,
            payee=unit.new_id(),
            now=unit.now,
        )


def _remove_people(telling: "Telling", unit: Unit) -> None:
    unit.run(
        "delete from beneficiaries where customer_id = %(me)s", me=telling.customers["customer"]
    )


def _hold(telling: "Telling", unit: Unit) -> None:
    """Set a hundredth of plenty of the customer's money aside for a week."""
    plenty = telling.cast.plenty
    amount = Money(plenty.minor // 100, plenty.currency)
    wallet = telling.wallets["customer"]
    leg = book.Leg(wallet, book.system_account(unit, "cash", plenty.currency), amount)
    book.authorise(
        unit,
        id=unit.new_id(),
        type="payment",
        leg=leg,
        wallet=wallet,
        expires_at=unit.now + timedelta(days=7),
    )


def _second(telling: "Telling", unit: Unit, whose: str = "customer") -> None:
    currency = telling.cast.plenty.currency
    telling.wallets["second"] = open_wallet(unit, telling.customers[whose], currency).id


def _close_second(telling: "Telling", unit: Unit) -> None:
    book.close(unit, id=unit.new_id(), account=telling.wallets["second"], to=None, reason=_REASON)


def _fill_second(telling: "Telling", unit: Unit) -> None:
    """Leave room for a single coin in the second wallet."""
    second = telling.wallets["second"]
    ceiling: int = unit.value(
        "select ceiling from ledger_accounts where account_id = %(id)s", id=second
    )
    room = Money(ceiling - 100, telling.cast.plenty.currency)
    telling.pay_in(unit, "customer", room, second)


def _empty_second(telling: "Telling", unit: Unit) -> None:
    second = telling.wallets["second"]
    held = book.balance(unit, second).available
    equity = book.system_account(unit, "equity", held.currency)
    legs = [book.Leg(second, equity, held)]
    book.post(unit, id=unit.new_id(), type="adjustment", legs=legs, wallet=second)


def _ten(telling: "Telling", unit: Unit) -> None:
    customer = telling.customers["customer"]
    while len(own_wallets(unit, customer)) < 10:
        open_wallet(unit, customer, "USD")


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the friend has asked the customer once more": lambda t, u: _ask(t, u, "250"),
    "the friend has asked the customer five times": lambda t, u: _ask(t, u, "250", 5),
    "the friend asks the customer for most of her money": lambda t, u: _ask(
        t, u, t.values["most"].real
    ),
    "the friend asks the customer for a lot": lambda t, u: _ask(t, u, t.values["a lot"].real),
    "the friend asks the customer for a large sum": lambda t, u: _ask(t, u, t.values["large"].real),
    "the friend has asked the newcomer": lambda t, u: _ask(t, u, "250", whom="newcomer"),
    "the newcomer has asked the friend": lambda t, u: _ask(
        t, u, "250", who="newcomer", whom="friend"
    ),
    "the newcomer has blocked the friend": lambda t, u: blocks.block(
        u, t.customers["newcomer"], t.customers["friend"]
    ),
    "the newcomer has a second wallet": lambda t, u: _second(t, u, "newcomer"),
    "the friend takes every request back": _take_back,
    "the customer pays what the friend asks for": _pay,
    "the customer has saved as many people as she may": _save_many,
    "the customer's people are removed": _remove_people,
    "some of the customer's money is on hold": _hold,
    "the customer has a second wallet": _second,
    "the customer's second wallet is closed": _close_second,
    "the customer's second wallet is almost full": _fill_second,
    "the customer's second wallet has room again": _empty_second,
    "the customer has ten wallets": _ten,
}
