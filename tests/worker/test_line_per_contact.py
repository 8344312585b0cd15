"""Every contact has a line of its own: one that hangs holds up nobody else."""

from threading import Event, Thread

from channels.message import Outgoing
from tests.support.drains import drain, rows
from tests.support.numbers import Number
from tests.support.until import until

OTHERS = [f"+2547120000{n:02d}" for n in range(40)]
HANGS = "+254799999999"


def test_others_are_served_while_one_contact_hangs(make_house, queue):
    go_on = Event()

    def answer(message: Outgoing) -> None:
        if message.to == HANGS:
            assert go_on.wait(60)

    number = Number(answer)
    house = make_house(number)
    mine = [(HANGS, f"{n}") for n in range(5)]
    # Those who hang stand in front of everybody else.
    queue(*mine, *((who, f"{turn}") for turn in range(3) for who in OTHERS), of=number)
    run = Thread(target=drain, args=(house, number), kwargs={"threads": 4})
    run.start()
    until(lambda: all(number.texts(who) == ["0", "1", "2"] for who in OTHERS))
    assert number.texts(HANGS) == [], "still the first of its line, and only that one"
    assert sum(message.to == HANGS for message in number.handed) == 1
    go_on.set()
    run.join(60)
    assert number.texts(HANGS) == ["0", "1", "2", "3", "4"]
    assert {row[1] for row in rows(house)} == {"sent"}


def test_many_who_hang_leave_room_for_one_who_does_not(make_house, queue):
    """More contacts hang than there are threads: those who were slow wait their turn, apart."""
    go_on = Event()

    def answer(message: Outgoing) -> None:
        if message.to != OTHERS[0]:
            assert go_on.wait(60)

    number = Number(answer)
    house = make_house(number)
    queue(*((who, "hangs") for who in OTHERS[1:]), (OTHERS[0], "quick"), of=number)
    run = Thread(target=drain, args=(house, number), kwargs={"threads": 8})
    run.start()
    try:
        until(lambda: number.texts(OTHERS[0]) == ["quick"])
    finally:
        go_on.set()
        run.join(60)
    assert len(number.taken) == len(OTHERS)
