"""Customers, and a number of ours that reaches them."""

import pytest

from tests.core.people import someone

AMINA, BRIAN = "+254712000001", "+254712000002"


@pytest.fixture
def sender(unit):
    unit.run(
        """
        insert into senders (key, channel, provider, number, countries, is_default, rate, burst,
            allowed, tokens, refilled_at)
        values ('twilio:sms:21000', 'sms', 'twilio', '21000', '{}', true, 1, 1, 1, 1, %(now)s)
        """,
        now=unit.now,
    )


@pytest.fixture
def amina(unit, sender):
    return someone(unit, AMINA, holds="KES 2000.00")


@pytest.fixture
def brian(unit, sender):
    return someone(unit, BRIAN, names=("Brian", "Kamau"), holds="KES 500.00")
