"""Everything the twin is made of, found by its pages in the Flask application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from bot.simulator.twin.contents import Contents
from bot.simulator.twin.downlink import Downlink
from bot.simulator.twin.exchange import Exchange
from bot.simulator.twin.mailbox import Mailbox
from bot.simulator.twin.meta_pairs import PairLimits
from bot.simulator.twin.meta_templates import Templates
from bot.simulator.twin.photo import Photo
from bot.simulator.twin.sessions import Sessions
from bot.simulator.twin.tried import Tried
from bot.simulator.twin.uplink import Uplink

__all__ = ["Answer", "Desk", "Photo", "desk"]

Answer = Callable[[str], tuple[int, dict[str, object]]]


@dataclass(slots=True)
class Desk:
    """The outside world's one desk."""

    exchange: Exchange
    uplink: Uplink
    downlink: Downlink
    sessions: Sessions
    contents: Contents
    templates: Templates
    tried: Tried
    mailbox: Mailbox
    name_enquiry: Answer
    base_url: str
    """Where the bank reaches the companies' API and pictures."""
    photos: dict[str, Photo] = field(default_factory=dict)
    pairs: PairLimits = field(default_factory=PairLimits)


def desk() -> Desk:
    """Return the desk of the running application."""
    return cast("Desk", current_app.extensions["desk"])
