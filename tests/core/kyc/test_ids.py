"""Numbers of identity documents: each country's own, and what they tell of their owner."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from core.kyc import ids
from core.kyc.countries import SERVED
from core.kyc.ids import IdNumberWrong, read_national, read_number

RIGHT = [
    ("KE", "23456789", date(1990, 1, 1)),
    ("UG", "CF99 0301 0123 AB", date(1999, 1, 30)),
    ("TZ", "19950324-14121-00001-22", date(1995, 3, 24)),
    ("NG", "12345678901", date(1990, 1, 1)),
    ("GH", "GHA-123456789-0", date(1990, 1, 1)),
    ("ZA", "750330 5044 08 9", date(1975, 3, 30)),
    ("RW", "1 1990 8 0012345 0 67", date(1990, 6, 1)),
    ("SN", "2 751 1993 00123", date(1993, 8, 9)),
    ("SN", "2 01 19930809 00012 3", date(1993, 8, 9)),
    ("CI", "CI001234567", date(1990, 1, 1)),
    ("CM", "123456789", date(1990, 1, 1)),
]
WRONG = [
    ("KE", "1234"), ("KE", "ABCDEFGH"), ("UG", "XX990301012AB"), ("TZ", "19951324141210000122"),
    ("TZ", "18950324141210000122"), ("NG", "1234567890"), ("GH", "GHA-12345678-0"),
    ("ZA", "7503305044088"), ("RW", "1199090012345067"), ("RW", "1289080012345067"),
    ("SN", "3751199300123"), ("SN", "20119931309000123"), ("CI", "D0123456789"), ("CM", "12345678"),
    ("US", "nothing"), ("KE", ""),
]  # fmt: skip


@pytest.mark.parametrize(("country", "said", "born"), RIGHT)
def test_a_number_is_read_as_it_is_printed(country, said, born):
    found = read_national(said, country=country)
    assert found.number == "".join(one for one in said if one.isalnum()).upper()
    assert found.allows(born)


@pytest.mark.parametrize(("country", "said"), WRONG)
def test_what_is_no_number_of_that_country_is_refused(country, said):
    with pytest.raises(IdNumberWrong) as refused:
        read_national(said, country=country)
    assert refused.value.facts == {"country": country}


@pytest.mark.parametrize(
    ("country", "said", "born"),
    [
        ("UG", "CF99030101234A", date(1998, 1, 30)),
        ("TZ", "19950324141210000122", date(1995, 3, 25)),
        ("ZA", "7503305044089", date(1975, 3, 31)),
        ("RW", "1199080012345067", date(1991, 1, 1)),
        ("SN", "2751199300123", date(1992, 1, 1)),
    ],
)
def test_a_number_tells_on_whoever_was_born_another_day(country, said, born):
    assert not read_national(said, country=country).allows(born)


def test_sex_is_told_where_the_number_tells_it():
    said = ("CF99030101234A", "CM86054103KWPG"), ("1199070012345067", "1199080012345067")
    for country, (woman, man) in zip(("UG", "RW"), said, strict=True):
        assert read_national(woman, country=country).sex == "F"
        assert read_national(man, country=country).sex == "M"


@given(
    born=st.dates(date(1920, 1, 1), date(2007, 12, 31)),
    serial=st.integers(0, 9999),
)
def test_every_south_african_number_says_its_day_in_either_century(born, serial):
    body = f"{born:%y%m%d}{serial:04}08"
    found = read_national(body + luhn.calc_check_digit(body), country="ZA")
    assert found.allows(born)
    assert found.sex == ("F" if serial < 5000 else "M")
    assert not found.allows(born.replace(year=born.year + 1, day=1))


@given(text=st.text(max_size=40), country=st.sampled_from([*ids.READERS, "US"]))
def test_anything_typed_is_a_number_or_is_refused(text, country):
    try:
        found = read_national(text, country=country)
    except IdNumberWrong:
        return
    assert read_national(found.number, country=country) == found


def test_every_country_of_the_bank_has_its_reader():
    assert set(SERVED) <= set(ids.READERS)


def test_passports_and_alien_cards_are_numbers_of_any_country():
    assert read_number("ak 012-3456", kind="passport", country="KE").number == "AK0123456"
    assert read_number("A1234567", kind="alien_card", country="KE").number == "A1234567"
    for wrong in ("AK01", "PASSPORT", "AK01234567890"):
        with pytest.raises(IdNumberWrong):
            read_number(wrong, kind="passport", country="KE")
    assert ids.masked("12345678") == "***678"
