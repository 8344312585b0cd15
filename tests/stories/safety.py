"""What happens to a customer's trust in a story: a SIM is changed, a phone comes or goes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.access import addresses, pins, trust
from core.ledger.lowering import lower_limits
from core.store import contacts
from core.store.unit import Unit
from tests.stories.cast import own

if TYPE_CHECKING:
    from tests.stories.stage import Telling


def _change_sim(telling: "Telling", unit: Unit) -> None:
    trust.sim_changed(
        unit,
        own(telling.address("customer"), telling.number),
        at=unit.now,
        notice=f"{telling.number} {unit.new_id()}",
        source="stories",
    )


def _add_phone(telling: "Telling", unit: Unit, channel: str, role: str) -> None:
    addresses.attach(
        unit,
        telling.customers["customer"],
        channel=channel,
        address=own(telling.cast.addresses[role], telling.number),
        trust="trusted",
    )


def _lose_phones(telling: "Telling", unit: Unit) -> None:
    """Take every address from the customer but those of the registered number."""
    unit.run(
        """
        update addresses a set trust = 'withdrawn', trusted_at = null
        from customers c where c.id = a.customer_id and c.id = %(customer)s
            and a.address <> c.phone_index
        """,
        customer=telling.customers["customer"],
    )


def _trust_newcomer(telling: "Telling", unit: Unit) -> None:
    unit.run(
        """
        update addresses set trust = 'trusted', trusted_at = %(now)s
        where customer_id = %(customer)s and trust = 'new'
        """,
        customer=telling.customers["newcomer"],
        now=unit.now,
    )


def _distrust_newcomer(telling: "Telling", unit: Unit) -> None:
    unit.run(
        """
        update addresses set trust = 'new', trusted_at = null
        where customer_id = %(customer)s and trust = 'trusted'
        """,
        customer=telling.customers["newcomer"],
    )


def _lower(telling: "Telling", unit: Unit) -> None:
    until = unit.now + trust.SETTLES_AFTER
    lower_limits(unit, telling.customers["customer"], percent=1, until=until)


def _allow_reset(telling: "Telling", unit: Unit) -> None:
    pins.allow_reset(
        unit,
        telling.customers["customer"],
        unit.now + pins.RESET_WITHIN,
        address=contacts.token(unit, own(telling.address("customer"), telling.number)),
    )


def _settle(_: "Telling", unit: Unit) -> None:
    trust.settle(unit, most=50)


HAPPENINGS: dict[str, Callable[["Telling", Unit], None]] = {
    "the SIM of the customer's phone is changed": _change_sim,
    "the customer has a second phone": lambda t, u: _add_phone(t, u, "whatsapp", "nameless"),
    "the customer has a third phone": lambda t, u: _add_phone(t, u, "sms", "outsider"),
    "the customer loses the other phones": _lose_phones,
    "the newcomer is trusted elsewhere": _trust_newcomer,
    "the newcomer is trusted nowhere else": _distrust_newcomer,
    "the customer's limits are lowered": _lower,
    "time settles what may be trusted": _settle,
    "a person has allowed a new PIN here": _allow_reset,
}
