"""Numbers said in words, read back to the figure in Swahili, English and French."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tarakimu import num_to_words

from flows.understanding.entities import numbers_en, numbers_fr, numbers_sw
from tests.flows.understanding import number_words

SAYABLE = st.one_of(
    st.integers(1, 999),
    st.integers(1, 999_999),
    st.integers(1, 999_999_999),
    st.integers(1, 999).map(lambda n: n * 1_000),
    st.integers(1, 999).map(lambda n: n * 1_000_000),
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+|,", text.lower())


@given(SAYABLE)
def test_swahili_is_read_back(number: int) -> None:
    said = words(number_words.swahili(number))
    read = numbers_sw.read(said)
    assert read and read.length == len(said)
    assert number in {read.value, *read.others}


@given(SAYABLE)
def test_swahili_written_by_others_is_read_back(number: int) -> None:
    said = words(num_to_words(number, lang="sw"))
    read = numbers_sw.read(said)
    assert read and read.length == len(said)
    assert number in {read.value, *read.others}


@given(SAYABLE)
def test_english_is_read_back(number: int) -> None:
    said = words(number_words.english(number))
    read = numbers_en.read(said)
    assert read and (read.value, read.length, read.others) == (number, len(said), ())


@given(SAYABLE)
def test_french_is_read_back(number: int) -> None:
    said = words(number_words.french(number))
    read = numbers_fr.read(said)
    assert read and (read.value, read.length, read.others) == (number, len(said), ())


def test_every_number_below_ten_thousand_is_read_back() -> None:
    readers = (
        (numbers_sw.read, number_words.swahili),
        (numbers_en.read, number_words.english),
        (numbers_fr.read, number_words.french),
    )
    for read, say in readers:
        for number in range(1, 10_000):
            found = read(words(say(number)))
            assert found and (found.value, found.others) == (number, ()), say(number)


@pytest.mark.parametrize(
    ("text", "value", "others"),
    [
        ("elfu kumi na tano", 15_000, {10_005}),
        ("elfu ishirini na moja", 21_000, {20_001}),
        ("elfu mia mbili na hamsini", 250_000, {200_050}),
        ("laki moja na hamsini", 150_000, {100_050}),
        ("milioni kumi na mbili", 12_000_000, {10_000_002}),
    ],
)
def test_what_swahili_leaves_open_is_told(text: str, value: int, others: set[int]) -> None:
    read = numbers_sw.read(text.split())
    assert read and read.value == value
    assert others <= set(read.others)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("elfu tano", 5_000), ("elfu 2", 2_000), ("elfu mbili mia tano", 2_500),
        ("elfu mbili , mia tano", 2_500), ("elfu 2 na mia 5", 2_500), ("mia", 100), ("mia 5", 500),
        ("mia tano na hamsini", 550), ("laki moja na nusu", 150_000), ("laki 3", 300_000),
        ("nusu milioni", 500_000), ("milioni 1.5", 1_500_000), ("soo tano", 500), ("5 soo", 500),
        ("thao", 1_000), ("2 thao", 2_000), ("ngiri tano", 5_000), ("kumi na tano elfu", 15_000),
        ("jirongo", 500), ("ashu", 10), ("finje", 50), ("bao", 20), ("mil 2", 2_000_000),
        ("elfu mbili tafadhali", 2_000), ("mia tano kwa Brian", 500),
    ],
)  # fmt: skip
def test_swahili_of_the_street_is_read(text: str, value: int) -> None:
    read = numbers_sw.read(text.split())
    assert read and (read.value, read.others) == (value, ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("half a million", 500_000), ("a grand", 1_000), ("fifteen hundred", 1_500),
        ("twenty five hundred", 2_500), ("two and a half thousand", 2_500),
        ("a million and a half", 1_500_000), ("2 thousand 5 hundred", 2_500), ("ten k", 10_000),
        ("1.5 million", 1_500_000), ("a hundred and fifty", 150), ("five dollars", 5),
    ],
)  # fmt: skip
def test_english_as_it_is_said_is_read(text: str, value: int) -> None:
    read = numbers_en.read(text.split())
    assert read and read.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mille", 1_000), ("10 mille", 10_000), ("cinq cent mille", 500_000), ("cent", 100),
        ("un million et demi", 1_500_000), ("demi million", 500_000), ("soixante et onze", 71),
        ("septante", 70), ("quatre vingt dix", 90), ("deux mille cinq cents", 2_500),
    ],
)  # fmt: skip
def test_french_as_it_is_said_is_read(text: str, value: int) -> None:
    read = numbers_fr.read(text.split())
    assert read and read.value == value


@pytest.mark.parametrize(
    "text", ["", "habari", "200", "200 na 300", "elfu mbili mbili", "two fifty", "a cat", "50 cent"]
)
def test_what_is_no_clear_number_is_not_guessed(text: str) -> None:
    for read in (numbers_sw.read, numbers_en.read, numbers_fr.read):
        assert read(text.split()) is None


PIECES = sorted(
    {*numbers_sw.STARTS, *numbers_en.STARTS, *numbers_fr.STARTS, "na", "and", "et", ",", "5", "2.5"}
)


@given(st.lists(st.sampled_from(PIECES), max_size=24))
def test_words_in_any_order_are_no_trouble(said: list[str]) -> None:
    for read in (numbers_sw.read, numbers_en.read, numbers_fr.read):
        found = read(said)
        assert found is None or (0 < found.length <= len(said) and found.value >= 0)
