"""What the house counts. Labels are words of ours from short lists: never a customer's number.

Several processes serve and send, so each writes its counts to files of its own under
``DATA_DIR/metrics`` (the multiprocess mode of prometheus-client), and ``/metrics`` adds them up,
also those of processes that have ended: a counter never falls. What PostgreSQL knows better, such
as the depth of the outbox, is asked of it at each scrape.
"""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

from core.monitoring import timing

FAST = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10)
FASTEST = (0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 1)
"""For what is a part of something fast: a decision is to add less than five milliseconds."""

_own = CollectorRegistry()  # ours alone, for a process that keeps no files
_turns = Counter(
    "wekeza_turns",
    "Turns of conversations, by what came of them",
    ("channel", "flow", "outcome"),
    registry=_own,
)
_turn_seconds = Histogram(
    "wekeza_turn_seconds", "How long a turn took", ("channel",), buckets=FAST, registry=_own
)
_duplicates = Counter(
    "wekeza_duplicates", "Messages delivered to us more than once", ("channel",), registry=_own
)
_broken = Counter(
    "wekeza_turns_broken", "Turns that a bug rolled back", ("channel",), registry=_own
)
_turned_away = Counter(
    "wekeza_turns_turned_away", "Messages not taken, by why", ("channel", "why"), registry=_own
)
_parked = Counter("wekeza_parked", "Breakages of what was parked", ("kind",), registry=_own)
_webhooks = Counter(
    "wekeza_webhooks", "Calls at the front doors", ("route", "result"), registry=_own
)
_sends = Counter(
    "wekeza_sends",
    "Messages handed to providers, by what they answered",
    ("provider", "channel", "result"),
    registry=_own,
)
_send_seconds = Histogram(
    "wekeza_send_seconds", "How long a provider took to answer", ("provider",), registry=_own
)

_asks = Counter(
    "wekeza_partner_asks",
    "Orders asked of partners, or asked after, by what they answered",
    ("partner", "asked", "answer"),
    registry=_own,
)
_ask_seconds = Histogram(
    "wekeza_partner_seconds", "How long a partner took to answer", ("partner",), registry=_own
)
_marks = Counter(
    "wekeza_marks",
    "Messages of customers marked as read, with the sign that an answer is written",
    ("provider", "result"),
    registry=_own,
)
_cards = Counter(
    "wekeza_card_messages",
    "Messages of the card scheme, by what they were answered",
    ("kind", "code"),
    registry=_own,
)
_card_seconds = Histogram(
    "wekeza_card_seconds",
    "How long a message of the card scheme took",
    ("kind",),
    buckets=FAST,
    registry=_own,
)
_decision_seconds = Histogram(
    "wekeza_decision_seconds",
    "How long it took to decide whether a payment is made",
    ("kind",),
    buckets=FASTEST,
    registry=_own,
)


def configure(data_dir: Path) -> None:
    """Keep this process's counts where ``/metrics`` finds them. Once, before any counting."""
    folder = data_dir / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    # prometheus-client takes the folder from the environment alone.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # noqa: TID251
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]
    timing.listen(payment_decided)


def start_afresh(data_dir: Path) -> None:
    """Forget the counts of an earlier life. Only while no process of the house runs."""
    for file in (data_dir / "metrics").glob("*.db"):
        file.unlink(missing_ok=True)


def counted() -> CollectorRegistry:
    """Return what all processes of this machine have counted, or this one alone if unconfigured."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")  # noqa: TID251
    if not folder:
        return _own
    everyone = CollectorRegistry()
    MultiProcessCollector(everyone, folder)  # type: ignore[no-untyped-call]
    return everyone


def turn(channel: str, flow: str, outcome: str, *, seconds: float) -> None:
    """Count a turn that was answered."""
    _turns.labels(channel, flow, outcome).inc()
    _turn_seconds.labels(channel).observe(seconds)


def duplicate(channel: str) -> None:
    """Count a message that was delivered again."""
    _duplicates.labels(channel).inc()


def broken(channel: str) -> None:
    """Count a turn that a bug rolled back."""
    _broken.labels(channel).inc()


def turned_away(channel: str, why: str) -> None:
    """Count a message that was not taken: no room, a limit met twice, a contact that floods."""
    _turned_away.labels(channel, why).inc()


def parked(kind: str) -> None:
    """Count that something broke and was parked, or broke once more."""
    _parked.labels(kind).inc()


def webhook(route: str, result: str) -> None:
    """Count a call at a front door: ``taken``, ``refused`` (not genuine) or ``busy``."""
    _webhooks.labels(route, result).inc()


def sent(provider: str, channel: str, result: str, *, seconds: float) -> None:
    """Count a message a provider was handed: ``taken``, or the fate of one it did not take."""
    _sends.labels(provider, channel, result).inc()
    _send_seconds.labels(provider).observe(seconds)


def marked(provider: str, result: str) -> None:
    """Count a customer's message marked as read: ``shown``, ``late`` or ``failed``."""
    _marks.labels(provider, result).inc()


def asked(partner: str, asked: str, answer: str, *, seconds: float) -> None:
    """Count an order that was asked (``send``) or asked after (``query``), and what came of it."""
    _asks.labels(partner, asked, answer).inc()
    _ask_seconds.labels(partner).observe(seconds)


def card_decided(kind: str, code: str, *, seconds: float) -> None:
    """Count a message of the card scheme and its answer; ``silence`` where it got none."""
    _cards.labels(kind, code).inc()
    _card_seconds.labels(kind).observe(seconds)


def payment_decided(kind: str, seconds: float) -> None:
    """Count how long a payment of a kind took to be decided, whatever was decided."""
    _decision_seconds.labels(kind).observe(seconds)
