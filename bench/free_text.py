"""What a customer's own words cost: a turn of free text on WhatsApp against a press on USSD.

Both are whole turns of one house in this process, from the message to the commit, by turns; a press
opens its session and is shown the menu, free words are read, answered and kept with how they sound.
"""

from datetime import UTC, datetime
from itertools import count
from time import perf_counter

from bench.rows import Row, row
from bench.stage import Stage
from bot import house as houses
from bot import hub
from channels.message import Inbound
from core.demo.people import AMINA, BRIAN

TURNS = 300
WARM_UP = 20
SAID = (
    "could you tell me how much is left on my account please",
    "niambie salio langu limebaki ngapi leo",
    "naeza jua balance yangu ni how much",
    "combien il me reste sur mon compte svp",
)
PRESS = "a press on USSD"
_numbers = count(1)


def run(at: Stage) -> list[Row]:
    """Measure both and return the table's rows."""
    house = houses.build(at.settings, name="wekeza-bench", pool=1)
    took: dict[str, list[float]] = {"said": [], "pressed": []}
    try:
        for turn in range(WARM_UP + TURNS):
            for kind, inbound in (("pressed", _press()), ("said", _words(SAID[turn % len(SAID)]))):
                began = perf_counter()
                hub.hear(house, inbound)
                if turn >= WARM_UP:
                    took[kind].append(1000 * (perf_counter() - began))
    finally:
        house.engine.dispose()
    ours, theirs = sorted(took["said"]), sorted(took["pressed"])
    return [
        row(
            f"a turn of free text, {name}", _share(ours, share), "ms", against=PRESS,
            theirs=_share(theirs, share), aim="<= 2.0",
        )
        for name, share in (("p50", 0.5), ("p99", 0.99))
    ]  # fmt: skip


def _press() -> Inbound:
    number = next(_numbers)
    return Inbound(
        channel="ussd", provider="africastalking", id=f"bench-press-{number}",
        address=BRIAN.phone, to="*384*100#", session=f"bench-{number}", opens=True,
    )  # fmt: skip


def _words(said: str) -> Inbound:
    return Inbound(
        channel="whatsapp", provider="twilio", id=f"bench-words-{next(_numbers)}",
        address=AMINA.phone, to="+254700000100", text=said, sent_at=datetime.now(UTC),
    )  # fmt: skip


def _share(took: list[float], share: float) -> float:
    return took[min(len(took) - 1, int(share * len(took)))]
