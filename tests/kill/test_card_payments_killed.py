"""A process dies while a card pays: asked again it is decided once, and nothing is lost."""

from datetime import date

import pytest

from bot.house import House
from core.cards import clearing
from core.cards.clearing import Line, Report
from core.cards.messages import Answer, Request
from core.ledger import book
from tests.core.cards.making import card_of
from tests.core.cards.terminal import Terminal
from tests.core.people import someone
from tests.support import crashes
from tests.support.crashes import KILLED


class Till:
    """A card in a committed world: it makes messages, and whoever is told says them."""

    def __init__(self, house: House) -> None:
        self._house = house
        with house.unit() as unit:
            who = someone(unit, "+254799000001", holds="KES 2000.00")
            self._terminal = Terminal(unit, card_of(unit, who))
        self._wallet = who.wallet

    def asks(self, kind: str, amount: str) -> Request:
        return self._terminal.request(kind, amount, "R1")

    def hears(self, request: Request) -> Answer:
        answer = crashes.do(self._house, "card message", request)
        assert isinstance(answer, Answer)
        return answer

    def dies(self, request: Request, *, at: str) -> None:
        now = self._house.now()
        assert (
            crashes.exit_code(self._house.settings, "card message", request, now=now, at=at)
            == KILLED
        )

    def stands(self) -> tuple[str, str, int]:
        with self._house.unit() as unit:
            found = book.balance(unit, self._wallet)
            count = unit.value("select count(*) from card_messages where code is not null")
            assert book.verify(unit) == []
        return str(found.available.major), str(found.held.major), count


@pytest.fixture
def till(house: House) -> Till:
    return Till(house)


@pytest.mark.parametrize("point", ["card.held", "card.decided"])
def test_nothing_was_decided_and_it_is_asked_again(till, point):
    asked = till.asks("authorise", "500.00")
    till.dies(asked, at=point)
    assert till.stands() == ("2000.00", "0.00", 0)
    assert till.hears(asked).code == "00"
    assert till.stands() == ("1500.00", "500.00", 1)


def test_authorised_and_unanswered_it_is_asked_again_or_taken_back(till):
    asked = till.asks("authorise", "500.00")
    till.dies(asked, at="card.after_commit")
    assert till.stands() == ("1500.00", "500.00", 1)
    again = till.hears(asked)
    assert (again.code, again.replayed) == ("00", True)
    assert till.stands() == ("1500.00", "500.00", 1)
    assert till.hears(till.asks("reverse", "0.00")).code == "00"
    assert till.stands() == ("2000.00", "0.00", 2)


def test_captured_and_not_written_down_it_is_taken_once(till):
    till.hears(till.asks("authorise", "500.00"))
    taken = till.asks("clear", "500.00")
    till.dies(taken, at="card.captured")
    assert till.stands() == ("1500.00", "500.00", 1)
    till.dies(taken, at="card.after_commit")
    assert till.stands() == ("1500.00", "0.00", 2)
    assert till.hears(taken).replayed
    assert till.stands() == ("1500.00", "0.00", 2)


def test_a_late_line_is_paid_once(house, till):
    taken = till.asks("clear", "500.00")
    with house.unit() as unit:
        lines = [Line(taken.told, taken.amount)]
        report = Report("scheme", "monday", date(2026, 3, 2), taken.amount, lines)
        assert clearing.settle(unit, report).unknown == (taken.told,)
    till.hears(taken)
    work = "look after card payments"
    now = house.now()
    assert crashes.exit_code(house.settings, work, now=now, at="card.line_settled") == KILLED
    with house.unit() as unit:
        assert clearing.standing(unit) == [taken.amount]
    assert crashes.do(house, work) == 1
    assert crashes.do(house, work) == 0
    with house.unit() as unit:
        assert clearing.standing(unit) == []
    assert till.stands() == ("1500.00", "0.00", 1)
