"""Whoever dials again is told what became of the last payment: no more, and no less, than is so."""

import pytest

from core.demo import tills
from tests.support.town import AMINA, PIN

# What is pressed from the menu on, and how the next call begins.
CALLS = {
    "sent": (("1", "0712000002", "500", "1", PIN), "Your last payment went through: KES 500.00"),
    "paid out": (("4", "2", "2", "1", "500", "1", PIN), "Your last payment is on its way: KES"),
    "airtime": (("5", "1", "1", "100", "1", PIN), "Ordered last: KES 100.00 for +254 7"),
    "cash code": (("4", "3", "500", "1", PIN), "Welcome!"),
}


@pytest.mark.parametrize("which", CALLS)
def test_the_next_call_begins_with_what_became_of_it(phone, which):
    pressed, told = CALLS[which]
    amina = phone("ussd", AMINA)
    amina.dial()
    for keys in pressed:
        last = amina.press(keys)
    assert last.startswith("END "), last
    assert amina.dial().startswith(f"CON {told}")


@pytest.mark.parametrize(
    "pressed",
    [("4", "1", "4", "1000", "1", PIN), ("4", "1", "1", "0712000001", "1000", "1", PIN)],
    ids=["top up", "cash in"],
)
def test_an_agent_is_told_what_the_float_holds(phone, pressed):
    agent = phone("ussd", tills.PHONE)
    agent.dial()
    for keys in pressed:
        last = agent.press(keys)
    assert last.startswith("END "), last
    again = agent.dial()
    assert again.startswith("CON Done last at the till: ref ")
    assert "Your float holds KES" in again
