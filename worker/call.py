"""The job that asks the outside world what a conversation on WhatsApp or SMS waits for."""

from bot import house as houses
from bot import hub


def answer_call(provider: str, provider_id: str) -> bool:
    """Ask, and go on with the answer; False when nothing waits for it any more.

    When this job is lost the scheduler tells the customer, once the deadline has passed.
    """
    return hub.answer_call(houses.current(), provider, provider_id)
