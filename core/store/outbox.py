"""What still has to leave the house: written with the turn that owes it, sent after it commits.

A row holds what to say, sealed, and never a secret: a one-time code is here by its id alone. The
contact is there by its token. Rows leave in the order of their ids, per contact. How they leave is
in ``core.store.delivery``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from core.store import contacts, held_notices
from core.store.service_alerts import SERVICE_ALERTS
from core.store.unit import Row, Unit, jsonb
from core.store.urgency import CAN_WAIT
from core.store.words import sealed_content, sealed_payload

ONE_TIME_CODE = "one_time_code"
CASH_CODE = "cash_code"
CARD_CODE = "card_code"
CODES = frozenset({ONE_TIME_CODE, CASH_CODE, CARD_CODE})
"""Alerts whose digits are derived when they are sent, and stand nowhere."""
CARD_LINK = "card_link"
"""The alert whose link is derived so, and stands nowhere either."""
USEFUL_FOR = {
    ONE_TIME_CODE: timedelta(minutes=5),
    CASH_CODE: timedelta(minutes=30),
    CARD_CODE: timedelta(minutes=10),
    CARD_LINK: timedelta(minutes=5),
    "deposit_link": timedelta(minutes=15),
}
"""Alerts that are of no use later, and for how long they are."""
NOT_SAID = "******"
"""What the log keeps in place of a code."""
MOST_LISTED = 500


class Speaker(Protocol):
    """A number the bank speaks from."""

    key: str
    channel: Any
    provider: str
    number: str
    rate: float


def register_senders(
    unit: Unit,
    senders: Iterable[Speaker],
    *,
    routes: Mapping[str, str] | None = None,
    homes: Mapping[str, str] | None = None,
) -> None:
    """Write down the numbers the bank speaks from, and whom each is the first choice for.

    ``routes`` maps a country code to a provider of SMS, and ``homes`` a number's key to the country
    it is in; all others fall to every number of the provider that comes first on a channel. Numbers
    of these channels that are not among them speak no more. A number keeps its bucket when it is
    registered again. Every process does so at start.
    """
    rows = _rows(list(senders), dict(routes or {}), dict(homes or {}))
    # Processes that start together must not take each other's place as a channel's default.
    unit.run("select pg_advisory_xact_lock(hashtext('senders'))")
    unit.run(
        """
        update senders s set is_default = false, speaks = false
        from (
            select channel, array_agg(key) as keys
            from jsonb_to_recordset(%(rows)s) as n(key text, channel text) group by channel
        ) n
        where s.channel = n.channel and s.key <> all(n.keys) and (s.is_default or s.speaks)
        """,
        rows=jsonb(rows),
    )
    unit.run(
        """
        insert into senders as s (key, channel, provider, number, countries, is_default, rate,
            burst, allowed, tokens, refilled_at)
        select key, channel, provider, number, countries, is_default, rate,
            greatest(1, ceil(rate / 5)), rate, greatest(1, ceil(rate / 5)), %(now)s
        from jsonb_to_recordset(%(rows)s) as n(key text, channel text, provider text,
            number text, countries text[], is_default boolean, rate numeric)
        on conflict (key) do update set countries = excluded.countries,
            is_default = excluded.is_default, rate = excluded.rate, burst = excluded.burst,
            allowed = excluded.allowed, speaks = true
        where (s.countries, s.is_default, s.rate, s.speaks)
            is distinct from (excluded.countries, excluded.is_default, excluded.rate, true)
        """,
        rows=jsonb(rows),
        now=unit.now,
    )


def _rows(
    speakers: Sequence[Speaker], routes: Mapping[str, str], homes: Mapping[str, str]
) -> list[dict[str, object]]:
    first: dict[str, str] = {}
    for one in speakers:
        first.setdefault(one.channel, one.provider)
    return [
        {
            "key": one.key,
            "channel": one.channel,
            "provider": one.provider,
            "number": one.number,
            "countries": _countries(one, routes, homes, first),
            "is_default": first[one.channel] == one.provider,
            "rate": one.rate,
        }
        for one in speakers
    ]


def _countries(
    one: Speaker, routes: Mapping[str, str], homes: Mapping[str, str], first: Mapping[str, str]
) -> list[str]:
    if one.channel == "sms":
        return sorted(country for country, provider in routes.items() if provider == one.provider)
    known = first[one.channel] == one.provider and one.key in homes
    return [homes[one.key]] if known else []


def queue_reply(
    unit: Unit,
    *,
    sender: str,
    channel: str,
    provider: str,
    contact: str,
    customer_id: UUID | None,
    conversation_id: UUID | None,
    reply: Mapping[str, object],
    content: str,
    priority: int = 0,
) -> UUID:
    """Owe a customer a reply and return the message's id. ``content`` is what the log keeps.

    ``contact`` was met before, or kept by `core.store.contacts.keep`: nothing goes to an address
    that nobody can reveal. ``reply`` is a ``Reply`` as a dictionary; priority 0 leaves first, among
    different contacts. ``sender`` is a number of ours at the provider; where it has several, the
    one that the contact wrote to last speaks in its place.
    """
    message_id = unit.new_id()
    speaks: str = unit.value(
        """
        with met as (
            select s.key from conversations c join senders s on s.key = c.sender
            where c.channel = %(channel)s and c.address = %(contact)s and s.speaks
                and s.provider = %(provider)s
        ), said as (
            insert into messages (id, conversation_id, customer_id, channel, provider, is_inbound,
                address, status, content, correlation, created_at)
            values (%(message_id)s, %(conversation_id)s, %(customer_id)s, %(channel)s, %(provider)s,
                false, %(contact)s, 'queued', %(content)s, %(correlation)s, %(now)s)
        )
        insert into outbox (sender, channel, contact, message_id, payload, priority, due_at,
            correlation, created_at)
        values (coalesce((select key from met), %(sender)s), %(channel)s, %(contact)s,
            %(message_id)s, %(payload)s, %(priority)s, %(now)s, %(correlation)s, %(now)s)
        returning sender
        """,
        message_id=message_id,
        conversation_id=conversation_id,
        customer_id=customer_id,
        channel=channel,
        provider=provider,
        contact=contacts.token(unit, contact),
        content=sealed_content(unit, content, message_id),
        sender=sender,
        payload=sealed_payload(unit, {"reply": reply}, message_id),
        priority=priority,
        correlation=unit.correlation,
        now=unit.now,
    )
    unit.wakes.add(speaks)
    return message_id


@dataclass(frozen=True, slots=True)
class Notice:
    """What the bank tells a customer of its own accord.

    It goes to their trusted WhatsApp address, else by SMS to their phone, in their language; a
    ``channel`` (USSD counts as SMS) or a whole address may be given. The words are found when it is
    sent, so facts are plain strings and name secrets by id only. A ``document`` goes along where
    files can; elsewhere the words of ``<alert>_waits`` say where it is to be had.
    """

    customer_id: UUID
    alert: str
    facts: Mapping[str, str]
    channel: str | None = None
    address: str | None = None
    document: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse an address of no channel."""
        if self.address is not None and self.channel is None:
            raise ValueError("an address needs its channel")

    @property
    def payload(self) -> dict[str, object]:
        """What is to be said, as the outbox keeps it."""
        said: dict[str, object] = {"alert": self.alert, "facts": dict(self.facts)}
        return said if self.document is None else {**said, "document": str(self.document)}

    @property
    def carried_by(self) -> str | None:
        """The channel it must go out on; None lets their addresses decide."""
        if self.channel == "ussd" or (self.alert == ONE_TIME_CODE and self.channel is None):
            return "sms"
        return self.channel


# One call for each notice in one statement: its plan is kept, which that of a list would not be.
OWE = """owe_notice(%(customer{n})s, %(channel{n})s, %(address{n})s, %(service{n})s, %(message{n})s,
    %(payload{n})s, %(expires_at{n})s, %(correlation)s, %(now)s) as sender{n}"""


def queue_notices(unit: Unit, notices: Sequence[Notice]) -> list[UUID | None]:
    """Owe customers a few notices, in one statement, and return the id of each one's message.

    None for one that goes nowhere: the customer opted out (which holds back all but
    ``SERVICE_ALERTS``), no number of ours reaches them, or the unit is a quiet one. One that can
    wait and comes in its customer's quiet hours is owed in the morning (`core.store.held_notices`).
    """
    if unit.quiet:
        return [None] * len(notices)
    messages = [unit.new_id() for _ in notices]
    held = {
        message for one, message in zip(notices, messages, strict=True) if _hold(unit, one, message)
    }
    left = [both for both in zip(notices, messages, strict=True) if both[1] not in held]
    owed = held | _owe(unit, left) if left else held
    return [message if message in owed else None for message in messages]


def _hold(unit: Unit, one: Notice, message: UUID) -> bool:
    return one.alert in CAN_WAIT and held_notices.hold(
        unit,
        message,
        alert=one.alert,
        customer=one.customer_id,
        channel=one.carried_by,
        address=None if one.address is None else contacts.keep(unit, one.address),
        service=one.alert in SERVICE_ALERTS,
        payload=one.payload,
    )


def _owe(unit: Unit, notices: Sequence[tuple[Notice, UUID]]) -> set[UUID]:
    """Put notices into the outbox, and return the messages of those that go anywhere."""
    facts: dict[str, object] = {"correlation": unit.correlation, "now": unit.now}
    for n, (one, message) in enumerate(notices):
        useful = USEFUL_FOR.get(one.alert)
        facts |= {
            f"customer{n}": one.customer_id,
            f"channel{n}": one.carried_by,
            f"address{n}": None if one.address is None else contacts.keep(unit, one.address),
            f"service{n}": one.alert in SERVICE_ALERTS,
            f"message{n}": message,
            f"payload{n}": sealed_payload(unit, one.payload, message),
            f"expires_at{n}": None if useful is None else unit.now + useful,
        }
    senders = unit.one(_owing(len(notices)), **facts)
    unit.wakes.update(sender for sender in senders if sender is not None)
    return {
        message for sender, (_, message) in zip(senders, notices, strict=True) if sender is not None
    }


@cache
def _owing(count: int) -> str:
    return "select " + ", ".join(OWE.format(n=n) for n in range(count))


def queue_notice(
    unit: Unit,
    *,
    customer_id: UUID,
    alert: str,
    facts: Mapping[str, str],
    channel: str | None = None,
    address: str | None = None,
) -> UUID | None:
    """Owe a customer one `Notice`, and return its message's id as `queue_notices` does."""
    return queue_notices(unit, [Notice(customer_id, alert, facts, channel, address)])[0]


@dataclass(frozen=True, slots=True)
class Owed:
    """A row of the outbox, as people who look after it see it."""

    id: int
    message_id: UUID
    sender: str
    contact: str
    status: str
    attempts: int
    due_at: datetime
    error: str | None
    created_at: datetime


def listed(unit: Unit, *, status: str = "dead", limit: int = 50) -> list[Owed]:
    """Return the oldest rows in a status: queued, leased, sent or dead. At most 500."""
    rows = unit.all(
        """
        select o.id, o.message_id, o.sender, p.sealed as contact, o.status, o.attempts, o.due_at,
            o.error, o.created_at, p.token
        from outbox o left join contact_points p on p.token = o.contact
        where o.status = %(status)s order by o.id limit %(limit)s
        """,
        status=status,
        limit=min(limit, MOST_LISTED),
    )
    return [_owed(unit, row) for row in rows]


def _owed(unit: Unit, row: Row) -> Owed:
    *facts, token = row
    facts[3] = contacts.opened(unit.keys, token, row.contact) if token else ""
    return Owed(*facts)
