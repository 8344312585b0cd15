"""What customers agreed to, when and where, and what they took back."""

from typing import Literal
from uuid import UUID

from core.errors import Refusal
from core.store.unit import Unit

Purpose = Literal["terms", "marketing"]


class ConsentNeeded(Refusal):
    """Nobody is made a customer without agreeing to the terms."""

    code = "consent_needed"


def give(unit: Unit, customer: UUID, *, purpose: Purpose, channel: str) -> None:
    """Write down a consent. One that stands already is left as it is."""
    unit.run(
        """
        insert into consents (id, customer_id, purpose, channel, given_at)
        values (%(id)s, %(customer)s, %(purpose)s, %(channel)s, %(now)s)
        on conflict do nothing
        """,
        id=unit.new_id(),
        customer=customer,
        purpose=purpose,
        channel=channel,
        now=unit.now,
    )


def give_back(unit: Unit, customer: UUID, *, purpose: Purpose, channel: str) -> None:
    """Write down a consent anew that was taken back; who never gave it has not given it now."""
    once: bool = unit.value(
        """
        select exists(select from consents where customer_id = %(customer)s
            and purpose = %(purpose)s)
        """,
        customer=customer,
        purpose=purpose,
    )
    if once:
        give(unit, customer, purpose=purpose, channel=channel)


def withdraw(unit: Unit, customer: UUID, *, purpose: Purpose) -> bool:
    """Take a consent back and return whether one stood. Its row is kept as proof."""
    return bool(
        unit.run(
            """
            update consents set withdrawn_at = greatest(%(now)s, given_at)
            where customer_id = %(customer)s and purpose = %(purpose)s and withdrawn_at is null
            """,
            customer=customer,
            purpose=purpose,
            now=unit.now,
        )
    )


def stands(unit: Unit, customer: UUID, *, purpose: Purpose) -> bool:
    """Return whether the customer agrees to this now."""
    found: bool = unit.value(
        """
        select exists(select from consents
            where customer_id = %(customer)s and purpose = %(purpose)s and withdrawn_at is null)
        """,
        customer=customer,
        purpose=purpose,
    )
    return found
