"""What is personal is found in any sentence; amounts, dates and references are left alone."""

from datetime import date

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from core import pii
from core.transfers.send import reference_of

BEFORE = st.sampled_from(["", "call ", "my number: ", "nitumie ", "(", "voici ", "from the 3rd: "])
AFTER = st.sampled_from(["", " please", ".", ", asante", ")", " merci", "?"])


@st.composite
def phones(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(pii.SERVED))
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    tail = draw(st.integers(0, 999))
    national = phonenumbers.national_significant_number(example)[:-3] + f"{tail:03d}"
    number = phonenumbers.parse(f"+{example.country_code}{national}")
    assume(phonenumbers.is_valid_number(number))
    form = draw(st.sampled_from(list(range(3))))
    written = phonenumbers.format_number(number, form)
    return written.replace("-", "") if form == 0 and draw(st.booleans()) else written


@st.composite
def pans(draw: st.DrawFn) -> str:
    prefix, length = draw(
        st.sampled_from([("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("2720", 16), ("34", 15),
                         ("37", 15), ("6011", 16), ("3528", 16), ("506100", 19), ("4", 13)])
    )  # fmt: skip
    body = prefix + draw(st.text("0123456789", min_size=length, max_size=length))
    body = body[: length - 1]
    pan = body + luhn.calc_check_digit(body)
    gap = draw(st.sampled_from(["", " ", "-"]))
    return gap.join(pan[i : i + 4] for i in range(0, len(pan), 4))


AMOUNTS = st.sampled_from(["500 ", "SEND 1000 ", "KES 2,500.00 ", "12 ", "card,", "2 x 50 "])
EMAILS = st.from_regex(
    r"[a-z]{1,12}(\.[a-z]{1,9})?@[a-z]{2,12}\.(co\.ke|com|org|sn)", fullmatch=True
)
IDS = st.one_of(
    st.from_regex(r"GHA-[0-9]{9}-[0-9]", fullmatch=True),
    st.from_regex(r"C[MF][0-9]{7}[A-Z]{5}", fullmatch=True),
    st.builds("ID number {}".format, st.integers(10_000_000, 40_000_000)),
    st.builds("kitambulisho namba {}".format, st.integers(10_000_000, 40_000_000)),
)
SECRETS = st.builds("{} {:04d}".format, st.sampled_from(["PIN", "my pin is", "code:", "OTP"]),
                    st.integers(0, 9999))  # fmt: skip


def kinds(text: str) -> set[str]:
    return {one.kind for one in pii.find(text)}


@given(BEFORE, phones(), AFTER)
def test_phones_are_found(before, phone, after):
    assert "phone" in kinds(before + phone + after)
    digits = "".join(c for c in phone if c.isdigit())
    left = "".join(c for c in pii.mask(before + phone + after) if c.isdigit())
    assert digits not in left


@given(BEFORE, pans(), AFTER)
def test_card_numbers_are_found_and_four_digits_are_left(before, pan, after):
    for masked in (pii.mask(before + pan + after), pii.mask_cards(before + pan + after)):
        assert "".join(c for c in pan if c.isdigit()) not in "".join(filter(str.isdigit, masked))
        assert f"****{''.join(filter(str.isdigit, pan))[-4:]}" in masked


@given(AMOUNTS, pans())
def test_a_card_number_is_found_beside_an_amount(amount, pan):
    masked = pii.mask_cards(f"{amount}{pan} 12")
    assert masked.startswith(amount) and masked.endswith(" 12")
    assert pan not in masked


@pytest.mark.parametrize("phone", ["0712000002", "0712 000 002", "254712000002"])
def test_a_phone_is_found_beside_an_amount(phone):
    assert pii.mask(f"SEND 500 {phone} 12") == "SEND 500 ***002 12"


@given(st.integers(1, 99_999), st.integers(0, 9_999_999))
def test_an_amount_and_a_phone_are_no_card(amount, tail):
    text = f"SEND {amount} 071{tail:07}"
    assert pii.mask_cards(text) == text


@given(BEFORE, EMAILS, AFTER)
def test_mail_addresses_are_found(before, email, after):
    assert email not in pii.mask(before + email + after)


@given(BEFORE, IDS, AFTER)
def test_identity_numbers_are_found(before, number, after):
    assert "id_number" in kinds(before + number + after)


@given(SECRETS, AFTER)
def test_what_is_said_to_be_a_secret_is_hidden(secret, after):
    assert pii.mask(secret + after).count("****") == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("GB82 WEST 1234 5698 7654 32", "iban"),
        ("8001015009087", "id_number"),
        ("1199080012345678", "id_number"),
        ("19900101141280000123", "id_number"),
        ("A012345678Z", "id_number"),
    ],
)
def test_numbers_with_a_shape_of_their_own_are_found(text, kind):
    assert kinds(f"it is {text}, thanks") == {kind}


@given(
    st.integers(1, 9_999_999), st.sampled_from(["KES {:,}", "{}", "{:,}.00", "TZS {}", "{} bob"])
)
def test_amounts_are_left_alone(amount, shape):
    text = f"send {shape.format(amount)} to mum"
    assert pii.mask(text) == text


@given(
    st.dates(date(1930, 1, 1), date(2035, 1, 1)),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %b %Y"]),
)
def test_dates_are_left_alone(day, shape):
    text = f"born {day.strftime(shape)} in Kisumu"
    assert pii.mask(text) == text


@given(st.uuids(version=4))
def test_references_and_ids_are_left_alone(one):
    text = f"ref {reference_of(one)}, id {one}, hex {one.hex}, took 0.123456789 s"
    assert pii.mask(text) == text


@given(st.text(max_size=300))
def test_masking_twice_finds_nothing_more_to_say(text):
    assert [one for one in pii.find(text) if one.start >= one.end] == []
    pii.mask(pii.mask(text))
