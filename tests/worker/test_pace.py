"""How often one contact is written to: what is lent, what is paid back, and who waits."""

from time import monotonic

import pytest

from channels.message import Fate, Outgoing, Pace, SendFailed
from tests.support.drains import drain, rows
from tests.support.numbers import Number
from worker.pace import Pairs

AMINA, BRIAN = "+254712000001", "+254712000002"
META = Pace(6.0, burst=20)


def written(pairs: Pairs, count: int, *, now: float, to: str = AMINA) -> int:
    """Write to somebody as often as they may be written to; return how often that was."""
    for done in range(count):
        if to in pairs.resting(now=now):
            return done
        pairs.note(to, now=now)
    return count


def test_some_go_at_once_and_then_one_in_six_seconds() -> None:
    pairs = Pairs(META)
    assert written(pairs, 99, now=0.0) == 20
    assert written(pairs, 99, now=5.9) == 0
    assert written(pairs, 99, now=6.1) == 1
    assert written(pairs, 99, now=24.5) == 3


def test_what_was_lent_is_paid_back_by_silence() -> None:
    pairs = Pairs(META)
    written(pairs, 20, now=0.0)
    assert written(pairs, 99, now=60.1) == 10
    assert written(pairs, 99, now=10_000.0) == 20


def test_an_hour_of_it_never_goes_beyond_what_meta_takes() -> None:
    pairs = Pairs(META)
    times = [second for second in range(3600) if written(pairs, 1, now=float(second))]
    assert 600 <= len(times) <= 620
    for first, last in zip(times, times[20:], strict=False):
        assert last - first >= 6 - 1, "twenty are lent, and no more"


def test_each_contact_has_an_account_of_its_own() -> None:
    pairs = Pairs(META)
    written(pairs, 20, now=0.0)
    assert pairs.resting(now=1.0) == [AMINA]
    assert written(pairs, 99, now=1.0, to=BRIAN) == 20


def test_without_a_pace_nobody_waits() -> None:
    pairs = Pairs(Pace())
    assert written(pairs, 500, now=0.0) == 500


def test_who_was_written_to_too_much_waits_as_long_as_that_takes() -> None:
    pairs = Pairs(META)
    pairs.spend(AMINA, seconds=30.0, now=0.0)
    assert pairs.resting(now=29.0) == [AMINA]
    assert written(pairs, 99, now=30.1) == 1, "nothing is lent on top"
    pairs.spend(BRIAN, seconds=1e9, now=0.0)
    assert pairs.resting(now=601.0) == []


def test_accounts_that_are_paid_back_are_forgotten() -> None:
    pairs = Pairs(META)
    for n in range(100):
        pairs.note(f"+25471{n:07d}", now=0.0)
    pairs.resting(now=100.0)
    assert pairs._paid_at == {}


# --- In a drain ---------------------------------------------------------------------------------


def test_a_drain_keeps_the_pace_of_each_contact(make_house, queue) -> None:
    number = Number(provider="meta", pace=Pace(0.8, burst=2))
    house = make_house(number)
    mine = [(AMINA, f"{n}") for n in range(4)]
    queue(*mine, (BRIAN, "one"), of=number)
    pairs = Pairs(number.pace)
    began = monotonic()
    while len(number.taken) < 5:
        drain(house, number, pairs=pairs)
    assert number.texts(AMINA) == ["0", "1", "2", "3"]
    at = [when for (to, _), when in zip(number.taken, number.at, strict=True) if to == AMINA]
    assert at[1] - at[0] < 0.7 and at[2] - at[0] >= 0.75 and at[3] - at[2] >= 0.75
    [brians] = [w for (to, _), w in zip(number.taken, number.at, strict=True) if to == BRIAN]
    assert brians - began < 0.7, "nobody else waits for that"


def test_too_much_to_one_holds_up_that_one_alone(make_house, queue) -> None:
    said: list[str] = []

    def answer(message: Outgoing) -> None:
        said.append(message.to)
        if message.to == AMINA:
            raise SendFailed("131056", fate=Fate.THROTTLE, pair=True)

    number = Number(answer, provider="meta", pace=META)
    house = make_house(number)
    queue((AMINA, "too much"), (AMINA, "and more"), (BRIAN, "one"), (BRIAN, "two"), of=number)
    drain(house, number)
    assert said.count(AMINA) == 1, "it rests, and what follows waits behind it"
    assert number.texts(BRIAN) == ["one", "two"]
    assert [(row[0], row[1]) for row in rows(house)][:2] == [(AMINA, "queued")] * 2
    with house.unit() as unit:
        allowed = unit.value("select allowed from senders where key = %(key)s", key=number.key)
        waits = unit.value("select due_at - created_at from outbox order by id limit 1")
    assert allowed == 1000, "the number itself is as fast as before"
    assert waits.total_seconds() >= 6


@pytest.mark.parametrize("provider", ["twilio", "meta"])
def test_other_throttling_still_slows_the_number(make_house, queue, provider: str) -> None:
    def answer(_: Outgoing) -> None:
        raise SendFailed("130429", fate=Fate.THROTTLE)

    number = Number(answer, provider=provider)
    house = make_house(number)
    queue((AMINA, "x"), of=number)
    drain(house, number)
    with house.unit() as unit:
        allowed = unit.value("select allowed from senders where key = %(key)s", key=number.key)
    assert allowed < 1000
