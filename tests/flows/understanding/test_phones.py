"""Phone numbers in a message: told from amounts, kept in E.164."""

from datetime import date

import pytest

from flows.understanding.entities import find

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("country", "text", "phone", "written"),
    [
        ("KE", "send 500 to 0712000002", "+254712000002", "0712000002"),
        ("KE", "send 500 to 0712 000 002", "+254712000002", "0712 000 002"),
        ("KE", "send 250/= to 0712-000-002", "+254712000002", "0712-000-002"),
        ("KE", "712000002", "+254712000002", "712000002"),
        ("KE", "712 000 002", "+254712000002", "712 000 002"),
        ("KE", "254712000002", "+254712000002", "254712000002"),
        ("KE", "+254 712 000 002.", "+254712000002", "+254 712 000 002"),
        ("KE", "00254712000002", "+254712000002", "00254712000002"),
        ("KE", "0110 000 002 500", "+254110000002", "0110 000 002"),
        ("KE", "tuma 500 kwa +255712000003", "+255712000003", "+255712000003"),
        ("TZ", "tuma 5000 kwa 0712000003", "+255712000003", "0712000003"),
        ("UG", "send 0772 000 005 5000", "+256772000005", "0772 000 005"),
        ("SN", "envoyer 10 000 au 77 000 01 01", "+221770000101", "77 000 01 01"),
        ("SN", "envoyer 5000 au 771234567", "+221771234567", "771234567"),
        ("KE", "envoyer 95 000 au +221 77 123 45 67", "+221771234567", "+221 77 123 45 67"),
        ("NG", "send 5000 to 0803 123 4567", "+2348031234567", "0803 123 4567"),
        ("GH", "024 123 4567", "+233241234567", "024 123 4567"),
        ("ZA", "082 123 4567", "+27821234567", "082 123 4567"),
        ("CM", "6 77 12 34 56", "+237677123456", "6 77 12 34 56"),
        ("RW", "0788 123 456", "+250788123456", "0788 123 456"),
    ],
)
def test_a_phone_number_is_heard(country: str, text: str, phone: str, written: str) -> None:
    found = find(text, country=country, today=TODAY)
    spans = [span for span in found.spans if span.kind == "phone"]
    assert found.phone == phone
    assert [text[span.start : span.end] for span in spans] == [written]


def test_a_number_that_is_none_at_home_is_kept_as_it_was_written() -> None:
    text = "ENVOYER 500 0712000002"
    found = find(text, country="SN", today=TODAY)
    (phone,) = (span for span in found.spans if span.kind == "phone")
    assert (found.phone, found.amount, text[phone.start : phone.end]) == (None, "500", "0712000002")


@pytest.mark.parametrize(
    "text",
    ["700 000 000", "12,000", "95 000", "1500.50", "ksh 712000", "C-104-283-1", "2026-12-25"],
)
def test_what_is_no_phone_is_not_taken_for_one(text: str) -> None:
    assert find(text, country="KE", today=TODAY).phone is None


def test_an_amount_beside_a_phone_stays_an_amount() -> None:
    found = find("send 0712 000 002 1,500.50", country="KE", today=TODAY)
    assert (found.phone, found.amount) == ("+254712000002", "1500.5")


def test_a_phone_is_not_shown() -> None:
    assert "712000002" not in repr(find("send 500 to 0712000002", country="KE", today=TODAY))
