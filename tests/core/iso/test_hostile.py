"""What comes from outside is refused whole and cheaply, and its words are not repeated."""

import pytest

from core.iso import documents, mt940
from core.iso.credit_transfer import read_credit_transfers
from core.iso.messages import Unreadable
from core.iso.reading import read_statement
from core.iso.returned import read_return
from core.iso.status import read_status, read_statuses
from core.money import Money
from tests.core.iso.samples import OUR_STATUS, payment, sample

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pacs.002.001.10"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = (
    f'<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><Document xmlns="{NAMESPACE}">&l9;</Document>'
)
HOSTILE = {
    "billion laughs": BILLION_LAUGHS,
    "quadratic blow-up": f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]><d>{"&a;" * 20_000}</d>',
    "a file of ours": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>',
    "a call to somewhere": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd"><d/>',
    "parameter entity": '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><d/>',
    "wrong root": f'<Dokument xmlns="{NAMESPACE}"/>',
    "no namespace": "<Document/>",
    "another message": '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"/>',
    "empty of its kind": f'<Document xmlns="{NAMESPACE}"/>',
    "nothing": "",
    "no XML": "{}",
    "deep": f'<Document xmlns="{NAMESPACE}">{"<a>" * 3000}{"</a>" * 3000}</Document>',
    "a NUL": f'<Document xmlns="{NAMESPACE}">\0</Document>',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("largest", [documents.LARGEST_MESSAGE, documents.LARGEST_FILE])
def test_what_is_hostile_or_strange_is_refused(content, largest):
    with pytest.raises(Unreadable):
        documents.opened(content.encode(), "pacs.002.001.10", largest=largest)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_only_utf_8_is_read(encoding):
    content = '<?xml version="1.0"?>' + OUR_STATUS.decode().partition("?>")[2] + "<!-- é -->"
    with pytest.raises(Unreadable):
        read_status(content.encode(encoding))


def test_a_declared_encoding_changes_nothing():
    told = OUR_STATUS.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-1"')
    assert read_status(told) == read_status(OUR_STATUS)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_message_is_refused(share):
    with pytest.raises(Unreadable):
        read_status(OUR_STATUS[: int(len(OUR_STATUS) * share)])


def test_ten_megabytes_are_no_message_and_are_not_even_parsed():
    padded = OUR_STATUS.replace(b"</GrpHdr>", b"</GrpHdr>" + b" " * 10_000_000)
    with pytest.raises(Unreadable, match="bytes"):
        read_status(padded)
    assert read_statuses(padded) == (read_status(OUR_STATUS),)
    with pytest.raises(Unreadable, match="bytes"):
        read_statement(b":20:X\n" + b":86:" + b"x" * mt940.LARGEST)


def test_an_mt940_of_many_movements_without_balances_is_refused():
    with pytest.raises(Unreadable):
        read_statement(b":20:X\n:25:Y\n" + b":61:2601010101C1,00NTRFX\n" * 5_000)


def test_a_refusal_repeats_nothing_personal():
    told = sample("mock-bank.pacs.004.001.09.xml").replace(b"<Nm>Globex</Nm>", b"<Nm></Nm>")
    with pytest.raises(Unreadable) as refused:
        read_return(told)
    assert "Globex" not in str(refused.value) and "NL14" not in str(refused.value)
    assert "SCHEMAV_CVC_MINLENGTH_VALID" in str(refused.value)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'Ccy="KES">1500.50', b'Ccy="KES">1500.501'),  # part of a cent
        (b'Ccy="KES"', b'Ccy="CHF"'),  # none of ours
        (b'Ccy="KES"', b'Ccy="kes"'),
        (b">1500.50<", b">-1500.50<"),
        (b">1500.50<", b">1e3<"),
        (b"<NbOfTxs>1<", b"<NbOfTxs>2<"),
        (b"<IntrBkSttlmDt>2026-11-21</IntrBkSttlmDt>", b""),
        (b"2026-11-21</IntrBkSttlmDt>", b"2026-02-30</IntrBkSttlmDt>"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(was, becomes):
    told = payment.written()
    assert was in told
    with pytest.raises(Unreadable):
        read_credit_transfers(told.replace(was, becomes))


def test_what_we_make_wrongly_never_leaves():
    with pytest.raises(ValueError, match="35"):
        payment.written(end_to_end="x" * 36)
    with pytest.raises(ValueError, match="34"):
        payment.written(account="1" * 35)
    with pytest.raises(ValueError, match="would be broken"):
        payment.written(amount=Money(-1, "KES"))
    with pytest.raises(ValueError, match="would be broken"):
        payment.written(bic="not a BIC")
