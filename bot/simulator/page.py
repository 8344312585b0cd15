"""The simulator at ``/``: phones side by side, and what each message sets in motion. Demo only."""

import base64
import re
from pathlib import Path
from typing import Any, cast

import redis
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as Redirect

from bot import streams
from bot.house import UI_EVENTS, House
from bot.simulator import anew, draw, stream
from bot.simulator.remote import Remote, TwinAway, remote
from bot.simulator.scene import Change, Scene
from core.crm import xray

AMINA, BRIAN = "+254712000001", "+254712000002"
MOST_PHONES = 4
SAMPLE_PHOTO = "id-card.png"
ACTS = frozenset(
    [
        "say",
        "tap",
        "photo",
        "key",
        "hang-up",
        "drop",
        "expire",
        "lose-next",
        "again",
        "close-window",
        "opt-out",
        "swap-sim",
    ]
)
FLAGS = frozenset({"twice", "forged"})
_ADDRESS = re.compile(r"\+[1-9]\d{6,14}")
_PICTURE = re.compile(r"ME[0-9a-f]{32}")

simulator = Blueprint("simulator", __name__)


@simulator.before_request
def check() -> None:
    """Let only our own page press the buttons: a browser says where a call comes from."""
    if request.method == "POST":
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site not in {"same-origin", "none"}:
            abort(403)


@simulator.get("/")
def page() -> Response:
    """Show the phones asked for, Amina's and Brian's by default."""
    house = _house()
    phones = _phones()
    scene = Scene(phones)
    cursor, away = streams.START, False
    try:
        cursor = streams.last_id(house.redis, UI_EVENTS)
        scene.take(stream.recent(house.redis))
        state = _twin().state(phones)
    except (redis.RedisError, TwinAway):
        state, away = {"phones": [], "tried": [], "faults": {"down": []}}, True
    with house.unit() as unit:
        people = xray.people(unit)
    html = render_template(
        "simulator/page.html",
        away=away,
        cursor=cursor,
        addresses=phones,
        phones=[_handset(view, people, house) for view in state["phones"]],
        people=people,
        most=MOST_PHONES,
        tour=draw.TOUR,
        tried=state["tried"],
        faults=state["faults"],
        contacts=house.settings,
        **draw.look(house, scene),
    )
    response = Response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


@simulator.get("/simulator/stream")
def live() -> Response:
    """Stream what changes, from ``Last-Event-ID`` or ``from`` on."""
    house = _house()
    cursor = streams.cursor()
    if cursor is None:
        abort(400)
    scene = Scene(_phones())
    return streams.serve(
        current_app.extensions["seats"],
        house.settings.redis_url,
        lambda client: stream.frames(client, scene, cursor, lambda c: _drawn(house, scene, c)),
    )


@simulator.post("/simulator/phones/<address>/<act>")
def act(address: str, act: str) -> Response:
    """Press a button of a phone. What comes of it arrives over the stream."""
    if act not in ACTS or not _ADDRESS.fullmatch(address):
        abort(404)
    order: dict[str, Any] = request.form.to_dict()
    order |= {flag: True for flag in FLAGS if order.pop(flag, "")}
    if act == "photo":
        order |= _sample()
    return _ask(lambda twin: twin.act(address, act, order))


@simulator.post("/simulator/faults")
def faults() -> Response:
    """Break the phone companies, or mend them."""
    down = [firm for firm in ("twilio", "africastalking", "bank") if request.form.get(firm)]
    order = {
        "down": down,
        "fail": request.form.get("fail", "")[:20],
        "duplicate": 1.0 if request.form.get("duplicate") else 0.0,
        "late_receipts": 5.0 if request.form.get("late") else 0.0,
    }
    return _ask(lambda twin: twin.faults(order))


@simulator.post("/simulator/clear")
def clear() -> Response:
    """Clear the phones and start the tour again; money that moved stays moved."""
    return _ask(lambda twin: twin.reset())


@simulator.post("/simulator/reset")
def reset() -> Response:
    """Begin anew: the demo bank of today, and nothing on the phones."""
    anew.begin_anew(_house())
    # Last, for it makes every page load anew.
    return _ask(lambda twin: twin.reset())


@simulator.get("/simulator/add")
def add() -> Redirect:
    """Put one more phone on the table."""
    phones = [*_phones(), request.args.get("phone", "").replace(" ", "")]
    known = [phone for phone in dict.fromkeys(phones) if _ADDRESS.fullmatch(phone)]
    return redirect("/?phones=" + "%2C".join(p.replace("+", "%2B") for p in known[-MOST_PHONES:]))


@simulator.get("/simulator/photos/<media>")
def photo(media: str) -> Response:
    """Show a picture that a phone sent."""
    try:
        found = _twin().picture(media) if _PICTURE.fullmatch(media) else None
    except TwinAway:
        found = None
    if found is None:
        abort(404)
    return Response(found[0], mimetype=found[1])


def _ask(what: Any) -> Response:  # noqa: ANN401 - a call on the twin
    try:
        what(_twin())
    except TwinAway:
        return Response(render_template("simulator/stream/away.html"))
    return Response(status=204)


def _house() -> House:
    return cast("House", current_app.extensions["house"])


def _twin() -> Remote:
    return remote(_house().settings.twin_url)


def _phones() -> list[str]:
    wanted = request.args.get("phones", "").replace(" ", "+").split(",")
    known = [phone for phone in dict.fromkeys(wanted) if _ADDRESS.fullmatch(phone)]
    return known[:MOST_PHONES] or [AMINA, BRIAN]


def _drawn(house: House, scene: Scene, changed: list[Change]) -> str:
    return draw.changes(house, _twin(), scene, changed)


def _handset(view: dict[str, Any], people: list[xray.Person], house: House) -> dict[str, Any]:
    owner = next((person for person in people if person.phone == view["address"]), None)
    return {
        **view,
        "key": draw.key(view["address"]),
        "name": owner.name if owner else "Unknown number",
        "owner": owner,
        "screen": draw.screen(view["session"], house.now()),
    }


def _sample() -> dict[str, str]:
    folder = Path(cast("str", current_app.static_folder))
    content = (folder / SAMPLE_PHOTO).read_bytes()
    return {"content": base64.b64encode(content).decode(), "content_type": "image/png"}
