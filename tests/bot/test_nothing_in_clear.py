"""A copy of the database tells nobody who banks here, nor what anybody said."""

import re
from dataclasses import replace
from datetime import date
from uuid import NAMESPACE_OID, uuid4, uuid5

from channels.message import Inbound
from core.access import codes
from core.store.outbox import queue_notice
from tests.core.people import someone
from tests.support import dump, town
from tests.support.drains import rows
from tests.support.town import AMINA

XENIA, QUIRIN = "+254712888777", "+254712888666"
BSUID = "KE.9988776655"
CANARIES = (
    "Xenophilia", "Quirinus", "Zwartbol", "Kwashiorkor", XENIA[1:], "712888777", QUIRIN[1:],
    BSUID, "xeno.philia@example.org", "1987-03-29", "KZ5544332", "kaleidoscope", "marzipan",
    AMINA[1:], "Otieno",
)  # fmt: skip


SECRETS = ("1357", "4321", "9173")


class Phone(town.Phone):
    """A phone whose messages are numbered as providers number them: by nothing of the customer."""

    def _inbound(self, text: str, *, opens: bool = False) -> Inbound:
        inbound = super()._inbound(text, opens=opens)
        session = inbound.session and uuid5(NAMESPACE_OID, inbound.session).hex
        return replace(inbound, id=uuid4().hex, session=session)


def a_story(house) -> None:
    """Join, send money with words, mistype, link another address, forget the PIN, ask for help."""
    with house.unit() as unit:
        someone(
            unit, XENIA, holds="KES 5000.00", names=("Xenophilia", "Zwartbol"),
            email="xeno.philia@example.org", born=date(1987, 3, 29), id_number="KZ5544332",
        )  # fmt: skip
        quirin = someone(unit, QUIRIN, names=("Quirinus", "Kwashiorkor"), channel="sms")
        queue_notice(unit, customer_id=quirin.id, alert="pin_changed", facts={})
    xenia = Phone(house, "sms", XENIA)
    for words in (
        "kaleidoscope 0712888666", "SEND 500 0712888666", "yes", "1357", "4321", "BAL", "menu",
        "CHANGE PIN", "4321", "9173", "9173", "Xenophilia wants marzipan", "STOP",
    ):  # fmt: skip
        xenia.say(words)
    ussd = Phone(house, "ussd", XENIA)
    ussd.dial()
    ussd.say("1")
    ussd.say("0712888666")
    stranger = Phone(house, "whatsapp", BSUID)
    for words in ("JOIN", "link", "0712888777", "kaleidoscope"):
        stranger.say(words)
    joins = Phone(house, "sms", "+254799000111")
    for words in ("JOIN", "en", "agree", "Quirinus", "Kwashiorkor", "29/03/1987", "KZ5544332"):
        joins.say(words)
    joins.again()


def test_a_dump_of_the_whole_database_tells_nobody_and_nothing(
    house, servers, bank_database
) -> None:
    a_story(house)
    assert len(rows(house)) > 12, "much was said"
    with house.unit() as unit:
        asked = codes.look(unit, channel="whatsapp", address=BSUID)
    told = dump.of(servers.admin_url(bank_database))
    assert told.count("INSERT INTO public.messages ") > 40
    assert dump.found(told, CANARIES) == []
    digits = codes.reveal(house.settings.pin_pepper, str(asked))
    for secret in (*SECRETS, digits):
        # Four digits may well be among those of a number in hexadecimal form.
        assert not re.search(rf"(?<![0-9a-f]){secret}(?![0-9a-f])", told), secret


def test_the_search_finds_what_is_there_in_every_form() -> None:
    for told in (
        "(1, 'Xenophilia')", "'\\x58656e6f7068696c6961'", "aGVsbG8gWGVub3BoaWxpYQ==",
        "eFhlbm9waGlsaWE=", "WGVub3BoaWxpYQ==", "XENOPHILIA",
    ):  # fmt: skip
        assert dump.found(told, ["Xenophilia", "Quirinus"]) == ["Xenophilia"], told
