"""A process that answers all day holds no more memory in the evening than in the morning."""

import gc
import os
from random import Random
from statistics import median

import pytest

from bench.memory import mebibytes
from core.demo.people import PEOPLE
from tests.support.town import PIN, Phone

TURNS, WARM_UP, STEP = 100_000, 20_000, 10_000
MOST_GROWTH_MIB = 6.0
"""Room for what is kept on purpose and bounded: words by their facts, numbers by their country."""
TALKS = (
    ("1", "{other}", "{amount}", "1", PIN),
    ("1", "{other}", "{amount}", "3"),
    ("1", "not a number", "0712", "00"),
    ("2", PIN),
    ("3", PIN, "98"),
    ("balance", PIN),
    ("nonsense {amount}", "0", "00"),
    ("1", "{other}", "9999999", "{amount}", "2", "1", "{amount}", "1", "0000", PIN),
)


@pytest.mark.soak
def test_memory_stays_flat_over_a_hundred_thousand_turns(house, clock):
    chance = Random(20)
    phones = [Phone(house, "ussd", person.phone) for person in PEOPLE]
    held, turns = [], 0
    while turns < TURNS:
        turns += _talk(chance, phones)
        clock.pass_(seconds=2)
        if turns // STEP > len(held):
            gc.collect()
            held.append(mebibytes(os.getpid()))
    print("MiB after each 10,000 turns:", [round(one, 1) for one in held])
    settled = held[WARM_UP // STEP :]  # it comes and goes by pages: halves are compared, not peaks
    half = len(settled) // 2
    assert median(settled[half:]) - median(settled[:half]) < MOST_GROWTH_MIB


def _talk(chance: Random, phones: list[Phone]) -> int:
    """Have somebody dial and walk a conversation, which may break off; return its turns."""
    phone, other = chance.sample(phones, 2)
    said = chance.choice(TALKS)[: chance.randint(1, 10)]
    facts = {"other": other.address, "amount": str(chance.randint(1, 60))}
    phone.dial()
    for words in said:
        phone.press(words.format(**facts))
        if phone.last is not None and phone.last.ends:
            phone.dial()
    return 1 + len(said)
