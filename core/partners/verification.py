"""The firm that verifies identities: pictures and what was declared in, what they show out, later.

JSON over HTTP, in the manner of Smile ID's document verification and of registries such as Kenya's
IPRS: ``POST /v1/verifications`` takes the pictures and what their owner has declared (its ``job``
is ours, and makes it one), ``GET /v1/verifications/<job>`` tells how it stands, and a call comes
when it is over. Calls of either side are signed: ``X-Signature`` is the HMAC-SHA256, in hex, of
method, path and body; of a call to us, of the body alone.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx

from core.partners.answers import Accepted, Done, NotKnown, NotSent, Refused, Unclear
from core.partners.callbacks import read_id, read_object
from core.partners.calling import Sent, certain
from core.partners.orders import Order
from core.partners.partner import Call, NotGenuine, Told, Unreadable
from core.partners.wire import Reply, Wire
from core.store.keyring import BrokenSeal, UnknownKey

SIGNATURE = "X-Signature"
PATH = "/v1/verifications"
NOT_FOUND, REFUSED = 404, 422
CODES = frozenset({"unreadable", "no_face", "number_unknown", "country_unknown"})
"""The firm's own words for why it cannot say anything; any other is told as ``refused``."""
DECLARED = ("name", "number", "born", "country", "home")
READ = ("name", "number", "born", "expires", "issued", "sex", "country", "address")
REASONS = frozenset({"altered", "copy_of_copy", "screen", "portrait_replaced", "number_unknown"})
"""Doubts of the firm's that are passed on; one we do not know is told as ``other``."""
LONGEST = 200


def signature(key: str, *signed: bytes) -> str:
    """Return what a call is signed with."""
    return hmac.new(key.encode(), b"\n".join(signed), hashlib.sha256).hexdigest()


class Verification:
    """Verifies who somebody is. A `core.partners.partner.Partner`, and it calls us.

    ``open_page`` returns the picture of a page by its id; it is asked outside any transaction.
    """

    name = "verification"
    thanks = ""

    def __init__(
        self,
        base: str,
        *,
        key: str,
        open_page: Callable[[UUID], bytes],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._key, self._open = key, open_page
        self._wire = Wire(base, headers={"Accept": "application/json"}, transport=transport)

    @certain
    def send(self, order: Order, *, seconds: float) -> Sent:
        """Have documents looked at, once."""
        try:
            images = [self._image(page) for page in order.body["pages"].split(",") if page]
        except FileNotFoundError:
            return Refused("picture_gone")
        except (UnknownKey, BrokenSeal, OSError) as error:
            return NotSent(f"a picture could not be opened: {type(error).__name__}")
        body = {
            "job": order.key,
            "kind": order.action,
            "type": order.body["type"],
            "declared": {name: order.body[name] for name in DECLARED if order.body.get(name)},
            "images": images,
        }
        reply = self._call("POST", PATH, seconds, json.dumps(body).encode())
        if reply.status == REFUSED:
            return _refused(reply.json(), "")
        return _stands(reply.json(), order) if reply.ok else Unclear(f"HTTP {reply.status}")

    @certain
    def query(self, order: Order, *, seconds: float) -> Sent | NotKnown:
        """Ask what came of it."""
        reply = self._call("GET", f"{PATH}/{order.key}", seconds)
        if reply.status == NOT_FOUND and reply.json().get("code") == "unknown_job":
            return NotKnown()
        return _stands(reply.json(), order) if reply.ok else Unclear(f"HTTP {reply.status}")

    def hear(self, call: Call) -> Sequence[Told]:
        """Return the check that a call is about.

        :raises NotGenuine: if it is not signed with our key
        :raises Unreadable: if it names no check
        """
        given = call.headers.get(SIGNATURE.lower(), "")
        if not self._key or not hmac.compare_digest(given, signature(self._key, call.body)):
            raise NotGenuine
        told = read_object(call.body)
        order = read_id(str(told.get("job", "")))
        if "event" not in told:
            raise Unreadable("no event")
        return [Told(str(told["event"]) or order.hex, order=order)]

    def _image(self, page: str) -> dict[str, str]:
        what, _, id_ = page.partition("=")
        return {"what": what, "content": base64.b64encode(self._open(UUID(id_))).decode()}

    def _call(self, method: str, path: str, seconds: float, body: bytes = b"") -> Reply:
        return self._wire.call(
            method,
            path,
            seconds=seconds,
            headers={
                SIGNATURE: signature(self._key, method.encode(), path.encode(), body),
                "Content-Type": "application/json",
            },
            content=body or None,
        )


def _stands(told: Mapping[str, Any], order: Order) -> Accepted | Done | Refused | Unclear:
    """Return how a check stands; one that is not ours, or says nothing we know, is unclear."""
    if told.get("job") != order.key:
        return Unclear("it tells of another check", failure="job" not in told)
    reference = str(told.get("reference") or "")
    match told.get("status"):
        case "pending":
            return Accepted(reference)
        case "failed":
            return _refused(told, reference)
        case "completed":
            return Done(reference, _facts(told))
    return Unclear("a status nobody knows")


def _refused(told: Mapping[str, Any], reference: str) -> Refused:
    code = str(told.get("code", ""))
    return Refused(code if code in CODES else "refused", code[:80], reference)


def _facts(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what was found as plain text; numbers stay as they were written."""
    read = told.get("read")
    facts = {
        name: str(read[name])[:LONGEST]
        for name in READ
        if isinstance(read, dict) and read.get(name)
    }
    facts |= {
        ours: str(told[theirs])[:LONGEST]
        for ours, theirs in (("authenticity", "authenticity"), ("face_match", "face_match"))
        if told.get(theirs) is not None
    }
    reasons = told.get("reasons")
    known = {
        str(one) if one in REASONS else "other"
        for one in (reasons if isinstance(reasons, list) else ())
        if isinstance(one, str)
    }
    return facts | {"reasons": ",".join(sorted(known))}
