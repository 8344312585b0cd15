"""What happens to documents and the ways to send them meanwhile, in a story."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.documents import orders
from core.documents.orders import Order
from core.ledger import book
from core.store import contacts, personal
from core.store.unit import Unit
from core.wallets.wallets import own_wallets
from tests.stories.cast import own

if TYPE_CHECKING:
    from tests.stories.stage import Telling

_REASON = book.Reason(by="stories", why="it happens in a story")


def _give_mail(telling: "Telling", unit: Unit, whose: str = "customer") -> None:
    customer = telling.customers[whose]
    unit.run(
        "update customers set email = %(email)s, email_verified_at = %(now)s where id = %(id)s",
        email=unit.keys.seal("amina@mail.example", field="customers.email", row=customer),
        now=unit.now,
        id=customer,
    )


def _take_mail(telling: "Telling", unit: Unit) -> None:
    """Have the friend show, before the customer does, that the customer's address is theirs."""
    friend, to = telling.customers["friend"], telling.values["email"].real
    unit.run(
        """
        update customers set email = %(email)s, email_index = %(index)s, email_verified_at = %(now)s
        where id = %(id)s
        """,
        email=unit.keys.seal(to, field="customers.email", row=friend),
        index=personal.email_token(unit.keys, to),
        now=unit.now,
        id=friend,
    )


def _write_on_whatsapp(telling: "Telling", unit: Unit, whose: str = "customer") -> None:
    """Have somebody talk to us on WhatsApp, so that files may go there for a day."""
    address = contacts.keep(unit, own(telling.address(whose), telling.number))
    unit.run(
        """
        insert into conversations (id, channel, address, language, last_inbound_at, created_at)
        values (%(id)s, 'whatsapp', %(address)s, %(language)s, %(now)s, %(now)s)
        on conflict (channel, address) do update set last_inbound_at = excluded.last_inbound_at
        """,
        id=unit.new_id(),
        address=address,
        language=telling.language,
        now=unit.now,
    )


def _order_many(telling: "Telling", unit: Unit) -> None:
    customer = telling.customers["customer"]
    today = orders.local_day(unit, customer, unit.now)
    for _ in range(orders.MOST_A_DAY):
        orders.order(
            unit,
            Order(
                customer=customer,
                wallet=telling.wallets["customer"],
                since=today,
                until=today,
                language=telling.language,
                carrier="mail",
            ),
        )


def _close_others(telling: "Telling", unit: Unit) -> None:
    """Leave the friend one wallet."""
    for one in own_wallets(unit, telling.customers["friend"]):
        if not one.is_default:
            equity = book.system_account(unit, "equity", one.currency)
            book.close(unit, id=unit.new_id(), account=one.id, to=equity, reason=_REASON)


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the customer has a mail address": _give_mail,
    "the newcomer has a mail address": lambda t, u: _give_mail(t, u, "newcomer"),
    "the friend has a mail address": lambda t, u: _give_mail(t, u, "friend"),
    "the friend has the customer's mail address": _take_mail,
    "the customer writes on WhatsApp": _write_on_whatsapp,
    "the friend writes on WhatsApp": lambda t, u: _write_on_whatsapp(t, u, "friend"),
    "the friend has one wallet": _close_others,
    "the customer has had ten statements": _order_many,
}
