"""Watching the clocks of alerts, telling compliance, and keeping its pages and files in order."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from bot.house import House
from core.access import staff
from core.aml import casework, evidence, sweep
from core.aml.sweep import Due
from core.crm import filing
from core.regulatory import filing as reports_filing
from core.store import mail
from core.store.unit import Unit

SEEN = "desk:alerts:newest"
"""Where it is kept in Redis which alert live pages were told of last."""

log = structlog.get_logger()


def tick(house: House) -> Due:
    """Tell compliance what is nearly late and what is; pages of compliance are made fresh."""
    with house.unit() as unit:
        due = sweep.tick(unit)
        if due.any:
            write(unit, house, soon=due.warned, late=due.late, reports=due.reports)
        newest = sweep.newest(unit)
    if due.any or _is_news(house, newest):
        house.tell("alerts")
    return due


def tidy(house: House) -> None:
    """Delete files of compliance that belong to nothing."""
    strays = filing.delete_strays(house.unit, house.files("compliance"), known=_known)
    if strays:
        log.info("files tidied", strays=strays)


def _known(unit: Unit, ids: Sequence[UUID]) -> set[UUID]:
    return evidence.known(unit, ids) | reports_filing.known(unit, ids)


def _is_news(house: House, newest: str) -> bool:
    """Return whether pages were not told of the newest alert; while Redis is away nobody hears."""
    before: list[bytes | None] = []
    house.waker.attempt(lambda: before.append(house.redis.set(SEEN, newest, get=True)))  # type: ignore[arg-type]
    return bool(before and newest) and before[0] != newest.encode()


def write(unit: Unit, house: House, *, soon: int = 0, late: int = 0, reports: int = 0) -> None:
    """Owe everybody who works on investigations a letter of how much waits; it names nobody."""
    for officer in casework.officers(unit):
        member = staff.get(unit, officer)
        words = house.words(member.languages[0] if member.languages else "en", "mail")
        facts = {
            "name": member.name,
            "link": f"{house.settings.public_base_url}/desk/compliance",
            "soon": str(soon),
            "late": str(late),
            "reports": str(reports),
        }
        mail.queue(
            unit,
            to=member.email,
            subject=words.say("mail", "compliance_due_subject", facts),
            body=words.say("mail", "compliance_due_body", facts),
        )
