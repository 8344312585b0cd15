"""Mail against a real SMTP server of the tests' own."""

import ssl
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from socket import socket
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from channels import smtp_mail
from channels.smtp_mail import File, MailFailed, SmtpMail

AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
SENDER = "Wekeza <no-reply@bank.example>"


class Taken:
    """Takes letters, and answers what it is told to."""

    def __init__(self) -> None:
        self.letters: list = []
        self.answer = {"RCPT": "250 ok", "DATA": "250 ok"}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer["RCPT"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer["RCPT"]

    async def handle_DATA(self, server, session, envelope):
        if self.answer["DATA"].startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=default))
        return self.answer["DATA"]


class Anywhere(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def server():
    made = []

    def make(**facts):
        one = Anywhere(Taken(), hostname="127.0.0.1", port=0, **facts)
        one.start()
        made.append(one)
        return one

    yield make
    for one in made:
        one.stop(no_assert=True)


def send(server, *, login="", **facts):
    mail = SmtpMail(f"smtp://{login}127.0.0.1:{server.port}", sender=SENDER)
    letter = {"id": "0198", "to": "ruth@bank.example", "subject": "Habari, Ruth: à toi"}
    mail.send(**{**letter, "body": "Karibu sana.\nÀ bientôt.\n", "at": AT, **facts})


def test_a_letter_arrives_as_it_was_written(server):
    there = server()
    send(there, files=[File("statement.pdf", "application/pdf", b"%PDF-1.7")])
    (letter,) = there.handler.letters
    assert letter["From"] == SENDER
    assert letter["To"] == "ruth@bank.example"
    assert letter["Subject"] == "Habari, Ruth: à toi"
    assert letter["Message-ID"] == "<0198@bank.example>"
    assert letter["Date"] == "Wed, 04 Mar 2026 09:30:00 +0000"
    assert letter.get_body().get_content().splitlines() == ["Karibu sana.", "À bientôt."]
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("statement.pdf", b"%PDF-1.7")


def test_letters_of_a_thread_name_those_before_them(server):
    there = server()
    for n in range(1, 31):
        send(there, id=f"C-1.{n}", follows=[f"C-1.{before}" for before in range(1, n)])
    letters = there.handler.letters
    assert letters[0]["References"] is letters[0]["In-Reply-To"] is None
    known = {one["Message-ID"] for one in letters}
    for before, letter in pairwise(letters):
        follows = letter["References"].split()
        assert letter["In-Reply-To"] == before["Message-ID"] == follows[-1]
        assert follows[0] == letters[0]["Message-ID"] and set(follows) <= known
    assert len(letters[-1]["References"].split()) == smtp_mail.MOST_REFERENCES + 1


def test_a_letter_that_is_too_large_never_leaves(server):
    there = server()
    file = File("statement.pdf", "application/pdf", bytes(smtp_mail.LARGEST * 3 // 4))
    with pytest.raises(MailFailed, match="too large") as failed:
        send(there, files=[file])
    assert failed.value.for_good
    assert there.handler.letters == []


@pytest.mark.parametrize(
    ("step", "answer", "for_good"),
    [
        ("RCPT", "550 5.1.1 no such ruth@bank.example", True),
        ("RCPT", "450 4.2.1 busy", False),
        ("DATA", "554 5.6.0 never", True),
        ("DATA", "451 4.3.0 later", False),
    ],
)
def test_a_refusal_says_whether_it_lasts_and_not_whom_it_was_about(server, step, answer, for_good):
    there = server()
    there.handler.answer[step] = answer
    with pytest.raises(MailFailed) as failed:
        send(there)
    assert failed.value.for_good is for_good
    assert answer[:3] in str(failed.value)
    assert "ruth" not in str(failed.value)


def test_nobody_there_may_be_there_later():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(MailFailed) as failed:
        send(SimpleNamespace(port=port))
    assert not failed.value.for_good


def test_a_password_leaves_encrypted_or_not_at_all(server, monkeypatch):
    there = server(
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False),
    )
    with pytest.raises(MailFailed) as failed:
        send(there, login="user:wrong@")
    assert not failed.value.for_good, "letters wait until the log-in is mended"
    assert there.handler.letters == []
    monkeypatch.setattr(smtp_mail, "HERE", frozenset())
    with pytest.raises(MailFailed, match="NotSupported"):
        send(there, login="user:right@")


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    assert SmtpMail("smtps://mail.example", sender=SENDER)._trust.verify_mode == ssl.CERT_REQUIRED


def test_a_header_cannot_be_smuggled_in(server):
    with pytest.raises(ValueError, match=r"(?i)linefeed|newline"):
        send(server(), subject="Hello\nBcc: all@bank.example")
