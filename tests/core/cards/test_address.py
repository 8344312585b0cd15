"""Where a card goes, and the name on it."""

import pytest

from core.cards import address
from core.cards.scheme_orders import embossed
from core.crm.customers import Person
from tests.core.cards.scheme import ask


@pytest.mark.parametrize(
    ("names", "on_card"),
    [
        (("Amina", "Otieno"), "AMINA OTIENO"),
        (("Zo\u00eb", "N'Diaye-Sarr"), "ZOE N'DIAYE-SARR"),
        (
            ("\u0410\u043d\u043d\u0430", "\u041f\u0435\u0442\u0440\u043e\u0432\u0430"),
            "ANNA PETROVA",
        ),
        (("Wanjiku Nyambura", "Kariuki-Mwangi"), "WANJIKU NYAMBURA KARIUKI-M"),
        (("7", "1"), "WEKEZA CUSTOMER"),
    ],
)
def test_names_as_a_card_has_them(names, on_card):
    assert embossed(Person(*names, None, "en", "KE")) == on_card


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"line": "12"}, "line"), ({"line": "x" * 81}, "line"), ({"line": "a\x00bcdef"}, "line"),
        ({"town": "1"}, "town"), ({"town": "123"}, "town"), ({"postcode": "0" * 13}, "postcode"),
        ({"postcode": "?"}, "postcode"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_sent(facts, what):
    given = {"line": "12 Moi Avenue", "town": "Nairobi", "postcode": "", "country": "KE", **facts}
    with pytest.raises(address.CardAddressInvalid) as refused:
        address.read(**given)
    assert refused.value.facts == {"what": what}


def test_an_address_is_put_right_and_stands_sealed(unit, amina):
    to = address.read(line="  P.O. Box  77 ", town=" Kisumu\n", postcode="40100", country="KE")
    assert (to.line, to.town) == ("P.O. Box 77", "Kisumu")
    card = ask(unit, amina, "physical", to=to).card
    stored = unit.value("select d::text from card_deliveries d where card_id = %(c)s", c=card.id)
    assert "Kisumu" not in stored and b"Kisumu".hex() not in stored
    assert "P.O." not in repr(to)
