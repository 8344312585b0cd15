"""A customer and somebody at the desk: what tests of handovers do with the two."""

from collections.abc import Callable
from uuid import UUID

from bot.house import House
from core.access.actors import Actor
from core.crm import case_context, case_queue, cases, customers
from core.crm.case_context import CaseContext
from core.crm.cases import Case
from core.store import contacts
from core.store.words import opened_payload
from tests.support.desk import hired
from tests.support.town import AMINA, Phone

PhoneOf = Callable[..., Phone]


def hire(house: House, role: str = "agent") -> Actor:
    """Return somebody new who works here."""
    with house.unit() as unit:
        return hired(unit, role)


def latest(house: House, address: str = AMINA) -> Case:
    """Return the case that a customer opened last."""
    with house.unit() as unit:
        who = customers.find_by_phone(unit, address)
        assert who is not None
        return cases.of_customer(unit, who, limit=1)[0]


def taken(house: House, by: Actor) -> Case:
    """Have somebody take the last case, and return it."""
    case = latest(house)
    with house.unit() as unit:
        return case_queue.claim(unit, by, case)


def interrupted(phone: PhoneOf, channel: str = "whatsapp", *, pays: str = "500") -> Phone:
    """Return a phone whose owner asked for a person in the middle of a payment."""
    amina = phone(channel, AMINA)
    amina.say(f"send {pays} 0712000002")
    amina.say("agent")
    amina.say("Is that the right Brian?")
    return amina


def known(house: House, case: Case) -> CaseContext:
    """Return what was known when a case was opened."""
    with house.unit() as unit:
        found = case_context.of(unit, case.id)
    assert found is not None
    return found


def written(phone: Phone) -> list[str]:
    """Return what came in since the phone was looked at last."""
    new = phone.inbox()[phone.seen :]
    phone.seen += len(new)
    return new


def stands(house: House, channel: str = "whatsapp") -> tuple[str | None, str | None, UUID | None]:
    """Return where the conversation stands that was written to last: story, step, person's case."""
    with house.unit() as unit:
        found = unit.one(
            """
            select flow, state, case_id from conversations
            where channel = %(channel)s order by last_inbound_at desc nulls last limit 1
            """,
            channel=channel,
        )
    return found.flow, found.state, found.case_id


def alerts(house: House, address: str = AMINA) -> list[tuple[str, dict[str, str]]]:
    """Return the notices owed to an address, with their facts, in their order."""
    with house.unit() as unit:
        rows = unit.all(
            """
            select payload, message_id, channel from outbox where contact = %(contact)s order by id
            """,
            contact=contacts.token(unit, address),
        )
        owed = [(r.channel, opened_payload(unit, r.payload, r.message_id)) for r in rows]
    return [(f"{channel}:{one['alert']}", one["facts"]) for channel, one in owed if "alert" in one]
