"""A house whose card scheme is its twin, asked over HTTP without a network."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
from flask import Flask

from bot.house import House
from bot.simulator.twin import scheme as served
from bot.simulator.twin.partners import _troubled
from bot.simulator.twin.stand import Stand
from core.partners.mishaps import Mishaps
from core.partners.scheme import CardSecrets, Scheme


class Kept:
    """What the twin has called the bank with."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    def send(self, errand: Any, *, after: float) -> None:
        self.letters.append(errand.letter)


@dataclass
class SchemeTown:
    """A house, and the scheme's twin that it asks."""

    house: House
    stand: Stand
    post: Kept


def with_scheme(house: House) -> SchemeTown:
    """Return the house with its scheme at a twin of the test's own."""
    post = Kept()
    stand = Stand(
        "scheme", house.settings, Mishaps("7"), post, house.clock, lambda: house.ids().hex
    )  # type: ignore[arg-type]
    twin = Flask("twin")
    twin.register_blueprint(_troubled(served.make(stand), stand.mishaps))
    scheme = Scheme(
        "http://twin/scheme",
        key=house.settings.scheme_key,
        webhook_key=house.settings.scheme_webhook_key,
        transport=httpx.WSGITransport(app=twin),
    )
    told = replace(
        house,
        partners={**house.partners, scheme.name: scheme},
        answerers={**house.answerers, CardSecrets: scheme},
    )
    return SchemeTown(told, stand, post)
