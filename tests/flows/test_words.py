"""Words: every one there, in every language, and written as its people write."""

import string
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from channels.layout import encoding, to_gsm7
from core.errors import Refusal
from core.money import Money
from flows import check
from flows.catalog import STORIES
from flows.words import CHANNELS, LANGUAGES, MissingWords, Words, blocks

REVIEW = {
    "amount": "KES 1500.00", "name": "B***n K***u", "phone": "+254 7** *** 002", "label": "",
    "note": "",
}  # fmt: skip
SHEETS = (*STORIES, "refusals", "manners", "alerts")
FACTS: dict[str, object] = {
    "typed": "x" * 20, "currency": "TZS", "available": "TZS 99999999.99", "left": "2",
    "limit": "TZS 99999999.99", "scope": "month", "side": "debit", "phone": "+255712000003",
    "name": "M***a N***a", "minutes": "15", "hours": "24", "wanted": "KES 1.00",
    "amount": "TZS 99999999.99", "reference": "WK9Q8P7R6T5W", "balance": "TZS 99999999.99",
    "code": "123456", "first_name": "Mwanaisha", "account_no": "012345678901",
    "status": "voided", "number": "C-104-283-1", "may_reopen": "yes", "most": "5",
    "link": "https://pay.example/p/AbCdEf123456", "till": "100001",
    "asked": "TZS 99999999.99", "story": "", "float_left": "TZS 99999999.99",
    "sold": "TZS 99999999.99", "bought": "UGX 99999999", "fee": "TZS 999999.99",
    "source": "TZS", "target": "UGX", "sell": "TZS", "buy": "UGX",
    "least": "KES 100.00", "rate": "129.35",
    "numbers": "C-104-283-1, C-104-284-5, C-104-285-1, C-104-286-8, C-104-287-0",
    "days": "30", "label": "Mum", "said": "Mum", "note": "for rent", "day": "2026-09-28",
    "next": "2026-09-28",
    "until": "2026-09-28T21:59:00+00:00",
    "reason": "AC01",
    "account": "***8712",
    "bank": "Equity",
    "card": "1234", "merchant": "SAROVA STANLEY NAIROBI", "owed": "TZS 99999999.99",
    "percent": "100",
    "at_once": "TZS 99999999.99", "each_day": "TZS 99999999.99", "holds": "TZS 99999999.99",
    "document": "proof_of_address",
    "case": "C-104-283-7", "words": "Which card is it?",
    "carrier": "Posta", "tracking": "EE12345678KE", "what": "line",
    "biller": "Nairobi Water", "token": "1234-5678-9012-3456-7890",
}  # fmt: skip
MONEY_LEFT = (
    "limit_exceeded", "till_limit", "too_little_left", "capture_exceeds_hold",
    "reversal_exceeds_rest",
)  # fmt: skip


def widest(sheet: str, block: str) -> dict[str, object]:
    """Return facts for a block, as wide as they get."""
    own = _of_story(sheet, block) if sheet in STORIES else {}
    left = {"left": "TZS 99999999.99"} if block in MONEY_LEFT else {}
    return FACTS | own | left


def _of_story(sheet: str, block: str) -> dict[str, object]:
    """Return the widest facts of a page's stories; what words one of a list has those of one."""
    name, each, _ = block.partition("_each")
    told = [one for one in STORIES.values() if one.page == STORIES[sheet].page]
    found = {fact: wide for one in told for fact, wide in one.widest.items()}
    steps = [step for one in told if (step := one.step_at(name))]
    listed = steps[0].lists if each else ""
    one = found.get(listed)
    return found | next(iter(one.values())) if isinstance(one, Mapping) else found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sheet", ["refusals", "manners", "alerts"])
def test_every_language_says_all_that_english_says(sheet: str, language: str) -> None:
    def plain(blocks_of: str) -> set[str]:
        return {name for name in blocks(sheet, blocks_of) if "__" not in name}

    assert plain(language) == plain("en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("sheet", ["refusals", "manners", "alerts"])
def test_every_word_outside_the_stories_can_be_said(
    sheet: str, channel: str, language: str
) -> None:
    for block in blocks(sheet, language):
        assert Words(language, channel).say(sheet, block.split("__")[0], widest(sheet, block))


@pytest.mark.parametrize("code", sorted(check.refusals()))
def test_every_refusal_has_words(code: str) -> None:
    for language in LANGUAGES:
        assert Words(language, "ussd").say("refusals", code, widest("refusals", code))


def test_all_refusals_of_the_core_are_known_here() -> None:
    import importlib
    import pkgutil

    import core

    for module in pkgutil.walk_packages(core.__path__, "core."):
        importlib.import_module(module.name)
    for code in check.refusals():
        for language in LANGUAGES:
            assert code in blocks("refusals", language), f"{code} has no words in {language}"


@pytest.mark.parametrize("scope", ["transaction", "day", "month"])
def test_a_limit_is_told_with_what_is_left_of_it(scope: str) -> None:
    facts = {"scope": scope, "limit": "KES 70000.00", "left": "KES 1200.00"}
    for language in LANGUAGES:
        said = Words(language, "ussd").say("refusals", "limit_exceeded", facts)
        assert ("70,000.00" in said) or ("70 000,00" in said)
        if scope != "transaction":
            assert ("1,200.00" in said) or ("1 200,00" in said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sheet", SHEETS)
def test_feature_phones_can_show_every_word(sheet: str, language: str) -> None:
    """French keeps its accents in the words; what GSM-7 lacks is written plainly, nothing lost."""
    for block in blocks(sheet, language):
        if block.endswith("__whatsapp"):
            continue
        plainly = Words(language, "ussd").say(sheet, block.split("__")[0], widest(sheet, block))
        said = to_gsm7(plainly)
        assert encoding(said) == "GSM-7", (block, said)
        assert said.count("?") == plainly.count("?"), (block, said)  # nothing turned into one


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_hide_what_a_phone_cannot_show(language: str) -> None:
    for sheet in SHEETS:
        for block in blocks(sheet, language):
            name, _, channel = block.partition("__")
            said = Words(language, channel or "sms").say(sheet, name, widest(sheet, block))
            assert not set("\u00a0\u202f\u2019\u201c\u201d\t").intersection(said), (sheet, block)


def test_alerts_begin_and_end_in_words() -> None:
    """A provider's template may neither begin nor end with a value."""
    values = ("name", "reference", "code", "first_name", "account_no")
    marked = FACTS | dict.fromkeys(values, "{{0}}")
    for language in LANGUAGES:
        for alert in blocks("alerts", language):
            said = Words(language, "whatsapp").say("alerts", alert, marked)
            assert said[0] in string.ascii_letters
            assert not said.endswith("{{0}}")
            assert not said[-1].isdigit()


@pytest.mark.parametrize(
    ("language", "money", "written"),
    [
        ("en", "KES 12400.00", "KES 12,400.00"),
        ("sw", "KES 12400.50", "KES 12,400.50"),
        ("fr", "KES 12400.00", "12 400,00 KES"),
        ("fr", "XOF 95000", "95 000 FCFA"),
        ("en", "XOF 95000", "XOF 95,000"),
        ("sw", "TZS 350000.00", "TZS 350,000"),
        ("sw", "TZS 350000.50", "TZS 350,000.50"),
        ("en", "UGX 640000", "UGX 640,000"),
        ("en", "TND 1.005", "TND 1.005"),
        ("en", "KES 0.00", "KES 0.00"),
    ],
)
def test_money_is_written_as_its_people_write_it(language: str, money: str, written: str) -> None:
    said = Words(language, "ussd").say("refusals", "insufficient_funds", {"available": money})
    assert written in said


def test_moments_are_told_in_the_customers_time() -> None:
    late = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)
    line = {"when": late, "amount": Money(100, "KES"), "incoming": True, "who": "", "type": "fee"}
    said = {
        (language, country): Words(language, "ussd").say(
            "statement", "shown", {"lines": [line], "country": country}
        )
        for language, country in (("en", "KE"), ("sw", "TZ"), ("fr", "SN"))
    }
    assert said["en", "KE"].startswith("1 Sep +KES 1.00 fee")
    assert said["sw", "TZ"].startswith("1 Sep")
    assert said["fr", "SN"].startswith("31 août")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("story", "kept", "told"),
    [
        ("send_money", ("amount", "name", "reference"), "went through"),
        ("send_money", ("amount", "name", "reference", "until"), "waits for"),
        ("send_abroad", ("amount", "name", "reference", "bought"), "went through"),
        ("pay_request", ("amount", "name", "reference"), "went through"),
        ("exchange", ("amount", "reference", "bought"), "exchange went through"),
        ("withdraw", ("amount", "name", "reference"), "on its way"),
        ("withdraw", ("amount", "name", "reference", "longer"), "a little longer"),
        ("send_money", ("amount", "name", "reference", "until", "longer"), "a little longer"),
        ("pay_bill", ("amount", "name", "biller", "reference"), "Ordered last"),
        ("airtime", ("amount", "phone", "reference"), "Ordered last"),
        ("till", ("amount", "name", "phone", "reference", "float_left"), "at the till"),
        ("till", ("name", "phone", "reference", "float_left"), "at the till"),
        ("till", ("reference", "float_left"), "at the till"),
        ("", ("amount", "name", "reference"), "went through"),  # kept by an earlier release
    ],
)
def test_what_became_of_the_last_payment_is_told_as_it_is(
    story: str, kept: tuple[str, ...], told: str, language: str
) -> None:
    """What may still fail is on its way: it did not go through."""
    facts = {"story": story, **{name: FACTS.get(name, "yes") for name in kept}}
    said = Words(language, "ussd").say("manners", "outcome_sent", facts)
    assert FACTS["reference"] in said
    assert language != "en" or told in said


def test_a_channel_may_have_its_own_wording() -> None:
    plain = Words("en", "sms").say("send_money", "review", REVIEW)
    rich = Words("en", "whatsapp").say("send_money", "review", REVIEW)
    assert plain == "Send KES 1,500.00 to B***n K***u, +254 7** *** 002?"
    assert "*KES 1,500.00*" in rich


def test_whatsapp_never_reads_a_mask_as_bold() -> None:
    said = Words("en", "whatsapp").say("send_money", "review", REVIEW)
    assert "*B\u2022\u2022\u2022n K\u2022\u2022\u2022u*" in said


def test_a_missing_fact_is_a_bug_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        Words("en", "ussd").say("send_money", "review", {"name": "B***n"})


def test_missing_words_are_a_bug() -> None:
    with pytest.raises(MissingWords, match="no block 'nothing'"):
        Words("en", "ussd").say("send_money", "nothing")


def test_an_unknown_language_is_spoken_to_in_english() -> None:
    assert Words("xx", "ussd").language == "en"


def test_refusals_are_worded_from_their_facts() -> None:
    class Told(Refusal):
        code = "wrong_pin"

    assert Words("en", "sms").refuse(Told(left="1")) == "Wrong PIN. One try left."
    assert Words("fr", "sms").refuse(Told(left="2")) == "Code PIN faux. Il reste 2 essais."
