"""What sets the rails apart: hours, files and the next day, names, and what is written at night."""

import time
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from core.iso.documents import LARGEST_MESSAGE
from core.iso.reading import read_statement
from core.iso.statement_made import statement as written_statement
from core.money import Money
from core.partners.answers import Accepted, Done, Refused, Unclear
from core.partners.questions import Answered, Declined, Unavailable
from core.partners.rails import report, twin_books
from core.partners.rails.direct import DirectReach
from core.partners.rails.enquiry import AccountDirectory, AccountEnquiry
from core.partners.rails.hearing import told_by
from tests.core.iso.samples import PAYMENT
from tests.core.partners.rails.desk import SECONDS, TUESDAY, Desk, direct, order_to_pay, over_http

TODAY = TUESDAY.date()


@pytest.mark.parametrize(
    ("hours", "code"), [(0, ""), (6.9, ""), (7, "TM01"), (-5, ""), (-5.1, "TM01"), (96, "TM01")]
)
def test_rtgs_takes_payments_in_its_hours_on_business_days(hours, code):
    desk = direct("rtgs")
    desk.clock.pass_by(hours=hours)
    _, told = desk.pay(amount="KES 5000000.00")
    assert (told.code if isinstance(told, Refused) else "") == code


@pytest.mark.parametrize("reach", ["direct", "http"])
def test_eft_is_a_file_whose_payments_are_settled_on_the_next_business_day(reach):
    if reach == "direct":
        _eft(direct("eft"))
    else:
        with over_http("eft") as desk:
            _eft(desk)


def _eft(desk):
    orders = [order_to_pay(f"01100000001{n:02}") for n in range(30)]
    orders += [order_to_pay("0110000000410"), order_to_pay("0110000000430")]
    assert desk.rail.send_all(orders, seconds=SECONDS) == [Accepted()] * 32
    assert isinstance(desk.ask(orders[0]), Accepted)
    desk.clock.pass_by(minutes=2)
    assert isinstance(desk.ask(orders[0]), Accepted)
    refused = desk.ask(orders[30])
    assert isinstance(refused, Refused) and refused.code == "AC04"
    desk.clock.pass_by(days=1)
    done = desk.ask(orders[0])
    assert isinstance(done, Done) and done.facts["settled_on"] == "2026-11-25"
    (back,) = desk.switch.returns.values()
    assert back.settles_on == date(2026, 11, 26)
    assert desk.rail.send_all(orders, seconds=SECONDS)[0] == Accepted(), "sent again it is once"
    assert len(desk.switch.payments) == 32


def test_a_file_over_the_weekend_is_settled_on_monday():
    desk = direct("eft")
    desk.clock.pass_by(days=3)
    order, told = desk.pay()
    assert told == Accepted()
    desk.clock.pass_by(days=3)
    answer = desk.ask(order)
    assert isinstance(answer, Done) and answer.facts["settled_on"] == "2026-11-30"


def test_one_payment_no_file_can_carry_keeps_no_other_back():
    with over_http("eft") as desk:
        orders = [order_to_pay("0110000000111"), order_to_pay("1" * 40)]
        told = desk.rail.send_all(orders, seconds=SECONDS)
        assert told[0] == Accepted()
        assert isinstance(told[1], Refused)


def test_a_file_with_a_lost_answer_is_unclear_as_a_whole():
    desk = direct("eft")
    orders = [order_to_pay("0110000000111"), order_to_pay("0110000000504")]
    assert all(isinstance(one, Unclear) for one in desk.rail.send_all(orders, seconds=SECONDS))
    assert all(isinstance(desk.ask(one), Accepted) for one in orders)


@pytest.mark.parametrize("name", ["pesalink", "papss"])
def test_whose_an_account_is_is_told_masked(name):
    with over_http(name) as desk:
        directory = AccountDirectory([desk.rail])
        told = directory.ask(AccountEnquiry("KE-68", "0110000000123"), seconds=2)
        assert isinstance(told, Answered)
        assert all("***" in word for word in told.facts["name"].split())
        assert told == directory.ask(AccountEnquiry("KE-68", "0110000000123"), seconds=2)
        assert directory.ask(AccountEnquiry("KE-68", "0110000000404"), seconds=2) == Declined(
            "unknown_account"
        )
        assert isinstance(
            directory.ask(AccountEnquiry("KE-68", "0110000000503"), seconds=2), Unavailable
        )


def test_the_next_rail_is_asked_when_one_does_not_say():
    with over_http("rtgs") as rtgs, over_http("pesalink") as pesalink:
        asked = AccountEnquiry("KE-68", "0110000000123", bic="EQBLKENA")
        both = AccountDirectory([rtgs.rail, pesalink.rail], clock=time.monotonic)
        assert isinstance(both.ask(asked, seconds=2), Answered)
        assert isinstance(AccountDirectory([rtgs.rail]).ask(asked, seconds=2), Unavailable)
        assert isinstance(AccountDirectory([]).ask(asked, seconds=2), Unavailable)


def a_day():
    desk = direct()
    for number in range(40):
        desk.pay(f"01100000001{number:02}", amount=f"KES {number + 1}00.25")
    for ending in ("410", "431", "432", "509"):
        desk.pay(f"0110000000{ending}")
    desk.switch.transfer_in(PAYMENT, now=desk.clock.now)
    desk.clock.pass_by(hours=1)
    return desk


def test_report_and_statement_tell_of_the_same_money():
    desk = a_day()
    lines = twin_books.report(desk.switch, TODAY, now=desk.clock.now)
    assert report.read(report.written(lines)) == lines
    counted = {one: sum(line.direction == one for line in lines) for one in ("out", "in", "back")}
    assert counted == {"out": 44, "in": 0, "back": 2}, "the transfer is of another day"
    first = Money(10**9, "KES")
    told = twin_books.statement(
        desk.switch, TODAY, "KES", account="1000200300", bank="CBKEKENX", now=desk.clock.now,
        first=first,
    )  # fmt: skip
    assert told.adds_up
    (camt,) = read_statement(written_statement(told, made_at=desk.clock.now))
    assert camt == told
    (old,) = read_statement(twin_books.mt940(told))
    assert old.adds_up and old.closing == told.closing
    assert [(one.amount, one.end_to_end) for one in old.entries] == [
        (one.amount, one.end_to_end) for one in told.entries
    ]
    settled = {line.reference for line in lines if line.status == "ACSC"}
    assert {one.reference for one in told.entries} == settled
    tomorrow = twin_books.statement(
        desk.switch, date(2026, 11, 25), "KES", account="1", bank="CBKEKENX", now=desk.clock.now,
        first=first,
    )  # fmt: skip
    assert tomorrow.opening == told.closing and not tomorrow.entries


def test_the_switch_hands_out_its_books_over_http():
    with over_http() as desk:
        desk.pay("0110000000111")
        desk.clock.pass_by(minutes=1)
        (line,) = report.read(desk.rail.reach.report(TODAY, seconds=SECONDS))
        (told,) = read_statement(desk.rail.reach.statement(TODAY, "KES", seconds=SECONDS))
        assert told.adds_up and told.entries[0].reference == line.reference


def test_a_long_days_books_come_over_the_wire():
    with over_http() as desk:
        desk.switch.rules = replace(desk.switch.rules, a_minute=10_000)
        near = Desk(direct().rail, desk.clock, desk.mishaps, desk.switch)
        near.rail.reach = DirectReach(desk.switch, clock=desk.clock)
        for number in range(600):
            near.rail.send(order_to_pay(f"0110000{number:04}1"), seconds=1)
        desk.clock.pass_by(minutes=1)
        assert len(report.read(desk.rail.reach.report(TODAY, seconds=20))) >= 600
        content = desk.rail.reach.statement(TODAY, "KES", seconds=20)
        assert len(content) > LARGEST_MESSAGE
        (told,) = read_statement(content)
        assert told.adds_up and len(told.entries) > 500


def test_a_report_that_cannot_be_is_refused():
    good = report.written(twin_books.report(a_day().switch, TODAY, now=TUESDAY))
    for wrong in (b"", b"a,b\r\n", good.replace(b"out,", b"sideways,"), good + b"out,1\r\n",
                  good.replace(b".25,KES", b".255,KES"), b"\xff\xfe"):  # fmt: skip
        with pytest.raises(report.Unreadable):
            report.read(wrong)


def test_news_that_was_lost_stands_in_the_report():
    desk = a_day()
    desk.mishaps.plan = desk.mishaps.plan.changed({"lost_callbacks": 1.0})
    assert list(desk.rail.reach.news(until=desk.clock.now)) == []
    lines = twin_books.report(desk.switch, TODAY, now=desk.clock.now)
    told = [one for one in map(told_by, lines) if one]
    assert {one.verify["return"] for one in told} == set(desk.switch.returns)
    assert told_by(replace(lines[0], direction="in", reference="X")).verify == {"number": "X"}


def test_news_is_late_and_doubled_and_comes_in_the_order_it_is_heard():
    desk = a_day()
    faults = {"late_callbacks": 60.0, "doubled_callbacks": 1.0}
    desk.mishaps.plan = desk.mishaps.plan.changed(faults)
    heard, told = [], []
    while (at := desk.rail.reach.next_at()) is not None:
        for when, one in desk.rail.reach.news(until=at):
            heard.append(when)
            told.append(one.notice)
    assert heard == sorted(heard) and len(told) == 2 * len(set(told))
    assert told[::2] != told[1::2], "late ones are overtaken"


def test_the_same_seed_makes_the_same_day_whatever_the_order_of_calls():
    def run(numbers, seed="7"):
        desk = direct(seed=seed)
        orders = {n: order_to_pay(f"0110000{n:06}", end_to_end=f"E{n}") for n in range(300)}
        same = {n: _with_id(order, n) for n, order in orders.items()}
        for n in numbers:
            desk.rail.send(same[n], seconds=1)
        desk.clock.pass_by(hours=2)
        lines = twin_books.report(desk.switch, TODAY, now=desk.clock.now)
        return report.written(sorted(lines, key=lambda one: one.end_to_end))

    once = run(range(300))
    assert once == run(reversed(range(300)))
    assert once != run(range(300), seed="8")


def _with_id(order, number):
    return replace(order, id=UUID(int=number))
