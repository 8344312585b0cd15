"""A flow changes under live sessions: none fails, each finishes where its version or the map says.

Customers are walked through the stories of before, on every channel, and wherever they stand is
copied to many others. Then the changed stories are in force and every one goes on to the end, turn
by turn through the hub.
"""

from collections import Counter
from dataclasses import dataclass

import pytest

from bot import hub
from core.crm import memory
from core.crm.memory import REMEMBERED
from core.ledger import verify
from core.store import contacts
from tests.bot.published import release
from tests.conftest import NOW
from tests.flows.changed import SendMoneyNow
from tests.support import unsealed
from tests.support.town import AMINA, PIN, Phone

__all__ = ["release"]

CHANNELS = ("ussd", "sms", "whatsapp")
STRANGER, NEW_PIN = "+254799000111", "7391"
MOST_TURNS = 14

SEND = ("SEND", "0712000002", "5", "change", "amount", "5", "yes")  # little: all share one purse
CHANGE = ("CHANGE PIN", PIN, PIN)
JOIN = (
    "JOIN", "en", "read", "agree", "Asha", "Otieno", "A1234567", "5/5/1990", "change", "born",
    "5/5/1990", "yes", NEW_PIN,
)  # fmt: skip

# Steps that only happen when something else goes wrong: stood on from the step before them.
BESIDE = {
    "recipient": ("unlock",),
    "amount": ("looking", "elsewhere", "nowhere", "no_answer"),
}

# What they say next, at the steps of before and of now.
ANSWERS = {
    "send_money": {
        "unlock": PIN, "recipient": "0712000002", "amount": "5", "how_much": "5",
        "elsewhere": "another", "nowhere": "another", "no_answer": "another",
        "not_here": "another", "change": "amount", "review": "yes", "pin": PIN,
    },
    "change_pin": {"old": PIN, "new": PIN, "again": PIN},
    "join": {
        "language": "en", "terms": "agree", "notice": "agree", "first_name": "Asha",
        "last_name": "Otieno", "born": "5/5/1990", "details": "yes", "change": "born",
        "pin": NEW_PIN, "again": NEW_PIN,
    },
}  # fmt: skip

# Whoever had read back a payment reads it again; whoever was past the old PIN starts anew.
ASKED_ANEW = {
    ("send_money", "review"), ("send_money", "change"), ("send_money", "pin"),
    ("change_pin", "new"), ("change_pin", "again"),
}  # fmt: skip
STEPS = {"send_money": 10, "join": 11, "change_pin": 3}  # that one may stand on
ENDS = {
    "send_money": (SendMoneyNow.version, "sent"),
    "join": (1, "welcome"),
    "change_pin": (2, "done"),
}

COPY = """
insert into conversations select (jsonb_populate_record(c, jsonb_build_object(
    'id', %(id)s::uuid, 'address', %(address)s::text, 'session', %(session)s::text,
    'state', %(state)s::text, 'memory', %(memory)s::text,
    'effect_id', case when c.effect_id is not null then %(effect)s::uuid end
))).* from conversations c where channel = %(channel)s and address = %(model)s
"""


@dataclass(frozen=True)
class Person:
    """Somebody in the middle of a story."""

    channel: str
    address: str
    flow: str
    state: str


class Crowd:
    """Many people who stand wherever one walked by."""

    def __init__(self, house, size: int) -> None:
        self.house = house
        stands = len(CHANNELS) * sum(STEPS.values())
        self.each = -(-size // stands)
        self.people: list[Person] = []

    def walk(self, phone: Phone, words: tuple[str, ...]) -> None:
        """Walk somebody through a story, and leave people at each step they come by."""
        channel, model, seen = phone.channel, phone.address, set()
        if channel == "ussd":
            phone.dial()
            phone.say("00")
        for word in words:
            phone.say(word)
            with self.house.unit() as unit:
                talk = unsealed.conversation(unit, channel=channel, address=model)
            for state in (talk.state, *BESIDE.get(talk.state, ())):
                if talk.flow in ENDS and (talk.flow, state) not in seen:
                    seen.add((talk.flow, state))
                    self._leave(channel, model, talk.flow, state)
        phone.say("cancel" if channel != "ussd" else "00")

    def _leave(self, channel: str, model: str, flow: str, state: str) -> None:
        for _ in range(self.each):
            address = f"+2547{len(self.people):08}"
            self.people.append(Person(channel, address, flow, state))
            with self.house.unit() as unit:
                known = unsealed.conversation(unit, channel=channel, address=model)
                if "id_number" in known.slots:
                    known.slots["id_number"] = f"C{address[-7:]}"
                copy = unit.new_id()
                remembered = {name: getattr(known, name) for name in REMEMBERED}
                unit.run(
                    COPY,
                    id=copy,
                    memory=rf"\x{memory.sealed(unit, remembered, conversation=copy).hex()}",
                    address=contacts.keep(unit, address),
                    session=f"session-{address}",
                    state=state,
                    effect=unit.new_id(),
                    channel=channel,
                    model=contacts.token(unit, model),
                )
                if flow != "join":
                    self._is_amina(unit, channel, address)
                if state == "looking":
                    self._is_calling(unit, channel, address)

    def _is_amina(self, unit, channel: str, address: str) -> None:
        unit.run(
            "insert into addresses (channel, address, customer_id, trust, trusted_at, created_at)"
            " select %(channel)s, %(address)s, id, 'trusted', %(now)s, %(now)s from customers"
            " where phone_index = %(amina)s",
            channel=channel,
            address=contacts.keep(unit, address),
            now=unit.now,
            amina=contacts.token(unit, AMINA),
        )

    def _is_calling(self, unit, channel: str, address: str) -> None:
        unit.run(
            "insert into inbox (provider, provider_id, conversation_id, received_at, state,"
            " deadline, correlation)"
            " select 'twilio', %(address)s, id, %(now)s, 'calling', %(now)s, id"
            " from conversations where channel = %(channel)s and address = %(token)s",
            channel=channel,
            address=address,
            token=contacts.token(unit, address),
            now=unit.now,
        )

    def go_on(self, person: Person) -> int:
        """Have somebody go on until their story has ended; return how many turns that took."""
        phone = Phone(self.house, person.channel, person.address, f"session-{person.address}")
        for turn in range(MOST_TURNS):
            with self.house.unit() as unit:
                talk = unsealed.conversation(unit, channel=person.channel, address=person.address)
            if talk.flow is None:
                return turn
            if talk.state == "looking":
                assert hub.answer_call(self.house, "twilio", person.address)
            elif talk.state == "id_number":
                phone.say(f"B{person.address[-7:]}")
            else:
                phone.say(ANSWERS[talk.flow][talk.state])
        raise AssertionError(f"{person} never came to an end")


def counted(house, what: str, rest: str = "true") -> Counter[tuple]:
    with house.unit() as unit:
        rows = unit.all(
            f"select {what}, count(*) from interactions where date >= %(now)s and {rest}"
            f" group by {what}",
            now=house.now(),
        )
    return Counter({tuple(row)[:-1]: row.count for row in rows})


def wallet(house) -> int:
    with house.unit() as unit:
        return unit.value(
            "select w.balance from wallets w join customers c on c.id = w.user_id"
            " where c.phone_index = %(amina)s and w.currency = 'KES'",
            amina=contacts.token(unit, AMINA),
        )


@pytest.mark.parametrize(
    "size", [120, pytest.param(1000, marks=pytest.mark.soak)], ids=["120", "1000"]
)
def test_each_of_many_live_sessions_finishes_where_its_version_or_the_map_says(
    house, phone, clock, release, size
):
    crowd = Crowd(house, size)
    for channel in CHANNELS:
        amina = phone(channel, AMINA)
        crowd.walk(amina, SEND)
        crowd.walk(amina, CHANGE)
        crowd.walk(phone(channel, STRANGER), JOIN)
    assert len(crowd.people) >= size
    held = wallet(house)
    release.publish()
    clock.pass_(minutes=1)
    for person in crowd.people:
        crowd.go_on(person)

    flows = Counter(person.flow for person in crowd.people)
    assert flows == {flow: steps * len(CHANNELS) * crowd.each for flow, steps in STEPS.items()}
    ended = counted(house, "next_flow, next_version, step_after", "state is null")
    assert ended == {(flow, *ENDS[flow]): count for flow, count in flows.items()}
    anew = sum((person.flow, person.state) in ASKED_ANEW for person in crowd.people)
    assert counted(house, "exit_reason")["moved",] == anew
    assert counted(house, "exit_reason").keys() <= {(None,), ("ended",), ("moved",)}
    with house.unit() as unit:
        assert unit.value("select count(*) from inbox where state <> 'done'") == 0
        sums = "select count(*), sum(amount) from transfers where created_at > %(now)s"
        paid = unit.one(sums, now=NOW)
        assert verify.verify(unit) == []
    assert paid.count == flows["send_money"]
    assert wallet(house) == held - paid.sum // 100
