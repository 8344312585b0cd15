"""Case numbers: said, typed in any way, and no slip of the finger finds another case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crm.case_number import case_number, parse


def test_a_number_is_said_in_groups() -> None:
    assert case_number(104283) == "C-104-283-1"
    assert case_number(1) == "C-000-001-3"
    assert case_number(12104283).startswith("C-12-104-283-")
    with pytest.raises(ValueError, match="positive"):
        case_number(0)


@pytest.mark.parametrize(
    "typed", ["C-104-283-1", "1042831", " c 104 283 1 ", "c1042831", "#104-283-1", "C.104.283.1"]
)
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    assert parse(typed) == "C-104-283-1"


@pytest.mark.parametrize(
    "typed", ["", "C", "104283", "hello", "C-104-283-2", "1" * 13, "C-\u0661\u0660\u0664-283-1"]
)
def test_what_is_no_number_finds_nothing(typed: str) -> None:
    assert parse(typed) is None


@given(st.integers(1, 10**9), st.data())
def test_a_wrong_digit_and_two_swapped_are_always_noticed(serial: int, data: st.DataObject) -> None:
    digits = "".join(letter for letter in case_number(serial) if letter.isdigit())
    place = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[place]]))
    assert parse(digits) == case_number(serial)
    assert parse(digits[:place] + other + digits[place + 1 :]) is None
    if place and digits[place - 1] != digits[place]:
        swapped = digits[: place - 1] + digits[place] + digits[place - 1] + digits[place + 1 :]
        assert parse(swapped) is None
