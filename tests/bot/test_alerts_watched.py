"""The clocks of alerts: compliance is told once, by letters that name nobody."""

from datetime import timedelta
from uuid import UUID

from bot.house import UI_DESK
from core.access.actors import SYSTEM
from core.aml import alert_list, evidence
from core.aml.alerts import raise_alert
from core.store import mail
from worker import alerts


def suspect(house, key: str = "x", severity: str = "critical") -> UUID:
    with house.unit() as unit:
        customer = unit.value("select id from customers order by id limit 1")
        raise_alert(
            unit, type="velocity", severity=severity, customer=customer, transactions=[],
            facts={}, source="rule set 1", key=key,
        )  # fmt: skip
        return customer


def letters(house) -> list[mail.Letter]:
    with house.unit() as unit:
        return mail.take(unit, most=100)


def written(house) -> int:
    with house.unit() as unit:
        return len(mail.listed(unit))


def topics(house) -> list[bytes]:
    return [fields[b"topic"] for _, fields in house.redis.xrange(UI_DESK)]


def test_what_is_nearly_late_and_what_is_are_told_once_each(house, clock):
    suspect(house)
    alerts.tick(house)
    owed = written(house)
    for hours, warned, late in ((1, 0, 0), (2.5, 1, 0), (0.2, 0, 0), (1, 0, 1), (1, 0, 0)):
        clock.pass_(hours=hours)
        due = alerts.tick(house)
        assert (due.warned, due.late) == (warned, late), hours
        owed += 2 if warned or late else 0
        assert written(house) == owed


def test_a_letter_names_nobody(house, clock):
    customer = suspect(house)
    clock.pass_(hours=9)
    alerts.tick(house)
    with house.unit() as unit:
        [alert] = [one for one in alert_list.page(unit, SYSTEM) if one.customer == customer]
    for letter in letters(house):
        assert "/desk/compliance" in letter.body and "1" in letter.body
        told = letter.subject + letter.body
        assert not [one for one in (alert.id, customer, "velocity") if str(one) in told]


def test_pages_of_compliance_are_made_fresh_when_something_is_new(house):
    alerts.tick(house)
    alerts.tick(house)
    before = topics(house).count(b"alerts")
    suspect(house)
    alerts.tick(house)
    alerts.tick(house)
    assert topics(house).count(b"alerts") == before + 1


def test_files_that_belong_to_nothing_go(house, clock, monkeypatch):
    files = house.files("compliance")
    stray = UUID(int=7)
    files.write(stray, b"left over")
    monkeypatch.setattr("core.crm.filing.STRAY_AFTER", timedelta(days=-36500))
    alerts.tidy(house)
    assert not list(files.ids())
    with house.unit() as unit:
        assert evidence.known(unit, [stray]) == set()
