"""Changes of the scene as HTML that the stream sends to the page."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from flask import render_template
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from bot.house import House
from bot.simulator.remote import Remote, TwinAway
from bot.simulator.scene import Change, Scene
from core.crm import xray
from core.money import Money
from flows import diagram
from flows.catalog import STORIES

LONGEST_SESSION = 180
LONGEST_IDLE = 30
LONGEST_SCREEN = 160
TOUR = (
    ("dial", "Dial", "On Amina's keypad phone press Call: *384*100#."),
    ("send", "Send KES 500", "Choose Send money, Brian's 0712000002, 500, and the PIN 4321."),
    ("read", "Read it", "Open WhatsApp on Brian's phone: the money is there."),
    ("twice", "Send twice", "Deliver the last message again: nothing happens twice."),
    ("forged", "Forge it", "Deliver it with a bad signature: refused, 403."),
)
log = structlog.get_logger()
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def key(address: str) -> str:
    """Return a phone's address as an id of the page."""
    return "p" + "".join(c for c in address if c.isalnum())


def money(amount: Money) -> str:
    """Return an amount as the page writes it."""
    return f"{amount.currency} {amount.major:,f}"


def changes(house: House, twin: Remote, scene: Scene, changed: list[Change]) -> str:
    """Return the HTML of what changed, each part naming where it belongs."""
    try:
        return "".join(_change(house, twin, scene, change) for change in changed)
    except TwinAway:
        return render_template("simulator/stream/away.html")


def _change(house: House, twin: Remote, scene: Scene, change: Change) -> str:
    page, facts = "", dict[str, Any]()
    match change.kind:
        case "bubble":
            found = twin.bubble(change.address, change.facts["id"])
            page = "bubble" if found else ""
            facts = {"bubble": found, "new": change.facts.get("new")}
        case "screen":
            shown = twin.screen(change.address)
            page, facts = "screen", {**shown, "session": screen(shown["session"], house.now())}
        case "tried":
            page, facts = "tour", {"tour": TOUR, "tried": change.facts["things"]}
        case "faults":
            page, facts = "faults", {"faults": change.facts["faults"]}
        case "xray":
            page, facts = _seen(house, scene)
    if not page:
        return ""
    facts |= {"address": change.address, "key": key(change.address)}
    return render_template(f"simulator/stream/{page}.html", **facts)


def _seen(house: House, scene: Scene) -> tuple[str, dict[str, Any]]:
    try:
        return "xray", look(house, scene)
    except SQLAlchemyError as error:
        # The books are busy, away or being reset: what was drawn last stays; the stream goes on.
        log.info("x-ray not drawn", error=type(error).__name__)
        return "", {}


def screen(session: dict[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    """Return a session with what its handset counts: characters, and the seconds left."""
    if session is None:
        return None
    lasted = (now - datetime.fromisoformat(session["began"])).total_seconds()
    idle = (now - datetime.fromisoformat(session["heard"])).total_seconds()
    text = session["text"]
    return {
        **session,
        "count": len(text) + 4 if text else 0,  # with its CON or END
        "most": LONGEST_SCREEN,
        "left": max(0, round(LONGEST_SESSION - lasted)),
        "idle": max(0, round(LONGEST_IDLE - idle)),
    }


def look(house: House, scene: Scene) -> dict[str, Any]:
    """Return what the x-ray shows of the message in focus."""
    focus = scene.focus
    if focus is None:
        return {"focus": None}
    seen = None
    if focus.correlation:
        with house.unit() as unit:
            seen = xray.look(unit, focus.correlation)
    return {
        "focus": focus,
        "seen": seen,
        "money": money,
        "diagram": _diagram(focus.turn),
    }


def _diagram(turn: Mapping[str, Any]) -> Markup:
    flow, _, state = str(turn.get("after", "")).partition(".")
    if flow not in STORIES:
        return Markup("")
    # Drawn from our own declarations, never from what a customer typed. Its style is in the
    # page's own sheet: the policy of the page allows none inside it.
    return Markup(_STYLE.sub("", diagram.svg(STORIES[flow], state or None)))  # noqa: S704
