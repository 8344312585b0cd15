"""Each USSD gateway as it calls the bank over HTTP, and what it reads in the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

SECRET = "demo-ussd-webhook-secret"
CODE = "*384*100#"
GENERIC: dict[str, dict[str, str]] = {
    "trails": {
        "session": "SESSION_ID", "phone": "MSISDN", "text": "USSD_STRING", "carries": "trail",
        "code": "SERVICE_CODE",
    },
    "dials": {
        "session": "SESSIONID", "phone": "MSISDN", "text": "INPUT", "carries": "dial_string",
        "code": "USSDCODE",
    },
    "latests": {
        "session": "session_id", "phone": "mobile_number", "text": "message", "carries": "latest",
        "code": "service_code",
    },
}  # fmt: skip
"""Gateways that are told by settings: one of each kind of text."""


@dataclass(frozen=True)
class Shown:
    """What a handset shows."""

    text: str
    ends: bool


@dataclass(frozen=True)
class Request:
    """One call of a gateway's."""

    method: str
    rest: str = ""
    query: dict[str, str] | None = None
    form: dict[str, str] | None = None
    json: dict[str, Any] | None = None


Wire = Callable[[str, str, list[str]], Request]
"""A call from session, phone without its plus, and all that was typed; nothing typed: the dial."""


def _hubtel(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", json={
        "Type": "Response" if typed else "Initiation", "Mobile": phone, "SessionId": session,
        "ServiceCode": "384", "Message": typed[-1] if typed else CODE, "Operator": "mtn",
        "Sequence": len(typed) + 1, "ClientState": "", "Platform": "USSD",
    })  # fmt: skip


def _nalo(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", json={
        "USERID": "WEKEZA", "MSISDN": phone, "USERDATA": typed[-1] if typed else CODE,
        "MSGTYPE": not typed, "NETWORK": "MTN", "SESSIONID": session,
    })  # fmt: skip


def _nalo_nameless(session: str, phone: str, typed: list[str]) -> Request:
    called = _nalo(session, phone, typed)
    return Request("POST", json={k: v for k, v in (called.json or {}).items() if k != "SESSIONID"})


def _arkesel(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", json={
        "sessionID": session, "userID": "WEKEZA", "newSession": not typed, "msisdn": phone,
        "userData": typed[-1] if typed else CODE, "network": "MTN",
    })  # fmt: skip


def _beem(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", json={
        "command": "continue" if typed else "initiate", "msisdn": phone, "session_id": session,
        "operator": "vodacom",
        "payload": {"request_id": len(typed), "response": typed[-1] if typed else ""},
    })  # fmt: skip


def _mtn(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", json={
        "sessionId": session, "messageType": "1" if typed else "0", "msisdn": phone,
        "serviceCode": "384", "ussdString": typed[-1] if typed else CODE, "cellId": "",
        "language": "en", "imsi": "",
    })  # fmt: skip


def _infobip(session: str, phone: str, typed: list[str]) -> Request:
    said = {
        "msisdn": phone, "imsi": "", "shortCode": CODE, "text": typed[-1] if typed else "",
        "optional": "",
    }  # fmt: skip
    if typed:
        return Request("PUT", f"/session/{session}/response", json=said)
    return Request("POST", f"/session/{session}/start", json=said)


def _hollatags(session: str, phone: str, typed: list[str]) -> Request:
    return Request("GET", query={
        "session_msisdn": phone, "session_operation": "continue" if typed else "begin",
        "session_msg": typed[-1] if typed else CODE, "session_id": session,
        "session_from": CODE, "session_type": "3" if typed else "1", "session_mno": "MTN",
    })  # fmt: skip


def _trails(session: str, phone: str, typed: list[str]) -> Request:
    return Request("GET", query={
        "MSISDN": phone, "SESSION_ID": session, "SERVICE_CODE": CODE,
        "USSD_STRING": "*".join(typed),
    })  # fmt: skip


def _dials(session: str, phone: str, typed: list[str]) -> Request:
    dialled = "*".join([CODE.removesuffix("#"), *typed]) + "#"
    return Request("GET", query={
        "SESSIONID": session, "USSDCODE": CODE, "MSISDN": phone, "INPUT": dialled,
    })  # fmt: skip


def _latests(session: str, phone: str, typed: list[str]) -> Request:
    return Request("POST", form={
        "mobile_number": phone, "session_id": session, "message": typed[-1] if typed else CODE,
        "service_code": CODE, "network": "safaricom",
    })  # fmt: skip


def _plain(answer: httpx.Response) -> Shown:
    assert answer.text[:4] in {"CON ", "END "}
    return Shown(answer.text[4:], answer.text.startswith("END "))


def _said(text: str, goes_on: Callable[[Any], bool]) -> Callable[[httpx.Response], Shown]:
    def read(answer: httpx.Response) -> Shown:
        said = found = answer.json()
        for name in text.split("."):
            found = found[name]
        return Shown(found, not goes_on(said))

    return read


WIRES: dict[str, tuple[str, Wire, Callable[[httpx.Response], Shown]]] = {
    "hubtel": ("hubtel", _hubtel, _said("Message", lambda a: a["Type"] == "response")),
    "nalo": ("nalo", _nalo, _said("MSG", lambda a: a["MSGTYPE"])),
    "nalo without a session": ("nalo", _nalo_nameless, _said("MSG", lambda a: a["MSGTYPE"])),
    "arkesel": ("arkesel", _arkesel, _said("message", lambda a: a["continueSession"])),
    "beem": ("beem", _beem, _said("payload.request", lambda a: a["command"] == "continue")),
    "mtn": ("mtn", _mtn, _said("data.inboundResponse", lambda a: a["data"]["userInputRequired"])),
    "infobip": ("infobip", _infobip, _said("ussdMenu", lambda a: not a["shouldClose"])),
    "hollatags": (
        "hollatags", _hollatags,
        _said("session_msg", lambda a: a["session_operation"] == "continue"),
    ),
    "trails": ("trails", _trails, _plain),
    "dials": ("dials", _dials, _plain),
    "latests": ("latests", _latests, _plain),
}  # fmt: skip
"""Every gateway by a name: its place in the path, how it calls, and how it reads an answer."""


class Gateway:
    """One handset behind one gateway. It calls the bank at ``url``."""

    def __init__(self, name: str, url: str, phone: str, *, secret: str = SECRET) -> None:
        place, self._wire, self._read = WIRES[name]
        self._url = f"{url}/webhooks/ussd/{place}/{secret}"
        self._phone, self._session, self._typed = phone.removeprefix("+"), "", list[str]()
        self._dials = 0
        self.last: httpx.Response | None = None

    def dial(self) -> Shown:
        """Open a session and return its first screen."""
        self._dials += 1
        self._session, self._typed = f"80{self._phone[-4:]}{self._dials}", []
        return self._call()

    def press(self, keys: str) -> Shown:
        """Answer the screen shown and return the next one."""
        self._typed.append(keys)
        return self._call()

    def again(self) -> Shown:
        """Have the last call delivered a second time."""
        return self._call()

    def _call(self) -> Shown:
        call = self._wire(self._session, self._phone, self._typed)
        self.last = httpx.request(
            call.method,
            self._url + call.rest,
            params=call.query,
            data=call.form,
            json=call.json,
            timeout=15,
        )
        assert self.last.status_code == 200, self.last.text
        shown = self._read(self.last)
        assert 0 < len(shown.text) <= 156
        return shown
