"""Where the twins of the bank's partners stand: one blueprint file each, and faults in one place.

A partner's file makes a blueprint from its `bot.simulator.twin.stand.Stand`; a line in `TWINS`
mounts it. What the partner would do stands in ``core/partners/<name>_twin.py``, which knows nothing
of HTTP. The faults of `core.partners.mishaps` befall every call before and after the blueprint sees
it, and every callback that leaves by `Stand.tell`: ``POST /twin/partners/<name>/faults`` sets them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import sleep
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request

from bot.simulator.twin import (
    airtime,
    billers,
    cards,
    liquidity,
    merchants,
    momo,
    mpesa,
    rails,
    scheme,
    verification,
)
from bot.simulator.twin.post import Postman
from bot.simulator.twin.stand import Stand
from core.partners.liquidity_twin import FIRMS
from core.partners.mishaps import Mishaps
from core.partners.rails.twin_rules import RULES

Make = Callable[[Stand], Blueprint]
TWINS: Mapping[str, Make] = {
    "mpesa": mpesa.make,
    "momo": momo.make,
    "cards": cards.make,
    "merchants": merchants.make,
    "airtime": airtime.make,
    "billers": billers.make,
    "verification": verification.make,
    "scheme": scheme.make,
    **dict.fromkeys(FIRMS, liquidity.make),
    **dict.fromkeys(RULES, rails.make),
}
"""One line for each partner: its name, and what makes its blueprint."""

partners_control = Blueprint("partners_control", __name__, url_prefix="/twin/partners")


def mount(
    app: Flask,
    settings: Any,  # noqa: ANN401 - any object with the settings' names
    *,
    postman: Postman,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    seed: int = 1,
) -> None:
    """Put every partner's twin in its place, and the faults before them."""
    stands: dict[str, Stand] = {}
    for name, make in TWINS.items():
        stand = Stand(name, settings, Mishaps(f"{seed}:{name}"), postman, clock, new_id)
        stands[name] = stand
        app.register_blueprint(_troubled(make(stand), stand.mishaps))
    app.extensions["partners"] = stands
    app.register_blueprint(partners_control)


def _troubled(blueprint: Blueprint, mishaps: Mishaps) -> Blueprint:
    """Have faults befall what a blueprint is asked and answers."""

    def before() -> Response | None:
        g.befalls = mishaps.befalls()
        if mishaps.plan.slow:
            sleep(mishaps.plan.slow)
        if g.befalls == "down":
            return Response("service unavailable", 503, mimetype="text/plain")
        return _silence() if g.befalls == "lost_call" else None

    def after(answer: Response) -> Response:
        return _silence() if g.get("befalls") == "lost_answer" else answer

    blueprint.before_request(before)
    blueprint.after_request(after)
    return blueprint


def _silence() -> Response:
    """Answer as a proxy does that lost its server: nothing can be read from it."""
    return Response("", 502)


@partners_control.get("")
def plans() -> Response:
    """Tell which faults each partner has."""
    return jsonify({name: stand.mishaps.plan.view() for name, stand in _stands().items()})


@partners_control.post("/<name>/faults")
def faults(name: str) -> tuple[Response, int]:
    """Change what goes wrong at a partner; ``{"reset": true, "seed": "7"}`` switches all off."""
    if not request.is_json:  # a page of another site cannot send that unasked
        abort(415)
    stand = _stands().get(name) or abort(404)
    order: dict[str, Any] = dict(request.get_json())
    if order.pop("reset", False):
        seed = order.pop("seed", None)
        stand.mishaps.reset(None if seed is None else str(seed))
    try:
        stand.mishaps.plan = stand.mishaps.plan.changed(order)
    except (TypeError, ValueError) as error:
        return jsonify(error=str(error)), 400
    return jsonify(stand.mishaps.plan.view()), 200


def reset(app: Flask) -> None:
    """Switch every partner's faults off."""
    for stand in cast("dict[str, Stand]", app.extensions["partners"]).values():
        stand.mishaps.reset()


def _stands() -> dict[str, Stand]:
    return cast("dict[str, Stand]", current_app.extensions["partners"])
