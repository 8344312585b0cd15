"""Statements, ours and others': three versions of camt.053, one of camt.054, MT940's dialects."""

from dataclasses import replace
from datetime import date

import pytest

from core.iso.messages import Entry, Statement, Unreadable
from core.iso.reading import read_statement
from core.iso.statement_made import GIVEN_BACK, PAID, RECEIVED, statement
from core.money import Money
from tests.core.iso.samples import NOW, TODAY, sample

YESTERDAY = date(2026, 11, 20)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def test_a_statement_is_read_as_it_was_made():
    entries = (
        Entry(Money(-150050, "KES"), TODAY, TODAY, "CB1", "E1", "I1", code=PAID, name="Brian",
              account="0680123456789", words="Fees"),
        Entry(Money(9900, "KES"), TODAY, TODAY, "CB2", "E2", code=RECEIVED, name="Chao"),
        Entry(Money(150050, "KES"), TODAY, TODAY, "CB3", "E1", code=GIVEN_BACK, reason="AC04"),
        Entry(Money(-1, "KES"), TODAY, None, "CB4", code=PAID, booked=False, reversal=True),
    )  # fmt: skip
    told = Statement(
        id="S-1", account="1000200300", currency="KES", entries=entries,
        opening=Money(-5, "KES"), opened_on=YESTERDAY, closing=Money(9895, "KES"),
        closed_on=TODAY, number="325", bank="CBKEKENX",
    )  # fmt: skip
    assert told.adds_up
    assert read_statement(statement(told, made_at=NOW)) == (told,)
    assert not replace(told, closing=Money(9896, "KES")).adds_up


def test_a_statement_by_other_software_with_a_payment_of_ours():
    (paid,) = read_statement(sample("mock-bank.camt.053.001.08.paid.xml"))
    assert paid.adds_up and paid.closing == eur(12497995)
    (one,) = paid.entries
    assert (one.amount, one.end_to_end, one.name) == (eur(-2005), "WEK-E2E-1", "Globex")
    (back,) = read_statement(sample("mock-bank.camt.053.001.08.returned.xml"))
    (one,) = back.entries
    assert back.adds_up and (one.amount, one.reason) == (eur(2005), "AC04")
    assert one.end_to_end == "WEK-E2E-1" and one.code == "PMNT-ICDT-RRTN"
    (notice,) = read_statement(sample("mock-bank.camt.054.001.08.returned.xml"))
    assert notice.entries == back.entries and notice.closing is None and not notice.adds_up


def test_a_statement_in_an_older_version_says_the_same():
    """Version 04 has no ``Pty``, and a status without ``Cd``."""
    told = sample("mock-bank.camt.053.001.08.paid.xml")
    older = told.replace(b"camt.053.001.08", b"camt.053.001.04")
    older = older.replace(b"<Sts><Cd>BOOK</Cd></Sts>", b"<Sts>BOOK</Sts>")
    older = older.replace(b"<Pty>", b"").replace(b"</Pty>", b"")
    assert b"<Pty>" in told and read_statement(older) == read_statement(told)


def test_other_statements_by_other_software():
    (sepa,) = read_statement(sample("apiome.camt.053.001.08.xml"))
    assert [one.amount for one in sepa.entries] == [eur(-1250000), eur(9875000)]
    assert sepa.bank == "ABNANL2A" and not sepa.adds_up, "the sample leaves entries out"
    (czech,) = read_statement(sample("okane.camt.053.001.02.xml"))
    assert czech.adds_up and czech.opening == eur(100000)
    assert [one.words for one in czech.entries] == ["Incoming payment", "Outbound payment"]
    assert [one.code for one in czech.entries] == ["XXX", "XXX"]
    with pytest.raises(Unreadable, match="broken"):
        read_statement(sample("query-farm.camt.053.001.08.invalid.xml"))


def batch(*amounts: str) -> bytes:
    """A statement with one entry of 30.00 that stands for several payments."""
    text = sample("mock-bank.camt.053.001.08.paid.xml").decode()
    start, _, rest = text.partition("<NtryDtls>")
    _, _, end = rest.partition("</NtryDtls>")
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs>"
        f'<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>'
        for n, amount in enumerate(amounts)
    )
    whole = f"{start}<NtryDtls>{parts}</NtryDtls>{end}"
    return whole.replace('Ccy="EUR">20.05<', 'Ccy="EUR">30.00<').encode()


def test_an_entry_of_many_payments_is_told_one_by_one_if_their_amounts_make_it_up():
    (split,) = read_statement(batch("10.00", "20.00"))
    assert [(one.amount, one.end_to_end) for one in split.entries] == [
        (eur(-1000), "E0"),
        (eur(-2000), "E1"),
    ]
    assert {one.batch for one in split.entries} == {"MB-PMT-2"}
    (whole,) = read_statement(batch("10.00", "19.99"))
    (one,) = whole.entries
    assert (one.amount, one.end_to_end, one.batch) == (eur(-3000), "", "")


def test_mt940_in_its_dialects():
    first, second = read_statement(sample("abn-amro.mt940"))
    assert first.adds_up and first.entries[0].amount == eur(50000)
    assert first.account == "123456789" and first.number == "998/1"
    assert second.adds_up and [one.amount.minor for one in second.entries] == [-276000, 50000]
    assert second.entries[0].reference == "B4G29PGCVO7Q06US"
    assert "OUR REF: 03MT181024144353" in second.entries[0].words
    assert [one.adds_up for one in read_statement(sample("ing.mt940"))] == [True, True]
    german, british = read_statement(sample("commerzbank.mt940"))
    assert (german.bank, german.account) == ("COBADEFFXXX", "DE89370400440532013000")
    assert german.adds_up and german.entries[0].end_to_end == "REF1"
    assert [(one.amount.minor, one.reversal) for one in british.entries] == [
        (-5000, False),
        (-700, True),
    ]


def test_an_mt940_in_shillings():
    (told,) = read_statement(sample("mt940-writer.mt940"))
    assert told.adds_up and told.currency == "KES" and told.closed_on == TODAY
    paid, came, charged = told.entries
    assert (paid.amount, paid.end_to_end) == (Money(-150050, "KES"), "WEK-E2E-0001")
    assert paid.reference == "CB0001" and "Brian Kamau" in paid.words
    assert (came.end_to_end, came.words) == ("", "Rent November")
    assert charged.code == "NCHG" and charged.booked_on == TODAY


@pytest.mark.parametrize(
    ("name", "why"), [("polish.mt940", "currency"), ("month-13.invalid.mt940", "cannot be read")]
)
def test_an_mt940_that_cannot_be_used_is_refused(name, why):
    with pytest.raises(Unreadable, match=why):
        read_statement(sample(name))


@pytest.mark.parametrize("content", [b":20:X", b":20:X\n:25:1\n:28C:1\n", b"\xff:20:X\n\x81"])
def test_an_mt940_without_balances_is_refused(content):
    with pytest.raises(Unreadable):
        read_statement(content)
