"""Cards, cases, banks and accounts in a message; and what holds of everything that is found."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crm import case_number as cases
from flows.hearing import LONGEST
from flows.understanding.entities import find, prepare, things
from flows.understanding.entities.signs import COUNTED, NOT_BEFORE

TODAY = date(2026, 11, 22)
COUNTRIES = st.sampled_from(["KE", "TZ", "UG", "RW", "NG", "GH", "ZA", "SN", "CM", "", "XX"])
EXPECTS = st.sampled_from(["", "amount", "date", "name", "account", "case_ref", "phone"])
PIECES = st.sampled_from(
    [
        "send", "tuma", "mtumie", "envoyer", "to", "kwa", "\u00e0", "my", "Brian", "mama njeri",
        "2k",
        "500", "1,500.50", "95 000", "0712 000 002", "+254712000002", "elfu", "kumi", "na", "tano",
        "mille", "cinq", "hundred", "a", "million", "usd", "kes", "$", "/=", "sh", "F",
        "C-104-283-1",
        "case", "account", "1234567890", "25", "Dec", "25/12", "tarehe", "kesho", "next", "friday",
        "equity", "m-pesa", "virtual", "card", "%", "*384#", "saa", "3", "pin", ".", ",", "-", "?",
        "\u00a0", "'", "N'Diaye", "\U0001f600", "buy", "nunua",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["C-104-283-1", "c1042831", "case 1042831", "kesi c 104 283 1", "my case is C 104-283-1 please",
     "ticket no. 104-283-1", "dossier: C-104-283-1"],
)  # fmt: skip
def test_a_case_is_heard(text: str) -> None:
    found = find(text, country="KE", today=TODAY)
    assert (found.case_ref, found.amount, found.phone) == ("C-104-283-1", None, None)


@pytest.mark.parametrize("text", ["C-104-283-2", "1042831", "case 12", "c 000 000 0"])
def test_what_is_no_case_is_not_taken_for_one(text: str) -> None:
    assert find(text, country="KE", today=TODAY).case_ref is None


def test_a_case_that_was_asked_for_may_be_digits_alone() -> None:
    assert find("1042831", country="KE", today=TODAY, expects="case_ref").case_ref == "C-104-283-1"


@given(st.integers(1, 10**11 - 1))
def test_cases_are_read_as_the_bank_writes_them(serial: int) -> None:
    written = cases.case_number(serial)
    assert things.case_number("".join(filter(str.isdigit, written))) == written
    assert find(written, country="KE", today=TODAY).case_ref == written


@given(st.text(alphabet="0123456789", max_size=14))
def test_digits_are_a_case_where_the_bank_says_so(digits: str) -> None:
    assert things.case_number(digits) == cases.parse(digits)


@pytest.mark.parametrize(
    ("text", "bank"),
    [
        ("withdraw 500 to m-pesa", "M-Pesa"), ("kutoka mpesa", "M-Pesa"), ("to KCB", "KCB"),
        ("via Airtel Money", "Airtel Money"), ("send to equity", "Equity"), ("co-op bank", "Co-op"),
        ("par Orange Money", "Orange Money"), ("depuis Wave", "Wave"), ("momo", "MTN MoMo"),
        ("kwa CRDB", "CRDB"), ("my gtbank account", "GTBank"), ("vers Ecobank", "Ecobank"),
        ("wave at them", None), ("tenda wema", None), ("equity and justice", None),
        ("a standard bank transfer", None),
    ],
)  # fmt: skip
def test_a_bank_is_heard(text: str, bank: str | None) -> None:
    assert find(text, country="KE", today=TODAY).bank == bank


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("send to acc 1234567890 equity", "1234567890"), ("a/c no. 12345678", "12345678"),
        ("akaunti namba 0123456789012 KCB", "0123456789012"),
        ("compte n\u00b0 0123 4567 8901", "012345678901"), ("account: 123-456-789", "123456789"),
        ("paybill 888880 account 12345678 500", "12345678"),
        ("my account 5000", None), ("account 12345", None), ("into my account 100000 kes", None),
        ("1234567890", None),
    ],
)  # fmt: skip
def test_an_account_is_heard(text: str, account: str | None) -> None:
    found = find(text, country="KE", today=TODAY)
    assert found.account == account
    assert found.phone is None or account is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [("I want a virtual card", "virtual"), ("une carte physique", "physical"),
     ("nataka kadi halisi", "physical"), ("virtual or physical card?", None), ("a card", None)],
)  # fmt: skip
def test_the_kind_of_a_card_is_heard(text: str, kind: str | None) -> None:
    assert find(text, country="KE", today=TODAY).card_kind == kind


def test_each_thing_is_read_once() -> None:
    text = "send ksh 500 to Mama Njeri 0712 000 002 on 25 Dec, case C-104-283-1"
    spans = find(text, country="KE", today=TODAY).spans
    assert [(span.kind, text[span.start : span.end]) for span in spans] == [
        ("amount", "ksh 500"), ("name", "Mama Njeri"), ("phone", "0712 000 002"),
        ("date", "25 Dec"), ("case_ref", "case C-104-283-1"),
    ]  # fmt: skip


@given(st.text(max_size=450), COUNTRIES, EXPECTS)
def test_no_text_is_too_strange(text: str, country: str, expects: str) -> None:
    _holds(text, country, expects)


@given(st.lists(PIECES, max_size=60), COUNTRIES, EXPECTS)
def test_no_sentence_is_too_strange(pieces: list[str], country: str, expects: str) -> None:
    _holds(" ".join(pieces), country, expects)


@pytest.mark.parametrize(
    "text",
    ["1" * 10_000, "1 " * 5_000, "+" * 400, "elfu " * 80, "elfu kumi na tano " * 30, "a " * 200,
     "12345678 " * 44, "0712 " * 80, "to Brian " * 60, "-".join("1" * 200), "\ud800 500 kes",
     "\u0661\u0662\u0663 kes", "\x00" * 400, "1." * 200, "account " * 50, "mia na " * 60],
)  # fmt: skip
def test_no_text_takes_long_or_raises(text: str) -> None:
    began = time.process_time()
    _holds(text, "KE", "amount")
    assert time.process_time() - began < 0.5


def _holds(text: str, country: str, expects: str) -> None:
    found = find(text, country=country, today=TODAY, expects=expects)
    assert found == find(text, country=country, today=TODAY, expects=expects)
    end = 0
    for span in found.spans:
        assert end <= span.start < span.end <= min(len(text), LONGEST)
        assert span.value
        end = span.end
    kinds = {span.kind for span in found.spans}
    for kind in ("amount", "name", "date", "bank", "account", "case_ref"):
        assert (getattr(found, kind) is not None) == (kind in kinds)
    if found.amount is not None:
        assert float(found.amount) > 0


def test_what_takes_a_moment_can_be_learned_beforehand() -> None:
    prepare()
    began = time.process_time()
    for _ in range(50):
        find("tuma elfu mbili kwa Mama Njeri 0712 000 002 kesho", country="KE", today=TODAY)
    assert time.process_time() - began < 50 * 0.01


def test_the_words_that_guard_are_plain() -> None:
    assert all(word == word.casefold() for word in COUNTED | NOT_BEFORE)
