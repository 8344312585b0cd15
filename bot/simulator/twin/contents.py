"""Twilio's content templates: kept, filled in, and held to WhatsApp's sizes."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from bot.simulator.twin.phones import Choice

LONGEST_BODY = 1024
LONGEST_TITLE = 20
LONGEST_ROW = 24
LONGEST_HINT = 72
MOST_BUTTONS = 3
MOST_ROWS = 10
MOST_KEPT = 1000
TYPES = frozenset({"twilio/text", "twilio/quick-reply", "twilio/list-picker", "twilio/media"})
NOT_ACCEPTED = "63005"
_HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class BadVariables(Exception):
    """The content's variables are no JSON object of strings."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its holes filled, as the phone shows it."""

    text: str
    choices: tuple[Choice, ...] = ()
    button: str = ""
    approved: bool = False
    fault: str = ""
    """The code WhatsApp refuses it with, if it breaks a size."""


class Contents:
    """Templates by sid. They outlive the process, as they do at Twilio."""

    def __init__(self, file: Path | None, new_id: Callable[[], str]) -> None:
        self._file = file
        self._new_id = new_id
        self._lock = Lock()
        self._kept: dict[str, dict[str, Any]] = {}
        if file and file.exists():
            self._kept = json.loads(file.read_text("utf-8"))

    def create(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a template and return it with its sid.

        :raises ValueError: if it has no body in a type that we know
        """
        types = wanted.get("types")
        if not isinstance(types, dict) or not types or not set(types) <= TYPES:
            raise ValueError("types is required")
        if len(self._kept) >= MOST_KEPT:
            raise ValueError("too many templates")
        if not all(isinstance(t, dict) and t.get("body") for t in types.values()):
            raise ValueError("body is required")
        made = {
            "sid": f"HX{self._new_id()}",
            "friendly_name": str(wanted.get("friendly_name", "")),
            "language": str(wanted.get("language", "en")),
            "variables": dict(wanted.get("variables") or {}),
            "types": types,
            "approval": None,
        }
        self._keep(made)
        return made

    def approve(self, sid: str, *, name: str, category: str) -> dict[str, Any] | None:
        """Approve a template for use outside the 24 h window; a list can never be approved."""
        content = self.find(sid)
        if content is None:
            return None
        kind = next(iter(content["types"]))
        status = "rejected" if kind == "twilio/list-picker" else "approved"
        content["approval"] = {
            "name": name,
            "category": category,
            "content_type": kind,
            "status": status,
            "rejection_reason": "" if status == "approved" else "not eligible",
            "allow_category_change": True,
        }
        self._keep(content)
        return content

    def find(self, sid: str) -> dict[str, Any] | None:
        """Return a template, or None."""
        with self._lock:
            return self._kept.get(sid)

    def all(self) -> list[dict[str, Any]]:
        """Return every template."""
        with self._lock:
            return list(self._kept.values())

    def fill(self, content: Mapping[str, Any], variables: str) -> Filled:
        """Return a template with its holes filled.

        :raises BadVariables: if the variables are no JSON object of strings
        """
        values = dict(content["variables"]) | _values(variables)
        kind, shape = next(iter(content["types"].items()))
        approved = (content["approval"] or {}).get("status") == "approved"

        def put(text: object) -> str:
            return _HOLE.sub(lambda hole: values.get(hole[1], ""), str(text))

        body = put(shape["body"])
        if kind == "twilio/quick-reply":
            choices = tuple(Choice(put(a["id"]), put(a["title"])) for a in shape["actions"])
            fits = len(choices) <= MOST_BUTTONS and _fit(choices, LONGEST_TITLE)
        elif kind == "twilio/list-picker":
            choices = tuple(
                Choice(put(i["id"]), put(i["item"]), put(i.get("description") or ""))
                for i in shape["items"]
            )
            fits = len(choices) <= MOST_ROWS and _fit(choices, LONGEST_ROW)
            fits = fits and 0 < len(put(shape["button"])) <= LONGEST_TITLE
        else:
            return Filled(body, approved=approved)
        fault = "" if fits and 0 < len(body) <= LONGEST_BODY else NOT_ACCEPTED
        return Filled(body, choices, put(shape.get("button", "")), approved, fault)

    def _keep(self, content: dict[str, Any]) -> None:
        with self._lock:
            self._kept[content["sid"]] = content
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                spare = self._file.with_suffix(".new")
                spare.write_text(json.dumps(self._kept), "utf-8")
                spare.replace(self._file)


def _values(variables: str) -> dict[str, str]:
    if not variables:
        return {}
    try:
        values = json.loads(variables)
    except ValueError as error:
        raise BadVariables from error
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise BadVariables
    return values


def _fit(choices: tuple[Choice, ...], longest: int) -> bool:
    titles = [choice.title for choice in choices]
    fits = all(0 < len(title) <= longest for title in titles) and len(set(titles)) == len(titles)
    return fits and all(c.payload and len(c.hint) <= LONGEST_HINT for c in choices)
