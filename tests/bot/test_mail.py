"""Letters on their way: from the table, over SMTP, to the demo's mail company."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from bot.simulator.twin import app as twins
from core.store import mail
from worker.mail import send_mail


@pytest.fixture
def company(house):
    """The mail company, and a house whose letters go there."""
    ids = count(1)
    app = twins.build(
        house.settings,
        clock=lambda: datetime(2026, 3, 4, tzinfo=UTC),
        new_id=lambda: f"{next(ids):032x}",
        name_enquiry=lambda msisdn: (404, {}),
        mail_port=0,
    )
    yield app.extensions["desk"]
    twins.close(app)


@pytest.fixture
def sender(house, company):
    url = f"smtp://127.0.0.1:{company.mailbox.port}"
    return replace(house, settings=house.settings.model_copy(update={"smtp_url": url}))


def owe(house, **facts):
    letter = {"to": "ruth@bank.example", "subject": "Habari", "body": "Karibu."}
    with house.unit() as unit:
        return mail.queue(unit, **{**letter, **facts})


def standing(house):
    with house.unit() as unit:
        return [(one.status, one.attempts, one.error) for one in mail.listed(unit)]


def test_a_letter_leaves_once(sender, company):
    mail_id = owe(sender)
    assert send_mail(sender) == 1
    assert send_mail(sender) == 0
    (letter,) = company.mailbox.letters()
    assert (letter.to, letter.subject, letter.body.strip()) == (
        "ruth@bank.example",
        "Habari",
        "Karibu.",
    )
    assert letter.message_id == f"<{mail_id}@wekeza.test>"
    assert standing(sender) == [("sent", 1, None)]


def test_nothing_of_it_stands_in_clear(sender):
    owe(sender)
    with sender.unit() as unit:
        row = unit.value("select m::text from mails m")
    for word in (b"ruth", b"Habari", b"Karibu"):
        assert word.hex() not in row


def test_a_company_that_is_down_is_tried_again_more_and_more_slowly(sender, company, clock):
    company.exchange.faults.plan = company.exchange.faults.plan.changed({"down": ["mail"]})
    owe(sender)
    assert send_mail(sender) == 0
    assert send_mail(sender) == 0, "not yet"
    assert standing(sender) == [("queued", 1, "SMTPDataError (451)")]
    clock.pass_(seconds=21)
    send_mail(sender)
    clock.pass_(seconds=21)
    send_mail(sender)
    assert standing(sender)[0][1] == 2, "a minute after the second"
    company.exchange.faults.reset()
    clock.pass_(seconds=60)
    assert send_mail(sender) == 1


def test_it_is_given_up_in_the_end(sender, company, clock):
    company.exchange.faults.plan = company.exchange.faults.plan.changed({"down": ["mail"]})
    owe(sender)
    for _ in range(mail.MOST_ATTEMPTS + 2):
        send_mail(sender)
        clock.pass_(hours=2)
    assert standing(sender) == [("dead", mail.MOST_ATTEMPTS, "SMTPDataError (451)")]


def test_what_is_of_no_use_any_more_is_not_sent(sender, company, clock):
    owe(sender, expires_at=clock.now + timedelta(hours=1))
    clock.pass_(hours=1)
    assert send_mail(sender) == 0
    assert company.mailbox.letters() == []
    assert standing(sender) == [("dead", 0, "expired")]


def test_a_letter_whose_sender_vanished_is_sent_by_the_next(sender, company, clock):
    owe(sender)
    with sender.unit() as unit:
        (taken,) = mail.take(unit, most=5)
    assert send_mail(sender) == 0, "another holds it"
    clock.pass_(minutes=2, seconds=1)
    assert send_mail(sender) == 1
    with sender.unit() as unit:
        mail.failed(unit, taken, error="late", for_good=True)  # its lease has gone
    assert standing(sender) == [("sent", 2, None)]


def test_two_senders_share_the_work(sender):
    for _ in range(4):
        owe(sender)
    with sender.unit() as one, sender.unit() as other:
        first, second = mail.take(one, most=3), mail.take(other, most=3)
    assert (len(first), len(second)) == (3, 1)
    assert not {letter.id for letter in first} & {letter.id for letter in second}


def test_without_a_server_letters_wait(house):
    owe(house)
    bare = house.settings.model_copy(update={"smtp_url": ""})
    assert send_mail(replace(house, settings=bare)) == 0
    assert standing(house) == [("queued", 0, None)]


@pytest.mark.parametrize("to", ["nobody", "a@b.example\r\nBcc: all@bank.example"])
def test_an_address_that_breaks_out_of_its_header_is_refused(house, to):
    with pytest.raises(ValueError, match="one line"):
        owe(house, to=to)


def test_old_letters_are_forgotten(sender, clock):
    owe(sender)
    send_mail(sender)
    clock.pass_(days=2, minutes=1)
    with sender.unit() as unit:
        assert mail.purge(unit) == 1
    assert standing(sender) == []
