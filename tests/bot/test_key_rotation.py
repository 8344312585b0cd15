"""Keys rotate while customers bank: no turn fails, nothing stays on the old key, and it is gone."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest

from bot import keyrings
from bot.house import House
from bot.keyrings import provider
from core.demo.people import PEOPLE
from core.store import data_keys, rotation
from core.store.key_watch import Watch
from core.store.keyring import UnknownKey
from tests.support.town import PIN, Phone
from tests.support.until import until

OLD, NEW = 1, 2
SOON = timedelta(seconds=1)
LOOKS = 0.1


@pytest.fixture
def processes(make_house) -> list[House]:
    """Two houses on one bank, as two processes would be: each has a keyring of its own."""
    return [_own_keys(make_house(pool=4)) for _ in range(2)]


def _own_keys(house: House) -> House:
    keys = keyrings.load(house.engine, house.settings)
    watch = Watch(house.engine, provider(house.settings), keys, every_seconds=LOOKS)
    return replace(house, keys=keys, key_watch=watch)


class Town(threading.Thread):
    """Somebody who dials, sends and asks, on and on."""

    def __init__(self, house: House, address: str, other: str) -> None:
        super().__init__(daemon=True)
        self.phone, self.other = Phone(house, "ussd", address), other
        self.stopped, self.turns = threading.Event(), 0
        self.bad: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._bank()
            except Exception as error:
                self.bad.append(repr(error))

    def _bank(self) -> None:
        screens = [self.phone.dial()]
        for keys in ("1", self.other, "10", "1", PIN):
            if self.phone.last is None or self.phone.last.ends:
                break
            screens.append(self.phone.press(keys))
        self.turns += len(screens)
        self.bad += [one for one in screens if "went wrong" in one or "very busy" in one]


@pytest.fixture
def town(processes) -> Iterator[Callable[[], list[Town]]]:
    """Four customers on two processes, until the test is over."""
    people = [one.phone for one in PEOPLE if one.country == "KE"]
    threads = [Town(processes[n % 2], people[n], people[n + 4]) for n in range(4)]
    for thread in threads:
        thread.start()
    yield lambda: threads
    for thread in threads:
        thread.stopped.set()
        thread.join(10)


def test_keys_rotate_under_load(processes, town):
    ours = processes[0]
    until(lambda: min(one.turns for one in town()) > 4, seconds=20)
    number = data_keys.announce(ours.engine, provider(ours.settings), after=SOON)
    assert number == NEW
    until(lambda: all(house.keys.newest == NEW for house in processes), seconds=20)
    while sum(step.resealed for step in rotation.reseal(ours.unit)):
        pass
    with ours.unit() as unit:
        assert rotation.left(unit, OLD) == {}
        assert rotation.left(unit, NEW)["customers.first_name"] == len(PEOPLE)
    data_keys.destroy(ours.engine, OLD)
    until(lambda: all(house.keys.known == {NEW} for house in processes), seconds=20)
    before = [one.turns for one in town()]
    until(
        lambda: all(one.turns > then + 4 for one, then in zip(town(), before, strict=True)),
        seconds=20,
    )
    assert [one.bad for one in town()] == [[], [], [], []]


def test_a_run_that_was_killed_goes_on(processes):
    ours = processes[0]
    data_keys.announce(ours.engine, provider(ours.settings), after=timedelta())
    ours.key_watch.look_now()
    steps = rotation.reseal(ours.unit)
    first = next(steps).resealed
    steps.close()
    again = sum(step.resealed for step in rotation.reseal(ours.unit))
    assert first > 0 and again > 0
    with ours.unit() as unit:
        assert rotation.left(unit, OLD) == {}


def test_a_process_that_has_not_looked_yet_reads_what_is_new_at_the_second_try(processes):
    ours, behind = processes
    behind = replace(behind, key_watch=Watch(
        behind.engine, provider(behind.settings), behind.keys, every_seconds=3600
    ))  # fmt: skip
    data_keys.announce(ours.engine, provider(ours.settings), after=timedelta())
    ours.key_watch.look_now()
    amina = PEOPLE[0].phone
    Phone(ours, "ussd", amina).dial()  # its conversation is sealed by the new key
    with behind.unit() as unit:
        sealed = unit.value("select memory from conversations where memory is not null limit 1")
    with pytest.raises(UnknownKey):
        behind.keys.open(sealed, field="conversations.memory", row="any")
    assert "Welcome" in Phone(behind, "ussd", amina, count=50).dial()
    assert behind.keys.newest == NEW


def test_data_keys_are_wrapped_anew(processes):
    ours = processes[0]
    newer = data_keys.LocalKeys([b"another field key for tests 32b.", *ours.settings.field_keys])
    assert data_keys.rewrap(ours.engine, newer) == 2
    assert data_keys.rewrap(ours.engine, newer) == 0
    again = data_keys.load(ours.engine, newer, audit=ours.keys.audit)
    assert again.token("x", kind="name") == ours.keys.token("x", kind="name")
    with pytest.raises(LookupError):
        data_keys.load(ours.engine, provider(ours.settings), audit=ours.keys.audit)


def test_an_older_key_is_destroyed_only_when_nobody_can_seal_with_it(processes, monkeypatch):
    ours = processes[0]
    number = data_keys.announce(ours.engine, provider(ours.settings), after=timedelta())
    assert not data_keys.is_settled(ours.engine, number), "others look now and then"
    monkeypatch.setattr(data_keys, "SETTLES_FOR", timedelta(seconds=0.1))
    with ours.unit() as unit:  # somebody is at work since before
        unit.run("select 1")
        monkeypatch.setattr(data_keys, "SETTLES_FOR", timedelta(seconds=0.4))
        sleep(0.5)
        assert not data_keys.is_settled(ours.engine, number)
    assert data_keys.is_settled(ours.engine, number)


class AwayVault:
    """A vault that answers once more, and then no more."""

    def __init__(self, inner) -> None:
        self.inner, self.away = inner, False
        self.newest = inner.newest

    def wrap(self, key):
        return self.inner.wrap(key)

    def unwrap(self, name, wrapped):
        if self.away:
            raise data_keys.KeysAway("gone")
        return self.inner.unwrap(name, wrapped)


def test_the_house_goes_on_without_its_vault_until_a_key_seals_that_it_cannot_read(processes):
    ours = processes[0]
    vault = AwayVault(provider(ours.settings))
    watch = Watch(ours.engine, vault, ours.keys, every_seconds=0)
    vault.away = True
    data_keys.announce(ours.engine, vault, after=timedelta(seconds=1))
    watch.look()
    assert ours.keys.newest == OLD, "what is new does not seal yet"
    sleep(1.1)
    with pytest.raises(data_keys.KeysAway):
        watch.look_now()
    vault.away = False
    watch.look()
    assert ours.keys.newest == NEW
