"""Who may not ask a customer for money any more."""

from uuid import UUID

from core.store.unit import Unit


def block(unit: Unit, customer: UUID, asker: UUID) -> None:
    """Let somebody ask this customer no more; who is blocked already stays so."""
    unit.run(
        """
        insert into blocked_askers (customer_id, asker, created_at)
        values (%(customer)s, %(asker)s, %(now)s) on conflict do nothing
        """,
        customer=customer,
        asker=asker,
        now=unit.now,
    )


def unblock(unit: Unit, customer: UUID, asker: UUID) -> None:
    """Let somebody ask this customer again."""
    unit.run(
        "delete from blocked_askers where customer_id = %(customer)s and asker = %(asker)s",
        customer=customer,
        asker=asker,
    )


def is_blocked(unit: Unit, customer: UUID, asker: UUID) -> bool:
    """Return whether a customer takes no requests from somebody."""
    found: bool = unit.value(
        """
        select exists(select from blocked_askers
            where customer_id = %(customer)s and asker = %(asker)s)
        """,
        customer=customer,
        asker=asker,
    )
    return found


def blocked(unit: Unit, customer: UUID, *, limit: int) -> list[UUID]:
    """Return whom a customer blocked, the latest first."""
    return [
        row.asker
        for row in unit.all(
            """
            select asker from blocked_askers where customer_id = %(customer)s
            order by created_at desc, asker limit %(limit)s
            """,
            customer=customer,
            limit=limit,
        )
    ]
