"""A notice as a template: the same words for everybody, and the values in their places."""

import pytest

from core.store.outbox import CARD_LINK, CODES
from core.store.service_alerts import SERVICE_ALERTS
from flows.words import LANGUAGES, Words, blocks
from worker.notices import notice_of

SAMPLES = {
    "money_received": ("amount", "name", "reference", "balance"),
    "money_sent": ("amount", "name", "reference", "balance"),
    "pin_changed": (),
    "pin_locked": (),
    "welcome": ("first_name", "account_no"),
    **dict.fromkeys(
        (
            "recall_asked",
            "recall_held",
            "recall_returned",
            "recall_taken",
            "recall_refused",
            "recall_released",
        ),
        ("amount", "name", "reference"),
    ),
    **dict.fromkeys(
        (
            "wallets_frozen",
            "wallets_released",
            "pin_reset_allowed",
            "number_changed",
            "sim_changed",
            "trust_returned",
            "self_locked",
        ),
        (),
    ),
    "case_late": ("number",),
    "broadcast": ("words",),
    "complaint_late": ("number",),
    "case_answer": ("number",),  # its words go by SMS alone
    **dict.fromkeys(
        ("payout_failed_case", "payout_returned_case"),
        ("amount", "name", "bank", "reason", "reference", "balance", "case"),
    ),
    "airtime_failed_case": ("amount", "phone", "reason", "reference", "balance", "case"),
    "bill_failed_case": ("amount", "biller", "account", "reason", "reference", "balance", "case"),
    "deposit_failed_case": ("amount", "case"),
    "case_solved": ("number",),
    "money_received_note": ("amount", "name", "note", "reference", "balance"),
    "money_requested": ("amount", "name", "number"),
    "money_requested_note": ("amount", "name", "note", "number"),
    "request_paid": ("amount", "name", "reference", "balance"),
    **dict.fromkeys(("request_declined", "request_expired"), ("amount", "name")),
    **dict.fromkeys(
        ("document_ready", "document_ready_waits", "receipt_ready", "receipt_ready_waits"),
        ("number",),
    ),
    "document_late": (),
    "kyc_begun": ("code",),
    "kyc_approved": ("at_once", "each_day", "holds"),
    "kyc_again": ("document", "reason", "code"),
    "kyc_rejected": ("document", "reason"),
    "kyc_not_raised": (),
    "kyc_expiring": ("document", "day"),
    "kyc_expired": ("document",),
    "receipt_late": (),
    "money_waits": ("amount", "phone", "reference", "balance"),
    "money_collected": ("amount", "name", "reference"),
    "money_returned": ("amount", "phone", "reference"),
    "invitation": ("amount", "name"),
    "money_exchanged": ("sold", "bought", "fee", "reference", "balance"),
    "money_sent_abroad": ("sold", "bought", "fee", "name", "reference", "balance"),
    "rate_reached": ("sell", "buy", "rate", "wanted"),
    "balance_low": ("balance", "limit"),
    "plan_ahead": ("amount", "name", "day"),
    "plan_sent": ("amount", "name", "reference", "balance", "next"),
    "plan_sent_last": ("amount", "name", "reference", "balance"),
    "plan_paid": ("amount", "name", "reference", "balance", "next"),
    "plan_paid_last": ("amount", "name", "reference", "balance"),
    **dict.fromkeys(
        ("plan_skipped", "plan_skipped_funds", "plan_skipped_limit", "plan_left_out"),
        ("amount", "name", "day"),
    ),
    **dict.fromkeys(
        ("plan_paused_ours", "plan_paused_theirs", "plan_paused_failing"), ("amount", "name")
    ),
    **dict.fromkeys(("deposit_booked", "deposit_came"), ("amount", "reference", "balance")),
    "deposit_booked_fee": ("amount", "fee", "reference", "balance"),
    "deposit_differs": ("asked", "amount", "reference", "balance"),
    **dict.fromkeys(
        ("deposit_parked", "cash_code_expired", "cash_code_spent"), ("amount", "reference")
    ),
    **dict.fromkeys(
        (
            "deposit_cancelled",
            "deposit_no_answer",
            "deposit_wrong_pin",
            "deposit_insufficient",
            "deposit_expired",
            "deposit_busy",
            "deposit_failed",
        ),
        ("amount",),
    ),
    "deposit_link": ("amount", "link", "minutes"),
    **dict.fromkeys(
        ("cash_in_received", "cash_out_paid"), ("amount", "till", "reference", "balance")
    ),
    **dict.fromkeys(
        ("till_cash_in_received", "till_cash_out_paid"), ("amount", "name", "reference", "balance")
    ),
    "payout_settled": ("amount", "name", "bank", "account", "reference"),
    **dict.fromkeys(("payment_longer", "deposit_longer"), ("amount", "reference")),
    "payment_not_made": ("amount", "reference"),
    "payout_held_up": ("amount", "name", "bank", "reference"),
    "airtime_ordered": ("amount", "phone", "reference", "balance"),
    **dict.fromkeys(("airtime_done", "airtime_late"), ("amount", "phone", "reference")),
    "bill_ordered": ("amount", "biller", "account", "reference", "balance"),
    **dict.fromkeys(("bill_done", "bill_late"), ("amount", "biller", "account", "reference")),
    "bill_token": ("amount", "biller", "account", "token", "reference"),
    **dict.fromkeys(
        ("payout_failed", "payout_returned"),
        ("amount", "name", "bank", "reason", "reference", "balance"),
    ),
    "payout_started": ("amount", "name", "bank", "until", "reference", "balance"),
    "payout_later": ("amount", "name", "bank", "until", "reference"),
    "airtime_failed": ("amount", "phone", "reason", "reference", "balance"),
    "airtime_owed": ("amount", "phone", "reason", "reference"),
    "bill_failed": ("amount", "biller", "account", "reason", "reference", "balance"),
    **dict.fromkeys(
        (
            "card_ready",
            "card_sent",
            "card_activated",
            "card_blocked",
            "card_unblocked",
            "card_reported",
            "card_closed",
            "card_expired",
            "card_pin_set",
            "card_shown",
        ),
        ("card",),
    ),
    "card_shipped": ("card", "carrier", "tracking"),
    "card_refused": ("reason", "reference"),
    "card_fee_back": ("amount", "reference", "balance"),
    "card_late": ("reference",),
    **dict.fromkeys(("card_expires", "card_renewed"), ("card", "day")),
    **dict.fromkeys(("card_spent", "card_cash"), ("card", "amount", "merchant", "balance")),
    "card_declined": ("card", "amount", "merchant", "reason"),
    "card_limit_reached": ("card", "percent", "limit"),
    **dict.fromkeys(("card_more", "card_refunded"), ("card", "amount", "merchant")),
    "card_owed": ("card", "amount", "owed", "merchant"),
    "card_pin_blocked": ("card",),
    "card_dispute_opened": ("card", "amount", "merchant", "reference"),
    **dict.fromkeys(
        (
            "card_dispute_credited",
            "card_dispute_won",
            "card_dispute_lost",
            "card_dispute_kept",
            "card_dispute_withdrawn",
        ),
        ("amount", "merchant", "reference"),
    ),
    "bill_owed": ("amount", "biller", "account", "reason", "reference"),
}
ONE = {
    "case": "C-104-283-7",
    "card": "4242",
    "merchant": "Java House",
    "percent": "80",
    "limit": "KES 100000.00",
    "owed": "KES 20.00",
    "at_once": "KES 250000.00",
    "each_day": "KES 500000.00",
    "holds": "KES 500000.00",
    "document": "passport",
    "code": "7Q4K-9M2X",
    "carrier": "Posta",
    "tracking": "EE12345678KE",
    "amount": "KES 500.00",
    "name": "Amina Otieno",
    "reference": "TX7",
    "balance": "KES 12400.00",
    "first_name": "Amina",
    "account_no": "0100 2003",
    "number": "C-104-283-7",
    "note": "Rent for March",
    "phone": "+254712000009",
    "sold": "USD 100.00",
    "bought": "KES 12912.50",
    "fee": "USD 0.50",
    "sell": "USD",
    "buy": "KES",
    "rate": "131.25",
    "wanted": "131",
    "day": "2026-03-04",
    "next": "2026-11-30",
    "asked": "KES 700.00",
    "link": "https://acquirer.example/pay/1",
    "minutes": "15",
    "till": "100001",
    "bank": "Equity",
    "account": "***8712",
    "biller": "Nairobi Water",
    "token": "1234-5678-9012-3456-7890",
    "reason": "AC04",
    "until": "2026-03-04T21:59:00+00:00",
    "words": "Amina, cards cost nothing this month.",
}
OTHER = {
    "case": "C-1",
    "card": "0007",
    "merchant": "Chez Paul: 50 % & more",
    "percent": "100",
    "limit": "XOF 1",
    "owed": "XOF 95500",
    "at_once": "XOF 95000",
    "each_day": "XOF 1000000",
    "holds": "XOF 2000000",
    "document": "library card",
    "code": "0000-0001",
    "carrier": "DHL",
    "tracking": "JD014600003",
    "amount": "XOF 95000",
    "name": "Bo",
    "reference": "A1B2C3D4E5",
    "balance": "UGX 1",
    "first_name": "Jean-Pierre d'Arc",
    "account_no": "777777",
    "number": "12",
    "note": 'Asante sana: 100 %, "kweli"',
    "phone": "+221770000001",
    "sold": "XOF 95000",
    "bought": "EUR 143.77",
    "fee": "XOF 475",
    "sell": "EUR",
    "buy": "XOF",
    "rate": "655.957",
    "wanted": "656",
    "day": "2026-12-31",
    "next": "2027-01-01",
    "asked": "XOF 95500",
    "link": "https://other.example/p/9f8e",
    "minutes": "20",
    "till": "987654",
    "bank": "CBAO",
    "account": "***01",
    "biller": "Senelec",
    "token": "0000",
    "reason": "nobody knows",
    "until": "2026-12-31T08:00:00+00:00",
    "words": "Bo: 100 % & more, {{ always }}",
}
CASES = [(language, alert) for language in LANGUAGES for alert in SAMPLES]


def test_every_alert_is_tried_here() -> None:
    """A new alert that is not tried here might have no way outside WhatsApp's 24 hours."""
    for language in LANGUAGES:
        alerts = {name.partition("__")[0] for name in blocks("alerts", language)}
        assert alerts == {*SAMPLES, *CODES, CARD_LINK}
    assert SAMPLES.keys() >= SERVICE_ALERTS - CODES - {CARD_LINK}


@pytest.mark.parametrize(("language", "alert"), CASES)
def test_a_body_with_its_values_reads_as_the_bank_meant(language: str, alert: str) -> None:
    voice = Words(language, "whatsapp")
    bodies = set()
    for sample in (ONE, OTHER):
        facts = {name: sample[name] for name in SAMPLES[alert]}
        text = voice.say("alerts", alert, facts)
        notice = notice_of(voice, alert, facts, text)
        assert notice is not None
        read = notice.body
        for n, value in enumerate(notice.values, start=1):
            assert read.count(f"{{{{{n}}}}}") == 1
            read = read.replace(f"{{{{{n}}}}}", value)
        assert read == text
        assert len(notice.values) == len(facts) + ("until" in facts)  # a day and a time
        assert not notice.body.startswith("{{")
        assert not notice.body.endswith("}}")
        bodies.add(notice.body)
    assert len(bodies) == 1, "one template, whatever the facts"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("alert", [name for name in SAMPLES if "reason" in SAMPLES[name]])
def test_whatever_the_reason_is_it_is_the_same_template(language: str, alert: str) -> None:
    voice = Words(language, "whatsapp")
    bodies = set()
    for reason in ("", "AC01", "TOLO", "out_of_stock", "meter_closed", "unheard of"):
        facts = {name: ONE[name] for name in SAMPLES[alert]} | {"reason": reason}
        notice = notice_of(voice, alert, facts, voice.say("alerts", alert, facts))
        assert notice is not None
        bodies.add(notice.body)
    assert len(bodies) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_is_gone_leaves_its_place_empty(language: str) -> None:
    voice = Words(language, "whatsapp")
    facts = {"amount": "KES 500.00", "name": ""}
    text = voice.say("alerts", "plan_paused_theirs", facts)
    notice = notice_of(voice, "plan_paused_theirs", facts, text)
    assert notice is not None
    assert "" in notice.values


def test_words_that_cannot_be_told_from_values_make_no_template() -> None:
    class Voice:
        language = "en"

        def say(self, page: str, block: str, facts: object = None) -> str:
            raise ValueError("a filter that takes no marks")

    assert notice_of(Voice(), "x", {"a": "b"}, "b") is None
