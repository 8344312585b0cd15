"""A session that drops while the other banks are asked: whoever goes on has them asked again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.partners.name_enquiry import NameAnswer, NameEnquiry, NameRegistry, Unavailable
from tests.stories.heard import Ear
from tests.stories.script import Story, read
from tests.stories.stage import Telling


class DropsFirst(NameRegistry):
    """A switch so slow at first that the customer dials again meanwhile."""

    def __init__(self, switch: NameRegistry, redial: Callable[[], str]) -> None:
        self.switch, self.redial, self.asked = switch, redial, 0

    def ask(self, question: NameEnquiry, *, seconds: float) -> NameAnswer:
        self.asked += 1
        if self.asked > 1:
            return self.switch.ask(question, seconds=seconds)
        self.redial()
        return Unavailable("too late")


def test_a_question_is_asked_again_after_a_session_dropped(
    write: Callable[[str], Path], begin: Callable[[Story, str, str], Telling], ear: Ear
) -> None:
    telling = begin(read(write("greets\n")), "en", "ussd")
    phone = telling.phone("customer")
    again = replace(phone, count=100)
    slow = DropsFirst(telling.house.registry, again.dial)
    phone.house = replace(telling.house, registry=slow)
    phone.dial()
    phone.press("1")
    phone.press(telling.values["elsewhere"].real)
    assert again.last is not None
    assert [option.key for option in again.last.options] == ["continue", "restart"]
    again.house = phone.house
    assert "is with" in again.press("1")
    assert slow.asked == 2
