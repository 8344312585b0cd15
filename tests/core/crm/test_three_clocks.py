"""Three clocks under a virtual clock, over the holidays of countries, to the very instant."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.crm import answer_sweep, case_queue, case_sweep, case_work, cases
from core.crm.cases import Case
from core.store.unit import Unit
from tests.core.crm.desk import case, customer, staff
from tests.core.crm.test_cases import events
from tests.core.crm.test_cases_sweep import told
from tests.support.outbox_rows import register

TICK = timedelta(microseconds=1)
ZONES = {
    "KE": "Africa/Nairobi",
    "TZ": "Africa/Dar_es_Salaam",
    "UG": "Africa/Kampala",
    "NG": "Africa/Lagos",
    "SN": "Africa/Dakar",
}


@dataclass(frozen=True)
class Promised:
    """When what is due of a case, in the country's own time, worked out by hand."""

    country: str
    priority: str
    opened: str
    reply: tuple[str, str, str]
    """Warned, due, raised."""
    solved: tuple[str, str]
    """Warned, due."""

    def at(self, local: str) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONES[self.country]))


HOLIDAYS = {
    "Madaraka, a Monday": Promised(
        "KE", "Medium", "2026-05-29 15:00",
        ("2026-06-02 09:36", "2026-06-02 10:30", "2026-06-02 12:45"),
        ("2026-06-03 11:24", "2026-06-03 15:00"),
    ),
    "Jamhuri, a Sunday moved to Monday": Promised(
        "KE", "Medium", "2027-12-10 15:00",
        ("2027-12-14 09:36", "2027-12-14 10:30", "2027-12-14 12:45"),
        ("2027-12-15 11:24", "2027-12-15 15:00"),
    ),
    "Saba Saba, a Tuesday": Promised(
        "TZ", "Medium", "2026-07-06 16:00",
        ("2026-07-08 10:36", "2026-07-08 11:30", "2026-07-08 13:45"),
        ("2026-07-09 12:24", "2026-07-09 16:00"),
    ),
    "Independence of Uganda, a Friday": Promised(
        "UG", "Medium", "2026-10-08 16:00",
        ("2026-10-12 10:36", "2026-10-12 11:30", "2026-10-12 13:45"),
        ("2026-10-13 12:24", "2026-10-13 16:00"),
    ),
    "Easter in Uganda": Promised(
        "UG", "Medium", "2026-04-02 16:00",
        ("2026-04-07 10:36", "2026-04-07 11:30", "2026-04-07 13:45"),
        ("2026-04-08 12:24", "2026-04-08 16:00"),
    ),
    "National Day of Nigeria, a Thursday": Promised(
        "NG", "Medium", "2026-09-30 16:00",
        ("2026-10-02 10:36", "2026-10-02 11:30", "2026-10-02 13:45"),
        ("2026-10-05 12:24", "2026-10-05 16:00"),
    ),
    "Korité, a Friday": Promised(
        "SN", "Medium", "2026-03-19 16:00",
        ("2026-03-23 10:36", "2026-03-23 11:30", "2026-03-23 13:45"),
        ("2026-03-24 12:24", "2026-03-24 16:00"),
    ),
    "Christmas week in Kenya": Promised(
        "KE", "Low", "2026-12-23 10:00",
        ("2026-12-24 08:12", "2026-12-24 10:00", "2026-12-24 14:30"),
        ("2026-12-30 10:00", "2026-12-31 10:00"),
    ),
    "Christmas and New Year in Nigeria": Promised(
        "NG", "Low", "2026-12-23 10:00",
        ("2026-12-24 08:12", "2026-12-24 10:00", "2026-12-24 14:30"),
        ("2026-12-31 10:00", "2027-01-04 10:00"),
    ),
    "robbed on Christmas Eve": Promised(
        "KE", "High", "2026-12-24 23:50",
        ("2026-12-25 00:38", "2026-12-25 00:50", "2026-12-25 01:20"),
        ("2026-12-25 19:02", "2026-12-25 23:50"),
    ),
    "in danger on Christmas Day": Promised(
        "SN", "Critical", "2026-12-25 10:00",
        ("2026-12-25 10:12", "2026-12-25 10:15", "2026-12-25 10:22:30"),
        ("2026-12-25 13:12", "2026-12-25 14:00"),
    ),
}  # fmt: skip


def tick(unit: Unit) -> case_sweep.Ticked:
    """Do all that is due now."""

    @contextmanager
    def same() -> Iterator[Unit]:
        yield unit

    return case_sweep.tick(same)


def waits_again(unit: Unit, one: Case) -> Case:
    """Have a case answered at once, and its customer write again."""
    agent = staff(unit)
    mine = case_queue.claim(unit, agent, one)
    case_work.reply(unit, agent, mine, "We are looking", message=None)
    return cases.add_words(
        unit, mine, by="customer", actor=one.customer, text="Well?", internal=False
    )


@pytest.mark.parametrize("which", ["first", "next"])
@pytest.mark.parametrize("holiday", HOLIDAYS)
def test_each_clock_comes_to_the_instant_and_once(unit: Unit, holiday: str, which: str) -> None:
    register(unit)
    promised = HOLIDAYS[holiday]
    unit.now = promised.at(promised.opened)
    one = case(unit, customer(unit), country=promised.country, priority=promised.priority)
    if which == "next":
        one = waits_again(unit, one)
    assert one.answer is not None
    expected = dict(
        zip(
            (f"{which}_reply_warned", f"{which}_reply_breached", f"{which}_reply_raised"),
            map(promised.at, promised.reply),
            strict=True,
        )
    ) | dict(zip(("sla_warned", "sla_breached"), map(promised.at, promised.solved), strict=True))
    assert [one.answer.warn_at, one.answer.due, one.answer.raise_at, one.warn_at, one.deadline] == [
        *expected.values()
    ]
    seen = Counter(what for what, *_ in events(unit, one))
    for what, at in sorted(expected.items(), key=lambda moment: moment[1]):
        unit.now = at - TICK
        assert tick(unit) == case_sweep.Ticked([], [], []), f"before {what}"
        unit.now = at
        touched = tick(unit)
        assert one.id in {*touched.late, *touched.warned, *touched.unanswered}, what
        seen[what] += 1
        if what == "sla_breached":
            seen.update({"escalated": 1, "status": 1})
        assert Counter(name for name, *_ in events(unit, one)) == seen, what
        assert tick(unit) == case_sweep.Ticked([], [], []), "once"
    late = cases.get(unit, one.id)
    assert late.answer is not None
    assert late.answer.warned_at == expected[f"{which}_reply_warned"]
    assert late.answer.breached_at == expected[f"{which}_reply_breached"]
    assert late.answer.raised_at == expected[f"{which}_reply_raised"]
    assert (late.warned_at, late.breached_at) == (expected["sla_warned"], expected["sla_breached"])
    assert late.first_breached_at == (late.answer.breached_at if which == "first" else None)
    assert [alert["facts"] for alert in told(unit)] == [{"number": one.number}]
    clocks = unit.all("select * from case_clocks where case_id = %(id)s order by clock", id=one.id)
    assert {(row.clock, row.due, row.breached_at) for row in clocks} >= {
        (f"{which}_reply", late.answer.due, late.answer.breached_at),
        ("resolution", late.deadline, late.breached_at),
    }


def test_a_holiday_that_the_bank_wrote_down_itself_counts(unit: Unit) -> None:
    unit.run(
        "insert into calendar_days (country, day, why) values ('TZ', %(day)s, 'Eid')",
        day=date(2026, 3, 23),
    )
    promised = HOLIDAYS["Saba Saba, a Tuesday"]
    unit.now = promised.at("2026-03-20 16:00")
    one = case(unit, customer(unit), country="TZ")
    assert one.answer is not None
    assert (one.answer.due, one.deadline) == (
        promised.at("2026-03-24 11:30"),
        promised.at("2026-03-25 16:00"),
    )


def test_ticks_of_a_walk_through_christmas_find_each_at_the_first_look(unit: Unit) -> None:
    register(unit)
    kenya, nigeria = (
        HOLIDAYS[name] for name in ("Christmas week in Kenya", "Christmas and New Year in Nigeria")
    )
    wanted: dict[tuple[object, str], datetime] = {}
    for n, country in enumerate(("KE", "TZ", "UG", "NG")):
        promised = Promised(country, *(getattr(nigeria if country == "NG" else kenya, name)
                            for name in ("priority", "opened", "reply", "solved")))  # fmt: skip
        unit.now = promised.at(promised.opened)
        me = customer(unit, f"+25471200010{n}")
        one = case(unit, me, category="Complaint", sub_category="", country=country, priority="Low")
        moments = zip(("warned", "breached", "raised"), promised.reply, strict=True)
        wanted |= {(one.id, f"first_reply_{what}"): promised.at(at) for what, at in moments}
        moments = zip(("warned", "breached"), promised.solved, strict=True)
        wanted |= {(one.id, f"sla_{what}"): promised.at(at) for what, at in moments}
        wanted[one.id, "complaint_late"] = unit.now + timedelta(hours=48)
    unit.now, step, looks = min(wanted.values()), timedelta(minutes=23), []
    while unit.now < max(wanted.values()) + step:
        unit.now += step
        looks.append(unit.now)
        tick(unit)
    rows = unit.all(
        "select case_id, what, at from case_events where what = any(%(whats)s)",
        whats=[what for _, what in wanted],
    )
    assert len(rows) == len(wanted), "each once"
    assert {(row.case_id, row.what): row.at for row in rows} == {
        key: next(look for look in looks if look >= at) for key, at in wanted.items()
    }
    assert len(told(unit)) == 4


def test_what_came_while_nobody_looked_is_noted_together(unit: Unit, now: datetime) -> None:
    one = case(unit, customer(unit), priority="Critical")
    unit.now = now + timedelta(hours=1)
    assert answer_sweep.sweep(unit, most=9) == [one.id]
    assert [what for what, *_ in events(unit, one)][1:] == [
        "first_reply_warned",
        "first_reply_breached",
        "first_reply_raised",
    ]
    assert answer_sweep.sweep(unit, most=9) == []


def test_an_answer_ends_its_clock_and_the_next_words_begin_another(
    unit: Unit, now: datetime
) -> None:
    me, agent = customer(unit), staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, me, priority="High"))
    unit.now = now + timedelta(minutes=50)
    tick(unit)
    answered = case_work.reply(unit, agent, mine, "We are looking", message=None)
    assert answered.answer is None
    assert (answered.first_reply_due, answered.first_warned_at) == (
        now + timedelta(hours=1),
        now + timedelta(minutes=50),
    )
    unit.now = now + timedelta(hours=5)
    assert tick(unit) == case_sweep.Ticked([], [], [])
    say: Callable[[], Case] = lambda: cases.add_words(  # noqa: E731
        unit, mine, by="customer", actor=me, text="Well?", internal=False
    )
    first = say()
    assert first.answer is not None and first.answer.due == unit.now + timedelta(hours=1)
    unit.now += timedelta(minutes=30)
    assert say().answer == first.answer, "they have waited since they first wrote"


def test_no_time_passes_for_an_answer_while_the_customer_is_awaited(
    unit: Unit, now: datetime
) -> None:
    me, agent = customer(unit), staff(unit)
    mine = case_queue.claim(unit, agent, case(unit, me, priority="High"))
    unit.now = now + timedelta(minutes=40)
    waits = case_work.set_status(unit, agent, mine, "PendingCustomer")
    assert waits.answer is not None and waits.answer.due is None
    unit.now = now + timedelta(days=2)
    assert tick(unit) == case_sweep.Ticked([], [], [])
    goes_on = case_work.set_status(unit, agent, waits, "InProgress")
    assert goes_on.answer is not None
    assert goes_on.answer.due == unit.now + timedelta(minutes=20)
    solved = case_work.set_status(unit, agent, goes_on, "Resolved")
    assert solved.answer is None
    again = cases.reopen(unit, solved, by="customer", actor=me)
    assert again.answer is not None and again.answer.due == unit.now + timedelta(hours=1)
    solved = case_work.set_status(unit, staff(unit, "supervisor"), again, "Resolved")
    assert cases.reopen(unit, solved, by="agent").answer is None, "nobody waits to be told"


def test_another_priority_keeps_how_long_a_customer_has_waited(unit: Unit, now: datetime) -> None:
    lead = staff(unit, "supervisor")
    one = case(unit, customer(unit), priority="Low")
    unit.now = now + timedelta(minutes=30)
    urgent = case_work.set_priority(unit, lead, one, "High")
    assert urgent.answer is not None and urgent.answer.due == now + timedelta(hours=1)
    critical = case_work.set_priority(unit, lead, urgent, "Critical")
    tick(unit)
    assert cases.get(unit, one.id).first_breached_at == unit.now
    calm = case_work.set_priority(unit, lead, critical, "Low")
    assert calm.answer is not None
    assert (calm.answer.breached_at, calm.first_breached_at) == (None, None)
    assert calm.answer.due == now + timedelta(hours=24), "Thursday noon: nine working hours"


def test_who_waits_too_long_for_an_answer_is_taken_before_others(unit: Unit) -> None:
    agent, me = staff(unit), customer(unit)
    waits = case(unit, me, priority="Critical")
    unit.now += timedelta(minutes=16)
    tick(unit)
    later = case(unit, None, priority="Critical", by="system")
    lead = staff(unit, "supervisor")
    calm = case_work.set_priority(unit, lead, waits, "High")
    assert calm.answer is not None and calm.answer.breached_at is None
    unit.now += timedelta(minutes=50)
    tick(unit)
    taken = [case_queue.take_next(unit, agent) for _ in range(2)]
    assert [one and one.id for one in taken] == [waits.id, later.id]


def test_who_waited_before_there_were_clocks_is_given_one(unit: Unit, now: datetime) -> None:
    one = case(unit, customer(unit), priority="High")
    unit.run(
        """
        update cases set reply_running_since = null, reply_warn_at = null, reply_due = null,
            reply_raise_at = null
        """
    )
    unit.now = now + timedelta(minutes=59)
    tick(unit)
    again = cases.get(unit, one.id)
    assert again.answer is not None
    assert (again.answer.due, again.answer.breached_at) == (now + timedelta(hours=1), None)
    assert again.answer.warned_at == unit.now
