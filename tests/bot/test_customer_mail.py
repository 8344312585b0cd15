"""A customer's own e-mail: shown by a code, then used for documents and for answers of a person."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from bot import handover
from bot.house import House
from core.access import codes
from core.access.codes import Way
from core.crm import customers, own_email
from core.crm.own_email import EmailTaken, NotAnEmail
from core.store import mail
from flows.words import Words
from tests.core.people import counter
from tests.support.chatting import hire, taken
from tests.support.town import AMINA, BRIAN, PIN, Clock, Phone
from worker import documents
from worker.mail import send_mail

PhoneOf = Callable[..., Phone]
TO, OTHER = "amina.o@mail.example", "amina@work.example"


class Company:
    """A mail company that keeps every letter as it came over the wire."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.port = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.raw.append(envelope.content)
        return "250 ok"

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=default) for one in self.raw]


class Anywhere(Controller):
    """aiosmtpd's server at whichever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def company() -> Iterator[Company]:
    kept = Company()
    server = Anywhere(kept, hostname="127.0.0.1", port=0)
    server.start()
    kept.port = server.port
    yield kept
    server.stop(no_assert=True)


@pytest.fixture
def sender(house: House, company: Company) -> House:
    url = f"smtp://127.0.0.1:{company.port}"
    return replace(house, settings=house.settings.model_copy(update={"smtp_url": url}))


def who(house: House, number: str = AMINA) -> UUID:
    with house.unit() as unit:
        found = customers.find_by_phone(unit, number)
    assert found is not None
    return found


def code_in(letter: EmailMessage) -> str:
    return re.findall(r"^(\d{6})\s*$", letter.get_content(), re.MULTILINE)[0]


def verified(house: House, number: str = AMINA) -> str | None:
    customer = who(house, number)
    with house.unit() as unit:
        return own_email.verified(unit, customer)


def verify(house: House, to: str = TO, number: str = AMINA) -> None:
    """Have somebody show that an address is theirs, without the conversation."""
    customer = who(house, number)
    with house.unit() as unit:
        here = {"channel": "sms", "address": number}
        own_email.send_code(unit, customer, to, **here)
        code_id = codes.look(unit, **here)
        codes.use(unit, code_id=code_id, right=True, **here)
        own_email.keep(unit, customer, to, **here)
        unit.run("delete from mails where customer_id = %(id)s", id=customer)


def forget(house: House) -> None:
    """Take Amina's address off the record without a word."""
    with house.unit() as unit:
        unit.run("update customers set email = null, email_index = null, email_verified_at = null")


def test_an_address_is_shown_by_the_code_that_is_mailed_there(
    sender: House, company: Company, phone: PhoneOf
) -> None:
    forget(sender)
    amina = phone("whatsapp", AMINA)
    amina.say("my email")
    amina.say(PIN)
    asked = amina.say(TO.upper())
    assert "a•••@mail.example" in asked
    assert verified(sender) is None, "not before the code"
    assert send_mail(sender) == 1
    [letter] = company.letters
    code = code_in(letter)
    assert (letter["To"], letter["Subject"]) == (TO, f"{code} is your Wekeza code")
    assert letter["Auto-Submitted"] == "auto-generated"
    amina.say(code)
    assert verified(sender) == TO


def test_the_digits_and_the_address_stand_nowhere(sender: House, phone: PhoneOf) -> None:
    forget(sender)
    amina = phone("whatsapp", AMINA)
    for said in ("my email", PIN, TO):
        amina.say(said)
    with sender.unit() as unit:
        code_id = codes.look(unit, channel="whatsapp", address=AMINA)
        digits = codes.reveal(sender.settings.pin_pepper, str(code_id))
        [row] = [one.row for one in unit.all("select m::text as row from mails m")]
        [sealed] = unit.all("select id, body from mails")
        body = unit.keys.open(bytes(sealed.body), field="mails.body", row=sealed.id)
        talk = unit.value("select string_agg(c::text, ' ') from conversations c") or ""
    assert digits not in body and str(code_id) in body
    for word in (digits, TO):
        assert word.encode().hex() not in row and word not in row + talk


def test_a_code_that_is_late_is_not_mailed(
    sender: House, company: Company, phone: PhoneOf, clock: Clock
) -> None:
    for said in ("my email", PIN, "change", TO):
        phone("whatsapp", AMINA).say(said)
    clock.pass_(minutes=6)
    assert send_mail(sender) == 0
    assert company.letters == []


def test_the_address_before_is_told_of_the_change_and_of_the_end(
    sender: House, company: Company
) -> None:
    forget(sender)
    verify(sender, TO)
    with sender.unit() as unit:
        customer = customers.find_by_phone(unit, AMINA)
        here = {"channel": "whatsapp", "address": AMINA}
        own_email.send_code(unit, customer, OTHER, **here)
        codes.use(unit, code_id=codes.look(unit, **here), right=True, **here)
        own_email.keep(unit, customer, OTHER, **here)
        own_email.remove(unit, customer)
    assert send_mail(sender) == 3
    told = [(one["To"], one["Subject"]) for one in company.letters][1:]
    assert told == [
        (TO, "Your e-mail address at Wekeza has changed"),
        (OTHER, "Your e-mail address at Wekeza was removed"),
    ]
    assert "a***@work.example" in company.letters[1].get_content()
    assert verified(sender) is None


def test_an_address_is_one_customers_alone(house: House) -> None:
    forget(house)
    verify(house, TO)
    with pytest.raises(EmailTaken):
        verify(house, TO, BRIAN)
    assert (verified(house), verified(house, BRIAN)) == (TO, None)


def test_who_never_showed_an_address_gives_it_up_to_who_does(house: House) -> None:
    forget(house)
    verify(house, TO, BRIAN)
    with house.unit() as unit:
        unit.run("update customers set email_verified_at = null")
    verify(house, TO)
    assert (verified(house), verified(house, BRIAN)) == (TO, None)


@pytest.mark.parametrize("way", [None, Way("mail", OTHER), Way("sms", AMINA)])
def test_only_the_code_that_went_there_keeps_an_address(house: House, way: Way | None) -> None:
    customer = who(house)
    here = {"channel": "sms", "address": AMINA}
    with house.unit() as unit:
        if way is not None:
            purpose = "email" if way.channel == "mail" else "reset_pin"
            codes.issue(unit, customer=customer, purpose=purpose, way=way, **here)
            codes.use(unit, code_id=codes.look(unit, **here), right=True, **here)
        with pytest.raises(LookupError):
            own_email.keep(unit, customer, TO, **here)


@pytest.mark.parametrize(
    "text",
    ["amina", "a@b", "a b@mail.example", "a@mail.example\nBcc: b@mail.example", "é@x.example"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotAnEmail):
        own_email.read(text)


def test_a_document_goes_by_mail_only_to_an_address_that_was_shown(
    sender: House, company: Company
) -> None:
    forget(sender)
    customer = who(sender)
    with sender.unit() as unit:
        unit.run(
            "update customers set email = %(email)s where id = %(id)s",
            email=unit.keys.seal(TO, field="customers.email", row=customer),
            id=customer,
        )
        assert counter(unit, AMINA, channel="sms").carriers() == ()
    verify(sender, TO)
    with sender.unit() as unit:
        bank = counter(unit, AMINA, channel="sms")
        since = bank.today - timedelta(days=30)
        assert bank.order_statement("", since=since, until=bank.today) == "mail"
        document = unit.value("select id from documents where carrier = 'mail'")
    assert documents.make_in(sender, document)
    with sender.unit() as unit:
        [row] = unit.all("select attachment, m::text as whole from mails m")
    assert row.attachment == document and b"%PDF".hex() not in row.whole
    assert send_mail(sender) == 1
    [paper] = list(company.letters[0].iter_attachments())
    assert (company.letters[0]["To"], paper.get_content_type()) == (TO, "application/pdf")
    assert paper.get_content() == sender.files("documents").read(document)


def test_answers_of_a_person_by_mail_make_one_thread(
    sender: House, company: Company, phone: PhoneOf
) -> None:
    verify(sender)
    amina = phone("sms", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    zuri = hire(sender)
    case = taken(sender, zuri)
    key = sender.new_id()
    for words, each in (("It is made.", key), ("It is made.", key), ("It left.", sender.new_id()),
                        ("It is there.", sender.new_id())):  # fmt: skip
        handover.reply(sender, zuri, case.id, words, key=each)
    assert send_mail(sender) == 3, "what is clicked twice is mailed once"
    letters = company.letters
    ids = [f"<{case.number}.{n}@wekeza.test>" for n in (1, 2, 3)]
    assert [one["Message-ID"] for one in letters] == ids
    assert [one["In-Reply-To"] for one in letters] == [None, ids[0], ids[1]]
    assert [(one["References"] or "").split() for one in letters] == [[], ids[:1], ids[:2]]
    assert {one["Subject"] for one in letters} == {f"[{case.number}] An answer from Wekeza"}
    assert "It left." in letters[1].get_content()
    assert {one["Auto-Submitted"] for one in letters} == {"auto-generated"}


def test_an_answer_on_whatsapp_is_mailed_only_where_a_template_tells_of_it(
    sender: House, company: Company, phone: PhoneOf, clock: Clock
) -> None:
    verify(sender)
    amina = phone("whatsapp", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    zuri = hire(sender)
    case = taken(sender, zuri)
    handover.reply(sender, zuri, case.id, "It is made.", key=sender.new_id())
    assert send_mail(sender) == 0
    clock.pass_(hours=25)
    handover.reply(sender, zuri, case.id, "It left.", key=sender.new_id())
    assert send_mail(sender) == 1
    assert "It left." in company.letters[0].get_content()


def test_who_showed_no_address_is_not_mailed(sender: House, phone: PhoneOf) -> None:
    forget(sender)
    amina = phone("sms", AMINA)
    amina.say("agent")
    amina.say("Where is my card?")
    zuri = hire(sender)
    case = taken(sender, zuri)
    handover.reply(sender, zuri, case.id, "It is made.", key=sender.new_id())
    with sender.unit() as unit:
        assert mail.listed(unit) == []


@pytest.mark.parametrize("language", ["en", "sw", "fr"])
@pytest.mark.parametrize("alert", ["email_code", "email_changed", "email_removed", "case_answer"])
def test_every_letter_has_its_words(language: str, alert: str) -> None:
    facts = {"name": "Amina", "code": "123456", "minutes": "5", "to": "a***@mail.example",
             "number": "C-104-283-1", "words": "It left."}  # fmt: skip
    words = Words(language, "mail")
    subject = words.say("mail", f"{alert}_subject", facts)
    assert "\n" not in subject and len(subject) <= mail.LONGEST_SUBJECT
    assert "Amina" in words.say("mail", f"{alert}_body", facts)
