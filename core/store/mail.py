"""Letters that still have to leave by mail: written with the unit that owes them, sent after it.

Sent at least once: a letter whose sender vanished is sent again. Who it goes to and what it says
are sealed. What a customer gets may be worded only when it is sent, so that a code stands nowhere.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from core.store.unit import Row, Unit

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
LEASED_FOR = timedelta(minutes=2)
KEPT_FOR = timedelta(days=2)
LONGEST_SUBJECT, LONGEST_BODY = 200, 20_000
MOST_LISTED, MOST_AT_ONCE = 500, 5000


@dataclass(frozen=True, slots=True)
class Place:
    """Which letter of a case one is: ``n`` counts from 1."""

    case: str
    """The case's number."""
    n: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter tells that is worded when it is sent, in the customer's language.

    Its words are the blocks ``<alert>_subject`` and ``<alert>_body``; a ``code_id`` among the facts
    stands for the code's digits.
    """

    alert: str
    language: str
    facts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter taken to be sent. Whoever took it holds it by ``lease`` for two minutes."""

    id: UUID
    lease: UUID
    to: str
    subject: str
    body: str
    attempts: int
    attachment: UUID | None = None
    """A document; its file is opened when the letter is sent, and no earlier."""
    told: Told | None = None
    """What has still to be worded: subject and body are empty until then."""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a letter stands, without what is in it."""

    id: UUID
    status: str
    attempts: int
    due_at: datetime
    error: str | None


def queue(
    unit: Unit,
    *,
    to: str,
    subject: str,
    body: str,
    expires_at: datetime | None = None,
    attachment: UUID | None = None,
    customer: UUID | None = None,
) -> UUID:
    """Owe somebody a letter and return its id; after ``expires_at`` it is not sent any more.

    ``attachment`` is the id of a document that goes along, ``customer`` whose letter it is.

    :raises ValueError: if an address or subject would break out of its header, or it is too long
    """
    subject = subject.strip()
    if any(sign in to + subject for sign in "\r\n") or "@" not in to:
        raise ValueError("an address or subject of more than one line")
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        raise ValueError("a letter is too long")
    rest = {
        "attachment": attachment,
        "expires_at": expires_at,
        "customer": customer,
        "alert": None,
        "language": None,
        "case_number": None,
        "place": None,
    }
    return _write(unit, to=to, subject=subject, body=body.strip() + "\n", rest=rest)


def tell(
    unit: Unit,
    customer: UUID,
    told: Told,
    *,
    to: str,
    expires_at: datetime | None = None,
    place: Place | None = None,
) -> UUID:
    """Owe a customer a letter that is worded when it is sent, and return its id.

    :raises ValueError: if the address would break out of its header, or the facts are too long
    """
    facts = json.dumps(dict(told.facts))
    if any(sign in to for sign in "\r\n") or "@" not in to:
        raise ValueError("an address of more than one line")
    if len(facts) > LONGEST_BODY:
        raise ValueError("a letter is too long")
    rest = {
        "attachment": None,
        "expires_at": expires_at,
        "customer": customer,
        "alert": told.alert,
        "language": told.language,
        "case_number": None if place is None else place.case,
        "place": None if place is None else place.n,
    }
    return _write(unit, to=to, subject="", body=facts, rest=rest)


def take(unit: Unit, *, most: int) -> list[Letter]:
    """Take letters that are due, the oldest first, for two minutes; nobody else gets them.

    Those that have expired, or whose senders have vanished too often, are dead from now on.
    """
    unit.run(
        """
        update mails set status = 'dead', lease = null, leased_until = null, finished_at = %(now)s,
            error = case when expires_at <= %(now)s then 'expired' else 'given up' end
        where status in ('queued', 'leased') and (leased_until is null or leased_until < %(now)s)
            and due_at <= %(now)s and (expires_at <= %(now)s or attempts >= %(most)s)
        """,
        most=MOST_ATTEMPTS,
        now=unit.now,
    )
    lease = unit.new_id()
    rows = unit.all(
        """
        with due as (
            select id from mails
            where status in ('queued', 'leased') and due_at <= %(now)s
                and (leased_until is null or leased_until < %(now)s)
            order by due_at, id limit %(most)s for update skip locked
        )
        update mails m set status = 'leased', lease = %(lease)s, leased_until = %(until)s,
            attempts = m.attempts + 1
        from due where m.id = due.id
        returning m.id, m.recipient, m.subject, m.body, m.attempts, m.attachment, m.alert,
            m.language, m.case_number, m.place
        """,
        most=most,
        lease=lease,
        until=unit.now + LEASED_FOR,
        now=unit.now,
    )
    return [_letter(unit, lease, row) for row in rows]


def sent(unit: Unit, letter: Letter) -> None:
    """Write down that a letter has left."""
    _end(unit, letter, status="sent", error=None)


def failed(unit: Unit, letter: Letter, *, error: str, for_good: bool) -> None:
    """Write down why a letter did not leave: tried again later, unless it failed for good."""
    if for_good or letter.attempts >= MOST_ATTEMPTS:
        _end(unit, letter, status="dead", error=error)
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 3 ** (letter.attempts - 1))
    unit.run(
        """
        update mails set status = 'queued', lease = null, leased_until = null, due_at = %(due)s,
            error = %(error)s
        where id = %(id)s and lease = %(lease)s
        """,
        id=letter.id,
        lease=letter.lease,
        due=unit.now + wait,
        error=error[:200],
    )


def listed(unit: Unit, *, status: str | None = None) -> list[Waiting]:
    """Return how letters stand, the newest first, five hundred at most."""
    rows = unit.all(
        """
        select id, status, attempts, due_at, error from mails
        where %(status)s::text is null or status = %(status)s
        order by created_at desc, id limit %(most)s
        """,
        status=status,
        most=MOST_LISTED,
    )
    return [Waiting(*tuple(row)) for row in rows]


def purge(unit: Unit) -> int:
    """Forget letters that were finished two days ago, and return how many."""
    return unit.run(
        """
        delete from mails where id in (
            select id from mails where status in ('sent', 'dead') and finished_at < %(before)s
            order by finished_at limit %(most)s)
        """,
        before=unit.now - KEPT_FOR,
        most=MOST_AT_ONCE,
    )


def _write(unit: Unit, *, to: str, subject: str, body: str, rest: Mapping[str, object]) -> UUID:
    mail_id = unit.new_id()

    def seal(column: str, text: str) -> bytes:
        return unit.keys.seal(text, field=f"mails.{column}", row=mail_id)

    unit.run(
        """
        insert into mails (id, recipient, subject, body, attachment, due_at, expires_at,
            customer_id, alert, language, case_number, place, correlation, created_at)
        values (%(id)s, %(to)s, %(subject)s, %(body)s, %(attachment)s, %(now)s, %(expires_at)s,
            %(customer)s, %(alert)s, %(language)s, %(case_number)s, %(place)s, %(correlation)s,
            %(now)s)
        """,
        id=mail_id,
        to=seal("recipient", to),
        subject=seal("subject", subject),
        body=seal("body", body),
        correlation=unit.correlation,
        now=unit.now,
        **rest,
    )
    return mail_id


def _end(unit: Unit, letter: Letter, *, status: str, error: str | None) -> None:
    unit.run(
        """
        update mails set status = %(status)s, lease = null, leased_until = null,
            finished_at = %(now)s, error = %(error)s
        where id = %(id)s and lease = %(lease)s
        """,
        id=letter.id,
        lease=letter.lease,
        status=status,
        error=None if error is None else error[:200],
        now=unit.now,
    )


def _letter(unit: Unit, lease: UUID, row: Row) -> Letter:
    def opened(column: str, sealed: bytes) -> str:
        return unit.keys.open(bytes(sealed), field=f"mails.{column}", row=row.id)

    body, told = opened("body", row.body), None
    if row.alert is not None:
        body, told = "", Told(row.alert, row.language, json.loads(body))
    return Letter(
        id=row.id,
        lease=lease,
        to=opened("recipient", row.recipient),
        subject=opened("subject", row.subject),
        body=body,
        attempts=row.attempts,
        attachment=row.attachment,
        told=told,
        place=None if row.place is None else Place(row.case_number, row.place),
    )
