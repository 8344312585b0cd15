"""A notice as a template: the same words for everybody, and the values in their places."""

import pytest

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
    "money_received_note": ("amount", "name", "note", "reference", "balance"),
    "money_requested": ("amount", "name", "number"),
    "money_requested_note": ("amount", "name", "note", "number"),
    "request_paid": ("amount", "name", "reference", "balance"),
    **dict.fromkeys(("request_declined", "request_expired"), ("amount", "name")),
    **dict.fromkeys(("document_ready", "document_ready_waits"), ("number",)),
    "document_late": (),
    "money_waits": ("amount", "phone", "reference", "balance"),
    "money_collected": ("amount", "name", "reference"),
    "money_returned": ("amount", "phone", "reference"),
    "invitation": ("amount", "name"),
}
ONE = {
    "amount": "KES 500.00",
    "name": "Amina Otieno",
    "reference": "TX7",
    "balance": "KES 12400.00",
    "first_name": "Amina",
    "account_no": "0100 2003",
    "number": "C-104-283-7",
    "note": "Rent for March",
    "phone": "+254712000009",
}
OTHER = {
    "amount": "XOF 95000",
    "name": "Bo",
    "reference": "A1B2C3D4E5",
    "balance": "UGX 1",
    "first_name": "Jean-Pierre d'Arc",
    "account_no": "777777",
    "number": "12",
    "note": 'Asante sana: 100 %, "kweli"',
    "phone": "+221770000001",
}
CASES = [(language, alert) for language in LANGUAGES for alert in SAMPLES]


def test_every_alert_is_tried_here() -> None:
    assert {name.partition("__")[0] for name in blocks("alerts", "en")} == {
        *SAMPLES,
        "one_time_code",  # goes by SMS
    }


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
        assert len(notice.values) == len(facts)
        assert not notice.body.startswith("{{")
        assert not notice.body.endswith("}}")
        bodies.add(notice.body)
    assert len(bodies) == 1, "one template, whatever the facts"


def test_words_that_cannot_be_told_from_values_make_no_template() -> None:
    class Voice:
        language = "en"

        def say(self, page: str, block: str, facts: object = None) -> str:
            raise ValueError("a filter that takes no marks")

    assert notice_of(Voice(), "x", {"a": "b"}, "b") is None
