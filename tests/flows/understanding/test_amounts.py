"""How much: amounts in every way people write them, and numbers that are none."""

from datetime import date

import pytest

from flows.understanding.entities import Entities, find

TODAY = date(2026, 11, 22)


def told(text: str, country: str = "KE", expects: str = "") -> Entities:
    return find(text, country=country, today=TODAY, expects=expects)


@pytest.mark.parametrize(
    ("country", "text", "amount"),
    [
        ("KE", "send 2k to brian", "2000"),
        ("KE", "2K", "2000"),
        ("KE", "send 2.5k", "2500"),
        ("KE", "tuma 1,500", "1500"),
        ("KE", "tuma 1 500", "1500"),
        ("SN", "envoyer 1.500,50", "1500.5"),
        ("KE", "send 1500/-", "1500"),
        ("KE", "1500/=", "1500"),
        ("KE", "ksh1500", "1500"),
        ("KE", "Ksh. 1,500.00", "1500"),
        ("KE", "kes 1500", "1500"),
        ("UG", "sh 500", "500"),
        ("KE", "500 bob", "500"),
        ("KE", "5 soo", "500"),
        ("KE", "nitumie soo tano", "500"),
        ("KE", "nitumie thao", "1000"),
        ("KE", "2 thao", "2000"),
        ("KE", "ngiri tano", "5000"),
        ("KE", "tuma elfu tano", "5000"),
        ("KE", "tuma elfu 2", "2000"),
        ("TZ", "weka laki moja na nusu", "150000"),
        ("TZ", "laki 3", "300000"),
        ("TZ", "tuma milioni mbili", "2000000"),
        ("TZ", "tuma nusu milioni", "500000"),
        ("KE", "tuma mia tano", "500"),
        ("KE", "tuma mia 5", "500"),
        ("KE", "nitumie jirongo", "500"),
        ("KE", "tuma ashu", "10"),
        ("KE", "nitumie finje", "50"),
        ("KE", "pay half a million", "500000"),
        ("KE", "send two thousand five hundred to Brian", "2500"),
        ("KE", "pay fifteen hundred", "1500"),
        ("KE", "send a grand", "1000"),
        ("NG", "send 1.2m", "1200000"),
        ("NG", "3M", "3000000"),
        ("SN", "envoyer deux mille cinq cents", "2500"),
        ("SN", "envoie cinq cent mille à Awa", "500000"),
        ("SN", "payer quatre-vingt-dix francs", "90"),
        ("SN", "95 000 F", "95000"),
        ("SN", "envoie 10 mille", "10000"),
        ("SN", "envoie 500 balles", "500"),
        ("KE", "$50", "50"),
        ("KE", "50$", "50"),
        ("KE", "usd 50", "50"),
        ("KE", "fifty dollars", "50"),
        ("KE", "dola hamsini", "50"),
        ("KE", "euro 20", "20"),
        ("KE", "€20", "20"),
        ("KE", "20 quid", "20"),
        ("ZA", "R200", "200"),
        ("NG", "₦5,000", "5000"),
        ("NG", "N5000", "5000"),
        ("NG", "5000 naira", "5000"),
        ("GH", "GH₵ 50", "50"),
        ("GH", "GH₵50", "50"),
        ("GH", "50 cedis", "50"),
        ("TZ", "shilingi elfu kumi", "10000"),
        ("UG", "20,000 shillings", "20000"),
        ("RW", "5000 francs", "5000"),
        ("RW", "Frw 5000", "5000"),
        ("CM", "5000 FCFA", "5000"),
        ("CM", "5000 francs cfa", "5000"),
        ("KE", "send brian 500", "500"),
        ("KE", "send Brian 2k", "2000"),
        ("KE", "tumia Otieno soo mbili", "200"),
        ("KE", "mtumie Mama Njeri 500", "500"),
        ("KE", "withdraw 3000 to mpesa", "3000"),
        ("KE", "500 0712000002", "500"),
        ("KE", "700 000 000", "700000000"),
        ("KE", "make it 600", "600"),
        ("KE", "buy airtime 100", "100"),
        ("KE", "airtime ya 50", "50"),
        ("KE", "rate alert usd 131.5", "131.5"),
        ("KE", "send 500 to 0712 000 002", "500"),
        ("KE", "pay 500 to till 123456", "500"),
        ("KE", "paybill 888880 account 12345678 500", "500"),
        ("KE", "lipa 1200 paybill 888880", "1200"),
        ("KE", "send Mia 500", "500"),
        ("KE", "nitumie mia", "100"),
        ("KE", "tuma elfu kumi na tano kwa Brian", "15000"),
        ("KE", "I sent 2,000 to the wrong number", "2000"),
        ("KE", "US$100", "100"),
        ("KE", "send 5,000,000", "5000000"),
        ("KE", "tuma 500 na 300", "500"),
        ("KE", "send 1500.50", "1500.5"),
        ("KE", "umenitumia 500", "500"),
        ("KE", "nimetuma 1000 lakini haijafika", "1000"),
        ("KE", "mbona sijapata 3500", "3500"),
        ("KE", "send 5", "5"),
        ("KE", "envoie-moi 5000", "5000"),
        ("KE", "ksh. 500", "500"),
        ("KE", "Kshs 1,000/=", "1000"),
        ("KE", "kes.500", "500"),
        ("KE", "1,000,000.00 kes", "1000000"),
        ("KE", "a hundred dollars", "100"),
        ("KE", "tuma 2k kwa 0712000002", "2000"),
        ("KE", "ten thousand shillings", "10000"),
        ("KE", "twenty-five thousand bob", "25000"),
        ("KE", "lipia stima 300", "300"),
        ("KE", "tokens za 300", "300"),
        ("KE", "nunua dola 20", "20"),
        ("KE", "send 1k to +254712000002", "1000"),
        ("KE", "500ksh", "500"),
        ("KE", "send 50 000 to brian", "50000"),
        ("KE", "elfu tano", "5000"),
        ("KE", "elfu mbili, mia tano", "2500"),
        ("TZ", "laki moja na hamsini", "150000"),
        ("KE", "usd 1.5m", "1500000"),
        ("TZ", "tuma elfu hamsini kwa Neema", "50000"),
        ("TZ", "Tsh 50,000/=", "50000"),
        ("KE", "I want to withdraw 5000", "5000"),
        ("KE", "tuma pesa 5000 kwa mama", "5000"),
        ("KE", "kuna charge ya 30", "30"),
    ],
)
def test_an_amount_is_heard(country: str, text: str, amount: str) -> None:
    assert told(text, country).amount == amount


@pytest.mark.parametrize(
    "text",
    [
        "pay 3 times",
        "send it in 2 days",
        "available 24/7",
        "my pin 1234",
        "change pin 1234",
        "dial *384#",
        "pay 5% more",
        "I paid on 10 October",
        "transfer at 3pm",
        "niliituma saa tatu",
        "nilituma saa 3",
        "tuma siku mbili zilizopita",
        "transfer in 2026",
        "I have two cards",
        "habari za leo",
        "send 0712000002",
        "pay to till 123456",
        "thank you soo much",
        "iPhone 15",
        "version 2.0",
        "1",
        "case 1042831",
        "send -500",
        "send two",
        "5k5",
        "A4",
        "mp3",
        "transfer my 3 accounts",
    ],
)
def test_a_number_that_is_no_money_is_left_alone(text: str) -> None:
    assert told(text).amount is None


@pytest.mark.parametrize(
    ("country", "text", "currency"),
    [
        ("KE", "ksh1500", "KES"), ("KE", "shilingi mia tano", "KES"), ("TZ", "shilingi 500", "TZS"),
        ("UG", "500 shillings", "UGX"), ("TZ", "sh 500", "TZS"), ("UG", "5000/=", "UGX"),
        ("KE", "5000/-", "KES"), ("SN", "5000 FCFA", "XOF"), ("CM", "5000 FCFA", "XAF"),
        ("CM", "5000 francs cfa", "XAF"), ("SN", "95 000 F", "XOF"), ("RW", "5000 francs", "RWF"),
        ("NG", "N5000", "NGN"), ("NG", "\u20a65,000", "NGN"), ("GH", "GH\u20b550", "GHS"),
        ("ZA", "R200", "ZAR"), ("KE", "$50", "USD"), ("KE", "fifty dollars", "USD"),
        ("KE", "dola hamsini", "USD"), ("KE", "\u20ac20", "EUR"), ("KE", "20 quid", "GBP"),
        ("KE", "send 2k", None), ("KE", "tuma soo tano", None), ("KE", "5 F", "XOF"),
    ],
)  # fmt: skip
def test_a_currency_is_the_one_of_the_country(
    country: str, text: str, currency: str | None
) -> None:
    assert told(text, country).currency == currency


@pytest.mark.parametrize(
    ("text", "source", "target", "buying"),
    [
        ("badilisha 100 usd kwa shilingi", "USD", "KES", False),
        ("change 5000 kes to dollars", "KES", "USD", False),
        ("acheter 50 euros", None, "EUR", True),
        ("nunua dola 20", None, "USD", True),
        ("buy 5000 kes with usd", "USD", "KES", True),
        ("buy usd with 5000 kes", "KES", "USD", False),
        ("nunua dola kwa 5000 ksh", "KES", "USD", False),
        ("exchange usd to eur", "USD", "EUR", False),
        ("exchange to euros", None, "EUR", False),
        ("exchange dollars", "USD", None, False),
        ("100 usd to kes", "USD", "KES", False),
        ("send 500", None, None, False),
    ],
)
def test_what_is_given_for_what_is_heard(
    text: str, source: str | None, target: str | None, buying: bool
) -> None:
    found = told(text)
    assert (found.from_currency, found.to_currency, found.buying) == (source, target, buying)


@pytest.mark.parametrize(
    ("text", "amount"), [("5", "5"), ("five", "5"), ("moja", "1"), ("elfu tatu", "3000")]
)
def test_what_was_asked_for_may_stand_alone(text: str, amount: str) -> None:
    assert told(text, expects="amount").amount == amount
    assert told(text, expects="name").phone is None


@pytest.mark.parametrize("text", ["3 days", "5%", "*384*100#", "24/7", "3pm", "10:30"])
def test_not_even_then_is_everything_an_amount(text: str) -> None:
    assert told(text, expects="amount").amount is None


@pytest.mark.parametrize(
    "text", ["send two fifty to Brian", "nikopeshe thao thirty", "tuma elfu mbili mbili", "10 mil"]
)
def test_half_of_what_was_said_is_never_an_amount(text: str) -> None:
    assert told(text).amount is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("vocha ya 1000", "1000"), ("nataka umeme wa elfu tano", "5000"),
        ("I owe two hundred and fifty", "250"), ("nilikuwa na thao saba asubuhi", "7000"),
        ("mia kwa mia", None), ("a thousand thanks", None), ("mille mercis", None),
        ("9 in the morning", None), ("loan ya thao", "1000"), ("the dollar hits 128", "128"),
        ("card inayoishia 4421", None), ("change my pin from here to 1234", None),
    ],
)  # fmt: skip
def test_what_money_is_for_tells_that_it_is_money(text: str, amount: str | None) -> None:
    assert told(text).amount == amount


def test_an_amount_that_is_left_open_is_told() -> None:
    assert told("tuma elfu kumi na tano kwa Brian").ambiguous_amount
    assert not told("tuma elfu tano kwa Brian").ambiguous_amount
    assert not told("send 15000 to Brian").ambiguous_amount


def test_an_amount_tells_where_it_stood() -> None:
    text = "please send Ksh. 1,500.50 to Brian"
    spans = {span.kind: text[span.start : span.end] for span in told(text).spans}
    assert spans == {"amount": "Ksh. 1,500.50", "name": "Brian"}


def test_every_amount_has_a_span_and_the_first_is_told() -> None:
    found = told("send 500 to Brian and pay 700 for lunch")
    assert found.amount == "500"
    assert [span.value for span in found.spans if span.kind == "amount"] == ["500", "700"]
