"""Changing what something costs: a whole tariff of one service, from a day on, by two people.

The request's facts are the tariff itself, written so that whoever decides can read it; the bands
that are charged are read from them and from nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from core.access import approvals
from core.access.actors import Actor
from core.access.approval_store import Approval
from core.errors import DeskRefusal
from core.fees.schedule import SERVICES, Band
from core.money import Money
from core.store.unit import Unit, jsonb

KIND = "tariff_change"
MOST_BANDS = 11
"""They are told whole in a conversation."""
_BAND = re.compile(
    r"from (?P<start>[\d.]+): (?P<fixed>[\d.]+) and (?P<per_mille>[\d.]+) per mille"
    r", least (?P<least>[\d.]+)(, most (?P<most>[\d.]+))?"
)


class BadTariff(DeskRefusal):
    """That is no tariff. Fact: ``what``, in words."""

    code = "bad_tariff"


class TariffTooLate(DeskRefusal):
    """A tariff begins on a day that is still to come in its country. Fact: ``today``."""

    code = "tariff_too_late"


class TariffUnderway(DeskRefusal):
    """Another tariff of this service begins later already; they are decided one by one."""

    code = "tariff_underway"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service costs in a country and currency, from the first day on which it holds."""

    what: str
    country: str
    currency: str
    begins: date
    source: str
    """Where the figures come from: a regulator, a partner, a decision."""
    bands: tuple[Band, ...]

    @property
    def subject(self) -> str:
        """What a request to change it is about: one at a time is decided."""
        return f"{self.what} {self.country} {self.currency}"


def request(unit: Unit, actor: Actor, tariff: Tariff, *, reason: str) -> Approval:
    """Ask for a new tariff, which somebody else decides.

    :raises Forbidden: if their role may not ask for it
    :raises ReasonNeeded: if nobody said why
    :raises AlreadyAsked: if another one for the same service waits for its decision
    :raises BadTariff: if it has gaps, or is none
    :raises TariffTooLate: if its first day has begun
    """
    _require_sound(tariff)
    today = _today(unit, tariff)
    if tariff.begins <= today:
        raise TariffTooLate(today=today.isoformat())
    return approvals.request(
        unit, actor, KIND, facts=facts_of(tariff), subject=tariff.subject, reason=reason
    )


def take_effect(unit: Unit, asked: Approval) -> Mapping[str, str]:
    """End the tariff that holds on the day before, and begin the one that was asked for.

    :raises TariffTooLate: if its first day has begun while it was being decided
    :raises TariffUnderway: if a later tariff was decided meanwhile
    """
    tariff = read(asked.facts)
    today = _today(unit, tariff)
    if tariff.begins <= today:
        raise TariffTooLate(today=today.isoformat())
    done: bool = unit.value(
        "select change_tariff(%(approval)s, %(what)s, %(country)s, %(currency)s, %(begins)s,"
        " %(source)s, %(bands)s, %(now)s)",
        approval=asked.id,
        what=tariff.what,
        country=tariff.country,
        currency=tariff.currency,
        begins=tariff.begins,
        source=tariff.source,
        bands=jsonb([_row(band) for band in tariff.bands]),
        now=unit.now,
    )
    if not done:
        raise TariffUnderway
    return {"begins": tariff.begins.isoformat()}


def facts_of(tariff: Tariff) -> dict[str, str]:
    """Return a tariff as the facts of a request; `read` reads them."""
    return {
        "what": tariff.what,
        "country": tariff.country,
        "currency": tariff.currency,
        "begins": tariff.begins.isoformat(),
        "source": tariff.source,
        "bands": "; ".join(told(band) for band in tariff.bands),
    }


def read(facts: Mapping[str, str]) -> Tariff:
    """Return the tariff that a request's facts, or a form's fields, tell.

    :raises BadTariff: if they tell none
    """
    currency = facts["currency"]
    try:
        begins = date.fromisoformat(facts["begins"])
        zero = Money(0, currency)
    except ValueError:
        raise BadTariff(what="the first day or the currency") from None
    written = [one.strip() for one in facts["bands"].split(";") if one.strip()]
    return Tariff(
        what=facts["what"],
        country=facts["country"],
        currency=currency,
        begins=begins,
        source=facts["source"].strip(),
        bands=tuple(_band(one, zero.currency) for one in written),
    )


def _require_sound(tariff: Tariff) -> None:
    """Let a tariff pass that says for every amount what it costs, and where that comes from."""
    starts: Sequence[int] = [band.start.minor for band in tariff.bands]
    if tariff.what not in SERVICES:
        raise BadTariff(what="the service")
    if not tariff.source:
        raise BadTariff(what="where the figures come from")
    if not 1 <= len(starts) <= MOST_BANDS:
        raise BadTariff(what=f"there are 1 to {MOST_BANDS} bands")
    if starts[0] != 0 or list(starts) != sorted(set(starts)):
        raise BadTariff(what="the first band begins at 0, and each one above the last")
    if any(band.most is not None and band.most < band.least for band in tariff.bands):
        raise BadTariff(what="the least is more than the most")
    if any(not _is_share(band.per_mille) for band in tariff.bands):
        raise BadTariff(what="per mille is 0 to 999, with three digits after the point")


def _is_share(per_mille: Decimal) -> bool:
    """Return whether the schedule holds it as it is."""
    return per_mille <= 999 and per_mille == round(per_mille, 3)


def _today(unit: Unit, tariff: Tariff) -> date:
    """Return the day it is in the tariff's country."""
    today: date | None = unit.value(
        "select (%(now)s::timestamptz at time zone timezone)::date from countries"
        " where code = %(country)s",
        country=tariff.country,
        now=unit.now,
    )
    if today is None:
        raise BadTariff(what="the country")
    return today


def told(band: Band) -> str:
    """Return a band in words that people and ``read`` read: main units, and per mille."""
    most = "" if band.most is None else f", most {band.most.major:f}"
    return (
        f"from {band.start.major:f}: {band.fixed.major:f}"
        f" and {band.per_mille.normalize():f} per mille"
        f", least {band.least.major:f}{most}"
    )


def _band(written: str, currency: str) -> Band:
    found = _BAND.fullmatch(written)
    if found is None:
        raise BadTariff(what=f"the band “{written[:60]}”")
    try:
        return Band(
            start=Money.load(f"{currency} {found['start']}"),
            fixed=Money.load(f"{currency} {found['fixed']}"),
            per_mille=Decimal(found["per_mille"]),
            least=Money.load(f"{currency} {found['least']}"),
            most=None if found["most"] is None else Money.load(f"{currency} {found['most']}"),
        )
    except (ValueError, InvalidOperation):
        raise BadTariff(what=f"the band “{written[:60]}”") from None


def _row(band: Band) -> dict[str, object]:
    return {
        "from_amount": band.start.minor,
        "fixed": band.fixed.minor,
        "per_mille": str(band.per_mille),
        "least": band.least.minor,
        "most": None if band.most is None else band.most.minor,
    }
