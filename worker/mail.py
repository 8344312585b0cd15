"""Hands letters to the mail server: at least once each, a few at a time, again when it fails."""

from dataclasses import replace

import structlog

from bot.house import House
from channels.smtp_mail import File, MailFailed, SmtpMail
from core.access import codes
from core.documents import shelf
from core.store import mail
from core.store.mail import Letter

PAGE = "mail"
MOST_AT_ONCE = 5
"""Letters taken together; each may take ten seconds, and their lease lasts two minutes."""

log = structlog.get_logger()


def send_mail(house: House) -> int:
    """Send what is due and return how many letters left. Without SMTP_URL they wait."""
    settings = house.settings
    if not settings.smtp_url:
        return 0
    server = SmtpMail(settings.smtp_url, sender=settings.mail_from)
    with house.unit() as unit:
        letters = mail.take(unit, most=MOST_AT_ONCE)
    return sum(_send(house, server, letter) for letter in letters)


def _send(house: House, server: SmtpMail, letter: Letter) -> bool:
    try:
        files = _attached(house, letter)
        worded = _worded(house, letter)
        server.send(
            id=_name(letter, letter.place.n) if letter.place else str(letter.id),
            to=letter.to,
            subject=worded.subject,
            body=worded.body,
            at=house.now(),
            files=files,
            follows=_before(letter),
        )
    except MailFailed as failed:
        log.warning("mail not sent", mail=str(letter.id), reason=str(failed))
        with house.unit() as unit:
            mail.failed(unit, letter, error=str(failed), for_good=failed.for_good)
        return False
    with house.unit() as unit:
        mail.sent(unit, letter)
    return True


def _worded(house: House, letter: Letter) -> Letter:
    """Return a letter with its words; the digits of a code are derived here and nowhere kept."""
    told = letter.told
    if told is None:
        return letter
    facts = dict(told.facts)
    if "code_id" in facts:
        facts["code"] = codes.reveal(house.settings.pin_pepper, facts.pop("code_id"))
    words = house.words(told.language, PAGE)
    subject = words.say(PAGE, f"{told.alert}_subject", facts)
    return replace(letter, subject=subject, body=words.say(PAGE, f"{told.alert}_body", facts))


def _before(letter: Letter) -> list[str]:
    """Return the names of the letters of the same case before it."""
    return [_name(letter, n) for n in range(1, letter.place.n)] if letter.place else []


def _name(letter: Letter, n: int) -> str:
    """Return what a letter of a case is called, the same however often it is sent."""
    return f"{letter.place.case}.{n}" if letter.place else str(letter.id)


def _attached(house: House, letter: Letter) -> list[File]:
    """Return what goes along with a letter, opened now and nowhere else.

    :raises MailFailed: for good, if it is not there any more
    """
    if letter.attachment is None:
        return []
    with house.unit() as unit:
        found = shelf.find(unit, letter.attachment)
    if found is None:
        raise MailFailed("its document is gone", for_good=True)
    try:
        content = house.open_file("documents", found.id)
    except FileNotFoundError:
        raise MailFailed("its document is gone", for_good=True) from None
    return [File(found.name, "application/pdf", content)]
