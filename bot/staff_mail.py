"""The letters that staff are sent: what they say, and where their links lead."""

from urllib.parse import quote

from bot.settings import Settings
from core.access.staff import Member
from core.access.staff_tokens import GOOD_FOR, Purpose
from core.store import mail
from core.store.unit import Unit
from flows.words import Words

PATHS: dict[Purpose, str] = {"invitation": "/desk/join", "reset": "/desk/reset"}


def write(unit: Unit, settings: Settings, member: Member, *, purpose: Purpose, token: str) -> None:
    """Owe somebody a letter with a link. It is of no use, and not sent, once the link is over."""
    words = Words(member.languages[0] if member.languages else "en", "mail")
    good_for = GOOD_FOR[purpose]
    hours = int(good_for.total_seconds()) // 3600
    facts = {
        "name": member.name,
        "link": f"{settings.public_base_url}{PATHS[purpose]}?token={quote(token)}",
        "hours": str(hours),
        "days": str(hours // 24),
        "role": words.say("mail", f"role_{member.role}"),
    }
    mail.queue(
        unit,
        to=member.email,
        subject=words.say("mail", f"{purpose}_subject", facts),
        body=words.say("mail", f"{purpose}_body", facts),
        expires_at=unit.now + good_for,
    )
