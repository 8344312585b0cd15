"""The twin of the rails' switches over HTTP: `core.partners.rails.twin`, with XML and signatures.

One blueprint a rail, at ``/pesalink``, ``/rtgs``, ``/eft`` and ``/papss``. ``POST
/<rail>/twin/transfers`` has somebody at another bank pay one of our customers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any

from flask import Blueprint, Response, jsonify, request

from bot.simulator.twin.stand import Callback, Stand
from core.iso.credit_transfer import credit_transfer, read_credit_transfers
from core.iso.initiation import read_initiation
from core.iso.messages import CreditTransfer, Party, Returned, Status, Unreadable
from core.iso.returned import read_return, returned
from core.iso.statement_made import statement
from core.iso.status import status
from core.money import DIGITS, Money
from core.partners.rails import report, twin_books
from core.partners.rails.hearing import News
from core.partners.rails.http import (
    FILES,
    HOLDERS,
    JSON,
    PAYMENTS,
    REPORTS,
    RETURNS,
    STATEMENTS,
    TRANSFERS,
    UNKNOWN,
    XML,
)
from core.partners.rails.reach import Turned
from core.partners.rails.signing import is_genuine, signed
from core.partners.rails.twin import Switch
from core.partners.rails.twin_rules import RULES
from core.partners.wire import NoAnswer

FIRST_MAJOR = 1_000_000_000
"""What every settlement account began with, in main units."""
ACCOUNT, KEEPER = "1000200300", "CBKEKENX"
AHEAD = timedelta(days=400)
SOMEBODY = Party("Njeri Wanjala", "0110223344556", "KCBLKENX", "01")
"""Who pays our customers at the twin, unless said otherwise."""


@dataclass(slots=True)
class Window:
    """Where one rail's switch is spoken to: one call at a time."""

    stand: Stand
    switch: Switch
    lock: Lock = field(default_factory=Lock)

    @property
    def secret(self) -> str:
        """What the bank and this switch know each other by."""
        return str(self.stand.settings.rail_secrets.get(self.stand.name, ""))

    def ask(self, question: Callable[[datetime], Any]) -> Any:  # noqa: ANN401 - as each answers
        """Put a question to the switch at this moment, and send what it has to tell."""
        now = self.stand.clock()
        with self.lock:
            try:
                return question(now)
            finally:
                for at, news in self.switch.news(until=now + AHEAD):
                    self._tell(news, at=at, now=now)

    def _tell(self, news: News, *, at: datetime, now: datetime) -> None:
        url = f"{str(self.stand.settings.public_base_url).rstrip('/')}{self._path}"
        self.stand.tell(
            Callback(
                lane=f"{self.stand.name}:{_about(news)}",
                body=written(news).decode(),
                lie=_lie(news),
                after=max(0.0, (at - now).total_seconds()),
                url=url,
                # Signed for the moment it is made: some calls are a day ahead.
                headers=lambda body: {
                    "Content-Type": XML,
                    **signed(
                        self.secret, at=max(at, now), method="POST", path=self._path,
                        body=body.encode(),
                    ),
                },
            )
        )  # fmt: skip

    @property
    def _path(self) -> str:
        return f"/webhooks/payments/{self.stand.name}"


def make(stand: Stand) -> Blueprint:
    """Return the blueprint of the rail that the stand is named after."""
    return blueprint(Window(stand, Switch(RULES[stand.name], seed=stand.mishaps.seed)))


def blueprint(window: Window) -> Blueprint:
    """Return the blueprint of a rail's switch."""
    rail = Blueprint(window.stand.name, __name__, url_prefix=f"/{window.stand.name}")
    rail.before_request(lambda: _refuse_strangers(window))
    rail.register_error_handler(Unreadable, lambda error: (jsonify(code=str(error)), 400))
    rail.register_error_handler(Turned, _turned)
    rail.register_error_handler(NoAnswer, lambda _: Response("", 504))
    _add_calls(rail, window)
    _add_questions(rail, window)
    _add_books(rail, window)
    return rail


def _add_calls(rail: Blueprint, window: Window) -> None:
    @rail.post(PAYMENTS)
    def pay() -> Response:
        (payment,) = read_credit_transfers(request.get_data())
        return _told(window.ask(lambda now: window.switch.pay(payment, now=now)))

    @rail.post(FILES)
    def hand_in() -> Response:
        file = read_initiation(request.get_data())
        window.ask(lambda now: window.switch.hand_in(file, now=now))
        return Response("", 202)

    @rail.post(RETURNS)
    def give_back() -> Response:
        back = read_return(request.get_data())
        return _told(window.ask(lambda now: window.switch.give_back(back, now=now)))

    @rail.post("/twin/transfers")
    def transfer_in() -> tuple[Response, int]:
        asked = dict(request.get_json())
        number = f"{window.stand.name[:2].upper()}T{window.stand.new_id()[:20].upper()}"
        window.ask(lambda now: window.switch.transfer_in(_transfer(asked, number, now), now=now))
        return jsonify(number=number), 201


def _add_questions(rail: Blueprint, window: Window) -> None:
    @rail.get(f"{PAYMENTS}/<end_to_end>")
    def how_it_stands(end_to_end: str) -> Response:
        found = window.ask(lambda now: window.switch.status(end_to_end, now=now))
        return _unknown() if found is None else Response(status(found), mimetype=XML)

    @rail.get(f"{RETURNS}/<number>")
    def what_came_back(number: str) -> Response:
        found = window.ask(lambda now: window.switch.returned(number, now=now))
        return _unknown() if found is None else Response(returned(found), mimetype=XML)

    @rail.get(f"{TRANSFERS}/<number>")
    def what_came(number: str) -> Response:
        found = window.ask(lambda _: window.switch.incoming.get(number))
        return _unknown() if found is None else Response(credit_transfer(found), mimetype=XML)

    @rail.post(HOLDERS)
    def whose() -> Response:
        asked = request.get_json()
        at = Party(account=str(asked["account"]), bic=str(asked["bic"]), code=str(asked["code"]))
        name = window.ask(lambda _: window.switch.holder(at))
        return _unknown() if name is None else jsonify(name=name)


def _add_books(rail: Blueprint, window: Window) -> None:
    @rail.get(f"{REPORTS}/<day>")
    def passed(day: str) -> Response:
        on = date.fromisoformat(day)
        lines = window.ask(lambda now: twin_books.report(window.switch, on, now=now))
        return Response(report.written(lines), mimetype="text/csv")

    @rail.get(f"{STATEMENTS}/<day>/<currency>")
    def stated(day: str, currency: str) -> Response:
        now = window.stand.clock()
        told = window.ask(
            lambda now: twin_books.statement(
                window.switch,
                date.fromisoformat(day),
                currency,
                account=ACCOUNT,
                bank=KEEPER,
                now=now,
                first=Money(FIRST_MAJOR * 10 ** DIGITS[currency], currency),
            )
        )
        if request.args.get("as") == "mt940":
            return Response(twin_books.mt940(told), mimetype="text/plain")
        return Response(statement(told, made_at=now), mimetype=XML)


def _refuse_strangers(window: Window) -> tuple[Response, int] | None:
    path = request.path.removeprefix(f"/{window.stand.name}")
    if path.startswith("/twin/"):  # the demo's own, from no bank; a page of another site cannot ask
        return None if request.is_json else (jsonify(code="json"), 415)
    headers = {name.lower(): value for name, value in request.headers.items()}
    right = is_genuine(
        window.secret,
        headers,
        now=window.stand.clock(),
        method=request.method,
        path=path,
        body=request.get_data(cache=True),
    )
    return None if right else (jsonify(code="not_genuine"), 401)


def _turned(turned: Turned) -> tuple[Response, int]:
    return jsonify(code=turned.code), 429 if turned.again else 422


def _told(found: Status | None) -> Response:
    """Answer with how it stands; 202 says that the final word comes later."""
    if found is None:
        return Response("", 202)
    return Response(status(found), 202 if found.code == "ACSP" else 200, mimetype=XML)


def _unknown() -> Response:
    return Response(f'{{"code": "{UNKNOWN}"}}', 404, mimetype=JSON)


def _transfer(asked: dict[str, Any], number: str, now: datetime) -> CreditTransfer:
    payer = Party(
        str(asked.get("name", SOMEBODY.name)),
        str(asked.get("from", SOMEBODY.account)),
        SOMEBODY.bic,
        SOMEBODY.code,
    )
    return CreditTransfer(
        id=number,
        end_to_end=str(asked.get("end_to_end", number)),
        amount=Money.load(str(asked["amount"])),
        debtor=payer,
        creditor=Party("Wekeza customer", str(asked["account"]), "WEKZKENA", ""),
        settles_on=now.date(),
        made_at=now,
        words=str(asked.get("words", "")),
    )


def _about(news: News) -> str:
    return news.id if isinstance(news, CreditTransfer) else news.end_to_end


def written(news: News) -> bytes:
    """Return a piece of news as the message that tells it."""
    match news:
        case Status():
            return status(news)
        case Returned():
            return returned(news)
        case CreditTransfer():
            return credit_transfer(news)


def _lie(news: News) -> str | None:
    """Return what is said instead when faults make it lie: the opposite, or ten times as much."""
    match news:
        case Status(code="RJCT"):
            return status(replace(news, code="ACSC", reason="")).decode()
        case Status():
            return status(replace(news, code="RJCT", reason="AC04", settled_on=None)).decode()
        case CreditTransfer():
            amount = Money(news.amount.minor * 10, news.amount.currency)
            return credit_transfer(replace(news, amount=amount)).decode()
    return None
