"""The web application: every blueprint with how it is checked, and what every answer carries."""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import api, guard, logs, problems, receipts, uploads
from bot import house as houses
from bot.card_door import card_door
from bot.card_page import card_page
from bot.console import shell
from bot.console.pages import console
from bot.documents import documents
from bot.house import House
from bot.ops import ops
from bot.payments import payments
from bot.settings import Settings, load
from bot.sim_notices import sim_notices
from bot.simulator.page import simulator
from bot.simulator.staff import demo_staff
from bot.streams import Seats
from bot.verify import verify
from bot.webhooks import webhooks
from core.errors import Refusal

LONGEST_BODY = 1024 * 1024
MOST_FORM_PARTS = 200

# How each blueprint knows its caller. A test demands an entry for every blueprint.
AUTH = {
    "webhooks": "the provider's signature, or the secret in the path",
    "sim_notices": "the secret in the path",
    "payments": "the partner's signature, or the secret in the path",
    "card_door": "the scheme's signature over the time and the body",
    "documents": "the signature in the path, good for a day",
    "card_page": "the token of a link, good for five minutes and one opening",
    "verify": "open: masked facts of one payment, to whoever has its code",
    "ops": "open: no customer data; keep /metrics inside your network",
    "simulator": "demo only: not registered unless DEMO_MODE=1",
    "demo_staff": "demo only, as the simulator",
    "auth": "bot/guard.py: a bearer token, or what each public route asks for instead",
    "auth_v1": "the same under /v1",
    "console": "bot/guard.py: the desk's cookie, or what each public page asks for instead",
    "staff": "bot/guard.py: a bearer token and the permission staff.manage",
    "staff_v1": "the same under /v1",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}
_HARDENING = [(name, value, name.lower()) for name, value in HEADERS.items()]


def build(settings: Settings | None = None, house: House | None = None) -> Flask:
    """Return the application, built from settings (the environment's by default)."""
    settings = settings or (house.settings if house else load())
    logs.configure(settings.log_level)
    app = Flask("bot", template_folder="../templates", static_folder="static")
    app.request_class = uploads.InMemory
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        MAX_FORM_MEMORY_SIZE=LONGEST_BODY,
    )
    app.extensions["house"] = house or houses.build(
        settings, name="wekeza-web", pool=settings.web_threads
    )
    app.extensions["seats"] = Seats(settings.live_pages)
    app.extensions["receipts"] = receipts.writer(app.extensions["house"])
    app.register_blueprint(webhooks)
    app.register_blueprint(sim_notices)
    app.register_blueprint(payments)
    app.register_blueprint(card_door)
    app.register_blueprint(ops)
    app.register_blueprint(documents)
    app.register_blueprint(verify)
    app.register_blueprint(card_page)
    api.register(app, settings)
    if settings.demo_mode:
        app.register_blueprint(simulator)
        app.register_blueprint(demo_staff)
    app.register_blueprint(console)
    app.extensions["refused"] = shell.refused
    app.register_error_handler(HTTPException, _of_error)
    app.register_error_handler(Refusal, guard.refuse)
    guard.require_rules(app)
    app.session_interface = NoSessions()
    app.wsgi_app = Hardened(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        # Signatures are computed over PUBLIC_BASE_URL all the same.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _of_error(error: HTTPException) -> Response:
    """Answer Flask's own errors: with a page at the desk, as `problems` says elsewhere."""
    if f"{request.path}/".startswith(f"{guard.DESK}/"):
        return shell.sorry(error)
    return problems.of_error(error)


class NoSessions(SessionInterface):
    """No cookie holds anything here, so none is unsealed with each request or sealed after it."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Return that there is no session."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


class Hardened:
    """Adds what every answer carries, unless the answer says otherwise itself."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as the application does, with the headers added."""

        def start(
            status: str,
            headers: list[tuple[str, str]],
            error: Any = None,  # noqa: ANN401 - handed on as it is
        ) -> Callable[[bytes], object]:
            given = {name.lower() for name, _ in headers}
            more = [(name, value) for name, value, known in _HARDENING if known not in given]
            return start_response(status, headers + more, error)

        return self._app(environ, start)
