"""Merchants of the card network: ``/merchants``, a page and an API that pay with a bank's card.

``POST /merchants/sales`` asks the bank, over the switch or over HTTP, as merchants and their
acquirer do, and takes the money unless it is told to wait; further steps are posted to the sale's
own address. What was taken is settled by ``POST /merchants/settle``, as the network's daily report.
A card is named by the number on it, or by what the scheme calls it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from flask import Blueprint, Response, jsonify, request

from bot.simulator.twin import acquirer
from bot.simulator.twin.acquirer import Line, NoAnswer, Sale, Shop
from bot.simulator.twin.stand import Stand
from core.cards import card_pin
from core.money import DIGITS, Money, NotAnAmount
from core.partners.scheme_twin import cvv_of, expiry_of, pan_of

SHOPS: Mapping[str, Shop] = {
    "naivas": Shop("NAIVAS WESTLANDS", "NAIROBI", "KE", "5411"),
    "java": Shop("JAVA HOUSE", "NAIROBI", "KE", "5812"),
    "shell": Shop("SHELL NGONG RD", "NAIROBI", "KE", "5541"),
    "stanley": Shop("SAROVA STANLEY", "NAIROBI", "KE", "7011"),
    "jumia": Shop("JUMIA", "NAIROBI", "KE", "5311"),
    "bets": Shop("LUCKY BETS", "NAIROBI", "KE", "7995"),
    "books": Shop("BOOKS ONLINE", "LONDON", "GB", "5942"),
    "atm": Shop("ATM MOI AVENUE", "NAIROBI", "KE", "6011"),
}
ABROAD: Mapping[str, tuple[str, str]] = {"books": ("GBP", "165.2")}
"""Shops that are paid in a currency of their own, and what the network bills for one of it."""
MOST_SALES = 500
SECONDS = 10.0
WORDS = {
    "00": "Approved", "10": "Approved in part", "14": "No such card", "41": "Lost card",
    "43": "Stolen card", "51": "Not enough funds", "54": "Expired", "55": "Wrong PIN",
    "57": "Not permitted", "59": "Suspected fraud", "61": "Over a limit", "62": "Restricted",
    "65": "Used too often", "75": "PIN tries exceeded", "78": "Not active", "82": "Wrong code",
    "91": "Bank away", "96": "Bank broken", "": "No answer: taken back",
}  # fmt: skip
STEPS = ("capture", "reverse", "refund", "raise")
PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><title>Merchants</title>
<h1>Pay with a card</h1><p>A twin of merchants and their acquirer: no money of this world moves.</p>
<form method="post" action="/merchants/pay">
<p><label>Card number <input name="number" required inputmode="numeric" maxlength="19"></label>
<label>Expiry <input name="expiry" required placeholder="2028-11" maxlength="7"></label></p>
<p><label>At <select name="shop">{shops}</select></label>
<label>How <select name="way">{ways}</select></label></p>
<p><label>Amount <input name="amount" required value="KES 500"></label>
<label>PIN <input name="pin" inputmode="numeric" maxlength="12"></label></p>
<p><button>Pay</button></p></form><ul>{said}</ul>"""


class Unfit(ValueError):
    """What was typed pays nothing. Its words say what is wrong."""


@dataclass
class Network:
    """The merchants and their acquirer: the sales they remember, and how they reach the bank."""

    stand: Stand
    sales: OrderedDict[str, Sale] = field(default_factory=OrderedDict)
    cleared: dict[str, Money] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    _trace: int = 0

    def __post_init__(self) -> None:
        # Another life of the twin must not repeat the numbers of this one.
        self._trace = int(self.stand.new_id()[:8], 16) % 1_000_000

    def sell(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the bank about a sale, and take the money at once unless told to wait.

        :raises Unfit: if nothing can be asked like that
        """
        sale = self._sale(told)
        by = "json" if told.get("door") == "json" else "iso"
        self.sales[sale.ref] = sale
        while len(self.sales) > MOST_SALES:
            self.sales.popitem(last=False)
        answer = self.ask(sale, by)
        if answer["code"] in {"00", "10"} and told.get("capture", True) and sale.what != "refund":
            part = Money(answer["minor"], sale.amount.currency)
            answer["captured"] = self.step(sale.ref, "capture", part, by=by)["code"]
        return answer

    def step(self, ref: str, step: str, amount: Money | None, *, by: str = "iso") -> dict[str, Any]:
        """Go on with a sale: capture, reverse (down to an amount), refund or raise it.

        :raises Unfit: if there is no such sale
        """
        known = self.sales.get(ref)
        if known is None:
            raise Unfit("no such sale")
        kind, what = {
            "capture": ("clear", known.what), "reverse": ("reverse", known.what),
            "refund": ("clear", "refund"), "raise": ("authorise", known.what),
        }[step]  # fmt: skip
        none = Money(0, known.amount.currency)
        amount = amount or (none if step == "reverse" else known.amount)
        sale = replace(
            known, kind=kind, what=what, amount=amount, trace=self._next(), pin_block=None,
            at=self.stand.clock(), paid=None, rate=None,
        )  # fmt: skip
        answer = self.ask(sale, by)
        if kind == "clear" and answer["code"] == "00":
            sign = -1 if what == "refund" else 1
            self.cleared[_told(sale, by)] = Money(sign * amount.minor, amount.currency)
        return answer

    def ask(self, sale: Sale, by: str) -> dict[str, Any]:
        """Return what the bank says to a message; where it says nothing, it is taken back."""
        try:
            told = self._by_json(sale) if by == "json" else self._by_iso(sale)
        except NoAnswer:
            if sale.kind == "authorise":
                self._take_back(sale, by)
            told = {"code": "", "minor": 0}
        words = WORDS.get(told["code"], "Declined")
        self.said = [f"{sale.amount.grouped} at {sale.shop.name}: {words}", *self.said][:20]
        return {"ref": sale.ref, "words": words, **told}

    def settle(self, currency: str) -> tuple[int, Any]:
        """Send the network's report of all that was taken and not settled; return the answer."""
        lines = {told: one for told, one in self.cleared.items() if one.currency == currency}
        now = self.stand.clock()
        report = {
            "id": f"{now:%Y%m%d%H%M%S}-{currency}-{self._next()}",
            "day": f"{now:%Y-%m-%d}",
            "net": {"minor": sum(one.minor for one in lines.values()), "currency": currency},
            "lines": [{"id": told, "minor": one.minor} for told, one in lines.items()],
        }
        answer = self._post("settle", report)
        if answer.status_code == 200:
            for told in lines:
                del self.cleared[told]
        return answer.status_code, answer.json()

    def _sale(self, told: Mapping[str, Any]) -> Sale:
        name = str(told.get("shop", "naivas"))
        way = str(told.get("way", "chip"))
        if name not in SHOPS or way not in acquirer.ENTRIES:
            raise Unfit("no such shop or way of paying")
        pan, expiry, result = _card(told)
        amount = _amount(str(told.get("amount", "")))
        cash = way == "atm"
        pin = str(told.get("pin") or "")
        block = None
        if pin:
            key = bytes.fromhex(str(self.stand.settings.scheme_pin_key))
            block = card_pin.make_block(key, pin, pan, salt=bytes.fromhex(self.stand.new_id()[:16]))
        paid, rate = _abroad(name, amount)
        return Sale(
            kind="authorise", ref=self.stand.new_id()[:20], trace=self._next(),
            at=self.stand.clock(), pan=pan, expiry=expiry, amount=amount, shop=SHOPS[name],
            what="cash" if cash else "purchase", way=way, pin_block=block, code_result=result,
            partial=bool(told.get("partial")), paid=paid, rate=rate,
        )  # fmt: skip

    def _by_iso(self, sale: Sale) -> dict[str, Any]:
        settings = self.stand.settings
        try:
            line = Line(
                "127.0.0.1", settings.card_switch_port, key=str(settings.scheme_webhook_key)
            )
        except OSError as error:
            raise NoAnswer(type(error).__name__) from error
        try:
            line.sign_on(sale.at)
            said = line.ask(acquirer.fields_of(sale))
        finally:
            line.close()
        minor = int(said["4"]) if said.get("39") == "10" else sale.amount.minor
        return {"code": said.get("39", ""), "approval": said.get("38", ""), "minor": minor}

    def _by_json(self, sale: Sale) -> dict[str, Any]:
        answer = self._post(sale.kind, acquirer.json_of(sale))
        if answer.status_code != 200:
            raise NoAnswer(f"HTTP {answer.status_code}")
        said = answer.json()
        minor = said.get("amount", {}).get("minor", sale.amount.minor)
        return {"code": said["code"], "approval": said.get("approval", ""), "minor": minor}

    def _post(self, what: str, told: Mapping[str, Any]) -> httpx.Response:
        settings = self.stand.settings
        body, headers = acquirer.signed_body(
            told, key=str(settings.scheme_webhook_key), at=self.stand.clock()
        )
        base = str(settings.public_base_url).rstrip("/")
        try:
            return httpx.post(
                f"{base}/webhooks/cards/scheme/{what}", content=body, headers=headers,
                timeout=SECONDS,
            )  # fmt: skip
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from error

    def _take_back(self, sale: Sale, by: str) -> None:
        back = replace(
            sale, kind="reverse", amount=Money(0, sale.amount.currency), trace=self._next(),
            pin_block=None, paid=None, rate=None,
        )  # fmt: skip
        try:
            self._by_json(back) if by == "json" else self._by_iso(back)
        except NoAnswer:
            self.said = ["The bank is away: the sale is taken back later", *self.said][:20]

    def _next(self) -> int:
        self._trace = (self._trace + 1) % 1_000_000
        return self._trace


def make(stand: Stand) -> Blueprint:
    """Return the merchants' twin."""
    network = Network(stand)
    twin = Blueprint("merchants_twin", __name__, url_prefix="/merchants")
    _show(twin, network)
    _serve(twin, network)
    return twin


def _show(twin: Blueprint, network: Network) -> None:
    """Show the page, and pay what is typed there."""

    def page() -> str:
        return _page(network)

    def pay() -> tuple[str, int]:
        try:
            network.sell(request.form)
        except Unfit as error:
            network.said = [str(error), *network.said][:20]
            return _page(network), 400
        return _page(network), 200

    twin.add_url_rule("", view_func=page)
    twin.add_url_rule("/pay", view_func=pay, methods=["POST"])


def _serve(twin: Blueprint, network: Network) -> None:
    """Answer programs: sales, their further steps, and the daily report."""

    def sales() -> tuple[Response, int]:
        return jsonify(network.sell(request.get_json())), 200

    def step(ref: str, step: str) -> tuple[Response, int]:
        told = request.get_json(silent=True) or {}
        amount = _amount(str(told["amount"])) if "amount" in told else None
        return jsonify(network.step(ref, step, amount, by=str(told.get("door", "iso")))), 200

    def settle() -> tuple[Response, int]:
        told = request.get_json(silent=True) or {}
        status, said = network.settle(str(told.get("currency", "KES")))
        return jsonify(said), status

    def unfit(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    known = ",".join(STEPS)
    twin.add_url_rule("/sales", view_func=sales, methods=["POST"])
    twin.add_url_rule(f"/sales/<ref>/<any({known}):step>", view_func=step, methods=["POST"])
    twin.add_url_rule("/settle", view_func=settle, methods=["POST"])
    twin.register_error_handler(Unfit, unfit)


def _card(told: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Return number and expiry of the card, and what the scheme says of its security code."""
    named = str(told.get("card") or "")
    if named:
        try:
            pan, expiry, right = pan_of(named), expiry_of(named), cvv_of(named)
        except ValueError:
            raise Unfit("no such card") from None
        given = told.get("cvv")
        return pan, expiry, None if given is None else "match" if given == right else "no_match"
    pan = "".join(str(told.get("number", "")).split())
    expiry = str(told.get("expiry", "")).strip()
    if not (pan.isascii() and pan.isdecimal() and 12 <= len(pan) <= 19):
        raise Unfit("that is no card number")
    if len(expiry) != 7 or not expiry.replace("-", "").isdecimal():
        raise Unfit("the expiry is written like 2028-11")
    return pan, expiry, None


def _amount(text: str) -> Money:
    currency, _, number = text.strip().partition(" ")
    try:
        if currency not in DIGITS:
            raise Unfit("an amount is written like KES 500")
        return Money.parse(number, currency)
    except NotAnAmount:
        raise Unfit("an amount is written like KES 500") from None


def _abroad(shop: str, amount: Money) -> tuple[tuple[int, str] | None, str | None]:
    """Return what a shop abroad asks for in its own currency, and the network's rate."""
    if shop not in ABROAD or amount.currency != "KES":
        return None, None
    currency, rate = ABROAD[shop]
    whole, _, decimals = rate.partition(".")
    return (amount.minor * 10 ** len(decimals) // int(whole + decimals), currency), rate


def _told(sale: Sale, by: str) -> str:
    """Return the id by which the bank knows a message: a report names it so."""
    if by == "json":
        return f"{sale.ref}-{sale.trace}"
    return f"{sale.at:%m%d%H%M%S}-{sale.trace % 1_000_000:06d}-{acquirer.ACQUIRER}"


def _page(network: Network) -> str:
    shops = "".join(f'<option value="{name}">{one.name}</option>' for name, one in SHOPS.items())
    ways = "".join(f"<option>{way}</option>" for way in acquirer.ENTRIES)
    return PAGE.format(
        shops=shops, ways=ways, said="".join(f"<li>{line}</li>" for line in network.said)
    )
