"""Raising an alert: open to every engine that watches, and telling nothing back."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.aml import deadlines
from core.aml.deadlines import Severity
from core.store.unit import Unit

FACTS = "aml_alerts.facts"
MOST_ROWS = 500
"""How many payments an alert shows; of more, the latest."""
_TYPE = re.compile("[a-z][a-z0-9_]{1,40}")


def raise_alert(
    unit: Unit,
    *,
    type: str,  # noqa: A002 - as the table has it
    severity: Severity,
    customer: UUID,
    transactions: Sequence[UUID],
    facts: Mapping[str, str],
    source: str,
    key: str,
    why: Mapping[UUID, str] | None = None,
) -> None:
    """Tell compliance that something about a customer looks wrong.

    ``type`` is a typology or a rule (``structuring``, ``fan_in``), ``source`` names what fired with
    its version (``typology structuring 3``). ``transactions`` are the payments that fired in their
    order, the last of which is what the alert is about; the book is asked for their amounts, and
    ``why`` says of each, in plain words, what makes it one of them. ``facts`` are figures with
    their names as they are read (``{"in 24 hours": "KES 1,960,000.00"}``).

    The same ``key`` is raised once, whoever raises it again; nothing tells whether it was.

    :raises ValueError: if the type, the source or the key is none. What the database would say of
        it names the customer, and would stand in a log.
    """
    if not _TYPE.fullmatch(type) or not 0 < len(source) <= 80 or not 0 < len(key) <= 200:
        raise ValueError("no alert has such a type, source or key")
    alert_id = unit.new_id()
    rows = list(dict.fromkeys(transactions))[-MOST_ROWS:]
    told = {
        "facts": dict(facts),
        "why": {str(one): words for one, words in (why or {}).items()},
    }
    country: str = unit.value(
        "select country from customers where id = %(customer)s", customer=customer
    )
    unit.run(
        """
        select aml_raise(%(id)s, %(key)s, %(type)s, %(severity)s, %(customer)s, %(rows)s::uuid[],
            %(facts)s, %(source)s, %(due)s, %(now)s)
        """,
        id=alert_id,
        key=key,
        type=type,
        severity=severity,
        customer=customer,
        rows=rows,
        facts=unit.keys.seal_json(told, field=FACTS, row=alert_id),
        source=source,
        due=deadlines.due(unit, severity, country),
        now=unit.now,
    )
