"""What must be true when all is quiet again: nothing lost, nothing twice, whatever was killed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row

from tests.kill.customers import Arrived, Payer, Writer
from tests.support.keys import KEYS

WINDOW = timedelta(seconds=1)
"""Around the kill of one that sends: only a message on its way at that moment may come twice."""
SENDERS = frozenset({"worker", "scheduler"})

POSTED = """
select m.reference, t.transaction_id is not null as posted, m.created_at
from transfers m left join transactions t on t.transaction_id = m.id
where m.created_at > %(began)s
"""
PRESSES = """
select c.address, count(*) as presses from inbox i join conversations c on c.id = i.conversation_id
where c.channel = 'ussd' and i.received_at > %(began)s and i.state = 'done' group by c.address
"""
# What a message was answered with: all that left the house under the correlation of its turn.
REPLIES = """
select i.provider_id, m.status, m.provider_message_id
from inbox i
left join messages m on m.correlation = i.correlation and not m.is_inbound
where i.provider_id = any(%(ids)s) and i.state = 'done'
"""
# Each row of the outbox, and the message it became in the end: what WhatsApp does not take goes on
# as an SMS of its own.
OWED = """
select o.id, o.status, m.status, m.provider_message_id
from outbox o join messages m on m.id = o.message_id where o.created_at > %(began)s
"""
KNOWN = """
select provider_message_id from messages where not is_inbound and created_at > %(began)s
"""
# A customer's own turns, one after the other. Notices of what others did join in between.
IN_ORDER = """
select o.contact, m.provider_message_id
from outbox o join messages m on m.id = o.message_id
where o.created_at > %(began)s and o.channel = 'whatsapp' and o.language is null  -- a reply
order by o.contact, o.id
"""
UNSENT = "select count(*) from outbox where status in ('queued', 'leased')"


def _token(address: str) -> str:
    """Return what stands for an address in the database."""
    return KEYS.token(address, kind="address")


class Books:
    """The database, looked at from outside."""

    def __init__(self, engine: Engine, *, began: datetime) -> None:
        self._engine, self._began = engine, began

    def rows(self, sql: str, **facts: object) -> Sequence[Row[Any]]:
        """Return what a query finds."""
        with self._engine.connect() as connection:
            return connection.exec_driver_sql(sql, {"began": self._began, **facts}).all()

    def unsent(self) -> int:
        """Return how many messages wait to be sent."""
        return int(self.rows(UNSENT)[0][0])

    def each_payment_told_happened_once_and_no_other(self, payers: Collection[Payer]) -> None:
        """Compare what customers were told with what was posted."""
        told = Counter(reference for payer in payers for reference in payer.told)
        posted = Counter(row.reference for row in self.rows(POSTED) if row.posted)
        assert told == posted, f"told: {told - posted}, posted: {posted - told}"
        assert set(told.values()) <= {1}, "one payment told for two"

    def each_press_answered_was_kept(self, payers: Collection[Payer]) -> None:
        """Compare the answers that customers got with the turns that were taken."""
        kept = {row.address: row.presses for row in self.rows(PRESSES)}
        assert {p.phone.address: kept.get(_token(p.phone.address)) for p in payers} == {
            p.phone.address: p.presses for p in payers
        }

    def each_reply_owed_arrived(
        self, writers: Collection[Writer], arrived: Mapping[str, Arrived]
    ) -> None:
        """Follow each message the bank took, and each it owes, to the phone it was for."""
        taken = {ident for writer in writers for _, ident in writer.taken}
        replies: dict[str, set[str | None]] = {}
        for row in self.rows(REPLIES, ids=sorted(taken)):
            replies.setdefault(row.provider_id, set()).add(row.provider_message_id)
        assert not taken - set(replies), f"taken and not kept: {taken - set(replies)}"
        silent = {one for one, ids in replies.items() if not ids & set(arrived)}
        assert not silent, f"taken and not answered: {silent}"
        owed = self.rows(OWED)
        never = [tuple(row) for row in owed if row.provider_message_id not in arrived]
        assert not never, f"owed and never arrived: {never}"

    def each_customer_was_answered_in_order(self, arrived: Mapping[str, Arrived]) -> None:
        """Compare the order in which replies arrived with that of the turns that owe them."""
        heard: dict[str, list[datetime]] = {}
        for row in self.rows(IN_ORDER):
            heard.setdefault(row.contact, []).append(arrived[row.provider_message_id].at)
        mixed = [contact for contact, times in heard.items() if times != sorted(times)]
        assert not mixed, f"answered out of order: {mixed}"

    def twice(self, arrived: Mapping[str, Arrived]) -> list[Arrived]:
        """Return the messages that came to a phone and of which the bank knows nothing."""
        known = {row.provider_message_id for row in self.rows(KNOWN)}
        return [one for ident, one in arrived.items() if ident not in known]

    def wrongly_put_off(self, payers: Collection[Payer]) -> list[str]:
        """Return payments that were posted before the customer read that nothing was done."""
        at = {row.reference: row.created_at for row in self.rows(POSTED)}
        return [
            reference
            for payer in payers
            for reference, told_at in payer.put_off.items()
            if at[reference] < told_at
        ]


def outside_the_window(
    twice: Collection[Arrived], kills: Collection[tuple[str, datetime]]
) -> list[Arrived]:
    """Return what came twice although nobody who sends was killed at that moment."""
    moments = [at for what, at in kills if what in SENDERS]
    return [one for one in twice if not any(abs(one.at - at) < WINDOW for at in moments)]
