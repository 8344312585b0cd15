"""Free words: which story they ask for, and the amounts and phones in them."""

import pytest

from flows.hearing import LONGEST, phrases, plain
from flows.understanding import understand


@pytest.mark.parametrize(
    ("text", "flow", "language"),
    [
        ("BAL", "balance", "en"), ("SALIO", "balance", "sw"), ("SOLDE", "balance", "fr"),
        ("MINI", "statement", None), ("Taarifa", "statement", "sw"), ("RELEVE", "statement", "fr"),
        ("PIN", "change_pin", None), ("LUGHA", "language", "sw"), ("LANGUE", "language", "fr"),
        ("HELP", "help", "en"), ("MSAADA", "help", "sw"), ("AIDE", "help", "fr"),
        ("nimesahau pin", "reset_pin", "sw"), ("j'ai oublié mon code", "reset_pin", "fr"),
        ("Jiunge", "join", "sw"), ("ouvrir un compte", "join", "fr"), ("hi", "menu", "en"),
        ("merci !", "thanks", "fr"), ("Nina akaunti", "link", "sw"),
        ("my balance please", "balance", "en"), ("naomba salio tafadhali", "balance", "sw"),
        ("je voudrais mon solde svp", "balance", "fr"),
    ],
)  # fmt: skip
def test_a_command_is_understood_in_every_language(
    text: str, flow: str, language: str | None
) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.language, understood.exact) == (flow, language, True)


@pytest.mark.parametrize(
    ("text", "flow", "intent"),
    [
        ("I want to talk to a person", "agent", "agent"),
        ("nataka kuongea na mtu", "agent", "agent"),
        ("parler à un conseiller svp", "agent", "agent"),
        ("wrong number", "report", "open_case"),
        ("nimetapeliwa", "report", "open_case"),
        ("wamenikonia", "report", "open_case"),
        ("j'ai un problème", "report", "open_case"),
        ("my cases", "my_cases", "case_status"),
        ("hali ya kesi", "my_cases", "case_status"),
        ("où en est mon dossier", "my_cases", "case_status"),
        ("I want to verify my identity", "verify_me", "kyc"),
        ("nithibitishe", "verify_me", "kyc"),
        ("vérifier mon identité", "verify_me", "kyc"),
    ],
)
def test_what_needs_a_person_is_understood(text: str, flow: str, intent: str) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.intent, understood.acts) == (flow, intent, True)


@pytest.mark.parametrize(
    ("text", "flow", "intent"),
    [
        ("freeze my card", "card_freeze", "card_block"),
        ("funga kadi yangu", "card_freeze", "card_block"),
        ("je veux bloquer ma carte svp", "card_freeze", "card_block"),
        ("unfreeze my card please", "card_unfreeze", "card_unblock"),
        ("naomba fungua kadi", "card_unfreeze", "card_unblock"),
        ("débloquer ma carte", "card_unfreeze", "card_unblock"),
        ("help, I lost my card in town", "card_lost", "card_block"),
        ("nimepoteza kadi", "card_lost", "card_block"),
        ("on m'a volé ma carte hier", "card_lost", "card_block"),
        ("I want a virtual card", "card_request", "card_request"),
        ("nataka kadi ya mtandao", "card_request", "card_request"),
        ("je voudrais une carte physique", "card_request", "card_request"),
        ("where is my card", "card_status", "card_status"),
        ("kadi yangu iko wapi", "card_status", "card_status"),
        ("où est ma carte", "card_status", "card_status"),
        ("activate my card", "card_activate", "card_status"),
        ("pin ya kadi", "card_pin", "card_status"),
        ("plafond de ma carte", "card_limits", "card_status"),
        ("dispute a card payment", "card_dispute", "open_case"),
        ("CARD", "bank_cards", "card_status"),
        ("KADI", "bank_cards", "card_status"),
        ("CARTE", "bank_cards", "card_status"),
    ],
)
def test_what_is_said_of_cards_is_understood(text: str, flow: str, intent: str) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.intent, understood.acts) == (flow, intent, True)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I want a virtual card", "virtual"),
        ("a plastic card, please", "physical"),
        ("nataka kadi halisi", "physical"),
        ("une carte virtuelle", "virtual"),
        ("virtual or physical card?", None),
        ("I want a card", None),
    ],
)
def test_the_kind_of_a_card_is_heard(text: str, kind: str | None) -> None:
    understood = understand(text, "KE")
    assert understood.entity("card_kind") == kind
    if understood.flow == "card_request":
        assert understood.given == ({"kind": kind} if kind else {})


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("agent, my card was swallowed by a machine in Kisumu", True),
        ("I was scammed by somebody who called himself Brian", True),
        ("I want to talk to a person", False),
        ("agent", False),
        ("wrong number please", False),
    ],
)
def test_who_says_more_need_not_say_it_again(text: str, given: bool) -> None:
    understood = understand(text, "KE")
    step = {"agent": "about", "report": "words"}[str(understood.flow)]
    assert understood.given == ({step: text} if given else {})


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("SEND 500 0712000002", {"recipient": "0712000002", "amount": "500"}),
        ("TUMA 500 0712000002", {"recipient": "0712000002", "amount": "500"}),
        ("ENVOYER 500 771234567", {"recipient": "771234567", "amount": "500"}),
        ("send 0712 000 002 1,500.50", {"recipient": "0712000002", "amount": "1500.5"}),
        ("tuma ksh 500 kwa 0712000002", {"recipient": "0712000002", "amount": "KES 500"}),
        ("tuma 500ksh kwa 0712000002", {"recipient": "0712000002", "amount": "KES 500"}),
        ("send KES1,500 to +254712000002.", {"recipient": "+254712000002", "amount": "KES 1500"}),
        ("send 5k to 0712000002", {"recipient": "0712000002", "amount": "5000"}),
        ("send 20 usd to 254712000002", {"recipient": "254712000002", "amount": "USD 20"}),
        (
            "envoyer 95 000 fcfa au +221 77 123 45 67",
            {"recipient": "+221771234567", "amount": "XOF 95000"},
        ),
        ("envoyer 10 000 au 77 000 01 01", {"recipient": "770000101", "amount": "10000"}),
        ("send 250/= to 0712-000-002", {"recipient": "0712-000-002", "amount": "KES 250"}),
        ("send 500", {"amount": "500"}),
        ("send to 0712000002", {"recipient": "0712000002"}),
        ("500 0712000002", {"recipient": "0712000002", "amount": "500"}),
    ],
)  # fmt: skip
def test_money_to_a_phone_is_taken_apart(text: str, given: dict[str, str]) -> None:
    understood = understand(text, "KE")
    assert understood.flow == "send_money"
    assert understood.acts
    assert dict(understood.given) == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("exchange 100 usd to kes", {"sell": "USD", "buy": "KES", "amount": "USD 100"}),
        ("badili pesa dola 100 kwa ksh", {"sell": "USD", "buy": "KES", "amount": "USD 100"}),
        ("changer argent 50 euros en fcfa", {"sell": "EUR", "buy": "XOF", "amount": "EUR 50"}),
        ("100 usd to kes", {"sell": "USD", "buy": "KES", "amount": "USD 100"}),
        ("buy 5000 kes", {"buy": "KES", "amount": "buy KES 5000"}),
        ("buy 5000 kes with usd", {"sell": "USD", "buy": "KES", "amount": "buy KES 5000"}),
        ("nunua 20 usd", {"buy": "USD", "amount": "buy USD 20"}),
        ("exchange dollars", {"sell": "USD"}),
        ("exchange to euros", {"buy": "EUR"}),
        ("exchange usd to eur", {"sell": "USD", "buy": "EUR"}),
        ("exchange", {}),
    ],
)
def test_what_is_to_be_changed_is_taken_apart(text: str, given: dict[str, str]) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.intent) == ("exchange", "exchange")
    assert understood.acts
    assert dict(understood.given) == given


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("rates", "rates"), ("viwango", "rates"), ("taux de change", "rates"),
        ("what is the dollar rate today", "rates"), ("rate alert usd 131.5", "rate_alert"),
        ("mes alertes", "my_rate_alerts"),
    ],
)  # fmt: skip
def test_rates_are_asked_for(text: str, flow: str) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.intent, understood.acts) == (flow, "fx_rate", True)


@pytest.mark.parametrize(
    "text",
    [
        "alert choices", "my notifications", "arifa zangu", "chagua arifa", "notifications",
        "choisir mes avis", "avis de solde",
    ],
)  # fmt: skip
def test_alerts_and_news_are_asked_for(text: str) -> None:
    understood = understand(text, "KE")
    assert (understood.flow, understood.intent, understood.acts) == ("alert_choices", "help", True)


def test_a_rate_to_wait_for_is_taken_apart() -> None:
    given = dict(understand("rate alert usd 131.5", "KE").given)
    assert given == {"currency": "USD", "rate": "USD 131.5"}


@pytest.mark.parametrize("text", ["700 000 000", "12,000", "95 000", "1500.50"])
def test_a_round_number_is_no_phone(text: str) -> None:
    understood = understand(text, "UG")
    assert understood.phone is None
    assert understood.amount


@pytest.mark.parametrize(
    "text", ["", "   ", "blah blah", "?!", "\u0000", "x" * 10_000, "4321", "\U0001f600"]
)
def test_what_means_nothing_to_us_is_not_acted_on(text: str) -> None:
    assert not understand(text, "KE").acts


def test_a_keyword_inside_a_sentence_is_less_sure() -> None:
    understood = understand("can you tell me the balance of my account", "KE")
    assert (understood.flow, understood.exact, understood.acts) == ("balance", False, True)


def test_two_stories_in_one_sentence_are_not_acted_on() -> None:
    assert not understand("the balance or the history of it", "KE").exact


@pytest.mark.parametrize(
    ("text", "corrects"), [("600", None), ("4321", None), ("make it 600", "600")]
)
def test_a_number_alone_corrects_nothing(text: str, corrects: str | None) -> None:
    assert understand(text, "KE").correction("amount") == corrects


def test_what_a_number_in_words_holds_is_never_shown() -> None:
    assert "0712000002" not in repr(understand("SEND 500 0712000002", "KE"))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1.", "1"),
        ("1\ufe0f\u20e3", "1"),
        ("Reçu !", "recu"),
        ("  a\u00a0 B ", "a b"),
        ("l'aide", "laide"),
    ],
)
def test_words_are_compared_bare(text: str, bare: str) -> None:
    assert plain(text) == bare


def test_only_so_much_is_looked_at() -> None:
    assert len(plain("a" * 10_000)) == LONGEST
    assert phrases("a, b,, C!") == ("a", "b", "c")
