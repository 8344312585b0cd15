"""How long a decision takes, told to whoever counts: the kind of payment and the seconds, no more.

Not the verdict, and nothing of the payment: a figure that moves when somebody's payment is stopped
would tell whoever reads the figures that it was.
"""

from collections.abc import Callable

from core.monitoring.payment import Kind

Listener = Callable[[Kind, float], None]


def _nobody(kind: Kind, seconds: float) -> None:
    """Count nothing: a process that nobody asks for figures."""


_listener: Listener = _nobody


def listen(listener: Listener) -> None:
    """Have somebody hear of every decision of this process, in place of whoever did."""
    global _listener  # noqa: PLW0603 - one process, one who counts
    _listener = listener


def took(kind: Kind, seconds: float) -> None:
    """Tell how long a payment of a kind took to be decided; presented again, it is not told."""
    _listener(kind, seconds)
