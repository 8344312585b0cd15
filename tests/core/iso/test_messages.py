"""What is made is valid, and is read as it was meant; what other software wrote is read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.iso.credit_transfer import credit_transfer, read_credit_transfers
from core.iso.initiation import initiation, read_initiation
from core.iso.messages import Initiation, Party, Returned, Unreadable
from core.iso.returned import read_return, returned
from core.iso.status import read_status, read_statuses, status
from core.money import DIGITS, LARGEST_MINOR, Money
from tests.core.iso.samples import AMINA, BRIAN, NOW, PAYMENT, STATUS, TODAY, sample

WORDS = st.text(max_size=200)


def test_a_payment_is_read_as_it_was_made():
    assert read_credit_transfers(credit_transfer(PAYMENT)) == (PAYMENT,)


@settings(max_examples=60, deadline=None)
@given(
    minor=st.integers(1, LARGEST_MINOR),
    currency=st.sampled_from(sorted(DIGITS)),
    name=st.text(min_size=1, max_size=200),
    words=WORDS,
)
def test_every_amount_and_anybodys_words_survive(minor, currency, name, words):
    told = replace(
        PAYMENT, amount=Money(minor, currency), creditor=replace(BRIAN, name=name), words=words
    )
    (back,) = read_credit_transfers(credit_transfer(told))
    assert back.amount == told.amount
    assert len(back.words) <= 140 and len(back.creditor.name) <= 140
    if name.isascii() and name.isprintable() and len(name) <= 140:
        assert back.creditor.name == " ".join(name.split())


def test_a_time_is_told_in_utc_and_a_bank_without_a_bic_by_its_code():
    nairobi = datetime(2026, 11, 21, 18, 30, tzinfo=timezone(timedelta(hours=3)))
    (back,) = read_credit_transfers(
        credit_transfer(replace(PAYMENT, made_at=nairobi, creditor=replace(BRIAN, bic="")))
    )
    assert back.made_at == nairobi and back.made_at.tzinfo == UTC
    assert back.creditor == replace(BRIAN, bic="")
    with pytest.raises(ValueError, match="where"):
        credit_transfer(replace(PAYMENT, made_at=datetime(2026, 11, 21)))  # noqa: DTZ001


def test_an_iban_is_told_as_one():
    told = replace(PAYMENT, creditor=replace(BRIAN, account="GB29NWBK60161331926819"))
    assert b"<IBAN>GB29NWBK60161331926819</IBAN>" in credit_transfer(told)
    assert read_credit_transfers(credit_transfer(told)) == (told,)


def test_a_status_is_read_as_it_was_made():
    assert read_status(status(STATUS)) == STATUS
    bare = replace(
        STATUS, code="ACSC", reason="", words="", amount=None, reference="", settled_on=None,
        original="",
    )  # fmt: skip
    assert read_status(status(bare)) == bare


def test_a_report_on_a_file_has_a_status_for_each_payment():
    many = tuple(replace(STATUS, id=f"S{n}", end_to_end=f"E{n}") for n in range(50))
    assert read_statuses(status(*many)) == many
    with pytest.raises(Unreadable, match="one payment"):
        read_status(status(*many))


def test_a_return_is_read_as_it_was_made():
    told = Returned(
        id="R1", end_to_end="E1", amount=Money(149000, "KES"), reason="AC04", settles_on=TODAY,
        made_at=NOW, original="I1", original_amount=Money(150000, "KES"), words="closed",
    )  # fmt: skip
    assert read_return(returned(told)) == told


def test_a_file_is_read_as_it_was_made():
    bank = Party("Wekeza Bank", "1000200300", "WEKZKENA", "99")
    later = replace(PAYMENT, id="B", end_to_end="E-B", settles_on=TODAY + timedelta(days=2))
    file = Initiation("FILE-1", bank, (later, PAYMENT), NOW)
    back = read_initiation(initiation(file))
    payer = replace(bank, name=AMINA.name)
    assert back == replace(
        file, transfers=(replace(PAYMENT, debtor=payer), replace(later, debtor=payer))
    )


@pytest.mark.parametrize("tag", [b"NbOfTxs>1<", b"CtrlSum>1500.50<"])
def test_a_file_whose_counts_are_wrong_is_refused(tag):
    content = initiation(Initiation("FILE-1", AMINA, (PAYMENT,), NOW))
    assert tag in content
    wrong = tag.replace(b"1", b"2", 1)
    with pytest.raises(Unreadable, match="says"):
        read_initiation(content.replace(tag, wrong, 1))


def test_a_return_by_other_software_of_a_payment_of_ours():
    back = read_return(sample("mock-bank.pacs.004.001.09.xml"))
    assert (back.end_to_end, back.reason) == ("WEK-E2E-1", "AC04")
    assert back.amount == back.original_amount == Money(2005, "EUR")
    assert back.settles_on == date(2026, 11, 25)


def test_a_payment_by_other_software():
    (one,) = read_credit_transfers(sample("pacs008.pacs.008.001.08.xml"))
    assert (one.id, one.end_to_end, one.amount) == ("TX-CORE", "E2E-CORE", Money(100000, "EUR"))
    assert one.debtor == Party("Debtor Corp", "", "DEUTDEFF")
    assert one.made_at == datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def test_a_file_by_other_software():
    file = read_initiation(sample("pain001.pain.001.001.09.xml"))
    (one,) = file.transfers
    assert (file.id, one.amount) == ("MSTR-INST-20260921-01", Money(45000, "EUR"))
    assert (one.settles_on, one.debtor.bic) == (date(2026, 9, 21), "CJPSDE90")
