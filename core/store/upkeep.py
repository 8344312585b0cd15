"""What keeps the outbox honest between drains: leases that ran out, rows that wait, old rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.store.crashpoints import reached
from core.store.unit import Unit

KEPT_FOR = timedelta(days=2)
MOST_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number with messages that could leave now, and since when the next of them could."""

    sender: str
    since: datetime


def waiting(unit: Unit) -> list[Waiting]:
    """Return the numbers with a message that is due and waits for no other of its contact."""
    rows = unit.all(
        "select sender, since from waiting_senders(%(now)s) order by since limit 1000",
        now=unit.now,
    )
    return [Waiting(row.sender, row.since) for row in rows]


def return_leases(unit: Unit) -> int:
    """Put back rows whose holder has vanished, and return how many. They may have been sent."""
    rows = unit.all(
        """
        with late as (
            select id from outbox where status = 'leased' and leased_until < %(now)s
            order by leased_until limit %(most)s for update skip locked
        )
        update outbox o set status = 'queued', lease = null, leased_until = null,
            due_at = %(now)s, error = 'lease ran out'
        from late where o.id = late.id
        returning o.sender
        """,
        now=unit.now,
        most=MOST_AT_ONCE,
    )
    unit.wakes.update(row.sender for row in rows)
    reached("timer.leases_returned")
    return len(rows)


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the outbox is for one number."""

    sender: str
    status: str
    rows: int
    oldest: datetime


def depths(unit: Unit) -> list[Depth]:
    """Return how many rows wait, are on their way, or are dead, per number."""
    rows = unit.all(
        """
        select sender, status, count(*) as rows, min(created_at) as oldest
        from (
            select sender, status, created_at from outbox where status in ('queued', 'leased')
            union all
            select sender, status, created_at from outbox where status = 'dead'
        ) o
        group by sender, status order by sender, status
        """
    )
    return [Depth(*tuple(row)) for row in rows]


def purge(unit: Unit) -> int:
    """Forget rows and receipts that were finished two days ago; the messages themselves stay."""
    gone = unit.run(
        """
        delete from outbox where id in (
            select id from outbox where status = 'sent' and finished_at < %(before)s
            order by finished_at limit %(most)s)
        """,
        before=unit.now - KEPT_FOR,
        most=MOST_AT_ONCE,
    )
    return gone + unit.run(
        """
        delete from receipts where ctid in (
            select ctid from receipts where received_at < %(before)s limit %(most)s)
        """,
        before=unit.now - KEPT_FOR,
        most=MOST_AT_ONCE,
    )
