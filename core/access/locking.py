"""Locking everything: whoever lost the phone stops all money from any other one.

The account number and the birth date are enough, because locking can only annoy; opening again
takes a person. Tries are bounded per address, and per account over all addresses, and every one is
answered the same whether or not there is such an account.
"""

from datetime import date, timedelta
from uuid import UUID

from core.access import audit, trust
from core.access.birth import Counted
from core.ledger import book
from core.store import contacts, personal
from core.store.unit import Unit

MOST_HERE, MOST_ON_ACCOUNT = 3, 10
WITHIN = timedelta(hours=24)
REASON = book.Reason(by="customer", why="self_locked")
_FROZEN = {"active": "debit_frozen", "credit_frozen": "frozen"}
_FREED = {"debit_frozen": "active", "frozen": "credit_frozen"}


class NothingLocked(Counted):
    """No account has that number and that birth date together. Nothing was locked."""

    code = "nothing_locked"


class LockTriesSpent(Counted):
    """Locking was tried too often today, from this address or for this account."""

    code = "lock_tries_spent"


def lock_everything(unit: Unit, *, account_no: str, born: date, channel: str, address: str) -> UUID:
    """Lock a customer's PIN and freeze what leaves their wallets; return who it was.

    They are warned at every address that was believed. Money under way arrives all the same.

    :raises NothingLocked: if account and birth date do not belong together
    :raises LockTriesSpent: if it was tried too often
    """
    customer = owner_of(unit, account_no=account_no, born=born, channel=channel, address=address)
    unit.run(
        """
        update pins set attempts = 3, locked_at = coalesce(locked_at, %(now)s),
            self_locked_at = %(now)s, birth_proven_at = null, reset_allowed_until = null,
            reset_allowed_address = null
        where customer_id = %(customer)s
        """,
        customer=customer,
        now=unit.now,
    )
    trust.end_codes(unit, customer)
    _set_all(unit, customer, _FROZEN)
    trust.tell(unit, customer, "self_locked", trust.places(unit, customer, least="probation"))
    audit.note(
        unit,
        audit.customer(unit, customer),
        "customer.locked_everything",
        subject="customer",
        subject_id=customer,
        customer=customer,
    )
    return customer


def owner_of(unit: Unit, *, account_no: str, born: date, channel: str, address: str) -> UUID:
    """Return whose account that is, for who knows the birth date; every try is counted.

    :raises NothingLocked: if account and birth date do not belong together
    :raises LockTriesSpent: if it was tried too often
    """
    _count(unit, account_no, channel=channel, address=contacts.token(unit, address))
    owner = unit.maybe(
        """
        select c.id, c.date_of_birth from ledger_accounts a join customers c on c.id = a.owner
        where a.account_no = %(account_no)s and c.is_active
        """,
        account_no=account_no,
    )
    if owner is None or personal.born(unit.keys, owner.id, owner.date_of_birth) != born:
        raise NothingLocked
    found: UUID = owner.id
    return found


def unlock(unit: Unit, customer: UUID) -> None:
    """Let money leave the wallets that the customer had frozen, and no others."""
    ours = unit.all(
        """
        select a.account_id from ledger_accounts a
        where a.owner = %(customer)s and a.status in ('debit_frozen', 'frozen')
            and (select s.reason from account_status_changes s where s.account_id = a.account_id
                order by s.seq desc limit 1) = %(reason)s
        """,
        customer=customer,
        reason=REASON.why,
    )
    _set_all(unit, customer, _FREED, only={row.account_id for row in ours})


def _set_all(
    unit: Unit, customer: UUID, becomes: dict[str, str], *, only: set[UUID] | None = None
) -> None:
    for one in sorted(book.balances(unit, customer), key=lambda wallet: wallet.account_id):
        if one.status not in becomes or (only is not None and one.account_id not in only):
            continue
        try:
            book.set_status(
                unit,
                id=unit.new_id(),
                account=one.account_id,
                status=becomes[one.status],
                reason=REASON,
            )
        except (book.AccountClosed, book.IdReused):
            continue  # closed a moment ago: nothing leaves it any more


def _count(unit: Unit, account_no: str, *, channel: str, address: str) -> None:
    """Count a try, right or wrong. Many at once are counted one by one."""
    for about in sorted((f"lock:{channel}:{address}", f"lock:{account_no}")):
        unit.run("select pg_advisory_xact_lock(hashtextextended(%(about)s, 0))", about=about)
    tried = unit.one(
        """
        select (select count(*) from lock_tries where channel = %(channel)s
                and address = %(address)s and at > %(since)s) as here,
            (select count(*) from lock_tries
                where account_no = %(account_no)s and at > %(since)s) as account
        """,
        channel=channel,
        address=address,
        account_no=account_no,
        since=unit.now - WITHIN,
    )
    if tried.here >= MOST_HERE or tried.account >= MOST_ON_ACCOUNT:
        raise LockTriesSpent
    unit.run(
        """
        insert into lock_tries (id, channel, address, account_no, at)
        values (%(id)s, %(channel)s, %(address)s, %(account_no)s, %(now)s)
        """,
        id=unit.new_id(),
        channel=channel,
        address=address,
        account_no=account_no,
        now=unit.now,
    )
