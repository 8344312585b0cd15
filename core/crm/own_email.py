"""A customer's own e-mail address: shown to be theirs by a code that is mailed there.

Until that code was typed back in the conversation nothing is written to the address but the code.
An address is one customer's alone. Whether it is another's is told only to who has shown that they
read what comes there; somebody who never did gives it up to them.
"""

import re
from datetime import datetime
from uuid import UUID

from core.access import codes
from core.access.codes import GOOD_FOR, MAIL, Way
from core.crm import customers
from core.errors import Refusal
from core.names import masked_email
from core.store import contacts, mail, personal
from core.store.mail import Told
from core.store.unit import Unit

LONGEST = 254
"""RFC 5321, 4.5.3.1.3, without its angle brackets."""
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.I)
BY = "customer"


class NotAnEmail(Refusal):
    """What was written is no e-mail address."""

    code = "not_an_email"


class EmailTaken(Refusal):
    """Another customer has shown that the address is theirs."""

    code = "email_taken"


def read(text: str) -> str:
    """Return an e-mail address as it is kept.

    :raises NotAnEmail: if it is none
    """
    address = text.strip().strip("<>").removeprefix("mailto:").rstrip(".")
    if len(address) > LONGEST or not _ADDRESS.fullmatch(address):
        raise NotAnEmail
    return address.lower()


def verified(unit: Unit, customer: UUID) -> str | None:
    """Return the address a customer has shown to be theirs, if there is one."""
    sealed: bytes | None = unit.value(
        "select email from customers where id = %(id)s and email_verified_at is not null",
        id=customer,
    )
    if sealed is None:
        return None
    return unit.keys.open(bytes(sealed), field="customers.email", row=customer)


def send_code(unit: Unit, customer: UUID, text: str, *, channel: str, address: str) -> str:
    """Mail a code to an address somebody says is theirs; return the address as it is kept.

    :raises NotAnEmail: if it is none
    :raises TooManyCodes: if too many codes were asked for
    """
    to = read(text)
    code_id = codes.issue(
        unit,
        customer=customer,
        purpose="email",
        channel=channel,
        address=address,
        way=Way(MAIL, to),
    )
    facts = {"code_id": str(code_id), "minutes": str(GOOD_FOR.seconds // 60)}
    _tell(unit, customer, "email_code", to, facts, expires_at=unit.now + GOOD_FOR)
    return to


def keep(unit: Unit, customer: UUID, to: str, *, channel: str, address: str) -> None:
    """Make an address the customer's, whose code was typed in this very turn.

    The address they had before is told of it.

    :raises EmailTaken: if another customer has shown that it is theirs
    :raises LookupError: if no code that went there was typed just now
    """
    if not _shown(unit, customer, to, channel=channel, address=address):
        raise LookupError("an address is kept once its code was typed")
    before = verified(unit, customer)
    index = personal.email_token(unit.keys, to)
    # Two customers may show the same address at once: whoever comes second finds it taken.
    unit.run(
        "select pg_advisory_xact_lock(hashtextextended('email:' || %(index)s, 0))", index=index
    )
    if unit.value(
        """
        select exists(select from customers where email_index = %(index)s
            and id <> %(customer)s and email_verified_at is not null)
        """,
        index=index,
        customer=customer,
    ):
        raise EmailTaken
    unit.run(
        """
        update customers set email = null, email_index = null, updated_at = %(now)s,
            updated_by = %(by)s
        where email_index = %(index)s and id <> %(customer)s
        """,
        index=index,
        customer=customer,
        by=BY,
        now=unit.now,
    )
    _write(unit, customer, to)
    if before is not None and before != to:
        _tell(unit, customer, "email_changed", before, {"to": masked_email(to)})


def vouch(unit: Unit, customer: UUID) -> None:
    """Hold the address on a customer's record for theirs, where somebody has made sure of it."""
    unit.run(
        """
        update customers set email_verified_at = %(now)s
        where id = %(customer)s and email is not null and email_verified_at is null
        """,
        customer=customer,
        now=unit.now,
    )


def remove(unit: Unit, customer: UUID) -> None:
    """Take a customer's address off the record; it is told so, where it was shown to be theirs."""
    before = verified(unit, customer)
    _write(unit, customer, None)
    if before is not None:
        _tell(unit, customer, "email_removed", before, {})


def _shown(unit: Unit, customer: UUID, to: str, *, channel: str, address: str) -> bool:
    found: bool = unit.value(
        """
        select exists(select from one_time_codes
            where customer_id = %(customer)s and purpose = 'email' and channel = %(channel)s
                and address = %(address)s and sent_to = %(to)s and used_at = %(now)s)
        """,
        customer=customer,
        channel=channel,
        address=contacts.token(unit, address),
        to=contacts.token(unit, to),
        now=unit.now,
    )
    return found


def _write(unit: Unit, customer: UUID, to: str | None) -> None:
    unit.run(
        """
        update customers set email = %(email)s, email_index = %(index)s,
            email_verified_at = %(at)s, updated_at = %(now)s, updated_by = %(by)s
        where id = %(customer)s
        """,
        customer=customer,
        email=to and unit.keys.seal(to, field="customers.email", row=customer),
        index=to and personal.email_token(unit.keys, to),
        at=None if to is None else unit.now,
        by=BY,
        now=unit.now,
    )


def _tell(
    unit: Unit,
    customer: UUID,
    alert: str,
    to: str,
    facts: dict[str, str],
    *,
    expires_at: datetime | None = None,
) -> None:
    person = customers.people(unit, [customer])[customer]
    told = Told(alert, person.language, {"name": person.first_name, **facts})
    mail.tell(unit, customer, told, to=to, expires_at=expires_at)
