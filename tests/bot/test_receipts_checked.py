"""A receipt on its way, and the page that confirms it: to anybody, masked, and slowed down."""

import io

import pytest
from pypdf import PdfReader

from bot import app as web
from core.documents import receipt
from core.store.delivery import Parcel
from core.store.words import opened_payload
from tests.support.town import AMINA, BRIAN, PIN
from worker import documents
from worker.dress import dress


@pytest.fixture
def http(house, settings):
    """The web application, asked by anybody."""
    return web.build(settings, house).test_client()


@pytest.fixture
def asked(house, phone):
    """Amina pays Brian, says RECEIPT, and picks the payment; return the document's id."""
    amina = phone("whatsapp", AMINA)
    for said in (f"send 500 {BRIAN}", "yes", PIN, "receipt", "1", "WhatsApp"):
        amina.say(said)
    with house.unit() as unit:
        return unit.value("select id from documents where kind = 'receipt'")


@pytest.fixture
def code(house, asked):
    """The code of the receipt, once it is made."""
    assert documents.make_in(house, asked)
    with house.unit() as unit:
        return unit.value("select code from receipt_codes")


def text_of(house, document):
    pages = PdfReader(io.BytesIO(house.open_file("documents", document))).pages
    return "\n".join(page.extract_text() for page in pages)


def test_the_pdf_tells_the_payment_and_leads_to_its_page(house, asked, code):
    told = text_of(house, asked)
    for words in ("KES 500.00", "A***a O***o", "B***n K***u", receipt.in_fours(code), "/verify"):
        assert words in told
    assert "Otieno" not in told
    [page] = PdfReader(io.BytesIO(house.open_file("documents", asked))).pages
    links = [one.get_object()["/A"]["/URI"] for one in page["/Annots"]]
    assert links == [f"{house.settings.public_base_url}/verify/{code}"]


def test_it_goes_to_the_customers_whatsapp_with_its_words(house, asked, code):
    with house.unit() as unit:
        row = unit.all("select * from outbox order by id desc limit 1")[0]
        payload = opened_payload(unit, bytes(row.payload), row.message_id)
        assert payload["alert"] == "receipt_ready"
    parcel = Parcel(
        id=row.id, lease=row.message_id, message_id=row.message_id, sender=row.sender,
        channel="whatsapp", contact=AMINA, payload=payload, language="en", as_template=False,
        attempts=1, created_at=row.created_at, expires_at=None, correlation="c", in_window=True,
    )  # fmt: skip
    dressed = dress(house, parcel)
    assert "receipt" in dressed.content and "/documents/" in str(dressed.outgoing.media)


@pytest.mark.parametrize(
    ("language", "good"),
    [("en", "This receipt is genuine"), ("sw", "Risiti hii ni halali"), ("fr", "authentique")],
)
def test_a_good_code_is_confirmed_with_masked_facts_alone(http, code, language, good):
    answer = http.get(
        f"/verify/{receipt.in_fours(code).lower()}", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200 and good in answer.text
    assert f'lang="{language}"' in answer.text and answer.headers["Content-Language"] == language
    assert "A***a O***o" in answer.text and "B***n K***u" in answer.text and "500" in answer.text
    for private in ("Amina", "Otieno", "Kamau", AMINA, BRIAN):
        assert private not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_slip_and_a_code_of_nobodys_are_told_apart(http, code):
    slip = http.get(f"/verify/{code[:-1]}{'0' if code[-1] != '0' else '1'}")
    assert slip.status_code == 404 and "has a slip in it" in slip.text
    made_up = "WR0000000000"
    from stdnum.iso7064 import mod_37_36

    made_up += mod_37_36.calc_check_digit(made_up, alphabet=receipt.LETTERS)
    unknown = http.get(f"/verify/{made_up}")
    assert unknown.status_code == 404 and "We know no such receipt" in unknown.text
    odd = http.get("/verify/%3Cscript%3Ealert(1)%3C/script%3E")
    assert odd.status_code == 404 and "<script" not in odd.text.lower()


def test_the_form_leads_to_the_page_of_what_was_typed(http, code):
    assert http.get("/verify").status_code == 200
    went = http.get("/verify", query_string={"code": f" {receipt.in_fours(code)} "})
    assert went.status_code == 303 and went.headers["Location"] == f"/verify/{code}"


def test_who_tries_too_often_waits(http, clock, code):
    for _ in range(30):
        assert http.get("/verify/WR0000000000").status_code == 404
    slow = http.get(f"/verify/{code}")
    assert slow.status_code == 429 and "10 min" in slow.text
    clock.pass_(minutes=11)
    assert http.get(f"/verify/{code}").status_code == 200
