"""Meta's message templates: declared, decided on at once, and filled with values."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from bot.simulator.twin.meta_checks import PARAMETER, GraphError
from channels.whatsapp import LONGEST_BODY

EXISTS, EDGE, TOO_LONG, UNEXAMPLED = 2388024, 2388299, 2388040, 2388043
MOST_KEPT = 6000
CATEGORIES = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_HOLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class Templates:
    """Templates by name and language. They outlive the process, as they do at Meta."""

    def __init__(self, file: Path | None, new_id: Callable[[], str]) -> None:
        self._file, self._new_id = file, new_id
        self._lock = Lock()
        self._kept: dict[str, dict[str, Any]] = {}
        if file and file.exists():
            self._kept = json.loads(file.read_text("utf-8"))

    def declare(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a template, approved at once, and return it with its id.

        :raises GraphError: if it breaks one of the rules for templates
        """
        name, language = str(wanted.get("name", "")), str(wanted.get("language", ""))
        if not _NAME.fullmatch(name) or not language or wanted.get("category") not in CATEGORIES:
            raise GraphError(PARAMETER, "name, language and category are required")
        body = _body(wanted.get("components"))
        _check_body(body)
        with self._lock:
            if f"{name} {language}" in self._kept:
                raise GraphError(PARAMETER, "Content in this language exists", subcode=EXISTS)
            if len(self._kept) >= MOST_KEPT:
                raise GraphError(PARAMETER, "Too many templates", subcode=2388019)
            made = {
                "id": str(int(self._new_id()[:12], 16)),
                "name": name,
                "language": language,
                "category": wanted["category"],
                "status": "APPROVED",
                "parameter_format": "POSITIONAL",
                "components": wanted["components"],
            }
            self._kept[f"{name} {language}"] = made
            self._write()
        return made

    def all(self) -> list[dict[str, Any]]:
        """Return every template."""
        with self._lock:
            return list(self._kept.values())

    def fill(self, said: Mapping[str, Any]) -> str:
        """Return the words of a template with a customer's values.

        :raises GraphError: if there is none such, or the values do not fit it
        """
        language = said.get("language")
        code = language.get("code") if isinstance(language, dict) else ""
        with self._lock:
            kept = self._kept.get(f"{said.get('name')} {code}")
        if kept is None:
            raise GraphError(132001, "Template name does not exist in the translation", status=404)
        words = str(_body(kept["components"])["text"])
        values = _values(said.get("components"))
        holes = list(dict.fromkeys(_HOLE.findall(words)))
        if len(values) != len(holes):
            raise GraphError(132000, "Number of parameters does not match the expected number")
        told = dict(zip(holes, values, strict=True))
        return _HOLE.sub(lambda hole: told[hole[1]], words)

    def _write(self) -> None:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            spare = self._file.with_suffix(".new")
            spare.write_text(json.dumps(self._kept), "utf-8")
            spare.replace(self._file)


def _body(components: object) -> Mapping[str, Any]:
    for one in components if isinstance(components, list) else ():
        if isinstance(one, dict) and str(one.get("type", "")).upper() == "BODY" and one.get("text"):
            return one
    raise GraphError(PARAMETER, "A BODY with text is required")


def _check_body(body: Mapping[str, Any]) -> None:
    words = str(body["text"])
    holes = _HOLE.findall(words)
    if len(words) > LONGEST_BODY:
        raise GraphError(PARAMETER, "Message is too long", subcode=TOO_LONG)
    if _HOLE.match(words) or (holes and re.search(r"\}\}\s*$", words)):
        raise GraphError(PARAMETER, "Variables can't be at the start or end", subcode=EDGE)
    example = body.get("example")
    shown = example.get("body_text") if isinstance(example, dict) else None
    count = len(shown[0]) if isinstance(shown, list) and shown else 0
    if count != len(set(holes)):
        raise GraphError(PARAMETER, "Every variable needs an example", subcode=UNEXAMPLED)


def _values(components: object) -> list[str]:
    for one in components if isinstance(components, list) else ():
        if isinstance(one, dict) and str(one.get("type", "")).lower() == "body":
            parameters = one.get("parameters")
            return [str(p.get("text", "")) for p in parameters] if parameters else []
    return []
