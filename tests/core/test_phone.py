import pytest

from core.phone import NotAPhone, country_of, is_phone, mask, parse, prefix


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("0712 000 002", "KE", "+254712000002"),
        ("712000002", "KE", "+254712000002"),
        ("0712-000-002", "KE", "+254712000002"),
        ("254712000002", "KE", "+254712000002"),
        ("254712000002", "TZ", "+254712000002"),
        ("00221770000004", "KE", "+221770000004"),
        ("+221 77 000 00 04", "KE", "+221770000004"),
        (" +254712000002 ", "SN", "+254712000002"),
        ("0110123456", "KE", "+254110123456"),
        ("770000004", "SN", "+221770000004"),
        ("0772000005", "UG", "+256772000005"),
    ],
)
def test_numbers_are_read_as_people_write_them(written, country, number):
    assert parse(written, country) == number


@pytest.mark.parametrize(
    "written",
    ["", "mum", "0712", "12345", "SEND 500", "CALL-MOM-NOW", "0712000002 500", "+254",
     "++254712000002", "0" * 40, "07120000029999", "\u0664\u0663\u0662\u0661", "+2547120000021234"],
)  # fmt: skip
def test_anything_else_is_not_a_phone(written):
    with pytest.raises(NotAPhone) as refused:
        parse(written, "KE")
    assert len(refused.value.facts["typed"]) <= 20


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+254712000002", "+254 7** *** 002"),
        ("+221770000004", "+221 7** *** 004"),
        ("+2348030000101", "+234 8 *** *** 101"),
        ("KE.13491208655302741918", "***"),
        ("", "***"),
    ],
)
def test_a_masked_number_can_be_recognised_and_not_called(number, masked):
    assert mask(number) == masked


def test_where_a_number_is_from():
    assert country_of("+255712000003", "KE") == "TZ"
    assert country_of("TZ.13491208655302741918", "KE") == "TZ"
    assert country_of("somebody", "KE") == "KE"
    assert is_phone("+254712000002")
    assert not is_phone("KE.13491208655302741918")
    assert not is_phone("0712000002")


@pytest.mark.parametrize(
    ("number", "begins"),
    [("+254712000002", "+254"), ("+27821234567", "+27"), ("KE.1349", ""), ("", ""), ("0712", "")],
)
def test_what_numbers_of_a_country_begin_with(number, begins):
    assert prefix(number) == begins
