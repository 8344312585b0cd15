"""Cards of models: on what each was trained, how well it did, and what payments looked like then.

The files of the models themselves are served by `core.monitoring.model`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.monitoring import model

FOLDER = Path(__file__).parent / "cards"


class NoCard(LookupError):
    """There is no card of a model of that version."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model."""

    version: str
    sha256: bytes
    """Of the model's file."""
    reference: Mapping[str, Any]
    """Of each feature and the score: ``bounds``, and the ``parts`` that lay between them."""
    told: Mapping[str, Any]
    """Data, split and figures, as they were written when it was trained."""


@cache
def card(version: str) -> Card:
    """Return the card of a model.

    :raises NoCard: if the model or its card is not there
    """
    try:
        said = json.loads((FOLDER / f"{version}.card.json").read_text(encoding="utf-8"))
        content = (model.FOLDER / f"{version}.json").read_bytes()
    except OSError as error:
        raise NoCard(version) from error
    reference = said.pop("reference")
    return Card(version, hashlib.sha256(content).digest(), reference, said)
