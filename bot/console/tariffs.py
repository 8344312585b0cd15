"""Tariffs: what is charged today, and asking for a new one, which somebody else decides."""

from dataclasses import dataclass

from flask import Response, request

from bot.console import shell
from bot.console.approvals import told
from bot.console.shell import console
from bot.guard import actor, guard
from core.errors import Refusal
from core.fees import schedule, tariffs
from core.kyc.countries import SERVED
from core.money import DIGITS

LONGEST = 1200


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says, as it was filled in."""

    what: str
    country: str
    currency: str
    begins: str = ""
    source: str = ""
    bands: str = ""
    reason: str = ""


@console.get("/tariffs")
@guard("approvals.read")
def tariffs_page() -> Response:
    """Show a country's schedule, and the form to change one service of it."""
    country = shell.chosen("country", tuple(SERVED)) or next(iter(SERVED))
    currency = shell.chosen("currency", tuple(DIGITS)) or SERVED[country].currency
    what = shell.chosen("what", schedule.SERVICES) or schedule.SERVICES[0]
    return _page(Asked(what, country, currency))


@console.post("/tariffs")
@guard("tariffs.request")
def ask_tariff() -> Response:
    """Ask for a new tariff; it is charged from its day on once another person has approved it."""
    given = Asked(
        **{name: request.form.get(name, "")[:40] for name in ("what", "country", "currency")},
        begins=shell.field("begins", most=10),
        source=shell.field("source", most=200),
        bands=shell.field("bands", most=LONGEST),
        reason=shell.field("reason"),
    )
    facts = {name: getattr(given, name) for name in Asked.__slots__ if name != "reason"}
    facts["bands"] = facts["bands"].replace("\r", "").replace("\n", ";")
    try:
        with shell.house().unit() as unit:
            asked = tariffs.request(unit, actor(), tariffs.read(facts), reason=given.reason)
    except Refusal as refused:
        return _page(given, refused)
    return told(asked)


def _page(asked: Asked, refused: Refusal | None = None) -> Response:
    known = asked.country in SERVED and asked.currency in DIGITS
    with shell.house().unit() as unit:
        framed = shell.frame(unit, "approvals")
        lines = (
            schedule.listed(unit, country=asked.country, currency=asked.currency) if known else []
        )
    current = [line.band for line in lines if line.what == asked.what]
    return shell.show(
        "tariffs",
        framed,
        status=shell.status_of(refused),
        refused=shell.told(refused),
        asked=asked,
        lines=lines,
        bands=asked.bands or "\n".join(tariffs.told(band) for band in current),
        countries=list(SERVED),
        currencies=sorted({line.currency for line in SERVED.values()} | {"USD", "EUR", "GBP"}),
        services=schedule.SERVICES,
    )
