"""Mail, handed to a server over SMTP (RFC 5321), encrypted where it leaves this machine."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 10.0
PORTS = {"smtp": 587, "smtps": 465}
LARGEST = 10 * 1024 * 1024
"""Bytes of a whole letter, as it goes over the wire; many servers take no more."""
MOST_REFERENCES = 20
HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class MailFailed(Exception):
    """A letter was not taken. ``for_good``: it never will be; otherwise another try may do."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class File:
    """Something attached to a letter."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


class SmtpMail:
    """A mail server, by its address.

    ``smtp://`` goes on encrypted by STARTTLS, ``smtps://`` is encrypted from the first byte. Only
    a server on this machine may do without.
    """

    def __init__(self, url: str, *, sender: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._trust = ssl.create_default_context()

    def send(
        self,
        *,
        id: str,  # noqa: A002 - what it is
        to: str,
        subject: str,
        body: str,
        at: datetime,
        files: Sequence[File] = (),
        follows: Sequence[str] = (),
    ) -> None:
        """Hand a letter over. The same ``id`` gives it the same Message-ID, however often.

        ``follows`` are the ids of the letters of the same thread before it, the first one first.

        :raises MailFailed: if it was not taken, for good if it is too large; of the server's own
            words only its code is told, for they may repeat the address
        """
        letter = self._written(id=id, to=to, subject=subject, body=body, at=at, files=files)
        self._thread(letter, follows)
        if len(letter.as_bytes()) > LARGEST:
            raise MailFailed("too large", for_good=True)
        try:
            with self._connected() as server:
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=550)
            raise MailFailed(f"recipient refused ({code})", for_good=code >= 500) from None
        except smtplib.SMTPResponseException as error:
            # A log-in that is refused is ours to mend: letters wait for it.
            lasting = error.smtp_code >= 500 and not isinstance(
                error, smtplib.SMTPAuthenticationError
            )
            reason = f"{type(error).__name__} ({error.smtp_code})"
            raise MailFailed(reason, for_good=lasting) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(type(error).__name__, for_good=False) from None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        if self._secure:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._trust
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if not self._secure and (server.has_extn("starttls") or self._host not in HERE):
                server.starttls(context=self._trust)
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
            yield server

    def _written(
        self,
        *,
        id: str,  # noqa: A002
        to: str,
        subject: str,
        body: str,
        at: datetime,
        files: Sequence[File],
    ) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"], letter["Subject"] = self._sender, to, subject
        letter["Date"] = format_datetime(at)
        letter["Message-ID"] = self._message_id(id)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(body)
        for file in files:
            main, _, sub = file.content_type.partition("/")
            letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return letter

    def _thread(self, letter: EmailMessage, follows: Sequence[str]) -> None:
        """Say which letters it follows (RFC 5322, 3.6.4): the first of them, and the last ones."""
        known = [self._message_id(one) for one in follows]
        if known:
            letter["In-Reply-To"] = known[-1]
            letter["References"] = " ".join((known[0], *known[1:][-MOST_REFERENCES:]))

    def _message_id(self, id: str) -> str:  # noqa: A002
        domain = parseaddr(self._sender)[1].rpartition("@")[2]
        return f"<{id}@{domain}>"
