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
}
ONE = {
    "amount": "KES 500.00",
    "name": "Amina Otieno",
    "reference": "TX7",
    "balance": "KES 12400.00",
    "first_name": "Amina",
    "account_no": "0100 2003",
}
OTHER = {
    "amount": "XOF 95000",
    "name": "Bo",
    "reference": "A1B2C3D4E5",
    "balance": "UGX 1",
    "first_name": "Jean-Pierre d'Arc",
    "account_no": "777777",
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
