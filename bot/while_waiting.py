"""What the bot still answers while a customer waits for a person, and nobody has come yet."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.telling import Telling
from channels.message import Reply
from flows.story import Flow
from flows.understanding import understand

SAFE: Mapping[str, str] = MappingProxyType(
    {
        "balance": "tells what there is",
        "statement": "tells what came and went",
        "rates": "tells what is asked of anybody",
        "fees": "tells what a service costs",
        "limits": "tells how much may be sent",
        "my_cases": "tells how a case stands; words added to one go where they would have gone",
        "language": "changes how the bank speaks, and nothing else",
        "help": "tells what the bank can do",
    }
)
"""Stories that move no money and agree to nothing, and why each may be told in between."""
SURE = 0.9
"""So sure a meaning must be before words are kept from the person they may be for."""


def answer(turn: Telling, story: Flow) -> Reply | None:
    """Answer what a customer who waits asks of the bank itself, and let them wait on.

    None when it is for the person: somebody has come, it is none of ``SAFE``, it is not sure, or it
    says more than which story is meant. What is said to a person is never lost to a keyword.
    """
    inbound = turn.event.inbound
    number = story.slots.get("number", "")
    if inbound is None or inbound.media or not number or turn.bank.has_person(number):
        return None
    meant = understand(inbound.text, turn.bank.country)
    if meant.flow is None or meant.flow not in SAFE or meant.confidence < SURE or meant.words:
        return None
    turn.intent = meant.intent
    return turn.aside(story, meant.flow, meant.given)
