"""The verification firm's twin: looks at each check once, and finds what was declared.

Pure, but for what it remembers. The last three digits of a few declared numbers ask for trouble,
see ``TROUBLE``; so does a home in one of its ``PLACES``. It reads no picture, but wants one that is
one.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Literal

Answer = tuple[int, dict[str, Any]]
Trouble = Literal[
    "unknown", "unreadable", "later_unreadable", "no_face", "never", "name", "born", "number",
    "face", "forged", "expired", "away",
]  # fmt: skip

TROUBLE: Mapping[str, Trouble] = {
    "404": "unknown",
    "422": "unreadable",
    "423": "later_unreadable",
    "424": "no_face",
    "504": "never",
    "503": "away",
    "406": "name",
    "407": "born",
    "408": "number",
    "403": "face",
    "401": "forged",
    "410": "expired",
}
"""What befalls numbers that end so."""
PLACES: Mapping[str, Trouble] = {"nowhere": "name", "atlantis": "forged"}
"""What befalls proofs of address whose home has such a word in it."""
OTHER_NAME = "Somebody Else"
TAKES = timedelta(seconds=2)
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"%PDF-")


@dataclass
class _Check:
    job: str
    kind: str
    declared: dict[str, str]
    trouble: Trouble | None
    face: bool
    at: datetime

    def view(self, now: datetime) -> dict[str, Any]:
        """Return the check as a query finds it."""
        seed = hashlib.sha256(self.job.encode()).hexdigest()
        told: dict[str, Any] = {
            "job": self.job, "status": "pending", "reference": f"SV{seed[:10].upper()}",
        }  # fmt: skip
        if self.trouble == "never" or now < self.at + TAKES:
            return told
        if self.trouble in ("later_unreadable", "no_face"):
            code = "no_face" if self.trouble == "no_face" else "unreadable"
            return told | {"status": "failed", "code": code}
        forged = self.trouble == "forged"
        told |= {
            "status": "completed",
            "read": self._read(now),
            "authenticity": 0.31 if forged else 0.97,
            "reasons": ["altered"] if forged else self._doubts(),
        }
        if self.face:
            told["face_match"] = 0.42 if self.trouble == "face" else 0.94
        return told

    def _doubts(self) -> list[str]:
        return ["number_unknown"] if self.trouble == "unknown" else []

    def _read(self, now: datetime) -> dict[str, str]:
        name = self.declared.get("name", "")
        if self.kind == "document":
            # A bill that came three weeks ago.
            issued = (now - timedelta(days=21)).date().isoformat()
            other = self.trouble == "name"
            return {"name": OTHER_NAME if other else name, "issued": issued,
                    "address": self.declared.get("home", "")}  # fmt: skip
        years = -1 if self.trouble == "expired" else 5
        read = {
            **{one: self.declared.get(one, "") for one in ("name", "number", "born", "country")},
            "expires": (now + timedelta(days=365 * years)).date().isoformat(),
        }
        other_than_declared = {"name": OTHER_NAME, "born": "1970-01-01", "number": "99999999"}
        if self.trouble in other_than_declared:
            read[self.trouble] = other_than_declared[self.trouble]
        return read


@dataclass
class TwinVerification:
    """The firm. Safe to ask at once."""

    _checks: dict[str, _Check] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def verify(self, body: Mapping[str, Any], now: datetime) -> Answer:
        """Take a check; sent again, it is the same one."""
        try:
            declared = {str(name): str(value) for name, value in body["declared"].items()}
            images = [(str(one["what"]), _picture(one["content"])) for one in body["images"]]
            check = _Check(
                str(body["job"]),
                str(body["kind"]),
                declared,
                _trouble(declared),
                any(what.startswith("selfie") for what, _ in images),
                now,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return 400, {"code": "bad_request"}
        if check.trouble == "away":
            return 503, {"code": "registry_away"}
        if check.trouble == "unreadable" or not images:
            return 422, {"code": "unreadable"}
        with self._lock:
            kept = self._checks.setdefault(check.job, check)
        return 202, kept.view(now)

    def check(self, job: str, now: datetime) -> Answer:
        """Return how a check stands."""
        with self._lock:
            found = self._checks.get(job)
        if found is None:
            return 404, {"code": "unknown_job"}
        return 200, found.view(now)

    @property
    def taken(self) -> int:
        """How many checks were taken."""
        return len(self._checks)


def _picture(content: str) -> bytes:
    """Return the bytes of a picture.

    :raises ValueError: if they are none
    """
    try:
        picture = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if not picture.startswith(PICTURES):
        raise ValueError("no picture")
    return picture


def _trouble(declared: Mapping[str, str]) -> Trouble | None:
    if "home" in declared:
        said = declared["home"].casefold()
        return next((trouble for place, trouble in PLACES.items() if place in said), None)
    return TROUBLE.get(declared.get("number", "")[-3:])
