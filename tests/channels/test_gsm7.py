"""What fits an SMS, what it costs, and how text comes down to it."""
# ruff: noqa: RUF001 - typographic marks are what customers and templates write

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import gsm7


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [
        ("", "GSM-7", 1),
        ("x" * 160, "GSM-7", 1),
        ("x" * 161, "GSM-7", 2),
        ("x" * 306, "GSM-7", 2),
        ("x" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("x" * 152 + "€" + "y" * 10, "GSM-7", 2),  # an extension character is not torn apart
        ("x" * 152 + "€" + "y" * 153, "GSM-7", 3),
        ("[a] {b} ~ | ^ \\", "GSM-7", 1),
        ("Salio lako ni KES 12,400.00", "GSM-7", 1),
        ("Montant envoyé à Fatou: é è à ù", "GSM-7", 1),
        ("Reçu", "UCS-2", 1),
        ("L’envoi", "UCS-2", 1),
        ("☺" + "x" * 69, "UCS-2", 1),
        ("☺" + "x" * 70, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        ("x" * 66 + "😀" + "y" * 9, "UCS-2", 2),  # nor is a pair of surrogates
        ("a\tb", "UCS-2", 1),
        ("\x1b", "UCS-2", 1),
    ],
)
def test_encoding_and_segments(text: str, alphabet: str, count: int) -> None:
    assert gsm7.encoding(text) == alphabet
    assert gsm7.segments(text) == count


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("L’argent “reçu” – voilà…", 'L\'argent "recu" - voilà...'),
        ("1\u202f500\u00a0F CFA", "1 500 F CFA"),
        ("Hôtel, fête, Noël, naïf, sûr, œuf", "Hotel, fete, Noel, naif, sur, oeuf"),
        ("Ọlá Ẹniọlá", "Ola Eniola"),
        ("Ɗanladi Ɓello, Kwame Ɔsei", "Danladi Bello, Kwame Osei"),
        ("e\u0301te\u0301", "été"),
        ("₦500 ٣", "NGN 500 3"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("zero\u200bwidth", "zerowidth"),
        ("ÄÖÑÜäöñüà é Ç", "ÄÖÑÜäöñüà é Ç"),
    ],
)
def test_typed_text_comes_down_plainly(typed: str, plain: str) -> None:
    assert gsm7.to_gsm7(typed) == plain
    assert gsm7.encoding(plain) == "GSM-7"


def test_what_has_no_plain_spelling_is_kept_for_ucs2_and_marked_on_a_screen() -> None:
    assert gsm7.to_gsm7("ሰላም 😀") == "ሰላም 😀"
    assert gsm7.lightest("ሰላም — 😀") == "ሰላም — 😀"
    assert gsm7.only_gsm7("ሰላም 😀!") == "??? !"
    assert gsm7.lightest("Hôtel — fête") == "Hotel - fete"


def test_the_plain_spellings_are_all_in_the_alphabet() -> None:
    for char, plain in gsm7._PLAIN.items():
        assert gsm7.encoding(plain) == "GSM-7", (chr(char), plain)


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_down_and_stays_down(text: str) -> None:
    only = gsm7.only_gsm7(text)
    assert gsm7.encoding(only) == "GSM-7"
    assert gsm7.only_gsm7(only) == only
    assert gsm7.to_gsm7(only) == only
    assert gsm7.segments(text) >= 1
    assert gsm7.width(only) == len(only.encode("gsm0338"))


@settings(deadline=None)
@given(st.text(st.sampled_from(sorted(gsm7.ALPHABET)), min_size=1))
def test_what_fits_the_alphabet_is_left_alone_but_for_line_ends(text: str) -> None:
    calm = text.replace("\r", "").replace("\f", "")
    assert gsm7.to_gsm7(calm) == calm
    assert gsm7.segments(calm or "x") == len(smsutil.split(calm or "x").parts)
