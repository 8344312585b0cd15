"""What has to happen before a USSD gateway hangs up."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

GATEWAY_SECONDS = 10.0
NOT_FOR_EVER = 40.0
"""A machine that has much else to do is slow; what hangs would hang for longer."""


@contextmanager
def in_time() -> Iterator[None]:
    """What happens inside ends by itself; that the limits fit into a gateway's time is a sum."""
    began = monotonic()
    yield
    assert monotonic() - began < NOT_FOR_EVER
