"""What partners write in free words goes neither into a log nor into a row that is not sealed."""

from dataclasses import replace

import httpx
import pytest

from core.iso.messages import Status
from core.partners.answers import Refused, reason_of
from core.partners.mpesa import Mpesa
from core.partners.rails.verdicts import verdict
from core.partners.wire import Wire
from tests.core.partners.rails.desk import TUESDAY, order_to_pay
from tests.core.partners.serving import Clock, Mail, mpesa_account, order
from tests.core.partners.test_in_doubt import BASE, TOP_UP, cards, momo, wholesaler

WORDS = "the account of Amina Otieno is closed"


def mpesa(transport):
    client = Mpesa(mpesa_account(BASE), mailbox=Mail(), clock=Clock())
    client._daraja._wire = Wire(BASE, transport=transport)
    return client


KNOWN = order("collect", reference="ref-1", phone="+254712000001", amount="KES 500.00")
ASKED = replace(KNOWN, reference="", body={**KNOWN.body, "reference": "WK9Q8P7R6T5W"})


@pytest.mark.parametrize(
    ("make", "ask", "about", "status", "said"),
    [
        (mpesa, "send", ASKED, 400, {"errorCode": "400.002.02", "errorMessage": WORDS}),
        (mpesa, "query", KNOWN, 200, {"ResultCode": "2", "ResultDesc": WORDS}),
        (momo, "query", KNOWN, 200, {
            "status": "failed",
            "errorReference": {"errorCode": "declined", "errorDescription": WORDS},
        }),
        (cards, "send", ASKED, 400, {"status": "error", "message": WORDS}),
        (wholesaler, "send", TOP_UP, 200, {
            "responses": [{"status": "Failed", "errorMessage": WORDS}],
        }),
    ],
)  # fmt: skip
def test_a_refusal_tells_a_code(make, ask, about, status, said):
    told = {"access_token": "t", "expires_in": "3599", **said}

    def answer(asked: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if "oauth" in asked.url.path else status, json=told)

    refused = getattr(make(httpx.MockTransport(answer)), ask)(about, seconds=5)
    assert isinstance(refused, Refused)
    assert "Amina" not in reason_of(refused) + repr(refused)


def test_what_a_bank_writes_of_a_payment_is_apart_from_its_reason():
    paid = order_to_pay("0110000000123", end_to_end="WEK1")
    said = Status("S", "WEK1", "RJCT", TUESDAY, paid.key, "AC04", WORDS)
    refused = verdict(said, paid)
    assert isinstance(refused, Refused)
    assert (reason_of(refused), refused.words) == ("AC04", WORDS)
    assert "Amina" not in repr(refused) + repr(paid)
