"""Who may call what: one decorator for every route of the API and the desk.

A route says what it takes (`guard`) or why it takes nothing (`public`); `require_rules` lets no
application be built with one that says neither. The API knows its caller by a signed token, the
desk by a cookie; both name a session that is looked up with every request, so ending it acts at
once. What changes something from the desk needs a token of that session too, and must come from
our own pages.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, redirect, request
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from bot import problems
from bot.house import House
from bot.settings import Settings
from core.access import sessions
from core.access.actors import Actor
from core.access.refresh import SignInAgain
from core.access.sessions import Key
from core.errors import DeskRefusal, Refusal
from core.store.unit import Unit

COOKIE = "desk"
DESK = "/desk"
SIGN_IN = f"{DESK}/sign-in"
UNGUARDED = frozenset(
    {
        "static",
        "webhooks",
        "sim_notices",
        "payments",
        "card_door",
        "documents",
        "ops",
        "simulator",
        "demo_staff",
    }
)
"""Blueprints that know their callers in other ways (``bot.app.AUTH``)."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

P = ParamSpec("P")
R = TypeVar("R")
Facts = Mapping[str, Any]
Owns = Callable[[Unit, Actor, Facts], bool]


class NotYours(DeskRefusal):
    """It belongs to somebody else."""

    code = "not_yours"


class AddressNotAllowed(DeskRefusal):
    """An administrator works from the networks of ADMIN_ALLOWED alone."""

    code = "address_not_allowed"


class BadCsrf(DeskRefusal):
    """The request did not come from a page of ours."""

    code = "bad_csrf"


class BadToken(DeskRefusal):
    """The bearer token is missing, broken, too old, or not ours."""

    code = "bad_token"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route takes.

    A permission (None: anybody signed in), a resource of one's own, a fresh second factor;
    ``by_itself`` is one that an open page calls without anybody doing anything; ``public`` says why
    a route takes nothing at all.
    """

    permission: str | None = None
    owner: Owns | None = None
    mfa: bool = False
    by_itself: bool = False
    public: str = ""


def guard(
    permission: str | None,
    *,
    owner: Owns | None = None,
    mfa: bool = False,
    by_itself: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let a view be called by those only who may. Put it under the route's own decorator.

    ``owner`` is asked with the unit, the actor and the route's arguments whether the resource is
    theirs to use; ``mfa`` asks for a second factor proven within the last quarter of an hour.
    """
    rule = Rule(permission=permission, owner=owner, mfa=mfa, by_itself=by_itself)

    def wrap(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            try:
                _admit(rule, kwargs)
            except Refusal as refusal:
                return refuse(refusal)
            return view(*args, **kwargs)

        guarded.rule = rule  # type: ignore[attr-defined]
        return guarded

    return wrap


def public(why: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say why a view may be called by anybody: what it asks for instead."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def open_to_all(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        open_to_all.rule = Rule(public=why)  # type: ignore[attr-defined]
        return open_to_all

    return wrap


def rules(app: Flask) -> dict[str, Rule | None]:
    """Return every route's rule by endpoint; None for one that says nothing."""
    return {
        endpoint: getattr(view, "rule", None)
        for endpoint, view in app.view_functions.items()
        if endpoint.split(".")[0] not in UNGUARDED
    }


def require_rules(app: Flask) -> None:
    """Refuse an application with a route that does not say who may call it.

    :raises LookupError: naming those that say nothing
    """
    silent = sorted(endpoint for endpoint, rule in rules(app).items() if rule is None)
    if silent:
        raise LookupError(f"no rule (bot/guard.py): {', '.join(silent)}")


def actor() -> Actor:
    """Return who is calling, inside a guarded view."""
    return cast("Actor", g.actor)


def csrf_token(session: UUID) -> str:
    """Return what a form or script of the desk sends along, as ``csrf``, to change something."""
    key = _house().settings.secret_key.encode()
    return hmac.new(key, b"csrf:" + session.bytes, hashlib.sha256).hexdigest()


def require_our_page() -> None:
    """Let a request pass that a page of ours has made, as its browser says.

    :raises BadCsrf: if it comes from anywhere else, or does not say
    """
    origin = request.headers.get("Origin")
    if origin is None:
        if request.headers.get("Sec-Fetch-Site") == "same-origin":
            return
        raise BadCsrf
    public_base = urlsplit(_house().settings.public_base_url)
    ours = {request.host_url.rstrip("/"), f"{public_base.scheme}://{public_base.netloc}"}
    if origin not in ours:
        raise BadCsrf


def require_address(settings: Settings, role: str, ip: str) -> None:
    """Let everybody pass but an administrator from outside ADMIN_ALLOWED.

    :raises AddressNotAllowed: to one
    """
    networks = settings.admin_allowed
    if role != "admin" or not networks:
        return
    try:
        here = ip_address(ip)
    except ValueError:
        raise AddressNotAllowed from None
    if not any(here in ip_network(network, strict=False) for network in networks):
        raise AddressNotAllowed


def give_cookie(response: Response, key: Key) -> None:
    """Have a browser keep the key of its session; no script can read it, no other site sends it."""
    response.set_cookie(
        COOKIE,
        str(key),
        max_age=int(sessions.LONGEST.total_seconds()),
        path=DESK,
        secure=_house().settings.public_base_url.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )


def drop_cookie(response: Response) -> None:
    """Have a browser forget its session's key."""
    response.delete_cookie(COOKIE, path=DESK)


def cookie() -> Key | None:
    """Return the key that a browser shows; it need not open anything (any more)."""
    return sessions.key_of(request.cookies.get(COOKIE, ""))


def refuse(refusal: Refusal) -> Response:
    """Answer a refusal: a problem to an API's client, a page or the way to sign in at the desk."""
    if problems.is_api(request.path):
        return problems.of_refusal(refusal)
    if refusal.code in {"sign_in_again", "bad_token"}:
        return _to_sign_in()
    page: Callable[[Refusal, int], Response] = current_app.extensions.get("refused", _plainly)
    return page(refusal, problems.status_of(refusal))


def _admit(rule: Rule, facts: Facts) -> None:
    house = _house()
    with house.unit() as unit:
        found = _caller(unit, rule)
        require_address(house.settings, found.role, found.ip)
        if rule.permission is not None:
            found.require(rule.permission)
        if rule.owner is not None and not rule.owner(unit, found, facts):
            raise NotYours
        if rule.mfa:
            found.require_mfa(unit.now)
    g.actor = found


def _caller(unit: Unit, rule: Rule) -> Actor:
    """Return who is calling: by the token under an API's paths, by the cookie elsewhere."""
    ip = request.remote_addr or ""
    if problems.is_api(request.path):
        session, staff = _token()
        found: Actor | None = sessions.who_of_token(unit, session, staff, ip=ip)
    else:
        key = cookie()
        # What a page fetches to stay fresh is no sign that anybody sits before it.
        refreshes = request.method in SAFE and "HX-Request" in request.headers
        used = not (rule.by_itself or refreshes)
        found = None
        if key is not None:
            found = sessions.who(unit, key.session, key.secret, ip=ip, used=used)
        if found is not None and key is not None and request.method not in SAFE:
            _require_csrf(key.session)
    if found is None:
        raise SignInAgain
    return found


def _token() -> tuple[UUID, UUID]:
    """Return the session and the member of staff that the bearer token names."""
    try:
        verify_jwt_in_request()
        claims = get_jwt()
        return UUID(claims["sid"]), UUID(claims["sub"])
    except (JWTExtendedException, PyJWTError, KeyError, ValueError, TypeError):
        raise BadToken from None


def _require_csrf(session: UUID) -> None:
    require_our_page()
    given = request.headers.get("csrf") or request.form.get("csrf", "")
    if not hmac.compare_digest(given.encode(), csrf_token(session).encode()):
        raise BadCsrf


def _to_sign_in() -> Response:
    """Send a browser to sign in, and from there back to where it was going."""
    back = request.full_path.rstrip("?") if request.method in SAFE else DESK
    where = f"{SIGN_IN}?next={quote(back, safe='')}"
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": where})
    if "text/event-stream" in request.headers.get("Accept", ""):
        return Response(status=401)
    return cast("Response", redirect(where, code=303))


def _plainly(refusal: Refusal, status: int) -> Response:
    return Response(refusal.code.replace("_", " "), status, mimetype="text/plain")


def _house() -> House:
    return cast("House", current_app.extensions["house"])
