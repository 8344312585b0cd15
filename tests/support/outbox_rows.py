"""Rows that tests of the outbox start from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.store import contacts, delivery, outbox, personal
from core.store.delivery import Parcel
from core.store.personal import Personal
from core.store.unit import Unit


@dataclass(frozen=True)
class Number:
    """A number the bank speaks from."""

    channel: str
    provider: str = "twilio"
    number: str = "+254700000100"
    rate: float = 50.0

    @property
    def key(self) -> str:
        return f"{self.provider}:{self.channel}:{self.number}"


WHATSAPP = Number("whatsapp")
SMS = Number("sms", number="21000", rate=1.0)
TEXTS = Number("sms", provider="africastalking", number="WEKEZA", rate=10.0)
ALL = (WHATSAPP, SMS, TEXTS)

AMINA = UUID(int=0xA)
PHONE = "+254712000001"


def register(unit: Unit) -> None:
    outbox.register_senders(unit, ALL, routes={"TZ": "africastalking"})


def add_customer(
    unit: Unit,
    customer: UUID = AMINA,
    *,
    phone: str | None = PHONE,
    country: str = "KE",
    language: str = "en",
) -> UUID:
    if phone is not None:
        contacts.keep(unit, phone)
    unit.run(
        """
        insert into customers (id, first_name, last_name, phone_number, phone_index, name_index,
            country, language, home_currency, tier, created_at, created_by, updated_at, updated_by)
        values (%(id)s, %(first_name)s, %(last_name)s, %(phone_number)s, %(phone_index)s,
            %(name_index)s, %(country)s, %(language)s, 'KES', 1, %(now)s, 'test', %(now)s, 'test')
        """,
        id=customer,
        **personal.seal(
            unit.keys, customer, Personal("Amina", "Otieno", None, phone, None, country, None)
        ),
        country=country,
        language=language,
        now=unit.now,
    )
    return customer


def add_address(
    unit: Unit,
    channel: str,
    address: str = PHONE,
    *,
    customer: UUID = AMINA,
    trust: str = "trusted",
    opted_out: bool = False,
    at: datetime | None = None,
) -> None:
    unit.run(
        """
        insert into addresses (channel, address, customer_id, trust, trusted_at, opted_out_at,
            created_at)
        values (%(channel)s, %(address)s, %(customer)s, %(trust)s,
            case when %(trust)s = 'trusted' then %(at)s end,
            case when %(opted_out)s then %(now)s end, %(now)s)
        """,
        channel=channel,
        address=contacts.keep(unit, address),
        customer=customer,
        trust=trust,
        opted_out=opted_out,
        at=at or unit.now,
        now=unit.now,
    )


def reply(unit: Unit, contact: str, text: str = "Hello", *, number: Number = WHATSAPP) -> UUID:
    contacts.keep(unit, contact)
    return outbox.queue_reply(
        unit,
        sender=number.key,
        channel=number.channel,
        provider=number.provider,
        contact=contact,
        customer_id=None,
        conversation_id=None,
        reply={"text": text},
        content=text,
    )


def lease(
    unit: Unit, *, number: Number = WHATSAPP, most: int = 100, resting: tuple[str, ...] = ()
) -> list[Parcel]:
    return delivery.lease(
        unit, sender=number.key, most=most, hold=timedelta(seconds=60), resting=resting
    )


def texts(parcels: list[Parcel]) -> list[str]:
    return [one.payload["reply"]["text"] for one in parcels]
